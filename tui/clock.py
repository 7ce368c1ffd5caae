"""Market time as people at that market read it."""

from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from engine.values import NANOS_PER_MILLISECOND, NANOS_PER_SECOND, Nanos

_ZONES = {
    "XNAS": "America/New_York",
    "XNYS": "America/New_York",
    "ARCX": "America/New_York",
    "XASE": "America/New_York",
    "BATS": "America/New_York",
    "IEXG": "America/New_York",
    "XNSE": "Asia/Kolkata",
    "XBOM": "Asia/Kolkata",
}
_UTC = "UTC"


@lru_cache(maxsize=4)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def zone_of(mic: str) -> str:
    """The time zone of a market by its identifier; UTC where nobody said."""
    return _ZONES.get(mic, _UTC)


@lru_cache(maxsize=4096)
def _at_second(second: int, zone: str) -> str:
    return datetime.fromtimestamp(second, UTC).astimezone(_zone(zone)).strftime("%H:%M:%S")


def seconds_text(at: Nanos, zone: str) -> str:
    """10:42:07"""
    return _at_second(at // NANOS_PER_SECOND, zone)


def date_text(at: Nanos) -> str:
    """06-30, of a time at which a day begins in UTC."""
    return datetime.fromtimestamp(at // NANOS_PER_SECOND, UTC).strftime("%m-%d")


def hundredths_text(at: Nanos, zone: str) -> str:
    """10:42:07.31, cut off."""
    part = at % NANOS_PER_SECOND // (10 * NANOS_PER_MILLISECOND)
    return f"{seconds_text(at, zone)}.{part:02d}"


def milliseconds_text(at: Nanos, zone: str) -> str:
    part = at % NANOS_PER_SECOND // NANOS_PER_MILLISECOND
    return f"{seconds_text(at, zone)}.{part:03d}"


def microseconds_text(at: Nanos, zone: str) -> str:
    """10:42:07.314159, cut off."""
    return f"{seconds_text(at, zone)}.{at % NANOS_PER_SECOND // 1_000:06d}"


def age_text(age: int) -> str:
    """Nanoseconds as the largest fitting unit: 12s, 5m, 3h."""
    seconds = max(age, 0) // NANOS_PER_SECOND
    if seconds < 100:
        return f"{seconds}s"
    return f"{seconds // 60}m" if seconds < 6000 else f"{seconds // 3600}h"
