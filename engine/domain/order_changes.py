"""What the events of an order's life change: its status, requests in flight, money and figures."""

from collections.abc import Callable
from typing import Any

from engine.domain import events as ev
from engine.domain.commands import Origin
from engine.domain.contingent.changes import (
    LEG_CHANGES,
    ended_with_group,
    stays_away,
    taken_back_by_desk,
)
from engine.domain.lifecycle import Certainty, Happening, Request, Status
from engine.domain.message_changes import MESSAGE_CHANGES
from engine.domain.message_counts import count_message, drop_message, drop_messages
from engine.domain.message_facts import Message
from engine.domain.moves import answered, become, cleared, hold, move, revalue, watched
from engine.domain.order_births import BIRTHS
from engine.domain.orders import NEVER_REACHED, Order, Pending, Wish
from engine.domain.reasons import REFUSAL_SENTENCES, Refusal
from engine.domain.state import State
from engine.domain.strategy_changes import STRATEGY_CHANGES
from engine.domain.trade_changes import TRADE_CHANGES
from engine.values import Nanos, Price, Quantity

_ACCEPT = Happening.ACCEPT
"""Looking a member up in its enum takes longer than what is done with it, on Python 3.11."""


def _working(state: State, event: ev.OrderWorking) -> None:
    order = state.orders[event.order_id]
    order.venue_order_id = event.venue_order_id
    if event.queue_ahead >= 0:
        order.queue_ahead = event.queue_ahead
    order.pending_new = None
    # What is open stays as it was, and so does what is held for it.
    become(state, order, _ACCEPT, event.at)


def _rejected(state: State, event: ev.OrderRejected) -> None:
    order = state.orders[event.order_id]
    order.text, order.never_left = event.text, event.never_left
    order.cancelled = Quantity(max(0, order.quantity - order.cumulative))
    order.ending = Happening.REJECT
    if event.text != NEVER_REACHED and not event.never_left:
        state.breakers.activity.note_reject(event.at)
    move(state, order, Happening.REJECT, event.at)


def _triggered(state: State, event: ev.OrderTriggered) -> None:
    order = state.orders[event.order_id]
    order.is_triggered, order.changed_at = True, event.at


def _cancelled(state: State, event: ev.OrderCancelled) -> None:
    order = state.orders[event.order_id]
    order.text = event.text
    staged = order.status in (Status.STAGED, Status.HELD)
    if staged and not event.requested:
        state.brackets[order.group].taken_back.append(order.order_id)
    _end(state, order, Happening.DISCARD if staged else Happening.CANCEL, event)
    order.let_go = not (staged or event.requested)
    ended_with_group(state, order)
    if event.requested:
        # That was the answer.
        order.late_cancel = ""


def _expired(state: State, event: ev.OrderExpired) -> None:
    order = state.orders[event.order_id]
    order.text = event.text
    _end(state, order, Happening.EXPIRE, event)


def _end(
    state: State, order: Order, happening: Happening, event: ev.OrderCancelled | ev.OrderExpired
) -> None:
    """Nothing of it works any more; while it owes fills it lives on, open for just these."""
    order.cancelled = Quantity(order.cancelled + event.quantity)
    _within_its_quantity(order, event.owed)
    order.ending, order.changed_at = happening, event.at
    if order.status is Status.FILLED:
        return  # by trades that the venue has taken back, which is still to be told
    if not event.owed:
        move(state, order, happening, event.at)
        return
    answered(order)
    if state.messages.waiting:
        drop_messages(state.messages, order.order_id)
    hold(state, order)


def _restated(state: State, event: ev.OrderRestated) -> None:
    order = state.orders[event.order_id]
    order.price, order.quantity, order.text = event.price, event.quantity, event.text
    order.reserved_total, order.changed_at = event.reserved, event.at
    revalue(state, order, _worth(order))
    # Without the venue's time nothing is known: ours may be ahead of it by any amount.
    order.restated_at = max(order.restated_at, event.venue_at)
    _within_its_quantity(order)
    hold(state, order)
    if order.cumulative > order.quantity:
        # A trade of it was taken back, which is still to be told: until then what is open of it
        # is not known, and it is no more done than an order that was filled beyond its size.
        order.is_overfilled = True
    else:
        _complete(state, order, event.at)


