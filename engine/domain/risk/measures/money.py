"""What the account has, what is held back of it, and how far it is from what it must keep."""

from engine.domain.day_trades import recent_day_trades
from engine.domain.risk.exposure import cash_in_base
from engine.domain.risk.findings import percent
from engine.domain.risk.margin import (
    maintenance_requirement,
    margin_left,
    terms_under,
    tier_under,
)
from engine.domain.risk.reference import BPS
from engine.domain.risk.regimes import RATIO, Rates, Regime
from engine.domain.risk.rules.calls import DAY_TRADES_MAX
from engine.domain.risk.uses import Ground, Measure, Use, counts, money, share_of
from engine.instruments import format_money_rounded, format_scaled
from engine.values import Money

_UNLENT = (Regime.PAID, Regime.CASH)


def _rates(g: Ground) -> Rates:
    return tier_under(g.account, g.state.limits, g.state.trade_date, g.worth).day


def short_margin(g: Ground) -> Use | None:
    """What open short positions tie up beyond their proceeds."""
    if g.worth.net_liquidation is None or not g.worth.short_value:
        return None
    tied = Money(-(-g.worth.short_value * _rates(g).short // BPS))
    return Use(format_money_rounded(tied), is_private=True)


def power(g: Ground) -> Use | None:
    """What is held for orders and positions, of all cash; where money is lent, of equity."""
    free = margin_left(g.account, g.state, g.market)
    if free is None or g.worth.net_liquidation is None:
        return None
    whole = cash_in_base(g.account, g.state)
    if g.state.limits.margin_regime not in _UNLENT:
        whole = g.worth.net_liquidation
    return money(whole - free, whole)


def leverage(g: Ground) -> Use | None:
    """Gross value with all that may open, of what the leverage allows."""
    worth, most = g.worth.net_liquidation, _rates(g).leverage
    if worth is None or worth <= 0:
        return None
    held = g.worth.gross + g.account.opening_long + g.account.opening_short
    room = format_money_rounded(Money(max(0, worth * most // RATIO - held)))
    used = f"{format_scaled(held * RATIO // worth, 2)} × NLV"
    return Use(used, f"{room} more", share_of(held * RATIO, worth * most))


def regime(g: Ground) -> Use | None:
    """Day trades where they are counted; else the regime's name alone."""
    limits = g.state.limits
    if not terms_under(limits, g.state.trade_date).counts_day_trades:
        return Use(Regime(limits.margin_regime).word)
    return counts(recent_day_trades(g.account.margin, g.state.trade_date), DAY_TRADES_MAX)


def maintenance(g: Ground) -> Use | None:
    """The share of equity that is above maintenance."""
    worth = g.worth.net_liquidation
    if worth is None or worth <= 0:
        return None
    need = maintenance_requirement(g.worth, _rates(g))
    free = format_money_rounded(Money(max(0, worth - need)))
    return Use(f"{percent((worth - need) * BPS // worth)} above", free, share_of(need, worth))


MONEY: dict[str, Measure] = {
    "risk.leverage_max": leverage,
    "risk.short_margin": short_margin,
    "risk.buying_power": power,
    "risk.margin_regime": regime,
    "risk.maintenance_margin": maintenance,
}
