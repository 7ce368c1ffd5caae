"""Market time as text and back: nanoseconds in, ISO 8601 in UTC or the exchange's own clock out."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from engine.values import NANOS_PER_SECOND, Nanos

EXCHANGE_ZONE = ZoneInfo("America/New_York")
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
    moment = datetime.fromtimestamp(seconds, EXCHANGE_ZONE)
    part = f".{nanos:09d}"[: digits + 1] if digits else ""
    return f"{moment:%H:%M:%S}{part}"


def time_of_day(iso: str) -> str:
    """The exchange's clock of an ISO text, in milliseconds."""
    return exchange_clock(from_iso_utc(iso))


def at_time_of_day(trade_date: int, time_of_day_nanos: int) -> Nanos:
    """Market time of a time of day on a trade date (YYYYMMDD), on the exchange's wall."""
    year, month, day = trade_date // 10_000, trade_date // 100 % 100, trade_date % 100
    seconds, nanos = divmod(time_of_day_nanos, NANOS_PER_SECOND)
    midnight = datetime(year, month, day, tzinfo=EXCHANGE_ZONE)
    wall = (midnight + timedelta(seconds=seconds)).replace(tzinfo=EXCHANGE_ZONE)
    return Nanos(int(wall.timestamp()) * NANOS_PER_SECOND + nanos)
