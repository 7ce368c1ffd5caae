"""What a venue's claims mean: each is applied once, in whatever order it comes."""

from engine.domain import events as ev
from engine.domain import reports as rep
from engine.domain.commands import Origin
from engine.domain.flatten import nudge_flatten
from engine.domain.ledger.fees import order_fee
from engine.domain.ledger.positions import Position, fill_effect
from engine.domain.lifecycle import Happening, next_status
from engine.domain.orders import Order
from engine.domain.quotes import Market
from engine.domain.risk.proposal import propose_replace
from engine.domain.risk.reserve import reserve_for
from engine.domain.state import State
from engine.domain.submission import quote_seen
from engine.values import Money, Nanos, OrderId, Quantity

_ACCEPT = Happening.ACCEPT


def _find(state: State, client_order_id: str) -> Order | None:
    order_id = state.by_client_id.get(client_order_id)
    return state.orders.get(order_id) if order_id is not None else None


def _orphan(client_order_id: str, text: str, now: Nanos) -> list[ev.Event]:
    return [ev.ReportOrphaned(now, client_order_id, text)]


def _repeat(client_order_id: str, what: str, now: Nanos) -> list[ev.Event]:
    return [ev.DuplicateIgnored(now, f"{what} {client_order_id}")]


def _nudge(state: State, order: Order, now: Nanos) -> list[ev.Event]:
    if not state.flattening:
        return []
    return nudge_flatten(state, order.order.account, order.order.symbol, now)


def venue_accepted(
    state: State, report: rep.VenueAccepted, market: Market, now: Nanos
) -> list[ev.Event]:
    """The order stands; a repeated or overtaken acknowledgement is counted and ignored."""
    order = _find(state, report.client_order_id)
    if order is None:
        return _orphan(report.client_order_id, "accepted", now)
    is_new = order.pending_new is not None or not order.venue_order_id
    if not is_new or next_status(order.status, _ACCEPT) is None:
        return _repeat(report.client_order_id, "accepted", now)
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
    order = _find(state, report.client_order_id)
    if order is None:
        return _orphan(report.client_order_id, f"rejected: {report.text}", now)
    if order.is_done:
        return _repeat(report.client_order_id, "rejected", now)
    rejected = ev.OrderRejected(now, order.order_id, report.text, report.at)
    return [rejected, *_nudge(state, order, now)]


def venue_filled(
    state: State, report: rep.VenueFilled, market: Market, now: Nanos
) -> list[ev.Event]:
    """Applied once per execution id; late and excess fills are applied too: the venue is right."""
    if report.execution_id in state.executions:
        return _repeat(report.execution_id, "execution", now)
    order = _find(state, report.client_order_id)
    if order is None:
        text = f"filled {report.quantity} at {report.price} ({report.execution_id})"
        return _orphan(report.client_order_id, text, now)
    fill = _booked_fill(state, order, report, market, now)
    happened: list[ev.Event] = [fill]
    if fill.resurrected or fill.overfill:
        happened += _alarms(state, order, fill, now)
    return happened + _nudge(state, order, now)


def _booked_fill(
    state: State, order: Order, report: rep.VenueFilled, market: Market, now: Nanos
) -> ev.OrderFilled:
    symbol, account = order.order.symbol, state.accounts[order.order.account]
    instrument = state.instruments[symbol]
    position = account.positions.get(symbol) or Position(symbol=symbol)
    effect = fill_effect(position, order.side, report.price, report.quantity, instrument, now)
    value = instrument.notional(report.price, report.quantity)
    cumulative = Quantity(order.cumulative + report.quantity)
    # Fees count per order over its cumulative fills: a fill pays the difference it makes.
    owed = order_fee(
        order.fee_table,
        order.trade_date,
        order.order.instruction,
        cumulative,
        Money(order.value + value),
        order.month_volume,
    )
    fee = Money(owed - order.fees)
    return ev.OrderFilled(
        now,
        order.order_id,
        report.execution_id,
        report.price,
        report.quantity,
        report.liquidity,
        fee,
        effect.realised,
        Money(-order.side * value - fee),
        effect.position_after,
        effect.lots,
        quote_seen(market.quote(symbol)),
        report.explanation,
        order.is_done,
        cumulative > order.worst_quantity,
        cumulative,
        report.at,
    )


def _alarms(state: State, order: Order, fill: ev.OrderFilled, now: Nanos) -> list[ev.Event]:
    """A fill that should not be lowers the symbol's trading state until a person has looked."""
    account = state.accounts[order.order.account]
    lowered = ev.TradingState.HALTED if fill.overfill else ev.TradingState.REDUCING
    current = account.symbols.get(order.order.symbol)
    if current is not None and current.state >= lowered:
        return []
    what = "filled beyond its quantity" if fill.overfill else "filled after it was done"
    return [
        ev.TradingStateChanged(
            now,
            account.account,
            order.order.symbol,
            lowered,
            False,
            f"order {order.label} was {what}",
            Origin.DESK,
        )
    ]


def venue_cancelled(
    state: State, report: rep.VenueCancelled, market: Market, now: Nanos
) -> list[ev.Event]:
    """What was open is gone, by request or by the venue's own rule."""
    order = _find(state, report.client_order_id)
    if order is None:
        return _orphan(report.client_order_id, "cancelled", now)
    if order.is_done:
        return _repeat(report.client_order_id, "cancelled", now)
    cancelled = ev.OrderCancelled(
        now,
        order.order_id,
        order.leaves,
        report.text,
        report.requested,
        report.at,
        report.twice_mid,
    )
    return [cancelled, *_nudge(state, order, now)]


