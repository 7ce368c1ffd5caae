"""R34, the doing: what gives way so that nobody trades with himself, and what waits for it."""

from msgspec import structs

from engine.domain import events as ev
from engine.domain.commands import Origin
from engine.domain.identity import client_order_id
from engine.domain.message_facts import Message, Turn
from engine.domain.orders import Order
from engine.domain.quotes import Market
from engine.domain.reasons import Finding, Verdict
from engine.domain.risk.proposal import Proposal, propose, propose_replace
from engine.domain.risk.reserve import reserve_for
from engine.domain.risk.rules.conduct import R34
from engine.domain.risk.self_match import SelfMatchMode, crossed_by, may_meet, protects
from engine.domain.state import State
from engine.domain.withdrawing import cancel_of
from engine.values import Money, Nanos, OrderId, Quantity


def makes_way(
    state: State, p: Proposal, order_id: OrderId, message: Message, now: Nanos
) -> list[ev.Event]:
    """Cancels of own orders in the way of what leaves next, and its place behind them.

    For an exit as well, whatever the setting: it waits for the venue's word, no longer than for any
    answer, and then leaves all the same.
    """
    mode = p.limits.self_match
    if not mode or p.only_shrinks or not may_meet(p, state):
        return []
    crossed = [order for order in crossed_by(p, state) if not protects(order, state)]
    if not crossed:
        return []
    cancels = [cancel_of(o, state, Origin.DESK, now) for o in crossed if not o.is_cancelling]
    if mode == SelfMatchMode.CANCEL_PASSIVE and not p.is_exit:
        return cancels
    gone = {event.order_id for event in cancels if isinstance(event, ev.OrderCancelled)}
    behind = tuple(order.order_id for order in crossed if order.order_id not in gone)
    if not behind:
        return cancels
    turn = Turn.EXIT if p.is_exit else Turn.ENTRY
    return [*cancels, ev.MessageQueued(now, order_id, message, turn, behind)]


def less_what_meets(state: State, p: Proposal, market: Market) -> Proposal:
    """Where both lose what they would have traded with each other: what is left of this one.

    The order as it was asked for stays in the journal; what leaves is smaller.
    """
    if p.limits.self_match != SelfMatchMode.DECREMENT or p.is_exit:
        return p
    there = sum(order.worst_leaves for order in crossed_by(p, state))
    if not there:
        return p
    left = Quantity(p.quantity - there)
    assert left > 0, "an order that meets more than its size of own orders stays here"
    return propose(structs.replace(p.order, quantity=left), state, market)


def instead_of_sending(
    state: State, p: Proposal, findings: tuple[Finding, ...], market: Market, now: Nanos
) -> list[ev.Event]:
    """What own resting orders lose although the new one stays here, because it would have met them.

    Nothing where it stays here for another reason, or where what it would meet protects.
    """
    mode = p.limits.self_match
    if mode not in (SelfMatchMode.CANCEL_BOTH, SelfMatchMode.DECREMENT):
        return []
    has_met = any(found.rule == R34.id for found in findings)
    if not has_met or any(_stops(found, p) for found in findings if found.rule != R34.id):
        return []
    crossed = crossed_by(p, state)
    if any(protects(order, state) for order in crossed):
        return []
    if mode == SelfMatchMode.CANCEL_BOTH:
        return [cancel_of(o, state, Origin.DESK, now) for o in crossed if not o.is_cancelling]
    happened: list[ev.Event] = []
    left = p.quantity
    for order in crossed:
        happened += _less(state, order, left, market, now)
        left = Quantity(max(0, left - order.worst_leaves))
    return happened


def _stops(found: Finding, p: Proposal) -> bool:
    """It would have stayed here by this alone."""
    is_answered = found.verdict is not Verdict.DENY and p.override != ""
    return found.verdict is not Verdict.WARN and not is_answered


def _less(state: State, order: Order, quantity: int, market: Market, now: Nanos) -> list[ev.Event]:
    """Takes so much off a resting order; all of it, or where it cannot be changed now: its end."""
    if quantity <= 0 or order.is_cancelling:
        return []
    is_busy = order.pending_new is not None or order.pending_replace is not None
    if quantity >= order.leaves or is_busy or order.is_unknown:
        return [cancel_of(order, state, Origin.DESK, now)]
    total = Quantity(order.quantity - quantity)
    smaller = propose_replace(order, order.price, total, "", state, market)
    name = client_order_id(
        instance=state.instance,
        epoch=state.epoch,
        order_id=order.order_id,
        revision=order.revision + 1,
    )
    reserved = Money(max(order.reserved_total, reserve_for(smaller)))
    return [
        ev.ReplaceRequested(
            now, order.order_id, name, order.price, total, reserved, (), Origin.DESK
        )
    ]
