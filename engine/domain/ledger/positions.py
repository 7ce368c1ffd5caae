"""A position with its lots at total cost, and what a fill does to them (first in, first out)."""

import msgspec

from engine.domain.events import LotChange, OrderFilled
from engine.domain.ledger.fill_memory import HALF, BookedFill, FillMemory
from engine.instruments import Instrument
from engine.structs import set_directly
from engine.values import Money, Nanos, Price, Quantity, Side

_NOTHING, _SELL = Money(0), Side.SELL


@set_directly
class Lot(msgspec.Struct, gc=False):
    """An open lot: signed quantity and its total cost (short lots: both below zero)."""

    lot_id: int
    opened_at: Nanos
    quantity: Quantity
    cost: Money


@set_directly
class Position(msgspec.Struct):
    """Signed quantity and total cost of one symbol in one account, with the day's figures."""

    symbol: str
    quantity: Quantity = Quantity(0)
    cost: Money = Money(0)
    """Sum of the lots' cost; above zero when long, below when short, 0 when flat."""
    lots: list[Lot] = []
    """Oldest first; all on the same side of zero."""
    lot_next: int = 1
    realised: Money = Money(0)
    """Since the account was opened, before fees."""
    fees: Money = Money(0)
    day_realised: Money = Money(0)
    day_fees: Money = Money(0)
    day_traded: Quantity = Quantity(0)
    day_open_quantity: Quantity = Quantity(0)
    day_open_mark: Price = Price(0)
    day_cash: Money = Money(0)
    """Cash paid (−) and received (+) for trades of this trade date, before fees."""
    day_carry: Money = Money(0)
    """Dividends, payments in lieu and borrow fees booked on this trade date."""
    memory: FillMemory = msgspec.field(default_factory=FillMemory)
    day_opened: bool = False
    """Something was opened on this trade date since the last close: another is a day trade."""

    def held_lots(self) -> tuple[LotChange, ...]:
        """Every lot as it stands."""
        return tuple(
            [LotChange(lot.lot_id, lot.quantity, lot.cost, lot.opened_at) for lot in self.lots]
        )

    def open_day(self, mark: Price | None) -> None:
        """A new trade date: the day's figures start again from what is held at `mark`."""
        self.day_realised = self.day_fees = self.day_cash = self.day_carry = Money(0)
        self.day_traded, self.day_opened = Quantity(0), False
        self.day_open_quantity = self.quantity
        self.day_open_mark = mark or Price(0)


class FillEffect(msgspec.Struct, frozen=True, gc=False):
    """What one fill changes; decided once and carried by the event."""

    realised: Money
    position_after: Quantity
    lots: tuple[LotChange, ...]
    value: Money
    """Of the whole fill."""


def fill_effect(
    position: Position,
    side: Side,
    price: Price,
    quantity: Quantity,
    instrument: Instrument,
    now: Nanos,
) -> FillEffect:
    """What `quantity` at `price` does: closes the oldest lots first, opens a lot with the rest.

    A fill that crosses zero is both: its close is valued at the fill's price, and the lot it opens
    takes exactly what is left of the fill's value, so nothing is lost to rounding.
    """
    # Every fill comes here: sums of quantities are quantities, and so with money. Saying so by a
    # call of the type costs more than the sum.
    held = position.quantity
    value, moved = instrument.notional(price, quantity), side * quantity
    after: Quantity = held + moved  # type: ignore[assignment]
    if quantity and held * side >= 0:  # nothing to close: all of it is one new lot
        opened = LotChange(position.lot_next, moved, side * value, now)  # type: ignore[arg-type]
        return FillEffect(_NOTHING, after, (opened,), value)
    closing: Quantity = min(quantity, abs(held))  # type: ignore[assignment]
    closing_value = value if closing == quantity else instrument.notional(price, closing)
    changes, cost_closed = _consume(position.lots, closing)
    # A closed long lot's cost change is below zero, a closed short lot's is above.
    realised: Money = cost_closed - side * closing_value  # type: ignore[assignment]
    opening = quantity - closing
    if opening:
        cost = Money(side * (value - closing_value))
        changes.append(LotChange(position.lot_next, Quantity(side * opening), cost, now))
    return FillEffect(realised, after, tuple(changes), value)


def _consume(lots: list[Lot], quantity: Quantity) -> tuple[list[LotChange], int]:
    """(lot changes that take `quantity` off, oldest first, the sum of their cost); a lot's last
    share takes its residual."""
    changes: list[LotChange] = []
    left, cost_of_all = quantity + 0, 0
    for lot in lots:
        if left == 0:
            break
        held = abs(lot.quantity)
        taken = left if left < held else held
        sign = 1 if lot.quantity > 0 else -1
        # Rounded down; taking all of it takes exactly what is left.
        cost = lot.cost if taken == held else sign * (abs(lot.cost) * taken // held)
        change = LotChange(lot.lot_id, -sign * taken, -cost, lot.opened_at)  # type: ignore[arg-type]
        changes.append(change)
        left, cost_of_all = left - taken, cost_of_all - cost
    assert left == 0, "a position holds more than its lots"
    return changes, cost_of_all


def apply_fill(position: Position, event: OrderFilled, side: Side, value: Money) -> None:
    """Makes the fill true, exactly as the event says; `value` is its price × quantity."""
    for change in event.lots:
        apply_lot(position, change)
    position.quantity = event.position_after
    count_fill(position, event, side, value)
    fills, quantity = position.memory.fills, event.quantity
    if side is _SELL:
        quantity = -quantity  # type: ignore[assignment]  # minus a quantity is one
    at = event.venue_at or event.at
    fills.append(BookedFill(at, event.execution_id, quantity, event.price))
    if not len(fills) % HALF:
        position.memory.turn(position.held_lots(), position.lot_next)


def count_fill(position: Position, event: OrderFilled, side: Side, value: Money) -> None:
    """The figures of a fill that are sums; its lots and quantity are in the position already."""
    # Sums of money are money; saying so by a call of the type costs more than the sums do.
    realised, fee = event.realised, event.fee
    if realised:
        position.realised += realised  # type: ignore[assignment]
        position.day_realised += realised  # type: ignore[assignment]
    position.fees += fee  # type: ignore[assignment]
    position.day_fees += fee  # type: ignore[assignment]
    position.day_traded += event.quantity  # type: ignore[assignment]
    position.day_cash -= side * value  # type: ignore[assignment]
    assert (not position.lots) is (not position.quantity), "lots and position disagree"


def apply_lot(position: Position, change: LotChange) -> None:
    """Lots are consumed from the front and opened at the end: no search is needed."""
    lots, lot_id, cost = position.lots, change.lot_id, change.cost
    position.cost += cost  # type: ignore[assignment]  # as in `count_fill`
    if lot_id >= position.lot_next:
        lots.append(Lot(lot_id, change.opened_at, change.quantity, cost))
        position.lot_next = lot_id + 1
        return
    lot = lots[0]
    assert lot.lot_id == lot_id, "lots are consumed in the order they were acquired"
    quantity, left = lot.quantity + change.quantity, lot.cost + cost
    if quantity == 0:
        assert left == 0, "the last share of a lot takes its residual"
        del lots[0]
        return
    lot.quantity, lot.cost = quantity, left  # type: ignore[assignment]
