"""When a market trades on a date: open, close and zone; half days of the US calendar included."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import msgspec

from engine.values import NANOS_PER_SECOND, Nanos

US_EARLY_CLOSES = frozenset(
    {
        *(19991126, 20000703, 20001124, 20010703, 20011123, 20011224, 20020705, 20021129),
        *(20021224, 20030703, 20031128, 20031224, 20031226, 20041126, 20051125, 20060703),
        *(20061124, 20070703, 20071123, 20071224, 20080703, 20081128, 20081224, 20091127),
        *(20091224, 20101126, 20111125, 20120703, 20121123, 20121224, 20130703, 20131129),
        *(20131224, 20140703, 20141128, 20141224, 20151127, 20151224, 20161125, 20170703),
        *(20171124, 20171224, 20180703, 20181123, 20181224, 20190703, 20191129, 20191224),
        *(20201127, 20201224, 20211126, 20221125, 20230703, 20231124, 20240703, 20241129),
        *(20241224, 20250703, 20251128, 20251224, 20261127, 20261224),
    }
)
"""Days on which US equities close at 13:00 (LEAN market-hours database, commit 24863901)."""


class Hours(msgspec.Struct, frozen=True):
    """The regular session of a market, on its own wall."""

    name: str
    zone: ZoneInfo
    opens: time
    closes: time
    closes_early: time
    early_days: frozenset[int] = frozenset()


class Session(msgspec.Struct, frozen=True):
    """One date of a market, in UTC nanoseconds."""

    trade_date: int
    """YYYYMMDD"""
    midnight: Nanos
    """00:00 of the date on the market's own wall."""
    opens_at: Nanos
    closes_at: Nanos


US = Hours(
    "US equities",
    ZoneInfo("America/New_York"),
    time(9, 30),
    time(16, 0),
    time(13, 0),
    US_EARLY_CLOSES,
)
NSE = Hours("NSE", ZoneInfo("Asia/Kolkata"), time(9, 15), time(15, 30), time(15, 30))


def session_of(hours: Hours, day: date) -> Session:
    """Open and close of the date; what a holiday is, the caller knows from having its data."""
    trade_date = day.year * 10_000 + day.month * 100 + day.day
    closes = hours.closes_early if trade_date in hours.early_days else hours.closes
    return Session(
        trade_date,
        _nanos(day, time(), hours.zone),
        _nanos(day, hours.opens, hours.zone),
        _nanos(day, closes, hours.zone),
    )


def start_of(hours: Hours, session: Session, start: str | None) -> Nanos:
    """Where a recording is entered: HH:MM on its market's own wall, by default at its open."""
    if start is None:
        return session.opens_at
    day = session.trade_date
    date_of = date(day // 10_000, day // 100 % 100, day % 100)
    at = _nanos(date_of, time.fromisoformat(start), hours.zone)
    return Nanos(max(session.midnight, min(at, session.closes_at)))


def _nanos(day: date, at: time, zone: ZoneInfo) -> Nanos:
    return Nanos(int(datetime.combine(day, at, tzinfo=zone).timestamp()) * NANOS_PER_SECOND)
