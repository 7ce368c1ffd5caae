"""Which request, if any, an event lets out of the desk."""

from collections.abc import Callable
from typing import Any

from engine.domain import events as ev
from engine.domain.requests import (
    CancelRequest,
    CashRequest,
    ExecutionsRequest,
    NewOrderRequest,
    OpenOrdersRequest,
    PositionsRequest,
    ReplaceRequest,
    Request,
    StatusRequest,
)
from engine.domain.state import State
from engine.domain.statements import Statement
from engine.values import OrderType, TimeInForce

_MARKET = OrderType.MARKET


def request_of(event: ev.Event, state: State) -> Request | None:
    """The request of an event that was just applied; None for everything that stays inside."""
    make = _REQUESTS.get(type(event))
    return make(event, state) if make is not None else None


def _new_order(event: ev.OrderReleased, state: State) -> NewOrderRequest:
    """A market order leaves protected: a limit at the edge of the band that does not rest.

    Not so for an auction, where it means whatever the one price is.
    """
    order = event.order
    is_market = order.type is _MARKET and not order.time_in_force.is_for_auction
    return NewOrderRequest(
        event.client_order_id,
        order.account,
        order.symbol,
        order.instruction,
        order.quantity,
        OrderType.LIMIT if is_market else order.type,
        TimeInForce.IOC if is_market else order.time_in_force,
        event.protection if is_market else order.price,
        order.stop,
        order.trigger,
        order.post_only,
        event.oca_group,
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


_REQUESTS: dict[type, Callable[[Any, State], Request]] = {
    ev.OrderReleased: _new_order,
    ev.CancelRequested: _cancel,
    ev.ReplaceRequested: _replace,
    ev.StatusRequested: _status,
    ev.StatementAsked: _statement,
}
"""Event type → the request that it lets out."""