def venue_expired(
    state: State, report: rep.VenueExpired, market: Market, now: Nanos
) -> list[ev.Event]:
    """What was open is gone because its time was over."""
    order = _find(state, report.client_order_id)
    if order is None:
        return _orphan(report.client_order_id, "expired", now)
    if order.is_done:
        return _repeat(report.client_order_id, "expired", now)
    left, mid = order.leaves, report.twice_mid
    expired = ev.OrderExpired(now, order.order_id, left, report.text, report.at, mid)
    return [expired, *_nudge(state, order, now)]


def venue_replaced(
    state: State, report: rep.VenueReplaced, market: Market, now: Nanos
) -> list[ev.Event]:
    """The change took effect; only the one that is waited for counts."""
    order = _find(state, report.client_order_id)
    if order is None:
        return _orphan(report.client_order_id, "replaced", now)
    pending = order.pending_replace
    if pending is None or pending.client_order_id != report.new_client_order_id:
        return _repeat(report.new_client_order_id, "replaced", now)
    proposal = propose_replace(order, report.price, report.quantity, "", state, market)
    replaced = ev.OrderReplaced(
        now,
        order.order_id,
        report.new_client_order_id,
        report.price,
        report.quantity,
        reserve_for(proposal),
        report.queue_ahead,
        report.at,
    )
    return [replaced, *_cancel_again(order, report, now), *_nudge(state, order, now)]


def _cancel_again(order: Order, report: rep.VenueReplaced, now: Nanos) -> list[ev.Event]:
    """A cancel that named the old id finds nothing any more: it is asked for under the new one."""
    if order.pending_cancel is None or order.cumulative >= report.quantity:
        return []
    return [ev.CancelRequested(now, order.order_id, report.new_client_order_id, Origin.DESK)]


def venue_cancel_refused(
    state: State, report: rep.VenueCancelRefused, market: Market, now: Nanos
) -> list[ev.Event]:
    """Too late, or not known there: the order keeps its last proved state.

    A fill that won the race was heard first; the lost cancel is told all the same, once.
    """
    order = _find(state, report.client_order_id)
    if order is None:
        return _orphan(report.client_order_id, f"cancel refused: {report.text}", now)
    pending = order.pending_cancel
    waited_for = order.late_cancel if pending is None else pending.client_order_id
    if waited_for != report.client_order_id:
        return _repeat(report.client_order_id, "cancel refused", now)
    refused = ev.CancelRejected(now, order.order_id, report.text, report.at)
    return [refused, *_nudge(state, order, now)]


def venue_replace_refused(
    state: State, report: rep.VenueReplaceRefused, market: Market, now: Nanos
) -> list[ev.Event]:
    """The old price and quantity stay in force."""
    order = _find(state, report.client_order_id)
    if order is None:
        return _orphan(report.client_order_id, f"replace refused: {report.text}", now)
    pending = order.pending_replace
    if pending is None or report.new_client_order_id not in ("", pending.client_order_id):
        return _repeat(report.client_order_id, "replace refused", now)
    return _replace_refused(state, order, report.text, report.at, market, now)


def _replace_refused(
    state: State, order: Order, text: str, venue_at: Nanos, market: Market, now: Nanos
) -> list[ev.Event]:
    proposal = propose_replace(order, order.price, order.quantity, "", state, market)
    refused = ev.ReplaceRejected(now, order.order_id, text, reserve_for(proposal), venue_at)
    return [refused, *_nudge(state, order, now)]


def venue_triggered(
    state: State, report: rep.VenueTriggered, market: Market, now: Nanos
) -> list[ev.Event]:
    """A stop entered the book."""
    order = _find(state, report.client_order_id)
    if order is None:
        return _orphan(report.client_order_id, "triggered", now)
    if order.is_triggered:
        return _repeat(report.client_order_id, "triggered", now)
    return [ev.OrderTriggered(now, order.order_id, report.price, report.at)]


def venue_order_waited(
    state: State, report: rep.VenueOrderWaited, market: Market, now: Nanos
) -> list[ev.Event]:
    """A fact for `why`, whatever became of the order."""
    order = _find(state, report.client_order_id)
    if order is None:
        return _orphan(report.client_order_id, "waited", now)
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


def venue_order_unknown(
    state: State, report: rep.VenueOrderUnknown, market: Market, now: Nanos
) -> list[ev.Event]:
    """Definitive evidence: the request never arrived, so nothing can have come of it."""
    order = _find(state, report.client_order_id)
    if order is None:
        return _orphan(report.client_order_id, "unknown to the venue", now)
    text, change = "never reached the venue", order.pending_replace
    if change is not None and change.client_order_id == report.client_order_id:
        return _replace_refused(state, order, text, report.at, market, now)
    if order.is_done or order.pending_new is None:
        return _repeat(report.client_order_id, "unknown", now)
    rejected = ev.OrderRejected(now, OrderId(order.order_id), text, report.at)
    return [rejected, *_nudge(state, order, now)]


def venue_compared(
    state: State, report: rep.VenueCompared, market: Market, now: Nanos
) -> list[ev.Event]:
    """What other assumptions would have given is a fact beside the order; nothing is booked."""
    order = _find(state, report.client_order_id)
    if order is None:
        return _orphan(report.client_order_id, "compared", now)
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
