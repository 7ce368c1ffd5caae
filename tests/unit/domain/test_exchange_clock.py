"""The wall of an exchange by rules alone, held against the tables of the time zone database."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from engine.domain.exchange_clock import HOUR_SECONDS, hours_of, minute_of_day
from engine.values import NANOS_PER_SECOND, Nanos

ZONES = {"XNAS": "America/New_York", "XNSE": "Asia/Kolkata", "BINANCE": "UTC"}


def wall_minute(seconds: int, mic: str) -> int:
    moment = datetime.fromtimestamp(seconds, ZoneInfo(ZONES[mic]))
    return 60 * moment.hour + moment.minute


@pytest.mark.parametrize("mic", ZONES)
def test_the_wall_says_what_the_time_zone_database_says(mic: str) -> None:
    start = int(datetime(1990, 1, 1, tzinfo=UTC).timestamp())
    for step in range(0, 48 * 365 * 24, 37):
        seconds = start + step * HOUR_SECONDS
        now = Nanos(seconds * NANOS_PER_SECOND)
        assert minute_of_day(now, mic) == wall_minute(seconds, mic), (mic, seconds)


@pytest.mark.parametrize("year", [1990, 2006, 2007, 2012, 2026, 2037])
def test_new_york_sets_its_clock_at_the_very_second(year: int) -> None:
    zone = ZoneInfo("America/New_York")
    first = int(datetime(year, 3, 1, tzinfo=UTC).timestamp())
    seen = 0
    for seconds in range(first, first + 260 * 86_400, HOUR_SECONDS):
        before, after = (
            datetime.fromtimestamp(at, zone).utcoffset() for at in (seconds - 1, seconds)
        )
        if before == after:
            continue
        seen += 1
        for at in (seconds - 1, seconds):
            assert minute_of_day(Nanos(at * NANOS_PER_SECOND), "XNAS") == wall_minute(at, "XNAS")
    assert seen == 2


def test_the_regular_session_is_that_of_the_exchange() -> None:
    hours = [(mic, hours_of(mic)) for mic in ("XNAS", "XNYS", "XNSE", "BINANCE")]
    told = [(mic, h and (h.opens, h.closes)) for mic, h in hours]
    assert told == [
        ("XNAS", (570, 960)),
        ("XNYS", (570, 960)),
        ("XNSE", (555, 930)),
        ("BINANCE", None),
    ]
