"""How ready the desk is."""

from engine.domain.arming import LIVE_MODE, is_armed
from engine.domain.ledger.currency import PAR
from engine.domain.reports import LinkState
from engine.domain.risk.uses import Ground, Measure, Use


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
    down = [name for name, link in g.state.links.items() if link is LinkState.DOWN]
    if down:
        return Use(f"{', '.join(down)} down")
    if g.state.in_doubt:
        return Use(f"{len(g.state.in_doubt)} unknown")
    return Use("ready")


def armed(g: Ground) -> Use | None:
    """On a live account, whether orders may leave."""
    if g.state.mode.upper() != LIVE_MODE:
        return None
    return Use("armed" if is_armed(g.state, g.account.account, g.now) else "not armed")


DESK: dict[str, Measure] = {
    "R38": rate,
    "R39": listed,
    "R41": readiness,
    "R42": armed,
    "risk.venues_allowed": lambda g: Use(g.state.venue),
    "risk.accounts_allowed": lambda g: Use(g.account.account),
}
