"""New orders, cancels and replaces: what the desk makes of them before anything leaves."""

from msgspec import structs

from engine.domain import commands as cmd
from engine.domain import events as ev
from engine.domain.commands import Origin
from engine.domain.contingent.terms import held_exits_of
from engine.domain.identity import client_order_id
from engine.domain.lifecycle import Status
from engine.domain.message_facts import Message
from engine.domain.orders import Order
from engine.domain.own_orders import instead_of_sending, less_what_meets, makes_way
from engine.domain.quotes import Market, Quote
from engine.domain.reasons import Refusal
from engine.domain.risk.frame import Assessment, evaluate
from engine.domain.risk.proposal import Proposal, propose, propose_replace
from engine.domain.risk.protection import protection_price
from engine.domain.risk.reserve import reserve_for
from engine.domain.risk.rules.breakers import within_band
from engine.domain.risk.self_match import may_meet
from engine.domain.slices import in_slices, slices_of, warning_of
from engine.domain.state import State
from engine.domain.withdrawing import cancel_of as cancel_of
from engine.domain.withdrawing import is_asleep as is_asleep
from engine.values import Money, Nanos, OrderId, OrderType, Price, Quantity

NO_QUOTE = ev.QuoteSeen()
_MARKET = OrderType.MARKET
NO_PROTECTION, NO_GROUP, NO_BASE = Price(0), "", Quantity(0)
NO_SLICES: tuple[Quantity, ...] = ()


def quote_seen(quote: Quote | None) -> ev.QuoteSeen:
    """The quote an event is judged against, frozen."""
    if quote is None:
        return NO_QUOTE
    return ev.QuoteSeen(
        quote.bid,
        quote.bid_size,
        quote.ask,
        quote.ask_size,
        quote.last,
        quote.at,
        quote.band_low,
        quote.band_high,
    )


def submit(state: State, command: cmd.SubmitOrder, market: Market, now: Nanos) -> list[ev.Event]:
    """Released, denied with every failed rule, or dropped because the ticket was sent before."""
    if command.ticket in state.tickets:
        return [ev.DuplicateIgnored(now, f"ticket {command.ticket}")]
    proposal = propose(command, state, market)
    assessment = evaluate(proposal, state, market, now)
    order_id: OrderId = state.order_next  # type: ignore[assignment]  # the next one
    way: list[ev.Event] = []
    if proposal.limits.self_match and may_meet(proposal, state):
        if not assessment.is_allowed:
            way = instead_of_sending(state, proposal, assessment.findings, market, now)
        else:
            proposal = less_what_meets(state, proposal, market)
            command = proposal.order
            way = makes_way(state, proposal, order_id, Message.NEW, now)
    number = state.number_next.get(state.trade_date, 1)
    seen = quote_seen(proposal.quote)
    if not assessment.is_allowed:
        return [_denied(state, command, assessment, seen, now), *way]
    protection, sizes, findings = NO_PROTECTION, NO_SLICES, assessment.findings
    if command.type is _MARKET or findings:
        command, protection = _priced(command, proposal, assessment)
        sizes = slices_of(proposal)
        if sizes:
            findings = (*findings, warning_of(proposal, sizes))
    name = client_order_id(
        instance=state.instance, epoch=state.epoch, order_id=order_id, revision=0
    )
    released = ev.OrderReleased(
        now,
        order_id,
        state.trade_date,
        number,
        name,
        command,
        reserve_for(proposal),
        protection,
        seen,
        findings,
        state.limits_digest,
        assessment.passed_bits,
        assessment.off_bits,
        NO_GROUP,
        NO_BASE,
        assessment.off_because,
    )
    if sizes:
        queued = way[-1] if way and isinstance(way[-1], ev.MessageQueued) else None
        return [*way, *in_slices(state, released, queued, sizes)]
    if command.target is None and command.stop_loss is None:
        return [*way, released] if way else [released]
    return [*way, released, *held_exits_of(order_id, number, command, state, now)]


def _priced(
    command: cmd.SubmitOrder, proposal: Proposal, assessment: Assessment
) -> tuple[cmd.SubmitOrder, Price]:
    """(the order as it leaves, the limit that protects it at the market; 0 for every other).

    A limit that was let through beyond the price band leaves at its edge: R24 has said so.
    """
    if command.type is _MARKET and command.leaves_protected:
        return command, protection_price(proposal)
    if not assessment.findings:
        return command, NO_PROTECTION
    is_banded = proposal.limits.price_band and not proposal.is_exit
    if not is_banded or not command.type.has_limit:
        return command, NO_PROTECTION
    price = within_band(command.price, proposal.quote, proposal.side)
    if price == command.price:
        return command, NO_PROTECTION
    return structs.replace(command, price=price), NO_PROTECTION


