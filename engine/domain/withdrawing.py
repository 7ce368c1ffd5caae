"""What asks for the end of one order: of the venue, or here where no venue has it."""

from engine.domain import events as ev
from engine.domain.commands import Origin
from engine.domain.orders import Order
from engine.domain.state import State
from engine.values import Nanos

WITHDRAWN_ASLEEP = "withdrawn while its market slept"
WITHDRAWN_UNSENT = "withdrawn before it was sent"


def is_asleep(order: Order, state: State) -> bool:
    """It stands in another paper market, which only runs when it is asked for."""
    return order.market != state.market


def cancel_of(order: Order, state: State, origin: Origin, now: Nanos) -> ev.Event:
    """A request to the venue; a sleeping order is withdrawn at once: the journal is its venue, and
    so is one that waits here for its turn."""
    if order.pending_new is not None and order.pending_new.is_queued:
        return ev.OrderCancelled(now, order.order_id, order.leaves, WITHDRAWN_UNSENT, True)
    if is_asleep(order, state):
        return ev.OrderCancelled(now, order.order_id, order.leaves, WITHDRAWN_ASLEEP, True)
    return ev.CancelRequested(now, order.order_id, order.client_order_id, origin)
