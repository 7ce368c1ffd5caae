"""What every claim of a venue begins with: whose order it is, and whether it is news."""

from engine.domain import events as ev
from engine.domain.bounds import BEYOND_BOOKS
from engine.domain.commands import Origin
from engine.domain.flatten import nudge_flatten
from engine.domain.orders import Order
from engine.domain.state import State
from engine.values import Nanos


def find_order(state: State, client_order_id: str) -> Order | None:
    """The order that an id names, or named before it was replaced."""
    order_id = state.by_client_id.get(client_order_id)
    return state.orders.get(order_id) if order_id is not None else None


def find_order_of_any_date(state: State, client_order_id: str) -> Order | None:
    """The same, among orders that were done on an earlier date too: trades can be late."""
    order_id = state.by_client_id.get(client_order_id)
    if order_id is None:
        return None
    return state.orders.get(order_id) or state.past_orders.get(order_id)


def orphaned(client_order_id: str, text: str, now: Nanos) -> list[ev.Event]:
    """The venue speaks of an order that this desk does not know."""
    return [ev.ReportOrphaned(now, client_order_id, text)]


def repeated(client_order_id: str, what: str, now: Nanos) -> list[ev.Event]:
    """It had its effect before, or another word of the venue has overtaken it."""
    return [ev.DuplicateIgnored(now, f"{what} {client_order_id}")]


def lowered(
    state: State, account: str, symbol: str, to: ev.TradingState, why: str, now: Nanos
) -> list[ev.Event]:
    """The symbol's trading state, lowered by the machine; raised only by a person."""
    current = state.accounts[account].symbols.get(symbol)
    if current is not None and current.state >= to:
        return []
    return [ev.TradingStateChanged(now, account, symbol, to, False, why, Origin.DESK)]


def beyond_books(
    state: State, order: Order, said: str, now: Nanos, what: str = BEYOND_BOOKS
) -> list[ev.Event]:
    """The venue claims what no figure here can count, or what cannot be: nothing is booked or
    changed by it, and the symbol stops until a person has looked. `what`: is wrong with it."""
    orphan = ev.ReportOrphaned(now, order.client_order_id, f"{said} {what}")
    why = f"order {order.label}: {said} {what}: ask the venue, the order may stand there"
    account, symbol, halted = order.order.account, order.order.symbol, ev.TradingState.HALTED
    return [orphan, *lowered(state, account, symbol, halted, why, now)]


def nudged(state: State, order: Order, now: Nanos) -> list[ev.Event]:
    """A flatten of the symbol looks again at once."""
    if not state.flattening:
        return []
    return nudge_flatten(state, order.order.account, order.order.symbol, now)
