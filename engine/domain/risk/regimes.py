"""Margin regimes of an account as dated tables: what positions and new orders must be backed by."""

from enum import IntEnum
from functools import lru_cache

import msgspec

from engine.values import MONEY_SCALE, Money

BPS = 10_000
RATIO = 100
"""Ratios such as leverage have two decimals."""
REG_T_INITIAL = 5_000
"""12 CFR 220.12(a) and (c)(1): 50 % of a purchase; of a short sale 150 %, its proceeds counted."""
REG_T_SHORT_MIN = REG_T_INITIAL
FINRA_LONG = 2_500
"""FINRA 4210(c)(1): maintenance of long positions."""
FINRA_SHORT = 3_000
"""FINRA 4210(c)(3): of shorts at $5 and above, at least …"""
SHORT_SHARE_MIN = Money(5 * MONEY_SCALE)
"""… $5.00 a share."""
SHORT_CHEAP_BELOW = Money(5 * MONEY_SCALE)
SHORT_CHEAP_SHARE_MIN = Money(5 * MONEY_SCALE // 2)
"""FINRA 4210(c)(2): shorts below $5 need their whole value, at least $2.50 a share."""
NO_DATE = 0
FROM_2026 = 20260604
"""SR-FINRA-2025-017, approved 2026-04-14 (34-105226, 91 FR 20731): intraday margin replaces the
rules for pattern day traders …"""
PHASED_IN = 20271020
"""… and no member may keep the old ones beyond this day."""
TERMS_KEPT_MAX = 64


class Regime(IntEnum):
    """Which rules of margin an account lives under."""

    PAID = 0
    """Of this desk: longs paid in full, shorts backed by their value and half as much."""
    CASH = 1
    REG_T = 2
    DAY_TRADE = 3
    """Reg T with the rules for pattern day traders that ended in 2026."""
    INTRADAY = 4
    """Reg T overnight, and the maintenance margin within the day."""
    PORTFOLIO = 5

    @property
    def word(self) -> str:
        return self.name.lower()


REGIME_WORDS: tuple[str, ...] = tuple(regime.word for regime in Regime)


class Rates(msgspec.Struct, frozen=True, gc=False):
    """Shares of value, in basis points, that must be backed by equity."""

    long: int = BPS
    """Of what is held long, and of a purchase."""
    short: int = REG_T_INITIAL
    """Of what is held short, beyond its proceeds, and of a short sale."""
    maintenance_long: int = FINRA_LONG
    maintenance_short: int = FINRA_SHORT
    leverage: int = 2 * RATIO
    """Gross market value ÷ NLV at most, with two decimals."""
    has_share_minimums: bool = False
    concentrated: int = 0
    """More of the part of the largest position that is above `CONCENTRATED_FROM` of NLV."""
    is_leverage_tighter: bool = False
    """The leverage asks for more equity than the regime's own shares do."""


CONCENTRATED_FROM = 2_500
"""Share of NLV from which the house model calls a position concentrated: own estimate."""


class Tier(msgspec.Struct, frozen=True, gc=False):
    """What counts for accounts whose day began with this much equity."""

    equity_min: Money
    day: Rates
    night: Rates
    """For what is meant to stay over the night: an order for the close, and at the date's end."""


class Terms(msgspec.Struct, frozen=True):
    """One regime from a trade date on."""

    from_date: int
    tiers: tuple[Tier, ...]
    """The richest first; the last takes everybody."""
    may_short: bool = True
    is_settled: bool = False
    """A cash account: purchases are paid with cash, which has to settle."""
    counts_day_trades: bool = False
    has_intraday_calls: bool = False
    source: str = ""


DAY_TRADER_EQUITY = Money(25_000 * MONEY_SCALE)
"""FINRA 4210(f)(8)(B)(iv)a, as it was until 2026."""
MARGIN_EQUITY = Money(2_000 * MONEY_SCALE)
"""FINRA 4210(b): less than this is lent nothing."""
PORTFOLIO_EQUITY = Money(100_000 * MONEY_SCALE)
"""FINRA 4210(g)(4)(B): at least this much with real-time monitoring."""

_PAID = Rates(leverage=2 * RATIO)
_CASH = Rates(maintenance_long=0, leverage=RATIO)
_UNLENT = Rates(short=BPS, leverage=RATIO, has_share_minimums=True)
_REG_T = Rates(REG_T_INITIAL, REG_T_INITIAL, leverage=2 * RATIO, has_share_minimums=True)
_INTRADAY = Rates(FINRA_LONG, FINRA_SHORT, leverage=4 * RATIO, has_share_minimums=True)
SCAN = 1_500
"""15 % either way: the scan range of equities in the risk-based margin of FINRA 4210(g)."""
CONCENTRATED_MORE = 1_500
_PORTFOLIO = Rates(SCAN, SCAN, SCAN, SCAN, 10 * RATIO * 2 // 3, concentrated=CONCENTRATED_MORE)


def _same(equity_min: int, rates: Rates) -> Tier:
    return Tier(Money(equity_min), rates, rates)


_POOR = _same(0, _UNLENT)
_WITH_REG_T = (_same(MARGIN_EQUITY, _REG_T), _POOR)
_REG_T_TERMS = Terms(
    NO_DATE,
    _WITH_REG_T,
    source="12 CFR 220.12 and FINRA 4210(b), (c); no special memorandum account: own estimate",
)
_DAY_TRADE_TERMS = Terms(
    NO_DATE,
    (Tier(DAY_TRADER_EQUITY, _INTRADAY, _REG_T), *_WITH_REG_T),
    counts_day_trades=True,
    source="FINRA 4210(f)(8)(B) until 2026-06-04, at brokers that phase it out until 2027-10-20",
)
_INTRADAY_TERMS = Terms(
    FROM_2026,
    (Tier(MARGIN_EQUITY, _INTRADAY, _REG_T), _POOR),
    has_intraday_calls=True,
    source="FINRA 4210 as amended by SR-FINRA-2025-017 (34-105226, 91 FR 20731)",
)
REGIMES: dict[Regime, tuple[Terms, ...]] = {
    Regime.PAID: (Terms(NO_DATE, (_same(0, _PAID),), source="this desk: nothing is borrowed"),),
    Regime.CASH: (
        Terms(
            NO_DATE,
            (_same(0, _CASH),),
            may_short=False,
            is_settled=True,
            source="Reg T, cash account: 12 CFR 220.8",
        ),
    ),
    Regime.REG_T: (_REG_T_TERMS,),
    Regime.DAY_TRADE: (
        _DAY_TRADE_TERMS,
        msgspec.structs.replace(_INTRADAY_TERMS, from_date=PHASED_IN),
    ),
    Regime.INTRADAY: (_DAY_TRADE_TERMS, _INTRADAY_TERMS),
    Regime.PORTFOLIO: (
        Terms(
            NO_DATE,
            (_same(PORTFOLIO_EQUITY, _PORTFOLIO), *_WITH_REG_T),
            source="own estimate: ±15 % of each equity by itself, as FINRA 4210(g) scans, and "
            "another 15 % of the largest position's part above 25 % of NLV",
        ),
    ),
}
"""The oldest first."""


class Leverage(msgspec.Struct, frozen=True, gc=False):
    """What the settings ask beyond the regime."""

    day: int = 4 * RATIO
    night: int = 2 * RATIO
    short_margin: int = REG_T_INITIAL


@lru_cache(maxsize=TERMS_KEPT_MAX)
def terms_of(
    regime: int, date: int, leverage: int, leverage_overnight: int, short_margin: int
) -> Terms:
    """The terms in force on a trade date, with every rate at least as strict as the settings.

    A leverage of L at most is the same as 1/L of each position backed by equity, so that what is
    held back for open orders keeps both limits, whatever of them fills.
    """
    rows = REGIMES[Regime(regime)]
    terms = next(row for row in reversed(rows) if row.from_date <= date or row is rows[0])
    tiers = tuple(
        Tier(
            tier.equity_min,
            _strict(tier.day, leverage, short_margin),
            _strict(tier.night, min(leverage, leverage_overnight), short_margin),
        )
        for tier in terms.tiers
    )
    return msgspec.structs.replace(terms, tiers=tiers)


def _strict(rates: Rates, leverage: int, short_margin: int) -> Rates:
    most = min(rates.leverage, leverage)
    backed = BPS if not most else -(-RATIO * BPS // most)
    long, short = max(rates.long, backed), max(rates.short, short_margin, backed)
    concentrated = rates.long + rates.concentrated - min(long, short)
    return msgspec.structs.replace(
        rates,
        leverage=most,
        long=long,
        short=short,
        concentrated=max(0, concentrated) if rates.concentrated else 0,
        is_leverage_tighter=backed > min(rates.long, max(rates.short, short_margin)),
    )


def tier_of(terms: Terms, equity: int) -> Tier:
    """The tier of an account whose day began with `equity`."""
    for tier in terms.tiers:
        if equity >= tier.equity_min:
            return tier
    return terms.tiers[-1]
