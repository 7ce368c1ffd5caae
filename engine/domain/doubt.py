"""Requests whose outcome nobody knows: when that is so, what is asked, and what counts as proof."""

from collections.abc import Iterator

from engine.domain import events as ev
from engine.domain import reports as rep
from engine.domain.answers import find_order, nudged, orphaned, repeated
from engine.domain.commands import Origin
from engine.domain.lifecycle import Certainty, Request
from engine.domain.orders import NEVER_REACHED, Order, Pending
from engine.domain.patience import ASKS_MAX, ask_again_after
from engine.domain.quotes import Market
from engine.domain.recon import ORDERS_TIMER, POSITIONS_TIMER
from engine.domain.risk.proposal import propose_replace
from engine.domain.risk.reserve import reserve_for
from engine.domain.state import ACK_TIMER, State
from engine.instruments import format_scaled
from engine.values import NANOS_PER_SECOND, Nanos

SECOND_DIGITS = 9


def in_flight(order: Order) -> Iterator[tuple[Request, Pending]]:
    """The requests of an order that the venue still owes an answer to."""
    if order.pending_new is not None:
        yield Request.NEW, order.pending_new
    if order.pending_replace is not None:
        yield Request.REPLACE, order.pending_replace
    if order.pending_cancel is not None:
        yield Request.CANCEL, order.pending_cancel


def watch(state: State, now: Nanos) -> list[ev.Event]:
    """The one timer of all that is in flight: what waited too long is unknown and asked about.

    Nothing is sent again but cancels, and they only so often. Over a broken link nothing is asked:
    its return asks about everything.
    """
    happened: list[ev.Event] = []
    dues: list[int] = []
    is_down = bool(state.links_down)
    for order_id in state.live:
        order = state.orders[order_id]
        if order.market != state.market:
            continue
        for request, pending in in_flight(order):
            due = _due(state, pending)
            if due is None or pending.is_queued:
                continue
            if is_down and pending.certainty is Certainty.KNOWN:
                continue  # what is sent over a broken link leaves when it is back
            if due > now:
                dues.append(due)
                continue
            if pending.certainty is Certainty.KNOWN:
                text = f"no answer within {_seconds(state.patience.ack)} s"
                happened.append(ev.OutcomeUnknown(now, order.order_id, request, text))
            if not is_down:
                happened.append(question(order, request, now))
                dues.append(now + ask_again_after(state.patience.ack, pending.asked_lately + 1))
    if dues:
        happened.append(ev.TimerSet(now, ACK_TIMER, Nanos(min(dues))))
    return happened + _looks_again(state, now)


def _looks_again(state: State, now: Nanos) -> list[ev.Event]:
    """While something lives, the books are compared now and then."""
    if not state.live:
        return []
    patience = state.patience
    every = {ORDERS_TIMER: patience.orders_every, POSITIONS_TIMER: patience.positions_every}
    return [
        ev.TimerSet(now, name, Nanos(now + wait))
        for name, wait in every.items()
        if wait and name not in state.timers
    ]


def _due(state: State, pending: Pending) -> int | None:
    """When to look at it again; None where only a person, or the link's return, can help."""
    if pending.certainty is Certainty.KNOWN:
        return max(pending.since, state.link_up_at) + state.patience.ack
    if pending.asked_lately >= ASKS_MAX:
        return None
    due = pending.asked_at + ask_again_after(state.patience.ack, pending.asked_lately)
    if pending.negatives:
        # It said no too early: the next question waits until the answer can be believed.
        due = max(due, pending.negative_at + state.patience.settle)
    return due


def question(order: Order, request: Request, now: Nanos) -> ev.Event:
    """A request is asked about and never sent again; a cancel may be repeated."""
    if request is Request.CANCEL:
        return ev.CancelRequested(now, order.order_id, order.client_order_id, Origin.DESK)
    name = order.client_order_id
    if request is Request.REPLACE and order.pending_replace is not None:
        name = order.pending_replace.client_order_id
    return ev.StatusRequested(now, order.order_id, name)


