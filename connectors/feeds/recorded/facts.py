"""What the desk's events say of the trader's orders, as facts for a recording."""

from connectors.feeds.recorded.frames import OwnChange, OwnFact, OwnFill, OwnOrder
from engine.domain import events as ev
from engine.domain.orders import Order, state_word
from engine.domain.records import Record
from engine.domain.state import State
from engine.values import Nanos, Price, Quantity

_CHANGES = (
    ev.OrderWorking,
    ev.OrderTriggered,
    ev.OrderReplaced,
    ev.OrderRejected,
    ev.OrderCancelled,
    ev.OrderExpired,
)


def fact_of(record: Record, state: State) -> OwnFact | None:
    """The fact in a journaled record; None where it says nothing of an order at the market."""
    event = record.body
    match event:
        case ev.OrderReleased():
            return _entered(state.orders[event.order_id])
        case ev.OrderFilled():
            return _filled(event, state.orders[event.order_id])
    if isinstance(event, _CHANGES):
        order = state.orders.get(event.order_id)
        return None if order is None else _changed(event.at, order)
    return None


def standing_facts(state: State, market: str) -> list[OwnFact]:
    """Of the orders that stand in this market when the recording begins."""
    facts: list[OwnFact] = []
    for order_id in state.live:
        order = state.orders[order_id]
        if order.market == market:
            facts += [_entered(order), _changed(order.changed_at, order)]
    return facts


def _entered(order: Order) -> OwnOrder:
    asked = order.order
    return OwnOrder(
        at=order.created_at,
        number=order.number,
        symbol=asked.symbol,
        instruction=asked.instruction,
        quantity=order.quantity,
        type=asked.type,
        time_in_force=asked.time_in_force,
        price=order.price,
        stop=order.stop,
        trade_date=order.trade_date,
        filled=order.cumulative,
        leg=order.leg,
    )


def _changed(at: Nanos, order: Order) -> OwnChange:
    return OwnChange(
        at=at,
        number=order.number,
        state=state_word(order),
        text=order.text,
        price=Price(order.price),
        quantity=Quantity(order.quantity),
        trade_date=order.trade_date,
        leg=order.leg,
    )


def _filled(event: ev.OrderFilled, order: Order) -> OwnFill:
    return OwnFill(
        at=event.at,
        number=order.number,
        symbol=order.order.symbol,
        instruction=order.order.instruction,
        price=event.price,
        quantity=event.quantity,
        liquidity=event.liquidity,
        explanation=event.explanation,
        trade_date=order.trade_date,
        leg=order.leg,
    )