def _cancel_requested(state: State, event: ev.CancelRequested) -> None:
    order, before = state.orders[event.order_id], state.orders[event.order_id].pending_cancel
    pending = Pending(since=event.at, client_order_id=event.client_order_id)
    if before is not None:
        # The same wish again: it is as doubtful as it was until one of them is answered.
        pending.since, pending.certainty = before.since, before.certainty
        pending.asked, pending.asked_at = before.asked + 1, event.at
    else:
        _count_withdrawn(state, order)
        if order.leg and event.origin is Origin.DESK:
            taken_back_by_desk(state, order)
        elif order.leg:
            stays_away(state, order)
    order.pending_cancel, order.changed_at = pending, event.at
    if count_message(state, Message.CANCEL, event.order_id, event.at, is_entry=False):
        watched(state, event.at)
    else:
        pending.is_queued = True


def _count_withdrawn(state: State, order: Order) -> None:
    state.accounts[order.order.account].flow.of(order.order.symbol).withdrawn += 1


def _worth(order: Order) -> Price:
    """The price at which what is open counts."""
    return order.price or order.protection or order.stop


def _cancel_rejected(state: State, event: ev.CancelRejected) -> None:
    order = state.orders[event.order_id]
    order.pending_cancel, order.text, order.changed_at = None, event.text, event.at
    order.late_cancel, order.refused_at = "", event.at
    cleared(state, order)


def _replace_requested(state: State, event: ev.ReplaceRequested) -> None:
    order = state.orders[event.order_id]
    order.revision += 1
    order.pending_replace = Pending(
        since=event.at,
        client_order_id=event.client_order_id,
        price=event.price,
        quantity=event.quantity,
        stop=event.stop,
    )
    if event.origin is not Origin.DESK:
        order.is_set_by_hand = True
    elif order.leg:
        _wished(order, event)
    order.reserved_total, order.changed_at = event.reserved, event.at
    _count_withdrawn(state, order)
    revalue(state, order, _worth(order))
    hold(state, order)
    if count_message(state, Message.REPLACE, event.order_id, event.at, is_entry=event.reserved > 0):
        watched(state, event.at)
    else:
        order.pending_replace.is_queued = True
    # Both ids may speak until the venue has answered.
    state.by_client_id[event.client_order_id] = event.order_id


def _wished(order: Order, event: ev.ReplaceRequested) -> None:
    """The same wish again counts, so that the next one can wait longer."""
    stop, before = event.stop or order.stop, order.wish
    wish = order.wish = Wish(event.price, event.quantity, stop, event.at)
    if before is not None and before.is_for(wish.price, wish.quantity, wish.stop):
        wish.again, wish.is_told = before.again + 1, before.is_told


def _replace_denied(state: State, event: ev.ReplaceDenied) -> None:
    """Of our own no only one changes anything: a person has been told of it, once."""
    if event.refusal != Refusal.NOT_KEPT:
        return
    order = state.orders[event.order_id]
    order.text = REFUSAL_SENTENCES[Refusal.NOT_KEPT]
    if order.wish is not None:
        order.wish.is_told = True


def _replace_rejected(state: State, event: ev.ReplaceRejected) -> None:
    order = state.orders[event.order_id]
    if order.pending_replace is not None and not event.by_hand:
        # What a person says of it the venue may still contradict, under just this name.
        state.by_client_id.pop(order.pending_replace.client_order_id, None)
    if state.messages.waiting:
        drop_message(state.messages, Message.REPLACE, order.order_id)
    state.breakers.activity.note_error(event.at)
    order.pending_replace, order.text, order.changed_at = None, event.text, event.at
    order.refused_at = event.at
    order.reserved_total = event.reserved
    _within_its_quantity(order)
    revalue(state, order, _worth(order))
    cleared(state, order)
    hold(state, order)
    _complete(state, order, event.at)


