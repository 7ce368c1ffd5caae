"""What the desk's own last minute can trip: rejects, errors, volume, unknown outcomes, breaks."""

from engine.domain import breaker_facts as facts
from engine.domain import events as ev
from engine.domain.breaker_memory import ERRORS_KEPT_MAX, WINDOW_SECONDS, Activity
from engine.domain.breakers import tripped
from engine.domain.ledger.currency import in_base
from engine.domain.ledger.valuation import mark_of
from engine.domain.orders import NEVER_REACHED
from engine.domain.quotes import Market
from engine.domain.recon_events import DifferenceKind
from engine.domain.risk.exposure import worth_of
from engine.domain.risk.findings import counted, percent
from engine.domain.state import State
from engine.values import NANOS_PER_SECOND, Nanos, Quantity

BPS = 10_000
SLOW_TIMER = "breaker:slow"
LOOKS_EVERY = NANOS_PER_SECOND
"""Market time between two looks for the end of slow mode."""
SLOW_ORDERS_MIN, HALT_ORDERS_MIN = 10, 20
"""Fewer orders in a minute say nothing about a rate."""
ERRORS_MAX = ERRORS_KEPT_MAX - 1
VOLUME_FACTOR = 10
REJECT_RATE, ERROR_RATE, ORDER_VOLUME = "reject_rate", "error_rate", "order_volume"
UNKNOWN, BREAK = "unknown_orders", "break_share"
_ERRORS = (ev.OrderRejected, ev.ReplaceRejected, ev.ReportOrphaned)


def counts_of(activity: Activity, now: Nanos) -> tuple[int, int]:
    """(orders, rejects) of the last minute; changes nothing."""
    second = now // NANOS_PER_SECOND
    gone = second - activity.second
    if not activity.orders or gone < 0 or gone >= WINDOW_SECONDS:
        return 0, 0
    first = second - WINDOW_SECONDS + 1
    left = [passed % WINDOW_SECONDS for passed in range(first, activity.second + 1)]
    return sum(activity.orders[i] for i in left), sum(activity.rejects[i] for i in left)


def too_many_orders(state: State, now: Nanos) -> list[ev.Event]:
    """One order more than ten times the normal minute; entries alone are stopped by it."""
    most = VOLUME_FACTOR * state.limits.order_volume_normal
    orders, _ = counts_of(state.breakers.activity, now)
    if orders < most:
        return []
    normal = counted(state.limits.order_volume_normal)
    text = f"over {counted(most)} orders within a minute, {VOLUME_FACTOR} × the normal {normal}"
    return tripped(state, ORDER_VOLUME, text, now, actual=counted(orders + 1), limit=counted(most))


def after_errors(state: State, events: list[ev.Event], now: Nanos) -> list[ev.Event]:
    """What refusals and strange reports lead to, those among `events` included."""
    errors = sum(isinstance(event, _ERRORS) for event in events)
    if not errors:
        return []
    rejects = sum(
        isinstance(event, ev.OrderRejected) and event.text != NEVER_REACHED and not event.never_left
        for event in events
    )
    orders, before = counts_of(state.breakers.activity, now)
    happened = _errors_tripped(state, errors, now)
    if rejects:
        happened += _rate_tripped(state, orders, before + rejects, now)
    return happened


def _errors_tripped(state: State, errors: int, now: Nanos) -> list[ev.Event]:
    times = [*state.breakers.activity.errors, *([now] * errors)][-ERRORS_KEPT_MAX:]
    limit = min(state.limits.error_rate_max, ERRORS_MAX)
    recent = sum(1 for at in times if 0 <= now - at <= NANOS_PER_SECOND)
    if recent <= limit or state.limits.error_rate_max > ERRORS_MAX:
        return []
    text = f"more than {limit} errors of the venue within a second"
    return tripped(state, ERROR_RATE, text, now, actual=str(recent), limit=str(limit))


