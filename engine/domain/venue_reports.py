"""What a venue's claims mean: each is applied once, in whatever order it comes."""

from engine.domain import events as ev
from engine.domain import reports as rep
from engine.domain.answers import beyond_books, find_order, nudged, orphaned, repeated
from engine.domain.bounds import fits
from engine.domain.commands import Origin
from engine.domain.doubt import not_replaced
from engine.domain.lifecycle import Happening, next_status
from engine.domain.orders import Order
from engine.domain.quotes import Market
from engine.domain.risk.proposal import propose_replace
from engine.domain.risk.reserve import reserve_for
from engine.domain.state import State
from engine.values import Nanos, Price, Quantity

_ACCEPT = Happening.ACCEPT
NO_STOP = Price(0)


def venue_accepted(
    state: State, report: rep.VenueAccepted, market: Market, now: Nanos
) -> list[ev.Event]:
    """The order stands; a repeated or overtaken acknowledgement is counted and ignored."""
    order = find_order(state, report.client_order_id)
    if order is None:
        return orphaned(report.client_order_id, "accepted", now)
    is_new = order.pending_new is not None or not order.venue_order_id
    if not is_new or next_status(order.status, _ACCEPT) is None:
        return repeated(report.client_order_id, "accepted", now)
    return [
        ev.OrderWorking(
            now,
            order.order_id,
            report.venue_order_id,
            report.queue_ahead,
            report.at,
            report.bids,
            report.asks,
        )
    ]


def venue_rejected(
    state: State, report: rep.VenueRejected, market: Market, now: Nanos
) -> list[ev.Event]:
    """The venue's no, also when it comes late."""
    order = find_order(state, report.client_order_id)
    if order is None:
        return orphaned(report.client_order_id, f"rejected: {report.text}", now)
    if order.is_done:
        return repeated(report.client_order_id, "rejected", now)
    rejected = ev.OrderRejected(now, order.order_id, report.text, report.at, report.never_left)
    return [rejected, *nudged(state, order, now)]


def venue_cancelled(
    state: State, report: rep.VenueCancelled, market: Market, now: Nanos
) -> list[ev.Event]:
    """What was open is gone, by request or by the venue's own rule.

    Of fills that the venue counts and nobody has told here, the order goes on owing: they were
    before the cancel, and may still move the position.
    """
    order = find_order(state, report.client_order_id)
    if order is None:
        return orphaned(report.client_order_id, "cancelled", now)
    if order.has_ended and not _ends_otherwise(order, report.cumulative):
        return repeated(report.client_order_id, "cancelled", now)
    changed = proved_change(state, order, report.client_order_id, report.cumulative, market, now)
    left, owed = _left_and_owed(order, report.cumulative, is_changed=bool(changed))
    cancelled = ev.OrderCancelled(
        now,
        order.order_id,
        left,
        report.text,
        report.requested,
        report.at,
        report.twice_mid,
        owed,
    )
    return [*changed, cancelled, *nudged(state, order, now)]


def _ends_otherwise(order: Order, cumulative: Quantity) -> bool:
    """It is filled here, and by the venue's count it was not: a trade was taken back meanwhile."""
    return not order.ending and 0 <= cumulative < order.cumulative


def _left_and_owed(
    order: Order, cumulative: Quantity, *, is_changed: bool
) -> tuple[Quantity, Quantity]:
    """(what is gone, fills that the venue has counted and that have not been heard of).

    Together they are what was open; below zero the venue does not say what it counts.
    """
    leaves, quantity = order.leaves, order.quantity
    if is_changed:
        leaves, quantity = order.worst_leaves, order.worst_quantity
    # Of a leg siblings may have taken more than it had: what it filled itself is owed all the same.
    room = max(leaves, quantity - order.cumulative) if order.taken else leaves
    owed = min(room, max(0, cumulative - order.cumulative))
    return Quantity(max(0, leaves - owed)), Quantity(owed)


