"""When trades settle: by market, by the rule in force on their date, and never on a holiday."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.ledger.settlement import (
    AT_ONCE,
    CALENDAR_UNTIL,
    INDIA,
    US,
    business_day,
    is_business_day,
    settlement_date,
    settles_on,
)
from engine.instruments import CRYPTO, Instrument

# fmt: off
# (market, traded, settles, why)
ROWS = [
    (US, 20120621, 20120626, "three days, a weekend between"),
    (US, 20170901, 20170907, "the last of three days, over Labor Day"),
    (US, 20170905, 20170907, "the first of two days"),
    (US, 20240524, 20240529, "the last of two days, over Memorial Day"),
    (US, 20240528, 20240529, "the first of one day, and the same date"),
    (US, 20241127, 20241129, "over Thanksgiving"),
    (US, 20261009, 20261013, "banks are closed on Columbus Day, and shares trade"),
    (US, 20261012, 20261013, "traded on Columbus Day itself"),
    (US, 20260116, 20260120, "a weekend and Martin Luther King's day"),
    (US, 20260119, 20260120, "traded where the market does not know the holiday"),
    (INDIA, 20230125, 20230130, "two days, with Republic Day"),
    (INDIA, 20230127, 20230130, "one day since this date"),
    (INDIA, 20260430, 20260504, "Maharashtra Day, and a weekend"),
]
# fmt: on


@pytest.mark.parametrize(
    ("market", "traded", "settles"),
    [pytest.param(m, t, s, id=f"{m} {t} {why}") for m, t, s, why in ROWS],
)
def test_a_trade_settles(market: str, traded: int, settles: int) -> None:
    assert settlement_date(market, traded) == settles


def test_coins_settle_at_once_and_rupees_by_the_indian_calendar() -> None:
    coin = Instrument("BTCUSDT", currency="USDT", asset_class=CRYPTO)
    share = Instrument("INFY", mic="XNSE", currency="INR")
    assert settles_on(coin, 20260116) == AT_ONCE
    assert settles_on(share, 20260430) == 20260504
    assert settles_on(Instrument("AAPL"), 20260430) == 20260501


@given(st.sampled_from([US, INDIA]), st.dates(), st.integers(1, 6))
def test_nothing_settles_on_a_weekend_or_a_holiday(market: str, day: object, days: int) -> None:
    date = int(str(day).replace("-", "")[-8:])
    if not 20100104 <= date < CALENDAR_UNTIL[market] * 10_000:
        return
    settles = settlement_date(market, date)
    assert settles > date and is_business_day(market, settles)
    there = business_day(market, settles, -days)
    assert business_day(market, there, days) == settles


@pytest.mark.filterwarnings("ignore")  # those of pandas are not ours
def test_the_shipped_days_are_those_of_the_calendars_that_they_were_read_from() -> None:
    calendars = pytest.importorskip("exchange_calendars")
    for market, name in ((US, "XNYS"), (INDIA, "XBOM")):
        year = CALENDAR_UNTIL[market]
        calendar = calendars.get_calendar(name, start="2010-01-04", end=f"{year}-12-31")
        sessions = [int(each) for each in calendar.sessions.strftime("%Y%m%d")]
        closed = [date for date in sessions if not is_business_day(market, date)]
        banks = {1010, 1011, 1012, 1013, 1014, 1008, 1009, 1111, 1112}
        assert {date % 10_000 for date in closed} <= (banks if market == US else set())
        assert is_business_day(market, sessions[-1])
