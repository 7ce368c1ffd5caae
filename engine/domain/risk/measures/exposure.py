"""What is held and may still open, against what the account may hold."""

from engine.domain.ledger.currency import in_base_up
from engine.domain.ledger.valuation import mark_of
from engine.domain.risk.exposure import open_quantities
from engine.domain.risk.reference import BPS
from engine.domain.risk.uses import Ground, Measure, Use, money
from engine.values import Money, Quantity


def position(g: Ground) -> Use | None:
    """The worse side of the position with everything open on it, at the mark."""
    return _share_of_worth(g, g.state.limits.position_max)


def _worst_value(g: Ground) -> Money | None:
    mark, known = mark_of(g.quote), g.instrument
    if not mark or known is None:
        return None
    held = g.account.positions.get(g.symbol)
    quantity = held.quantity if held is not None else 0
    buys, sells = open_quantities(g.state, g.account.account, g.symbol)
    worst = max(quantity + buys, sells - quantity, 0)
    value = known.notional(mark, Quantity(worst))
    if known.currency != g.account.currency:
        value = in_base_up(value, g.state.rate_of(known.currency, g.account.currency))
    return value


def _exposures(g: Ground) -> tuple[int, int, int] | None:
    """(long, short, net liquidation value): positions at their marks and what may still open."""
    worth = g.worth.net_liquidation
    if worth is None:
        return None
    longs = g.worth.long_value + g.account.opening_long
    return longs, g.worth.short_value + g.account.opening_short, worth


def gross(g: Ground) -> Use | None:
    """Long and short together."""
    if (found := _exposures(g)) is None:
        return None
    longs, shorts, worth = found
    return money(longs + shorts, worth * g.state.limits.exposure_max // BPS)


def net(g: Ground) -> Use | None:
    """The worse side: it with all that is open on it, less positions of the other."""
    if (found := _exposures(g)) is None:
        return None
    longs, shorts, worth = found
    worse = max(longs - g.worth.short_value, shorts - g.worth.long_value, 0)
    return money(worse, worth * g.state.limits.exposure_net_max // BPS)


def long_exposure(g: Ground) -> Use | None:
    """Long positions and what open buys may open."""
    if (found := _exposures(g)) is None:
        return None
    return money(found[0], found[2] * g.state.limits.exposure_long_max // BPS)


def short_exposure(g: Ground) -> Use | None:
    """Short positions and what open shorts may open."""
    if (found := _exposures(g)) is None:
        return None
    return money(found[1], found[2] * g.state.limits.exposure_short_max // BPS)


def _share_of_worth(g: Ground, bps: int) -> Use | None:
    """The symbol's position as R08 counts it, against a share of what the account is worth."""
    worth, value = g.worth.net_liquidation, _worst_value(g)
    if worth is None or value is None:
        return None
    return money(value, worth * bps // BPS)


EXPOSURE: dict[str, Measure] = {
    "risk.position_max": position,
    "risk.exposure_max": gross,
    "risk.exposure_net_max": net,
    "risk.exposure_long_max": long_exposure,
    "risk.exposure_short_max": short_exposure,
    "risk.concentration_max": lambda g: _share_of_worth(g, g.state.limits.concentration_max),
    "risk.concentration_warn": lambda g: _share_of_worth(g, g.state.limits.concentration_warn),
}
