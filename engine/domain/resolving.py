"""What a person says became of an order that nobody can prove anything about."""

from engine.domain import commands as cmd
from engine.domain import events as ev
from engine.domain import reports as rep
from engine.domain.answers import nudged
from engine.domain.bounds import fits
from engine.domain.commands import Outcome
from engine.domain.doubt import not_replaced
from engine.domain.lifecycle import Status
from engine.domain.modes import is_live
from engine.domain.orders import Order
from engine.domain.quotes import Market
from engine.domain.reasons import Refusal
from engine.domain.second_factor import wants_factor
from engine.domain.state import State
from engine.domain.trade_reports import venue_filled
from engine.domain.venue_reports import proved_change
from engine.values import Liquidity, Nanos

MANUAL = "MANUAL-"
"""How the execution id of a fill begins that a person has stated."""


def resolve_order(
    state: State, command: cmd.ResolveOrder, market: Market, now: Nanos
) -> list[ev.Event]:
    """Written down with the reason, then booked like the venue's own word; that word outranks it.

    On paper a reason is enough; live it takes the second factor, and one has to be enrolled.
    """
    order = state.orders.get(command.order_id)
    refusal = _why_not(state, order, command)
    if refusal is not None or order is None:
        subject = str(command.order_id) if order is None else order.label
        refusal = refusal or Refusal.UNKNOWN_ORDER
        return [ev.CommandRefused(now, "resolve", refusal, subject)]
    is_fill = command.outcome is Outcome.FILLED
    name = f"{MANUAL}{order.client_order_id}-{order.fills + 1}" if is_fill else ""
    resolved = ev.OrderResolved(
        now,
        order.order_id,
        command.outcome,
        command.quantity,
        command.price,
        command.reason,
        command.origin,
        name,
    )
    came_of_it = _came_of_it(state, order, command, name, market, now)
    return [resolved, *came_of_it, *nudged(state, order, now)]


def _why_not(state: State, order: Order | None, command: cmd.ResolveOrder) -> Refusal | None:
    if order is None:
        return Refusal.UNKNOWN_ORDER
    if not command.reason:
        return Refusal.WHY_MISSING
    if not (order.is_unknown or order.owed or _differs(state, order)):
        return Refusal.NOT_IN_DOUBT
    is_new = order.pending_new is not None and order.status is Status.SENT
    if command.outcome is Outcome.NOT_PLACED and not (is_new or order.pending_replace is not None):
        return Refusal.WAS_PLACED
    if command.outcome is Outcome.FILLED and order.manual:
        return Refusal.ALREADY_STATED
    if command.outcome is Outcome.FILLED and not 0 < command.quantity <= order.worst_leaves:
        return Refusal.BEYOND_OPEN
    if not fits(state.instruments[order.order.symbol], command.price, command.quantity):
        return Refusal.BEYOND_BOOKS
    if not is_live(state.mode):
        return None
    # Last, so that nobody is asked for a code for what would be refused all the same.
    if not state.factor.enrolment:
        return Refusal.NOT_ENROLLED
    return Refusal.SECOND_FACTOR_WANTED if wants_factor(state) else None


def _differs(state: State, order: Order) -> bool:
    """It lives here and nobody can explain what the venue says of it: a person has to."""
    return not order.is_done and f"order/{order.order_id}" in state.recon.breaks


def _came_of_it(
    state: State,
    order: Order,
    command: cmd.ResolveOrder,
    execution_id: str,
    market: Market,
    now: Nanos,
) -> list[ev.Event]:
    text = f"by hand: {command.reason}"
    match command.outcome:
        case Outcome.NOT_PLACED if order.pending_new is not None:
            return [ev.OrderRejected(now, order.order_id, f"not placed, {text}")]
        case Outcome.NOT_PLACED:
            told = f"not changed, {text}"
            return not_replaced(state, order, told, Nanos(0), market, now, by_hand=True)
        case Outcome.CANCELLED:
            name, filled = order.client_order_id, order.cumulative
            changed = proved_change(state, order, name, filled, market, now)
            left = order.worst_leaves if changed else order.leaves
            return [*changed, ev.OrderCancelled(now, order.order_id, left, text, False)]
        case Outcome.FILLED:
            fill = rep.VenueFilled(
                order.client_order_id,
                execution_id,
                command.price,
                command.quantity,
                Liquidity.MAKER,
                text,
            )
            return venue_filled(state, fill, market, now)
