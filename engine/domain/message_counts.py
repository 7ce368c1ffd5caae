"""How many messages left within the last second, and when the next one may."""

from bisect import bisect_right

from engine.domain.message_facts import (
    ENTRIES_PERCENT,
    MESSAGES_COUNTED_MAX,
    MESSAGES_TIMER,
    Message,
    Messages,
    Turn,
    message_key,
)
from engine.domain.orders import Order, Pending
from engine.domain.recon_events import StatementAsked
from engine.domain.state import State
from engine.values import NANOS_PER_SECOND, Nanos

VENUE_PERCENT = 90
"""Of what the venue itself takes a second: what is on its way may arrive closer together."""


def message_rate(state: State) -> int:
    """Messages a second, never less than one: a cancel always leaves. Above
    `MESSAGES_COUNTED_MAX` there is no limit."""
    return max(1, _limit(state))


def is_unlimited(state: State) -> bool:
    """Nothing is counted: everything may leave at once."""
    if state.limits.message_rate_max <= MESSAGES_COUNTED_MAX:
        return False
    # Without a limit of the venue's only our own can bind, and for most that settles it.
    return not state.venue_rate or message_rate(state) > MESSAGES_COUNTED_MAX


def venue_rate_words(state: State) -> str:
    """What the venue says of its own rate, and what of it is used."""
    rate = state.venue_rate
    if not rate:
        return f"{state.venue} names no rate"
    most = max(1, rate * VENUE_PERCENT // 100)
    return f"{state.venue} takes {rate:,}/s, {most:,} used"


def entry_rate(state: State) -> int:
    """What of that is not kept for cancels and exits; 0: nothing that opens may leave."""
    return _limit(state) * ENTRIES_PERCENT // 100


def _limit(state: State) -> int:
    limit, venue = state.limits.message_rate_max, state.venue_rate
    return min(limit, venue * VENUE_PERCENT // 100) if venue else limit


def count_message(
    state: State,
    message: Message,
    order_id: int,
    at: Nanos,
    is_entry: bool,
    asked: StatementAsked | None = None,
) -> bool:
    """Counts what leaves with the event that is applied; False where it waits here instead."""
    waiting = state.messages.waiting
    if waiting and message_key(message, order_id, asked) in waiting:
        return False
    if state.venue_rate or state.limits.message_rate_max <= MESSAGES_COUNTED_MAX:
        count(state, at, is_entry=is_entry)  # where that has any limit
    return True


def count(state: State, at: Nanos, *, is_entry: bool) -> None:
    """One message more that leaves, where there is a limit."""
    if is_unlimited(state):
        return
    messages = state.messages
    _append(messages.sent, at)
    if is_entry:
        _append(messages.entries, at)


def _append(times: list[Nanos], at: Nanos) -> None:
    times.append(at)
    if len(times) > 2 * MESSAGES_COUNTED_MAX:
        del times[:MESSAGES_COUNTED_MAX]


def forget_messages(state: State, newest: Nanos) -> None:
    """Keeps the times up to that one."""
    messages = state.messages
    messages.sent = [at for at in messages.sent if at <= newest]
    messages.entries = [at for at in messages.entries if at <= newest]


def room_now(times: list[Nanos], rate: int, now: Nanos) -> int:
    """How many more may leave at this moment, with those that left within the last second."""
    return rate - len(times) + bisect_right(times, now - NANOS_PER_SECOND)


def free_at(times: list[Nanos], rate: int) -> Nanos:
    """From when on one more may leave; 0 where it always could. `times` are in order."""
    return Nanos(times[-rate] + NANOS_PER_SECOND) if len(times) >= rate else Nanos(0)


def turn_comes_at(state: State, turn: Turn, now: Nanos) -> Nanos:
    """When the next message of that turn fits into the rate, later than now."""
    messages, for_entries = state.messages, entry_rate(state)
    due = free_at(messages.sent, message_rate(state))
    if turn is Turn.ENTRY and for_entries:
        due = max(due, free_at(messages.entries, for_entries))
    # What left in this very instant frees its place in a second, not now.
    return Nanos(max(due, now + 1))


def forget_waiting(state: State) -> None:
    """A run begins with nothing that waits; a cancel that did is one that was never answered."""
    for waiting in state.messages.waiting.values():
        order = state.orders.get(waiting.order_id)
        pending = None if order is None else pending_of(order, waiting.message)
        if pending is not None and waiting.message is Message.CANCEL:
            pending.is_queued = False
    state.messages.waiting.clear()
    state.timers.pop(MESSAGES_TIMER, None)


def pending_of(order: Order, message: Message) -> Pending | None:
    """The request of an order that a message carries."""
    match message:
        case Message.NEW:
            return order.pending_new
        case Message.CANCEL:
            return order.pending_cancel
        case Message.REPLACE:
            return order.pending_replace
        case _:
            return None


def drop_messages(messages: Messages, order_id: int) -> None:
    """The order is over: nothing of it has to leave any more."""
    for message in (Message.NEW, Message.CANCEL, Message.REPLACE, Message.STATUS):
        drop_message(messages, message, order_id)


def drop_message(messages: Messages, message: Message, order_id: int) -> None:
    """It does not leave: what is asked next of the same order waits for its own turn."""
    messages.waiting.pop(message_key(message, order_id), None)