def _rate_tripped(state: State, orders: int, rejects: int, now: Nanos) -> list[ev.Event]:
    """Yellow slows entries down; far beyond it the desk stops."""
    limits, share = state.limits, rejects * BPS // max(orders, 1)
    what = f"{rejects} of {orders} orders of the last minute were rejected"
    happened: list[ev.Event] = []
    if orders >= HALT_ORDERS_MIN and rejects * BPS > limits.reject_rate_max * orders:
        actual, most = percent(share), percent(limits.reject_rate_max)
        happened += tripped(state, REJECT_RATE, what, now, actual=actual, limit=most)
    is_yellow = orders >= SLOW_ORDERS_MIN and rejects * BPS > limits.reject_rate_warn * orders
    if is_yellow and state.breakers.slow is None:
        actual, most = percent(share), percent(limits.reject_rate_warn)
        happened.append(facts.SlowModeChanged(now, True, what, actual, most))
        happened.append(ev.TimerSet(now, SLOW_TIMER, Nanos(now + LOOKS_EVERY)))
    return happened


def look_at_rate(state: State, now: Nanos) -> list[ev.Event]:
    """Slow mode is over once the rate is: looked at every second while it lasts."""
    if state.breakers.slow is None:
        return []
    orders, rejects = counts_of(state.breakers.activity, now)
    limit = state.limits.reject_rate_warn
    if orders >= SLOW_ORDERS_MIN and rejects * BPS > limit * orders:
        return [ev.TimerSet(now, SLOW_TIMER, Nanos(now + LOOKS_EVERY))]
    share = percent(rejects * BPS // max(orders, 1))
    text = f"{rejects} of {orders} orders of the last minute were rejected: full speed again"
    return [facts.SlowModeChanged(now, False, text, share, percent(limit))]


def too_much_unknown(
    state: State, events: list[ev.Event], market: Market, now: Nanos
) -> list[ev.Event]:
    """Orders whose outcome stays unknown after the venue had its time: too many, or worth too much.

    A line that drops and comes back with answers is none of that: until then R41 holds orders.
    """
    doubted = {*state.in_doubt}
    doubted |= {event.order_id for event in events if isinstance(event, ev.OutcomeUnknown)}
    if not doubted:
        return []
    most, share = state.limits.unknown_orders_max, state.limits.unknown_share_max
    if len(doubted) > most:
        text = f"of {len(doubted)} orders the outcome is unknown"
        return tripped(state, UNKNOWN, text, now, actual=str(len(doubted)), limit=str(most))
    for account in state.accounts.values():
        worth = worth_of(account, state, market).net_liquidation
        value = sum(_worst_value(state, i, account.account, market) for i in doubted)
        if worth is not None and value * BPS > share * max(worth, 0):
            actual = percent(-(-value * BPS // worth)) if worth > 0 else "all of it"
            text = f"orders worth {actual} of net liquidation value have an unknown outcome"
            return tripped(state, UNKNOWN, text, now, actual=actual, limit=percent(share))
    return []


def _worst_value(state: State, order_id: int, account: str, market: Market) -> int:
    order = state.orders[order_id]
    if order.order.account != account:
        return 0
    symbol = order.order.symbol
    price = max(order.price, order.protection, mark_of(market.quotes.get(symbol)))
    return _value(state, account, symbol, price, order.worst_leaves)


def _value(state: State, account: str, symbol: str, price: int, quantity: int) -> int:
    """In the account's currency; 0 where nothing values it."""
    known = state.instruments.get(symbol)
    if known is None or price <= 0:
        return 0
    local = known.notional(type(mark_of(None))(price), Quantity(abs(quantity)))
    return in_base(local, state.rate_of(known.currency, state.accounts[account].currency))


def too_large_a_break(
    state: State, events: list[ev.Event], market: Market, now: Nanos
) -> list[ev.Event]:
    """A position that nobody can explain, worth more than its limit."""
    share = state.limits.break_share_max
    for event in events:
        if not (isinstance(event, ev.DifferenceFound) and event.is_break):
            continue
        if event.difference is not DifferenceKind.POSITION:
            continue
        account = state.accounts[event.account]
        held = account.positions.get(event.symbol)
        missing = event.venue_quantity - (held.quantity if held is not None else 0)
        mark = mark_of(market.quotes.get(event.symbol))
        value = _value(state, event.account, event.symbol, mark, missing)
        worth = worth_of(account, state, market).net_liquidation
        if worth is not None and value * BPS > share * max(worth, 0):
            actual = percent(-(-value * BPS // worth)) if worth > 0 else "all of it"
            text = f"a break in {event.symbol} worth {actual} of net liquidation value"
            return tripped(state, BREAK, text, now, actual=actual, limit=percent(share))
    return []
