"""What the exits of an entry are: their orders, and their prices once the entry's is known."""

from msgspec import structs

from engine.domain import events as ev
from engine.domain.commands import ExitTerm, Origin, SubmitOrder
from engine.domain.identity import leg_id, leg_of
from engine.domain.orders import Order
from engine.domain.state import State
from engine.instruments import Instrument
from engine.values import (
    Instruction,
    Nanos,
    OrderId,
    OrderType,
    Price,
    Quantity,
    Side,
    TimeInForce,
)

PERCENT_WHOLE = 1_000_000
"""100 % in the unit of `ExitTerm.percent`."""
TARGET, STOP = OrderType.LIMIT, OrderType.STOP
KINDS = (TARGET, STOP)
"""A group's exits in the order of their legs: .1 takes the profit, .2 ends the loss."""
_RESTS = (TimeInForce.DAY, TimeInForce.GTC)
_EXITS = {
    Instruction.BUY: Instruction.SELL,
    Instruction.SHORT: Instruction.COVER,
    Instruction.SELL: Instruction.COVER,
    Instruction.COVER: Instruction.SELL,
}


def held_exits_of(
    order_id: OrderId, number: int, entry: SubmitOrder, state: State, now: Nanos
) -> list[ev.Event]:
    """The exits that an accepted entry brings with it: they wait for its fills."""
    terms = ((TARGET, entry.target), (STOP, entry.stop_loss))
    return [
        ev.OrderHeld(
            now, leg_id(order_id, leg), state.trade_date, number, exit_order(entry, kind, leg, term)
        )
        for leg, (kind, term) in enumerate(terms, start=1)
        if term is not None
    ]


def exit_order(entry: SubmitOrder, kind: OrderType, leg: int, term: ExitTerm) -> SubmitOrder:
    """One exit as an order; its price is 0 while it hangs on what the entry will cost."""
    return SubmitOrder(
        ticket=f"{entry.ticket}.{leg}",
        account=entry.account,
        symbol=entry.symbol,
        instruction=_EXITS[entry.instruction],
        quantity=entry.quantity,
        type=kind,
        price=term.price if kind is TARGET else Price(0),
        stop=term.price if kind is STOP else Price(0),
        time_in_force=entry.time_in_force if entry.time_in_force in _RESTS else TimeInForce.DAY,
        reduce_only=True,
        origin=Origin.DESK,
        strategy=entry.strategy,
        tag=entry.tag,
        note=entry.note,
    )


def released_order(
    leg: Order, order_id: OrderId, quantity: Quantity, entry: Order | None, instrument: Instrument
) -> SubmitOrder:
    """What leaves as this leg, or as its successor: at its price in force, for what is left."""
    price, stop = leg.price, leg.stop
    if not (price or stop) and entry is not None:
        at = exit_price(leg.order, entry, instrument)
        price, stop = (at, stop) if leg.order.type is TARGET else (price, at)
    stem = leg.order.ticket.rpartition(".")[0]
    ticket = f"{stem}.{leg_of(order_id)}"
    return structs.replace(leg.order, ticket=ticket, quantity=quantity, price=price, stop=stop)


def exit_price(leg: SubmitOrder, entry: Order, instrument: Instrument) -> Price:
    """Where an exit stands that hangs on its entry's average fill; 0 for one with a price, or
    where there is no such price."""
    term = entry.order.target if leg.type is TARGET else entry.order.stop_loss
    if term is None or term.price or not entry.cumulative:
        return Price(0)
    average = average_of(entry, instrument)
    return price_of(term, average, leg.type, leg.instruction.side, instrument)


def price_of(
    term: ExitTerm, base: Price, kind: OrderType, side: Side, instrument: Instrument
) -> Price:
    """A term's price from what the entry costs; on tick, never nearer to it than was asked.

    `side` is the exit's own: a target above its entry is rounded up, the stop below it down.
    0 where that is below the least tick: there is no such price, and no other is put in its place.
    """
    if term.price:
        return term.price
    moved = base + term.offset + base * term.percent // PERCENT_WHOLE
    is_up = (side < 0) is (kind is TARGET)
    if moved <= 0:
        return Price(0)
    # Above the highest price that can be written nothing trades either.
    most = instrument.round_to_tick(instrument.price_max, up=False)
    return instrument.round_to_tick(Price(min(moved, most)), up=is_up)


def average_of(order: Order, instrument: Instrument) -> Price:
    """What a filled order cost on average; 0 without fills."""
    if not order.cumulative:
        return Price(0)
    return instrument.average_price(order.value, order.cumulative)
