"""When a trade's cash changes hands: business days after it, by market and with dates of change."""

from functools import lru_cache

from engine.domain.ledger.days import day_number
from engine.domain.ledger.settlement_days import INDIA_CLOSED, US_CLOSED
from engine.instruments import CRYPTO, Instrument

AT_ONCE = 0
"""A settlement date that has come already."""
US, INDIA = "US", "IN"
CYCLES: dict[str, tuple[tuple[int, int], ...]] = {
    # SEC Rule 15c6-1: three days since 1995-06-07, two since 2017-09-05, one since 2024-05-28.
    US: ((0, 3), (20170905, 2), (20240528, 1)),
    # SEBI: two days since 2003-04-01, one for every share since 2023-01-27.
    INDIA: ((0, 2), (20230127, 1)),
}
"""By market: (first trade date, business days)."""
DATES_KEPT_MAX = 4_096
_WEDNESDAY = 2
"""0000-03-01, from which day numbers count, was one; a Monday is 0."""


def _closed(text: str) -> frozenset[int]:
    """The dates of a calendar, YYYYMMDD."""
    dates: list[int] = []
    for line in text.split("\n"):
        year, *days = line.split() or [""]
        dates += [int(year + day) for day in days]
    return frozenset(dates)


_CLOSED = {US: _closed(US_CLOSED), INDIA: _closed(INDIA_CLOSED)}
CALENDAR_UNTIL = {market: max(dates) // 10_000 for market, dates in _CLOSED.items()}
"""The last year whose holidays are known; after it only weekends are."""


def market_of(instrument: Instrument) -> str:
    """Whose calendar its trades settle by; shares of other markets than India's by New York's."""
    return _market(instrument.currency)


def _market(currency: str) -> str:
    return INDIA if currency == "INR" else US


def settles_on(instrument: Instrument, trade_date: int) -> int:
    """The date on which a trade's cash and shares change hands; coins at once."""
    return _settles_on(instrument.asset_class, instrument.currency, trade_date)


@lru_cache(maxsize=DATES_KEPT_MAX)
def _settles_on(asset_class: str, currency: str, trade_date: int) -> int:
    """Of these alone: every fill asks, and a desk has a handful of them a day."""
    return AT_ONCE if asset_class == CRYPTO else settlement_date(_market(currency), trade_date)


@lru_cache(maxsize=DATES_KEPT_MAX)
def settlement_date(market: str, trade_date: int) -> int:
    """The n-th business day after a trade, by the rule in force on its date."""
    days = next(days for since, days in reversed(CYCLES[market]) if since <= trade_date)
    return business_day(market, trade_date, days)


@lru_cache(maxsize=DATES_KEPT_MAX)
def business_day(market: str, date: int, days: int) -> int:
    """The date `days` business days later; below 0 that many earlier."""
    step = 1 if days > 0 else -1
    left = abs(days)
    while left:
        date = calendar_day(date, step)
        left -= is_business_day(market, date)
    return date


def is_business_day(market: str, date: int) -> bool:
    """Neither a weekend nor a day on which the market or its banks are closed."""
    return not is_weekend(date) and date not in _CLOSED[market]


def is_weekend(date: int) -> bool:
    """Saturday or Sunday."""
    return (day_number(date) + _WEDNESDAY) % 7 >= 5


def calendar_day(date: int, days: int) -> int:
    """The date `days` calendar days later; below 0 earlier."""
    return _date_of(day_number(date) + days)


def _date_of(number: int) -> int:
    """The inverse of `day_number`."""
    era, day = divmod(number, 146_097)
    year = (day - day // 1_460 + day // 36_524 - day // 146_096) // 365
    day -= 365 * year + year // 4 - year // 100
    month = (5 * day + 2) // 153
    day -= (153 * month + 2) // 5
    year, month = era * 400 + year, month + 3
    if month > 12:
        year, month = year + 1, month - 12
    return year * 10_000 + month * 100 + day + 1