def _replaced(state: State, event: ev.OrderReplaced) -> None:
    order = state.orders[event.order_id]
    state.by_client_id[event.client_order_id] = event.order_id
    order.client_order_id = event.client_order_id
    order.price, order.quantity = event.price, event.quantity
    order.stop = event.stop or order.stop
    order.queue_ahead = event.queue_ahead
    # What the venue had made of it before this is older, also if it is heard later.
    order.restated_at = max(order.restated_at, event.venue_at)
    order.pending_replace, order.changed_at = None, event.at
    order.reserved_total = event.reserved
    _within_its_quantity(order)
    revalue(state, order, _worth(order))
    cleared(state, order)
    hold(state, order)
    _complete(state, order, event.at)


def _within_its_quantity(order: Order, owed: int = 0) -> None:
    """Of a leg: siblings took off the larger quantity that it might have had, and has not."""
    if order.taken:
        room = max(0, order.quantity - order.cumulative - owed)
        order.cancelled = Quantity(min(order.cancelled, room))


def _complete(state: State, order: Order, at: Nanos) -> None:
    """With the answer to a replace an order can turn out to be filled already."""
    if order.is_filled_at(order.quantity) and not order.is_done:
        move(state, order, Happening.FULL_FILL, at)


def _unknown(state: State, event: ev.OutcomeUnknown) -> None:
    order = state.orders[event.order_id]
    pending = {
        Request.NEW: order.pending_new,
        Request.CANCEL: order.pending_cancel,
        Request.REPLACE: order.pending_replace,
    }[event.request]
    if pending is not None:
        pending.certainty = Certainty.UNKNOWN
        state.in_doubt[order.order_id] = None
    order.text, order.changed_at = event.text, event.at


def _status_requested(state: State, event: ev.StatusRequested) -> None:
    pending = state.orders[event.order_id].request_named(event.client_order_id)
    count_message(state, Message.STATUS, event.order_id, event.at, is_entry=False)
    if pending is not None:
        pending.asked, pending.asked_at = pending.asked + 1, event.at
        watched(state, event.at)


def _evidence_heard(state: State, event: ev.EvidenceHeard) -> None:
    order = state.orders[event.order_id]
    pending = order.request_named(event.client_order_id)
    if pending is not None:
        pending.negatives, pending.negative_at = pending.negatives + 1, event.at
    order.text, order.changed_at = event.text, event.at


def _resolved(state: State, event: ev.OrderResolved) -> None:
    order = state.orders[event.order_id]
    order.text, order.changed_at = f"by hand: {event.reason}", event.at
    if event.execution_id:
        order.manual = event.execution_id


ORDER_CHANGES: dict[type, Callable[[State, Any], None]] = {
    **BIRTHS,
    **LEG_CHANGES,
    ev.OrderWorking: _working,
    ev.OrderRejected: _rejected,
    ev.OrderTriggered: _triggered,
    ev.OrderCancelled: _cancelled,
    ev.OrderExpired: _expired,
    ev.CancelRequested: _cancel_requested,
    ev.CancelRejected: _cancel_rejected,
    ev.ReplaceRequested: _replace_requested,
    ev.ReplaceDenied: _replace_denied,
    ev.ReplaceRejected: _replace_rejected,
    ev.OrderReplaced: _replaced,
    ev.OutcomeUnknown: _unknown,
    ev.StatusRequested: _status_requested,
    ev.EvidenceHeard: _evidence_heard,
    ev.OrderResolved: _resolved,
    ev.OrderRestated: _restated,
    **MESSAGE_CHANGES,
    **TRADE_CHANGES,
    **STRATEGY_CHANGES,
}
"""Event type → what it changes about its order."""
