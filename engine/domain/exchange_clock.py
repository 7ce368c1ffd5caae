"""What the wall of an exchange says at a market time, by the rules for summer time: no clock.

New York: Energy Policy Act of 2005, 15 U.S.C. 260a (second Sunday of March to first Sunday of
November since 2007; first Sunday of April to last Sunday of October from 1987 to 2006).
"""

from functools import lru_cache

import msgspec

from engine.domain.ledger.days import day_number
from engine.values import NANOS_PER_SECOND, Nanos

DAY_SECONDS = 86_400
HOUR_SECONDS = 3_600
MINUTE_SECONDS = 60
_EPOCH_DAY = day_number(19700101)
_SUNDAY = 3
"""Days since 1970-01-01, a Thursday, modulo seven."""
YEARS_KEPT_MAX = 64


class Hours(msgspec.Struct, frozen=True):
    """The regular session of an exchange, in minutes of its own day."""

    opens: int
    closes: int


NEW_YORK_HOURS = Hours(9 * 60 + 30, 16 * 60)
_HOURS: dict[str, Hours | None] = {"XNSE": Hours(9 * 60 + 15, 15 * 60 + 30), "BINANCE": None}
_OFFSETS = {"XNSE": 5 * HOUR_SECONDS + 30 * MINUTE_SECONDS, "BINANCE": 0}
"""Exchanges whose clocks are never set."""


def hours_of(mic: str) -> Hours | None:
    """None where it trades around the clock; early closes are not known here."""
    return _HOURS.get(mic, NEW_YORK_HOURS)


def minute_of_day(now: Nanos, mic: str) -> int:
    """Minutes since midnight on the exchange's wall."""
    seconds = now // NANOS_PER_SECOND
    offset = _OFFSETS.get(mic)
    if offset is None:
        offset = new_york_offset(seconds)
    return (seconds + offset) % DAY_SECONDS // MINUTE_SECONDS


def new_york_offset(seconds: int) -> int:
    """Seconds east of UTC at a time since 1970: -5 hours, in summer -4."""
    # The clocks are never set within half a day of a new year.
    starts, ends = _summer(_year_of(seconds // DAY_SECONDS))
    return -4 * HOUR_SECONDS if starts <= seconds < ends else -5 * HOUR_SECONDS


@lru_cache(maxsize=YEARS_KEPT_MAX)
def _summer(year: int) -> tuple[int, int]:
    """When summer time begins and ends: 2:00 in the morning, by the clock until then."""
    if year >= 2007:
        first, last = _sunday_from(year, 308), _sunday_from(year, 1101)
    else:
        first, last = _sunday_from(year, 401), _sunday_from(year, 1025)
    return (
        first * DAY_SECONDS + (2 + 5) * HOUR_SECONDS,
        last * DAY_SECONDS + (2 + 4) * HOUR_SECONDS,
    )


def _sunday_from(year: int, month_and_day: int) -> int:
    """Days since 1970 of the first Sunday on or after a day."""
    day = day_number(year * 10_000 + month_and_day) - _EPOCH_DAY
    return day + (_SUNDAY - day) % 7


def _year_of(day: int) -> int:
    """Of a day since 1970."""
    year = 1970 + day // 366
    while day_number((year + 1) * 10_000 + 101) - _EPOCH_DAY <= day:
        year += 1
    return year
