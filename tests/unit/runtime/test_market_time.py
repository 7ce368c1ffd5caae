"""Market time is one line of nanoseconds: the exchange's wall clock jumps, and it does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.runtime.market_time import (
    at_time_of_day,
    exchange_clock,
    from_iso_utc,
    iso_utc,
    time_of_day,
)
from engine.values import NANOS_PER_SECOND, Nanos

OPEN = 34_200 * NANOS_PER_SECOND


@pytest.mark.parametrize(
    ("trade_date", "utc"),
    [
        (20120621, "2012-06-21T13:30:00.000000000Z"),
        (20260105, "2026-01-05T14:30:00.000000000Z"),
        (20260306, "2026-03-06T14:30:00.000000000Z"),  # the last session before the clocks change
        (20260309, "2026-03-09T13:30:00.000000000Z"),
        (20261030, "2026-10-30T13:30:00.000000000Z"),
        (20261102, "2026-11-02T14:30:00.000000000Z"),
        (20261101, "2026-11-01T14:30:00.000000000Z"),  # the day itself
        (20260308, "2026-03-08T13:30:00.000000000Z"),
    ],
)
def test_the_session_opens_at_half_past_nine_on_the_wall(trade_date: int, utc: str) -> None:
    at = at_time_of_day(trade_date, OPEN)
    assert iso_utc(at) == utc
    assert exchange_clock(at) == "09:30:00.000"


def test_nanoseconds_survive_the_way_through_the_wall_clock() -> None:
    at = at_time_of_day(20260309, OPEN + 17_459_617)
    assert iso_utc(at).endswith("13:30:00.017459617Z")
    assert exchange_clock(at, digits=9) == "09:30:00.017459617"
    assert exchange_clock(at, digits=0) == "09:30:00"
    assert time_of_day(iso_utc(at)) == "09:30:00.017"


@given(at=st.integers(0, 4_000_000_000_000_000_000))
def test_text_of_a_time_reads_back_as_that_time(at: int) -> None:
    assert from_iso_utc(iso_utc(Nanos(at))) == at


@given(at=st.integers(0, 4_000_000_000_000_000_000), later=st.integers(1, 10**15))
def test_texts_of_times_sort_as_the_times_do(at: int, later: int) -> None:
    assert iso_utc(Nanos(at)) < iso_utc(Nanos(at + later))
