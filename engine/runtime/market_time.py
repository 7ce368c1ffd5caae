"""Market time as text and back: nanoseconds in, ISO 8601 in UTC or the exchange's own clock out."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from engine.values import NANOS_PER_SECOND, Nanos

ZONES = {"XNSE": ZoneInfo("Asia/Kolkata"), "BINANCE": ZoneInfo("UTC")}
NEW_YORK = ZoneInfo("America/New_York")
"""The wall of every exchange that ZONES does not name."""


class _Wall:
    """Whose clock people read: one market runs in a process, and it says once which it is."""

    zone = NEW_YORK


def hang_clock_of(mics: Iterable[str]) -> None:
    """From now on times are told and read as in the place of these exchanges."""
    _Wall.zone = next((ZONES[mic] for mic in mics if mic in ZONES), NEW_YORK)


SECONDS_PER_DAY = 86_400


def iso_utc(at: Nanos) -> str:
    """'2012-06-21T13:30:00.017459617Z': all nine digits, so that equal times look equal."""
    seconds, nanos = divmod(at, NANOS_PER_SECOND)
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{nanos:09d}Z"


def from_iso_utc(text: str) -> Nanos:
    """The inverse of `iso_utc`."""
    whole, _, part = text.removesuffix("Z").partition(".")
    moment = datetime.fromisoformat(whole).replace(tzinfo=UTC)
    return Nanos(int(moment.timestamp()) * NANOS_PER_SECOND + int((part or "0").ljust(9, "0")))


def exchange_clock(at: Nanos, *, digits: int = 3) -> str:
    """'09:30:00.017' on the exchange's wall."""
    seconds, nanos = divmod(at, NANOS_PER_SECOND)
    moment = datetime.fromtimestamp(seconds, _Wall.zone)
    part = f".{nanos:09d}"[: digits + 1] if digits else ""
    return f"{moment:%H:%M:%S}{part}"


def exchange_date(at: Nanos) -> int:
    """YYYYMMDD on the exchange's wall."""
    moment = datetime.fromtimestamp(at // NANOS_PER_SECOND, _Wall.zone)
    return moment.year * 10_000 + moment.month * 100 + moment.day


def time_of_day(iso: str) -> str:
    """The exchange's clock of an ISO text, in milliseconds."""
    return exchange_clock(from_iso_utc(iso))


def second_of_day(at: Nanos) -> int:
    """Whole seconds since midnight on the exchange's wall."""
    moment = datetime.fromtimestamp(at // NANOS_PER_SECOND, _Wall.zone)
    return moment.hour * 3_600 + moment.minute * 60 + moment.second


def at_time_of_day(trade_date: int, time_of_day_nanos: int) -> Nanos:
    """Market time of a time of day on a trade date (YYYYMMDD), on the exchange's wall."""
    year, month, day = trade_date // 10_000, trade_date // 100 % 100, trade_date % 100
    seconds, nanos = divmod(time_of_day_nanos, NANOS_PER_SECOND)
    midnight = datetime(year, month, day, tzinfo=_Wall.zone)
    wall = (midnight + timedelta(seconds=seconds)).replace(tzinfo=_Wall.zone)
    return Nanos(int(wall.timestamp()) * NANOS_PER_SECOND + nanos)
