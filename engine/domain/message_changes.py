"""What it changes that a message waits here, and that it leaves."""

from collections.abc import Callable
from typing import Any

from engine.domain.message_counts import count, pending_of, turn_comes_at
from engine.domain.message_facts import (
    MESSAGES_TIMER,
    MessageQueued,
    MessageSent,
    Turn,
    Waiting,
    message_key,
)
from engine.domain.moves import watched
from engine.domain.state import State
from engine.values import Nanos


def _queued(state: State, event: MessageQueued) -> None:
    """It waits from now on, and the timer looks after it."""
    key = message_key(event.message, event.order_id, event.asked)
    state.messages.waiting[key] = Waiting(
        event.message, event.order_id, event.turn, event.at, event.behind, event.asked
    )
    due = Nanos(event.at + state.patience.ack)
    if not event.behind:
        due = turn_comes_at(state, event.turn, event.at)
    timers = state.timers
    timers[MESSAGES_TIMER] = min(timers.get(MESSAGES_TIMER, due), due)


def _sent(state: State, event: MessageSent) -> None:
    """It left: it is waited for from now on as if it had just been decided."""
    waiting = state.messages.waiting.pop(message_key(event.message, event.order_id, event.asked))
    count(state, event.at, is_entry=waiting.turn is Turn.ENTRY)
    order = state.orders.get(event.order_id)
    pending = None if order is None else pending_of(order, event.message)
    if order is not None and pending is not None:
        pending.is_queued, pending.since = False, event.at
        order.changed_at = event.at
        watched(state, event.at)


MESSAGE_CHANGES: dict[type, Callable[[State, Any], None]] = {
    MessageQueued: _queued,
    MessageSent: _sent,
}
"""Event type → what it changes."""
