"""Which request, if any, an event lets out of the desk."""

from collections.abc import Callable
from typing import Any

from msgspec import structs

from engine.domain import events as ev
from engine.domain.commands import SubmitOrder
from engine.domain.message_counts import pending_of
from engine.domain.message_facts import Message, message_key
from engine.domain.orders import Order
from engine.domain.requests import (
    CancelRequest,
    CashRequest,
    ExecutionsRequest,
    LinkRequest,
    NewOrderRequest,
    OpenOrdersRequest,
    PositionsRequest,
    ReplaceRequest,
    Request,
    StatusRequest,
)
from engine.domain.state import State
from engine.domain.statements import Statement
from engine.values import OrderType, Price, TimeInForce

_MARKET = OrderType.MARKET


def request_of(event: ev.Event, state: State) -> Request | None:
    """The request of an event that was just applied; None for everything that stays inside."""
    make = _REQUESTS.get(type(event))
    if make is None:
        return None
    if state.messages.waiting and _waits(event, state):
        return None
    return make(event, state)


def as_sent(order: Order) -> NewOrderRequest:
    """An order that left, as its venue has it by now: its newest name, price, stop and quantity."""
    asked = order.order
    sent = _request(asked, order.client_order_id, order.protection, order.oca_group)
    price = sent.price if asked.leaves_protected else order.price
    return structs.replace(sent, quantity=order.quantity, price=price, stop=order.stop)


def change_as_sent(order: Order) -> ReplaceRequest | None:
    """The change of it that is on its way, if any."""
    change = order.pending_replace
    if change is None:
        return None
    current, new = order.client_order_id, change.client_order_id
    return ReplaceRequest(current, new, change.price, change.quantity, change.stop)


def _waits(event: ev.Event, state: State) -> bool:
    """It was queued just before (R13, R34): a `MessageSent` lets it out."""
    kind = _KINDS.get(type(event))
    if kind is None:
        return False
    asked = event if isinstance(event, ev.StatementAsked) else None
    key = message_key(kind, getattr(event, "order_id", 0), asked)
    return key in state.messages.waiting


def _from_queue(event: ev.MessageSent, state: State) -> Request | None:
    """What was decided earlier, with the names and prices that are in force now.

    None where the venue itself has answered what it was never asked: there is nothing to ask.
    """
    order = state.orders.get(event.order_id)
    if event.asked is not None:
        return _statement(event.asked, state)
    assert order is not None, "what waits for its turn belongs to an order that lives"
    if event.message is not Message.STATUS and pending_of(order, event.message) is None:
        return None
    change = order.pending_replace
    match event.message:
        case Message.CANCEL:
            return CancelRequest(order.client_order_id)
        case Message.REPLACE:
            return change_as_sent(order)
        case Message.STATUS:
            name = order.client_order_id if change is None else change.client_order_id
            pending = order.request_named(name)
            return StatusRequest(name, 0 if pending is None else pending.asked)
        case _:
            return _new_from_queue(order)


def _new_order(event: ev.OrderReleased, state: State) -> NewOrderRequest:
    return _request(event.order, event.client_order_id, event.protection, event.oca_group)


def _new_from_queue(order: Order) -> NewOrderRequest:
    return _request(order.order, order.client_order_id, order.protection, order.oca_group)


def _request(
    order: SubmitOrder, client_order_id: str, protection: Price, oca_group: str
) -> NewOrderRequest:
    type, lives, price = order.type, order.time_in_force, order.price
    if type is _MARKET and order.leaves_protected:
        type, lives, price = OrderType.LIMIT, TimeInForce.IOC, protection
    return NewOrderRequest(
        client_order_id,
        order.account,
        order.symbol,
        order.instruction,
        order.quantity,
        type,
        lives,
        price,
        order.stop,
        order.trigger,
        order.post_only,
        oca_group,
    )


def _cancel(event: ev.CancelRequested, state: State) -> CancelRequest:
    return CancelRequest(event.client_order_id)


def _replace(event: ev.ReplaceRequested, state: State) -> ReplaceRequest:
    current = state.orders[event.order_id].client_order_id
    return ReplaceRequest(current, event.client_order_id, event.price, event.quantity, event.stop)


def _status(event: ev.StatusRequested, state: State) -> StatusRequest:
    order = state.orders[event.order_id]
    pending = order.request_named(event.client_order_id)
    return StatusRequest(event.client_order_id, 0 if pending is None else pending.asked)


def _statement(event: ev.StatementAsked, state: State) -> Request:
    match event.statement:
        case Statement.ORDERS:
            return OpenOrdersRequest(event.query)
        case Statement.EXECUTIONS:
            return ExecutionsRequest(event.query, event.since)
        case Statement.POSITIONS:
            return PositionsRequest(event.query, event.account)
        case Statement.CASH:
            return CashRequest(event.query, event.account)


def _link(event: ev.LinkOperated, state: State) -> LinkRequest:
    return LinkRequest(event.what, event.value, event.reason)


_REQUESTS: dict[type, Callable[[Any, State], Request | None]] = {
    ev.OrderReleased: _new_order,
    ev.CancelRequested: _cancel,
    ev.ReplaceRequested: _replace,
    ev.StatusRequested: _status,
    ev.StatementAsked: _statement,
    ev.MessageSent: _from_queue,
    ev.LinkOperated: _link,
}
"""Event type → the request that it lets out."""
LEAVING = frozenset(_REQUESTS)
"""Types of events of which a request may leave: most stay inside."""
WRITES = frozenset(
    {ev.OrderReleased, ev.CancelRequested, ev.ReplaceRequested, ev.MessageQueued, ev.MessageSent}
)
"""Those that change something at the venue, or queue for it: a desk that only looks has none."""
_KINDS = {
    ev.OrderReleased: Message.NEW,
    ev.CancelRequested: Message.CANCEL,
    ev.ReplaceRequested: Message.REPLACE,
    ev.StatusRequested: Message.STATUS,
    ev.StatementAsked: Message.STATEMENT,
}
