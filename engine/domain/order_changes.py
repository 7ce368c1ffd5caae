"""What the events of an order's life change: its status, requests in flight, money and figures."""

from collections.abc import Callable
from typing import Any

from engine.domain import events as ev
from engine.domain.commands import Origin
from engine.domain.contingent.changes import (
    LEG_CHANGES,
    joins,
    sent_leg,
    stays_away,
    taken_back_by_desk,
)
from engine.domain.identity import LEG_STRIDE
from engine.domain.lifecycle import Certainty, Happening, Request, Status
from engine.domain.moves import answered, become, cleared, hold, move, revalue, watched
from engine.domain.orders import Order, Pending, Wish
from engine.domain.reasons import REFUSAL_SENTENCES, Refusal
from engine.domain.risk.opening import counted_price
from engine.domain.risk.rules.conduct import price_print
from engine.domain.risk.rules.flow import fingerprint
from engine.domain.state import State
from engine.domain.strategy_changes import STRATEGY_CHANGES, count_execution
from engine.domain.trade_changes import TRADE_CHANGES
from engine.values import Nanos, Price, Quantity

ORDER_ATTEMPTS_MAX = 1_024
"""More than any order-rate window counts; older attempts cannot matter."""
RECENT_ORDERS_MAX = 256
"""Duplicate memory: more than can be entered within its window at the highest order rate."""
RECENT_PRICES_MAX = 2_048
"""Wash memory: more than scripts send within its window."""
_UNTHROTTLED = (Origin.SCRIPT, Origin.DESK)
"""The order-rate rule throttles hands: scripts are paced, the desk's own orders are exits."""
# What every order goes through has a name here: on Python 3.11 looking a member up in its enum
# takes longer than what is done with it.
_SENT, _ACCEPT, _LADDER = Status.SENT, Happening.ACCEPT, Origin.LADDER


def _remember_submission(state: State, event: ev.OrderReleased | ev.OrderDenied) -> None:
    order_id, order = event.order_id, event.order
    if order_id < LEG_STRIDE:
        state.order_next = order_id + 1
        state.number_next[event.trade_date] = event.number + 1
    state.tickets[order.ticket] = order_id
    origin = order.origin
    if origin in _UNTHROTTLED:
        return
    attempts = state.ladder_attempts if origin is _LADDER else state.order_attempts
    attempts.append(event.at)
    if len(attempts) > ORDER_ATTEMPTS_MAX:
        del attempts[: ORDER_ATTEMPTS_MAX // 2]


def _new_order(event: ev.OrderReleased | ev.OrderDenied, status: Status) -> Order:
    order, at = event.order, event.at
    return Order(
        event.order_id,
        event.trade_date,
        event.number,
        order,
        order.instruction.side,
        status,
        order.quantity,
        order.price,
        order.stop,
        event.protection if type(event) is ev.OrderReleased else order.price,
        at,
        at,
    )


def _released(state: State, event: ev.OrderReleased) -> None:
    _remember_submission(state, event)
    order_id, name, asked, at = event.order_id, event.client_order_id, event.order, event.at
    symbol, price, protection = asked.symbol, asked.price, event.protection
    _note(state.recent_orders, fingerprint(asked), at, RECENT_ORDERS_MAX)
    order = _new_order(event, _SENT) if order_id < LEG_STRIDE else sent_leg(state, event)
    order.client_order_id, order.market = name, state.market
    account = state.accounts[asked.account]
    order.fee_table, order.month_volume = account.fee_table, account.month_volume
    instrument = state.instruments.get(symbol)
    if instrument is not None and instrument.currency != account.currency:
        order.fee_table = account.fee_table_for(instrument)
    order.reserved_total = event.reserved
    side = order.side
    order.worst_price = protection or counted_price(
        asked.type, side, price, asked.stop, event.quote
    )
    flow = account.flow
    flow.orders += 1
    flow.of(symbol).orders += 1
    if event.reserved:
        count_execution(state, asked, side, at)
    if order.price:
        printed = price_print(symbol, side, order.quantity, order.price)
        _note(state.recent_prices, printed, at, RECENT_PRICES_MAX)
    revalue(state, order, order.price or protection or order.stop or _price_of(event.quote))
    order.pending_new = Pending(at)
    state.orders[order_id] = order
    state.by_client_id[name] = order_id
    state.live[order_id] = None
    of_symbol = state.live_by_symbol.get(symbol)
    if of_symbol is None:
        of_symbol = state.live_by_symbol[symbol] = {}
    of_symbol[order_id] = None
    hold(state, order)
    watched(state, at)


def _note(memory: dict[str, Nanos], key: str, at: Nanos, most: int) -> None:
    """The newest last; the oldest goes where there are too many."""
    memory.pop(key, None)
    memory[key] = at
    if len(memory) > most:
        del memory[next(iter(memory))]


def _price_of(quote: ev.QuoteSeen) -> Price:
    """Of an order that has none: it is for an auction."""
    return quote.last or quote.ask or quote.bid


def _denied(state: State, event: ev.OrderDenied) -> None:
    _remember_submission(state, event)
    order = _new_order(event, Status.DENIED)
    order.protection = order.price
    order.text = event.findings[0].sentence if event.findings else ""
    if event.order_id >= LEG_STRIDE:
        order.market = state.market
        joins(state, order)
    state.orders[event.order_id] = order


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
    order.text = event.text
    order.cancelled = Quantity(max(0, order.quantity - order.cumulative))
    order.ending = Happening.REJECT
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
    watched(state, event.at)


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
    watched(state, event.at)
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
    own = order.cumulative
    if own and own + order.taken >= order.quantity and not order.is_done:
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
    ev.OrderReleased: _released,
    **LEG_CHANGES,
    ev.OrderDenied: _denied,
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
    **TRADE_CHANGES,
    **STRATEGY_CHANGES,
}
"""Event type → what it changes about its order."""