def resume_in_flight(state: State, may_cancel: bool, now: Nanos) -> list[ev.Event]:
    """After a restart nobody knows what became of what was out: it is asked about (U1, F01)."""
    happened: list[ev.Event] = []
    for order_id in state.live:
        order = state.orders[order_id]
        if order.market != state.market:
            continue
        for request, pending in in_flight(order):
            if pending.certainty is Certainty.KNOWN:
                text = "the desk restarted before the answer came"
                happened.append(ev.OutcomeUnknown(now, order.order_id, request, text))
            if request is not Request.CANCEL or may_cancel:
                happened.append(question(order, request, now))
    if happened:
        happened.append(ev.TimerSet(now, ACK_TIMER, Nanos(now + state.patience.ack)))
    return happened


def venue_order_unknown(
    state: State, report: rep.VenueOrderUnknown, market: Market, now: Nanos
) -> list[ev.Event]:
    """The venue never had it: believed when it was asked over a whole link, late enough (U3)."""
    order = find_order(state, report.client_order_id)
    if order is None:
        return orphaned(report.client_order_id, "unknown to the venue", now)
    change = order.pending_replace
    is_change = change is not None and change.client_order_id == report.client_order_id
    pending = change if is_change else order.pending_new
    if order.is_done or pending is None:
        return repeated(report.client_order_id, "unknown", now)
    doubt = _why_not_proof(state, pending, report.query, now)
    if doubt:
        happened: list[ev.Event] = [
            ev.EvidenceHeard(now, order.order_id, report.client_order_id, doubt, report.at)
        ]
        due = Nanos(now + state.patience.settle)
        if state.timers.get(ACK_TIMER, due + 1) > due:
            happened.append(ev.TimerSet(now, ACK_TIMER, due))
        return happened
    if is_change:
        return not_replaced(state, order, NEVER_REACHED, report.at, market, now)
    rejected = ev.OrderRejected(now, order.order_id, NEVER_REACHED, report.at)
    return [rejected, *nudged(state, order, now)]


def _why_not_proof(state: State, pending: Pending, query: int, now: Nanos) -> str:
    """Why "never had it" proves nothing yet; empty where it does.

    It says what was so when the question reached the venue, however late it is heard: what counts
    is when that question was asked, by our own clock alone, for the venue's may be another.
    """
    if state.links_down:
        return "the venue says it never had it, over a link that is down"
    if pending.asked_at < state.link_up_at:
        return "the venue says it never had it, and was not asked since the link is up"
    patience = state.patience
    # A venue that cannot be overtaken by a question needs no time; its clock may have gone back.
    if patience.settle and query and query < pending.asked:
        return "the venue says it never had it, to an earlier question"
    asked_at = pending.asked_at if query else now
    # The time in which nobody was there counts for nothing: the clock may have been set meanwhile,
    # and what was on its way when the line broke may come in behind the question.
    since = max(pending.since, state.link_up_at)
    if patience.settle and asked_at < since + patience.settle:
        what = "it was sent" if since == pending.since else "the line came back"
        wait = _seconds(patience.settle)
        return f"the venue says it never had it, sooner than {wait} s after {what}"
    is_new = not patience.settle or now >= pending.negative_at + patience.settle
    if pending.negatives + is_new < patience.passes:
        said = pending.negatives + is_new
        return f"the venue says it never had it ({said} of {patience.passes} times)"
    return ""


def not_replaced(
    state: State,
    order: Order,
    text: str,
    venue_at: Nanos,
    market: Market,
    now: Nanos,
    *,
    by_hand: bool = False,
) -> list[ev.Event]:
    """The old price and quantity stay in force."""
    proposal = propose_replace(order, order.price, order.quantity, "", state, market)
    reserve = reserve_for(proposal)
    refused = ev.ReplaceRejected(now, order.order_id, text, reserve, venue_at, by_hand)
    return [refused, *nudged(state, order, now)]


def _seconds(nanos: Nanos) -> str:
    text = format_scaled(nanos, SECOND_DIGITS)
    return text.rstrip("0").rstrip(".") if "." in text else text


assert NANOS_PER_SECOND == 10**SECOND_DIGITS