def proved_change(
    state: State, order: Order, name: str, cumulative: Quantity, market: Market, now: Nanos
) -> list[ev.Event]:
    """A larger quantity that nobody has confirmed, and the end proves it: it is told of under
    the new name, or more was filled than the old quantity allowed."""
    change = order.pending_replace
    if change is None or change.quantity <= order.quantity:
        return []
    is_named = name == change.client_order_id
    if not is_named and max(order.cumulative, cumulative) <= order.quantity:
        return []
    proposal = propose_replace(order, change.price, change.quantity, "", state, market)
    return [
        ev.OrderReplaced(
            now,
            order.order_id,
            change.client_order_id,
            change.price,
            change.quantity,
            reserve_for(proposal),
            order.queue_ahead,
            stop=change.stop,
        )
    ]


def venue_expired(
    state: State, report: rep.VenueExpired, market: Market, now: Nanos
) -> list[ev.Event]:
    """What was open is gone because its time was over; fills of before may be owed as well."""
    order = find_order(state, report.client_order_id)
    if order is None:
        return orphaned(report.client_order_id, "expired", now)
    if order.has_ended and not _ends_otherwise(order, report.cumulative):
        return repeated(report.client_order_id, "expired", now)
    changed = proved_change(state, order, report.client_order_id, report.cumulative, market, now)
    left, owed = _left_and_owed(order, report.cumulative, is_changed=bool(changed))
    mid = report.twice_mid
    expired = ev.OrderExpired(now, order.order_id, left, report.text, report.at, mid, owed)
    return [*changed, expired, *nudged(state, order, now)]


def venue_restated(
    state: State, report: rep.VenueRestated, market: Market, now: Nanos
) -> list[ev.Event]:
    """The venue changed the order unasked; of two, what it did later is in force."""
    order = find_order(state, report.client_order_id)
    if order is None:
        return orphaned(report.client_order_id, "restated", now)
    same = report.price == order.price and report.quantity == order.quantity
    is_older = report.at and report.at <= order.restated_at
    if order.has_ended or same or is_older:
        return repeated(report.client_order_id, "restated", now)
    if not _fits(state, order, report):
        return beyond_books(state, order, _terms(state, order, report), now)
    return restated_as(state, order, report, market, now)


def restated_as(
    state: State, order: Order, report: rep.VenueRestated, market: Market, now: Nanos
) -> list[ev.Event]:
    """So the order stands at the venue now, whatever was heard of it before."""
    proposal = propose_replace(order, report.price, report.quantity, "", state, market)
    restated = ev.OrderRestated(
        now,
        order.order_id,
        report.price,
        report.quantity,
        reserve_for(proposal),
        report.text,
        report.at,
    )
    return [restated, *nudged(state, order, now)]


def _fits(state: State, order: Order, report: rep.VenueReplaced | rep.VenueRestated) -> bool:
    price = max(report.price, order.price, order.stop)
    if isinstance(report, rep.VenueReplaced):
        price = max(price, report.stop)
    return fits(state.instruments[order.order.symbol], price, report.quantity)


def _terms(state: State, order: Order, report: rep.VenueReplaced | rep.VenueRestated) -> str:
    known = state.instruments[order.order.symbol]
    size, price = known.format_quantity(report.quantity), known.format_price(report.price)
    return f"a change to {size} at {price}"


def venue_replaced(
    state: State, report: rep.VenueReplaced, market: Market, now: Nanos
) -> list[ev.Event]:
    """The change took effect; only the one that is waited for counts."""
    order = find_order(state, report.client_order_id)
    if order is None:
        return orphaned(report.client_order_id, "replaced", now)
    pending, name = order.pending_replace, report.new_client_order_id
    is_awaited = pending is not None and pending.client_order_id == name
    if not (is_awaited or _was_denied_by_hand(state, order, report)):
        return repeated(name, "replaced", now)
    if not _fits(state, order, report):
        return beyond_books(state, order, _terms(state, order, report), now)
    price, quantity = report.price, report.quantity
    if report.at and report.at < order.restated_at:
        # The venue has changed it again since, and that was heard first.
        price, quantity = order.price, order.quantity
    proposal = propose_replace(order, price, quantity, "", state, market)
    replaced = ev.OrderReplaced(
        now,
        order.order_id,
        report.new_client_order_id,
        price,
        quantity,
        reserve_for(proposal),
        report.queue_ahead,
        report.at,
        # One that it does not name is the one that was asked for: an answer may leave it out.
        report.stop or (pending.stop if is_awaited and pending is not None else NO_STOP),
    )
    return [replaced, *_cancel_again(order, replaced, now), *nudged(state, order, now)]