def _denied(
    state: State,
    command: cmd.SubmitOrder,
    assessment: Assessment,
    seen: ev.QuoteSeen,
    now: Nanos,
) -> ev.OrderDenied:
    """With its number, and every rule that failed."""
    return ev.OrderDenied(
        now,
        OrderId(state.order_next),
        state.trade_date,
        state.number_next.get(state.trade_date, 1),
        command,
        seen,
        assessment.findings,
        state.limits_digest,
        assessment.passed_bits,
        assessment.off_bits,
        assessment.off_because,
    )


def cancel(state: State, command: cmd.CancelOrder, market: Market, now: Nanos) -> list[ev.Event]:
    """Cancels always pass; there only has to be something to cancel."""
    order = state.orders.get(command.order_id)
    if order is None:
        return [ev.CancelDenied(now, command.order_id, Refusal.UNKNOWN_ORDER)]
    if order.has_ended:
        return [ev.CancelDenied(now, command.order_id, Refusal.ALREADY_DONE)]
    if order.status in (Status.STAGED, Status.HELD):
        return [ev.OrderCancelled(now, order.order_id, order.leaves, "withdrawn", True)]
    if order.is_cancelling:
        return [ev.CancelDenied(now, command.order_id, Refusal.CANCEL_PENDING)]
    return [cancel_of(order, state, command.origin, now)]


def _why_not_replace(
    order: Order | None, price: Price, quantity: Quantity, stop: Price, state: State
) -> Refusal | None:
    if order is None:
        return Refusal.UNKNOWN_ORDER
    if order.has_ended:
        return Refusal.ALREADY_DONE
    if is_asleep(order, state):
        return Refusal.ASLEEP
    if order.is_unknown:
        return Refusal.OUTCOME_UNKNOWN
    if order.pending_cancel is not None:
        return Refusal.CANCEL_PENDING
    if order.pending_replace is not None or order.pending_new is not None:
        return Refusal.REPLACE_PENDING
    if order.is_held:
        return Refusal.NOT_SENT_YET
    if quantity <= order.cumulative + order.taken:
        return Refusal.BELOW_FILLED
    if price == order.price and quantity == order.quantity and stop == order.stop:
        return Refusal.NOTHING_TO_CHANGE
    return None


def replace(state: State, command: cmd.ReplaceOrder, market: Market, now: Nanos) -> list[ev.Event]:
    """The same rules as a new order, at the worse of old and new while the answer is open."""
    order = state.orders.get(command.order_id)
    price = command.price or (order.price if order else Price(0))
    quantity = command.quantity or (order.quantity if order else Quantity(0))
    stop = command.stop or (order.stop if order else Price(0))
    refusal = _why_not_replace(order, price, quantity, stop, state)
    if order is not None and order.leg and command.quantity and command.origin is not Origin.DESK:
        refusal = Refusal.SIZED_BY_FILLS
    if refusal is not None or order is None:
        return [ev.ReplaceDenied(now, command.order_id, refusal or Refusal.UNKNOWN_ORDER, ())]
    proposal = propose_replace(order, price, quantity, command.override, state, market, stop)
    assessment = evaluate(proposal, state, market, now)
    if not assessment.is_allowed:
        return [
            ev.ReplaceDenied(
                now,
                order.order_id,
                0,
                assessment.findings,
                assessment.passed_bits,
                assessment.off_bits,
            )
        ]
    if assessment.findings and proposal.limits.price_band and not proposal.is_exit:
        price = within_band(price, proposal.quote, proposal.side)
    name = client_order_id(
        instance=state.instance,
        epoch=state.epoch,
        order_id=order.order_id,
        revision=order.revision + 1,
    )
    reserved = Money(max(order.reserved_total, reserve_for(proposal)))
    return [
        *makes_way(state, proposal, order.order_id, Message.REPLACE, now),
        ev.ReplaceRequested(
            now,
            order.order_id,
            name,
            price,
            quantity,
            reserved,
            assessment.findings,
            command.origin,
            assessment.passed_bits,
            assessment.off_bits,
            stop if stop != order.stop else Price(0),
        ),
    ]
