"""Recorded bars as markets: their scales, their hours, their days."""

import gzip
from zipfile import ZipFile

import pytest

from connectors.feeds.open import open_market
from connectors.feeds.sessions import US_EARLY_CLOSES
from connectors.paper.venue import TIME_MAX, PaperVenue
from engine.domain.quotes import Phase
from engine.domain.reports import TradeDateRolled
from engine.errors import InputError
from engine.runtime.market_time import iso_utc
from engine.values import NANOS_PER_SECOND, Nanos


def played(path, seconds: float = 0) -> PaperVenue:
    venue = PaperVenue(open_market(str(path)))
    venue.collect()
    until = Nanos(venue.now + int(seconds * NANOS_PER_SECOND))
    while seconds and venue.now < until:
        venue.advance(until)
        venue.collect()
    return venue


def test_a_half_day_closes_at_one(market_data):
    venue = played(market_data / "bars/us_minute/goog_20151224_trade.zip")
    while venue.next_at() is not None:
        venue.advance(TIME_MAX)
        venue.collect()
    assert iso_utc(venue.now) == "2015-12-24T18:00:00.000000000Z"
    assert venue.market.quotes["GOOG"].phase is Phase.CLOSED


def test_the_shipped_half_days_are_those_of_the_market_hours_file(market_data):
    import json

    text = (market_data / "calendar/market_hours_usa_india.json").read_text()
    database = json.loads(text)
    hours = database.get("entries", database)["Equity-usa-[*]"]
    days = set()
    for text in hours["earlyCloses"]:
        month, day, year = map(int, text.split("/"))
        days.add(year * 10_000 + month * 100 + day)
    assert {day for day in days if day < 20270101} == US_EARLY_CLOSES


def test_minute_bars_show_the_quote_that_each_minute_left(market_data):
    venue = played(market_data / "bars/us_minute/spy_20131007_trade.zip", 61)
    quote = venue.market.quotes["SPY"]
    assert quote.is_two_sided and not quote.is_bar
    assert (quote.open, quote.volume) == (1_674_300, 3_443_882)


@pytest.mark.parametrize(
    ("name", "symbol", "price"),
    [("yesbank_20190709", "YESBANK", 948_500), ("nifty50_20190101", "NIFTY50", 108_760_500)],
)
def test_indian_minutes_are_in_rupees_on_their_own_wall(market_data, name, symbol, price):
    venue = played(market_data / f"bars/nse_minute/{name}_trade.zip", 60)
    (instrument,) = venue.instruments
    assert (instrument.symbol, instrument.currency, instrument.mic) == (symbol, "INR", "XNSE")
    assert iso_utc(venue.now)[11:19] == "03:46:00"
    assert abs(venue.market.quotes[symbol].last - price) < price // 50


def test_an_index_says_that_nobody_can_trade_it(market_data):
    flow = open_market(str(market_data / "bars/nse_minute/nifty50_20190102_trade.zip"))
    assert flow.instruments[0].asset_class == "index" and "nobody can trade" in flow.note


def test_a_day_of_a_daily_market_rolls_with_its_close(market_data):
    venue = PaperVenue(open_market(str(market_data / "bars/us_daily/aapl.zip")))
    venue.collect()
    rolled = []
    while len(rolled) < 2:
        venue.advance(TIME_MAX)
        rolled += [r for r in venue.collect() if isinstance(r, TradeDateRolled)]
    assert [report.trade_date for report in rolled] == [19980106, 19980107]
    assert venue.market.quotes["AAPL"].phase is Phase.OPEN


def test_a_daily_market_goes_on_where_its_cursor_stands(market_data):
    path = market_data / "bars/nse_daily/TCS.csv.gz"
    first = played(path, 86_400 * 3)
    again = PaperVenue(open_market(str(path)), cursor=first.checkpoint().cursor)
    assert again.trade_date == first.trade_date
    assert again.market.quotes["TCS"].last == first.market.quotes["TCS"].last


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("1,10,12,9,11,5\n1,10,12,9,11,5\n", "row 2: is not later"),
        ("1,10,9,12,11,5\n", "row 1: '1,10,9,12,11,5' is no bar: its low, open"),
        ("1,10,12,9,11\n", "row 1"),
        ("1,10.123456,12,9,11,5\n", "is no price of 4 decimals"),
        ("x,10,12,9,11,5\n", "row 1"),
        ("1,10,12,9,11,-5\n", "its volume is below 0"),
        ("", "is empty"),
    ],
)
def test_a_bar_that_cannot_be_right_is_one_sentence(tmp_path, rows, words):
    path = tmp_path / "spy_20131007_trade.zip"
    with ZipFile(path, "w") as archive:
        archive.writestr("20131007_spy_minute_trade.csv", rows)
    with pytest.raises(InputError) as caught:
        open_market(str(path))
    assert words in str(caught.value) and "20131007_spy_minute_trade.csv" in str(caught.value)


def test_a_daily_csv_names_its_bad_row(tmp_path):
    path = tmp_path / "TCS.csv.gz"
    heading = "timestamp,open,high,low,close,volume,oi\n"
    row = "2020-13-01 00:00:00+05:30,1,2,1,1,5,0\n"
    path.write_bytes(gzip.compress((heading + row).encode()))
    with pytest.raises(InputError, match=r"TCS\.csv\.gz, row 2"):
        open_market(str(path))
