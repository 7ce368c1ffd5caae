"""From the journal back to the state: replaying applies events and decides nothing."""

from collections.abc import Callable, Iterable

from engine.domain.apply import apply, state_hash
from engine.domain.lifecycle import Status
from engine.domain.orders import Order
from engine.domain.records import Record, decode_records
from engine.domain.requests import CancelRequest, Request, StatusRequest
from engine.domain.state import State
from engine.ports import Block


def is_event(record: Record) -> bool:
    """An inbound is its own cause; an event has a cause before it."""
    return record.cause != record.sequence


def replay(
    blocks: Iterable[Block],
    *,
    instance: str,
    epoch: int,
    each: Callable[[Record], None] | None = None,
) -> tuple[State, str]:
    """(state, state hash) after all blocks; `each` sees every record in order."""
    state = State(instance=instance, epoch=epoch)
    replay_into(state, blocks, each)
    return state, state_hash(state)


def replay_into(
    state: State, blocks: Iterable[Block], each: Callable[[Record], None] | None = None
) -> None:
    """Applies every event; `each` sees a record after it was applied."""
    for block in blocks:
        for record in decode_records(block.payload):
            if is_event(record):
                apply(state, record.body)  # type: ignore[arg-type]
            if each is not None:
                each(record)


def orders_at_venue(state: State) -> list[Order]:
    """Acknowledged and not done when the journal ended: a paper venue is rebuilt with these."""
    live = [state.orders[order_id] for order_id in state.live]
    stood = [order for order in live if order.status in (Status.WORKING, Status.PARTIAL)]
    return [order for order in stood if order.leaves]


def requests_in_doubt(state: State) -> list[Request]:
    """What to say after a restart about requests that were never answered.

    New orders and changes are asked about and never sent again; a cancel may be repeated.
    """
    everywhere = [state.orders[order_id] for order_id in state.live]
    live = [order for order in everywhere if order.market == state.market]
    sent = [order.client_order_id for order in live if order.status is Status.SENT]
    changes = [order.pending_replace.client_order_id for order in live if order.pending_replace]
    cancels = [order.pending_cancel.client_order_id for order in live if order.pending_cancel]
    asked: list[Request] = [StatusRequest(client_order_id) for client_order_id in sent + changes]
    return asked + [CancelRequest(client_order_id) for client_order_id in cancels]
