"""The synthetic market's sessions in market time: New York mornings, summer and winter."""

import pytest

from connectors.feeds.synthetic.calendar import (
    FIRST_TRADE_DATE,
    SESSION_SECONDS,
    closes_at,
    is_trade_date,
    opens_at,
    trade_date_after,
)
from engine.values import NANOS_PER_SECOND

SECONDS_2026_01_05 = 1_767_571_200
"""2026-01-05 00:00 UTC."""


def test_the_first_session_opens_at_half_past_two_utc_on_a_monday_in_january():
    assert FIRST_TRADE_DATE == 20260105
    half_past_two = SECONDS_2026_01_05 + 14 * 3_600 + 1_800
    assert opens_at(FIRST_TRADE_DATE) == half_past_two * NANOS_PER_SECOND


@pytest.mark.parametrize(
    ("before", "after"),
    [(20260306, 20260309), (20261030, 20261102)],
    ids=["spring forward", "fall back"],
)
def test_the_clock_change_moves_the_open_by_an_hour_in_utc(before, after):
    assert trade_date_after(before) == after
    days = (opens_at(after) - opens_at(before)) / (86_400 * NANOS_PER_SECOND)
    assert days == pytest.approx(3 + (-1 if before == 20260306 else 1) / 24)


@pytest.mark.parametrize("trade_date", [20260105, 20260309, 20261102])
def test_a_session_lasts_six_and_a_half_hours_whatever_the_clock_change(trade_date):
    seconds = (closes_at(trade_date) - opens_at(trade_date)) // NANOS_PER_SECOND
    assert seconds == SESSION_SECONDS


def test_friday_is_followed_by_monday_and_a_year_by_the_next():
    assert trade_date_after(20260109) == 20260112
    assert trade_date_after(20261231) == 20270101


def test_saturdays_and_days_that_do_not_exist_are_no_trade_dates():
    assert is_trade_date(20260105)
    assert not is_trade_date(20260110)
    assert not is_trade_date(20260230)
    assert not is_trade_date(0)
