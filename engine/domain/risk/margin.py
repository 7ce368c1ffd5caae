"""What positions must be backed by under the account's margin regime, and what is left of it."""

from engine.domain.quotes import Market
from engine.domain.risk.exposure import Worth, reserved_total, worth_of
from engine.domain.risk.limits import Limits
from engine.domain.risk.regimes import (
    BPS,
    CONCENTRATED_FROM,
    FINRA_SHORT,
    REG_T_SHORT_MIN,
    Rates,
    Regime,
    Terms,
    Tier,
    terms_of,
    tier_of,
)
from engine.domain.state import Account, State
from engine.values import Money

_PAID = Regime.PAID


_newest: list[tuple[Limits, int, Terms]] = []
"""Limits and date change a few times a day, and every entry asks: the newest answer is kept."""


def terms_under(limits: Limits, trade_date: int) -> Terms:
    """The regime's terms on a date, as strict as the settings."""
    if _newest:
        of, date, terms = _newest[0]
        if of is limits and date == trade_date:
            return terms
    terms = terms_of(
        limits.margin_regime,
        trade_date,
        limits.leverage_max,
        limits.leverage_overnight_max,
        limits.short_margin,
    )
    _newest[:] = [(limits, trade_date, terms)]
    return terms


def tier_under(account: Account, limits: Limits, trade_date: int, worth: Worth) -> Tier:
    """What counts today."""
    return tier_among(terms_under(limits, trade_date), account, worth)


def tier_among(terms: Terms, account: Account, worth: Worth) -> Tier:
    """By the equity with which the day began, so that no fill can change it."""
    tiers = terms.tiers
    if len(tiers) == 1:
        return tiers[0]
    equity = account.day_open_equity
    if equity is None:
        equity = worth.net_liquidation
    return tier_of(terms, 0 if equity is None else equity)


def entry_requirement(worth: Worth, rates: Rates) -> int:
    """Equity that positions must be backed by before anything is added, rounded up."""
    longs = worth.lent_value
    need = longs + worth.unlent_value
    if rates.long != BPS:
        need = -(-longs * rates.long // BPS) + worth.unlent_value
    if worth.short_value:
        need += -(-worth.short_value * rates.short // BPS)
        if rates.has_share_minimums:
            need += _beyond_shares(worth, rates)
    if rates.concentrated:
        need += _concentration(worth, rates.concentrated)
    return need


def _beyond_shares(worth: Worth, rates: Rates) -> int:
    """What cheap shorts need beyond a share of their value, never too little."""
    if rates.short >= REG_T_SHORT_MIN:
        return worth.short_beyond
    return worth.short_maintenance - worth.short_value * FINRA_SHORT // BPS


def _concentration(worth: Worth, share: int) -> int:
    """Of the house model: the largest position's part above a quarter of NLV needs more."""
    above = worth.largest - (worth.net_liquidation or 0) * CONCENTRATED_FROM // BPS
    return -(-above * share // BPS) if above > 0 else 0


def maintenance_requirement(worth: Worth, rates: Rates) -> int:
    """Equity below which the position may not be held, rounded up."""
    need = -(-worth.lent_value * rates.maintenance_long // BPS)
    if rates.maintenance_long:
        need += worth.unlent_value
    if worth.short_value:
        share = -(-worth.short_value * rates.maintenance_short // BPS)
        need += max(share, worth.short_maintenance if rates.has_share_minimums else 0)
    if rates.maintenance_concentrated:
        need += _concentration(worth, rates.maintenance_concentrated)
    return need


def margin_left(account: Account, state: State, market: Market) -> Money | None:
    """Equity that neither positions nor live orders need; None without a needed mark."""
    worth = worth_of(account, state, market)
    if worth.net_liquidation is None:
        return None
    rates = tier_under(account, state.limits, state.trade_date, worth).day
    need = entry_requirement(worth, rates) + reserved_total(account, state)
    return Money(worth.net_liquidation - need)


def buying_power(account: Account, state: State, market: Market, *, less: int = 0) -> Money | None:
    """What could be bought long with what is left, after `less` of it is needed; None without a
    needed mark."""
    left = margin_left(account, state, market)
    if left is None:
        return None
    worth = worth_of(account, state, market)
    rates = tier_under(account, state.limits, state.trade_date, worth).day
    rate = rates.long + rates.concentrated
    return Money((left - less) * BPS // rate)
