"""How much has left the desk, within a second, a minute and the day."""

from bisect import bisect_right

from engine.domain.limits_view import THOUSANDTHS
from engine.domain.message_counts import message_rate as rate_of
from engine.domain.message_counts import room_now
from engine.domain.risk.findings import counted
from engine.domain.risk.rules.day import RATIO_ORDERS_MIN
from engine.domain.risk.rules.flow import MINUTE, SECOND
from engine.domain.risk.uses import Ground, Measure, Use, counts, money, share_of


def _tried(g: Ground, span: int, limit: int) -> Use:
    attempts = g.state.order_attempts
    return counts(len(attempts) - bisect_right(attempts, g.now - span), limit)


def open_orders(g: Ground) -> Use | None:
    """Of the account, over all symbols."""
    mine = sum(1 for i in g.state.live if g.state.orders[i].order.account == g.account.account)
    return counts(mine, g.state.limits.open_orders_max)


def open_orders_of_symbol(g: Ground) -> Use | None:
    """Of the account, in this symbol."""
    state = g.state
    mine = sum(
        1
        for i in state.live_by_symbol.get(g.symbol, ())
        if state.orders[i].order.account == g.account.account
    )
    return counts(mine, state.limits.open_orders_symbol_max)


def _pressed(g: Ground, span: int, limit: int) -> Use:
    """Of the armed ladder alone."""
    attempts = g.state.ladder_attempts
    return counts(len(attempts) - bisect_right(attempts, g.now - span), limit)


def repeats(g: Ground) -> Use | None:
    """The strategy that is nearest to its limit, and those that are disabled."""
    limits = g.state.limits
    if g.account.strategies:
        return Use(f"{', '.join(sorted(g.account.strategies))} disabled", "no room", THOUSANDTHS)
    since, mine = g.now - limits.repeated_execution_window, f"{g.account.account}|"
    most = max(
        (
            len(times) - bisect_right(times, since)
            for key, times in g.state.repeats.items()
            if key.startswith(mine)
        ),
        default=0,
    )
    return counts(most, limits.repeated_execution_max)


def cancel_ratio(g: Ground) -> Use | None:
    """Cancels and changes of the symbol today for each of its fills."""
    flow = g.account.flow.symbols.get(g.symbol)
    if flow is None:
        return None
    limit = g.state.limits.cancel_ratio_max * max(1, flow.fills)
    if flow.orders < RATIO_ORDERS_MIN:
        orders = counted(RATIO_ORDERS_MIN)
        return Use(f"{counted(flow.withdrawn)} : {counted(flow.fills)}", f"from {orders} orders on")
    room = f"{counted(max(0, limit - flow.withdrawn))} more"
    ratio = f"{counted(flow.withdrawn)} : {counted(flow.fills)}"
    return Use(ratio, room, share_of(flow.withdrawn, limit))


def daily_notional(g: Ground) -> Use | None:
    """Traded today and open now."""
    worth = g.worth.net_liquidation
    if worth is None:
        return None
    used = g.account.flow.traded + g.account.open_value
    return money(used, worth * g.state.limits.daily_notional_max)


def daily_orders(g: Ground) -> Use | None:
    """That left today."""
    return counts(g.account.flow.orders, g.state.limits.daily_orders_max)


def messages(g: Ground) -> Use | None:
    """That left within the last second, of all that may; what waits is told as well."""
    most = rate_of(g.state)
    sent = most - room_now(g.state.messages.sent, most, g.now)
    use, waiting = counts(max(0, sent), most), len(g.state.messages.waiting)
    return use if not waiting else Use(use.used, f"{counted(waiting)} wait", use.share)


FLOW: dict[str, Measure] = {
    "risk.message_rate_max": messages,
    "risk.order_rate_max": lambda g: _tried(g, SECOND, g.state.limits.order_rate_max),
    "risk.order_rate_minute_max": lambda g: _tried(g, MINUTE, g.state.limits.order_rate_minute_max),
    "risk.order_rate_ladder_max": lambda g: _pressed(
        g, SECOND, g.state.limits.order_rate_ladder_max
    ),
    "risk.order_rate_ladder_minute_max": lambda g: _pressed(
        g, MINUTE, g.state.limits.order_rate_ladder_minute_max
    ),
    "risk.repeated_execution_max": repeats,
    "risk.open_orders_max": open_orders,
    "risk.open_orders_symbol_max": open_orders_of_symbol,
    "risk.cancel_ratio_max": cancel_ratio,
    "risk.daily_notional_max": daily_notional,
    "risk.daily_orders_max": daily_orders,
}
