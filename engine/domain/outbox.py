"""Which request, if any, an event lets out of the desk."""

from engine.domain import events as ev
from engine.domain.requests import (
    CancelRequest,
    NewOrderRequest,
    ReplaceRequest,
    Request,
    StatusRequest,
)
from engine.domain.state import State
from engine.values import OrderType, TimeInForce


def request_of(event: ev.Event, state: State) -> Request | None:
    """The request of an event that was just applied; None for everything that stays inside."""
    if type(event) is ev.OrderReleased:
        return _new_order(event)
    if type(event) is ev.CancelRequested:
        return CancelRequest(event.client_order_id)
    if type(event) is ev.ReplaceRequested:
        current = state.orders[event.order_id].client_order_id
        return ReplaceRequest(current, event.client_order_id, event.price, event.quantity)
    if type(event) is ev.StatusRequested:
        return StatusRequest(event.client_order_id)
    return None


def _new_order(event: ev.OrderReleased) -> NewOrderRequest:
    """A market order leaves protected: a limit at the edge of the band that does not rest."""
    order = event.order
    is_market = order.type is OrderType.MARKET
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
    )
