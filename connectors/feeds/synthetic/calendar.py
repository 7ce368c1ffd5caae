"""The synthetic market's own calendar: every weekday from 09:30 to 16:00 New York, no holidays."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from engine.values import NANOS_PER_SECOND, Nanos

FIRST_TRADE_DATE = 20260105
"""The Monday on which every synthetic market begins, whatever today is."""
OPENS_AT = time(9, 30)
CLOSES_AT = time(16, 0)
PRE_OPEN_AT = time(9, 25)
"""Orders line up for the opening auction from here on, in a market that begins with it."""
SESSION_SECONDS = 23_400
"""From the open to the close."""

_NEW_YORK = ZoneInfo("America/New_York")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SATURDAY = 5


def opens_at(trade_date: int) -> Nanos:
    """Market time of the open of a trade date (YYYYMMDD)."""
    return _nanos(trade_date, OPENS_AT)


def pre_opens_at(trade_date: int) -> Nanos:
    """Market time at which a trade date's pre-open begins."""
    return _nanos(trade_date, PRE_OPEN_AT)


def closes_at(trade_date: int) -> Nanos:
    """Market time of the close of a trade date (YYYYMMDD)."""
    return _nanos(trade_date, CLOSES_AT)


def time_of_day(trade_date: int, text: str) -> Nanos | None:
    """Market time of HH:MM or HH:MM:SS in New York; None when it is neither."""
    if len(text) not in (5, 8):
        return None
    try:
        return _nanos(trade_date, time.fromisoformat(text))
    except ValueError:
        return None


def trade_date_after(trade_date: int) -> int:
    """The next weekday."""
    day = _day(trade_date) + timedelta(days=1)
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return int(day.strftime("%Y%m%d"))


def is_trade_date(trade_date: int) -> bool:
    """Whether YYYYMMDD is a day at all, and a weekday."""
    try:
        return _day(trade_date).weekday() < _SATURDAY
    except ValueError:
        return False


def _day(trade_date: int) -> date:
    return date(trade_date // 10_000, trade_date // 100 % 100, trade_date % 100)


def _nanos(trade_date: int, at: time) -> Nanos:
    moment = datetime.combine(_day(trade_date), at, tzinfo=_NEW_YORK)
    return Nanos((moment - _EPOCH) // timedelta(seconds=1) * NANOS_PER_SECOND)
