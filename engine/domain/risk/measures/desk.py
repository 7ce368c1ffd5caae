"""How ready the desk is."""

from engine.domain.arming import is_armed
from engine.domain.desk_breakers import (
    HALT_ORDERS_MIN,
    SLOW_ORDERS_MIN,
    VOLUME_FACTOR,
    counts_of,
)
from engine.domain.ledger.currency import PAR
from engine.domain.modes import is_live
from engine.domain.risk.findings import counted
from engine.domain.risk.reference import BPS
from engine.domain.risk.uses import Ground, Measure, Use, counts, share_of
from engine.values import NANOS_PER_SECOND


def rate(g: Ground) -> Use | None:
    """The exchange rate of the symbol's currency, where that is another than the account's."""
    known = g.instrument
    if known is None or known.currency == g.account.currency:
        return None
    found = g.state.rate_of(known.currency, g.account.currency)
    return Use(f"{found / PAR:.4f} for 1 {known.currency}") if found else Use("no rate")


def listed(g: Ground) -> Use | None:
    """Whether its instrument is known."""
    return Use(f"{g.symbol} known" if g.instrument is not None else f"{g.symbol} not known")


def readiness(g: Ground) -> Use | None:
    """Links that are down, or outcomes that nobody knows."""
    down = g.state.links_down
    if down:
        return Use(f"{', '.join(down)} down")
    if g.state.in_doubt:
        return Use(f"{len(g.state.in_doubt)} unknown")
    return Use("ready")


def armed(g: Ground) -> Use | None:
    """On a live account, whether orders may leave."""
    if not is_live(g.state.mode):
        return None
    return Use("armed" if is_armed(g.state, g.account.account, g.now) else "not armed")


def _rejected(g: Ground, bps: int, orders_min: int) -> Use | None:
    """Of the last minute's orders; too few of them say nothing."""
    orders, rejects = counts_of(g.state.breakers.activity, g.now)
    told = f"{counted(rejects)} of {counted(orders)}"
    if orders < orders_min:
        return Use(told, f"from {counted(orders_min)} orders on")
    return Use(told, "", share_of(rejects * BPS, orders * bps))


def order_volume(g: Ground) -> Use | None:
    """Orders of the last minute; ten times the normal minute stops the desk."""
    orders, _ = counts_of(g.state.breakers.activity, g.now)
    return counts(orders, VOLUME_FACTOR * g.state.limits.order_volume_normal)


def errors(g: Ground) -> Use | None:
    """Of the venue, within the last second."""
    since = g.now - NANOS_PER_SECOND
    recent = sum(1 for at in g.state.breakers.activity.errors if at > since)
    return counts(recent, g.state.limits.error_rate_max)


def unknown_orders(g: Ground) -> Use | None:
    """Orders whose outcome nobody knows."""
    return counts(len(g.state.in_doubt), g.state.limits.unknown_orders_max)


DESK: dict[str, Measure] = {
    "R38": rate,
    "R39": listed,
    "R41": readiness,
    "R42": armed,
    "risk.reject_rate_warn": lambda g: _rejected(
        g, g.state.limits.reject_rate_warn, SLOW_ORDERS_MIN
    ),
    "risk.reject_rate_max": lambda g: _rejected(g, g.state.limits.reject_rate_max, HALT_ORDERS_MIN),
    "risk.order_volume_normal": order_volume,
    "risk.error_rate_max": errors,
    "risk.unknown_orders_max": unknown_orders,
    "risk.venues_allowed": lambda g: Use(g.state.venue),
    "risk.accounts_allowed": lambda g: Use(g.account.account, is_private=True),
}