def _was_denied_by_hand(state: State, order: Order, report: rep.VenueReplaced) -> bool:
    """A person had said that this change never came, and the venue says that it did."""
    name = report.new_client_order_id
    is_known = state.by_client_id.get(name) == order.order_id and name != order.client_order_id
    return is_known and order.client_order_id == report.client_order_id and not order.has_ended


def _cancel_again(order: Order, replaced: ev.OrderReplaced, now: Nanos) -> list[ev.Event]:
    """A cancel that named the old id finds nothing any more: it is asked for under the new one.

    Not where the order turns out to be filled with the quantity that is in force now.
    """
    if order.pending_cancel is None or order.is_filled_at(replaced.quantity):
        return []
    return [ev.CancelRequested(now, order.order_id, replaced.client_order_id, Origin.DESK)]


def venue_cancel_refused(
    state: State, report: rep.VenueCancelRefused, market: Market, now: Nanos
) -> list[ev.Event]:
    """Too late, or not known there: the order keeps its last proved state.

    A fill that won the race was heard first; the lost cancel is told all the same, once.
    """
    order = find_order(state, report.client_order_id)
    if order is None:
        return orphaned(report.client_order_id, f"cancel refused: {report.text}", now)
    pending = order.pending_cancel
    waited_for = order.late_cancel if pending is None else pending.client_order_id
    if waited_for != report.client_order_id:
        return repeated(report.client_order_id, "cancel refused", now)
    refused = ev.CancelRejected(now, order.order_id, report.text, report.at)
    return [refused, *nudged(state, order, now)]


def venue_replace_refused(
    state: State, report: rep.VenueReplaceRefused, market: Market, now: Nanos
) -> list[ev.Event]:
    """The old price and quantity stay in force."""
    order = find_order(state, report.client_order_id)
    if order is None:
        return orphaned(report.client_order_id, f"replace refused: {report.text}", now)
    pending = order.pending_replace
    if pending is None or report.new_client_order_id not in ("", pending.client_order_id):
        return repeated(report.client_order_id, "replace refused", now)
    return not_replaced(state, order, report.text, report.at, market, now)


def venue_triggered(
    state: State, report: rep.VenueTriggered, market: Market, now: Nanos
) -> list[ev.Event]:
    """A stop entered the book."""
    order = find_order(state, report.client_order_id)
    if order is None:
        return orphaned(report.client_order_id, "triggered", now)
    if order.is_triggered:
        return repeated(report.client_order_id, "triggered", now)
    return [ev.OrderTriggered(now, order.order_id, report.price, report.at)]


def venue_order_waited(
    state: State, report: rep.VenueOrderWaited, market: Market, now: Nanos
) -> list[ev.Event]:
    """A fact for `why`, whatever became of the order."""
    order = find_order(state, report.client_order_id)
    if order is None:
        return orphaned(report.client_order_id, "waited", now)
    return [
        ev.OrderWaited(
            now,
            order.order_id,
            report.places,
            report.traded_at_price,
            report.nearest,
            report.is_estimate,
            report.at,
        )
    ]


def venue_compared(
    state: State, report: rep.VenueCompared, market: Market, now: Nanos
) -> list[ev.Event]:
    """What other assumptions would have given is a fact beside the order; nothing is booked."""
    order = find_order(state, report.client_order_id)
    if order is None:
        return orphaned(report.client_order_id, "compared", now)
    return [
        ev.OrderCompared(
            now,
            order.order_id,
            report.booked,
            order.order.symbol,
            order.side,
            report.price,
            report.outcomes,
        )
    ]
