"""Amounts of one currency counted in another, and what changing cash costs."""

from engine.domain.cost_facts import RATE_SCALE, FxRate
from engine.domain.ledger.interest import rounded_share
from engine.values import MONEY_SCALE, Money

PAR = RATE_SCALE
"""One for one: the rate of a currency in itself."""
NO_RATE = 0
CONVERSION_FEE = 20_000
"""Billionths of the converted value: 0.2 of a basis point, …"""
CONVERSION_FEE_MIN = Money(2 * MONEY_SCALE)
"""… and at least this. Interactive Brokers, spot currencies, from memory and not checked."""


def in_base(amount: int, rate: int) -> Money:
    """What `amount` of a currency is worth, halves away from zero."""
    return Money(rounded_share(amount * rate, RATE_SCALE))


def in_base_up(amount: int, rate: int) -> Money:
    """The same rounded up: what may be needed is never short."""
    return Money(-(-amount * rate // RATE_SCALE))


def from_base(amount: int, rate: int) -> Money:
    """How much of a currency `amount` of the base buys, halves away from zero."""
    return Money(rounded_share(amount * RATE_SCALE, rate))


def rate_on(rows: tuple[FxRate, ...], date: int) -> int:
    """The rate in force on a date; NO_RATE before the first."""
    return next((row.rate for row in reversed(rows) if row.from_date <= date), NO_RATE)


def conversion_fee(table: str, value: Money) -> Money:
    """In the base currency; who pays no fees pays none here either."""
    if table == "zero" or not value:
        return Money(0)
    share = rounded_share(value * CONVERSION_FEE, RATE_SCALE)
    return Money(max(share, CONVERSION_FEE_MIN))
