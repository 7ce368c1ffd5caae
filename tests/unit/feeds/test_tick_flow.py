"""A day of ticks: trades and best quotes of a consolidated tape, played for the paper venue."""

from pathlib import Path
from zipfile import ZipFile

import pytest

from connectors.feeds.open import open_market
from connectors.paper.venue import PaperVenue
from engine.domain.quotes import Phase
from engine.errors import InputError
from engine.values import NANOS_PER_SECOND, Nanos

OPEN_MS = 34_200_000
OPENS_AT = Nanos(1_381_152_600 * NANOS_PER_SECOND)
QUOTES = [
    (OPEN_MS - 60_000, 1_000_000, 300, 0, 0, "N", 1, 0),
    (OPEN_MS - 60_000, 0, 0, 1_000_200, 200, "Q", 1, 0),
    (OPEN_MS + 1_000, 1_000_100, 500, 0, 0, "N", 1, 0),
    (OPEN_MS + 5_000, 0, 0, 1_000_300, 100, "N", 1, 0),
]
TRADES = [
    (OPEN_MS - 30_000, 1_000_100, 50, "P", "2000", 0),
    (OPEN_MS + 2_000, 1_000_200, 100, "N", "1", 0),
    (OPEN_MS + 3_000, 1_000_100, 10, "D", "1", 0),
]


def write(folder: Path, symbol: str, what: str, rows: list[tuple], day: str = "20131007") -> Path:
    path = folder / f"{symbol}_{day}_{what}.zip"
    text = "".join(",".join(map(str, row)) + "\n" for row in rows)
    with ZipFile(path, "w") as archive:
        archive.writestr(f"{day}_{symbol}_{what.title()}_Tick.csv", text)
    return path


@pytest.fixture
def day(tmp_path: Path) -> Path:
    write(tmp_path, "ibm", "quote", QUOTES)
    return write(tmp_path, "ibm", "trade", TRADES)


def played(path: Path, seconds: float = 0, **options: str) -> PaperVenue:
    venue = PaperVenue(open_market(str(path), **options))
    venue.collect()
    if seconds:
        venue.advance(Nanos(OPENS_AT + int(seconds * NANOS_PER_SECOND)))
    return venue


def test_a_day_begins_at_the_open_with_what_was_quoted_before(day):
    venue = played(day)
    quote = venue.market.quotes["IBM"]
    assert (venue.now, quote.phase) == (OPENS_AT, Phase.OPEN)
    assert (quote.bid, quote.bid_size, quote.ask, quote.ask_size) == (
        1_000_000,
        300,
        1_000_200,
        200,
    )


def test_a_row_says_nothing_of_the_side_that_carries_zeros(day):
    quote = played(day, 1).market.quotes["IBM"]
    assert (quote.bid, quote.bid_size, quote.ask) == (1_000_100, 500, 1_000_200)


def test_entered_before_the_open_the_phase_says_so(day):
    venue = played(day, start="09:29")
    assert venue.market.quotes["IBM"].phase is Phase.PRE_OPEN
    venue.advance(OPENS_AT)
    assert venue.market.quotes["IBM"].phase is Phase.OPEN


def test_a_trade_off_exchange_is_on_the_tape_and_meets_no_order(day, tmp_path):
    venue = played(day, 4)
    on_tape = [(p.price, p.quantity, p.hidden) for p in venue.tape("IBM", 9)]
    assert on_tape == [(1_000_200, 100, False), (1_000_100, 10, True)]


def test_the_session_closes_at_its_end_and_nothing_follows(day):
    venue = played(day, 7 * 3600)
    assert venue.next_at() is None
    assert venue.market.quotes["IBM"].phase is Phase.CLOSED


def test_a_cursor_opens_the_day_where_it_stood(day):
    first = played(day, 2)
    cursor = first.checkpoint().cursor
    again = PaperVenue(open_market(str(day)), cursor=cursor)
    assert again.now == OPENS_AT + 2 * NANOS_PER_SECOND
    assert again.market.quotes["IBM"].bid == 1_000_100
    assert again.next_at() == OPENS_AT + 3 * NANOS_PER_SECOND


def test_a_folder_is_every_symbol_of_its_day(day, tmp_path):
    write(tmp_path, "bac", "quote", QUOTES)
    write(tmp_path, "bac", "trade", TRADES)
    venue = played(tmp_path)
    assert [i.symbol for i in venue.instruments] == ["BAC", "IBM"]
    assert venue.description == "BAC, IBM 2013-10-07 (ticks)"


def test_without_quotes_a_person_is_told(tmp_path):
    path = write(tmp_path, "ibm", "trade", TRADES)
    assert "no quotes were recorded" in open_market(str(path)).note


@pytest.mark.parametrize(
    ("what", "rows", "words"),
    [
        ("trade", [(1, 2, "x", "N", "1", 0)], "row 1: '1,2,x,N,1,0' is no row of 6 or more"),
        ("trade", [(1, 2)], "row 1: '1,2' is no row of 6"),
        ("trade", [*TRADES, (5, 100, 10, "N", "1", 0)], "row 4: is earlier than the row before"),
        ("trade", [(5, 0, 10, "N", "1", 0)], "row 1: 0 is no price"),
        ("trade", [(5, 10, 0, "N", "1", 0)], "row 1: 0 is no number of shares"),
        ("trade", [(5, 10, 10, "N", "zz", 0)], "row 1"),
        ("trade", [(86_400_000, 10, 10, "N", "1", 0)], "is no time of a day"),
        ("trade", [], "is empty"),
        ("quote", [(5, 0, 0, 0, 0, "N", 1, 0)], "neither side"),
        ("quote", [(5, -1, 0, 0, 0, "N", 1, 0)], "not below 0"),
    ],
)
def test_what_cannot_be_right_is_one_sentence_with_file_and_row(tmp_path, what, rows, words):
    path = write(tmp_path, "ibm", what, rows)
    with pytest.raises(InputError) as caught:
        open_market(str(path))
    told = str(caught.value)
    assert words in told and f"_{what.title()}_Tick.csv" in told and "\n" not in told


def test_a_folder_of_several_days_wants_one_named(day, tmp_path):
    write(tmp_path, "ibm", "trade", TRADES, day="20131008")
    with pytest.raises(InputError, match="holds 2 days"):
        open_market(str(tmp_path))


def test_a_zip_without_the_day_of_its_name_is_refused(tmp_path):
    path = tmp_path / "ibm_20131007_trade.zip"
    with ZipFile(path, "w") as archive:
        archive.writestr("20131008_ibm_Trade_Tick.csv", "1,2,3,N,1,0\n")
    with pytest.raises(InputError, match="it should hold 20131007"):
        open_market(str(path))


def test_the_recorded_day_of_ibm_opens_with_its_quotes(market_data):
    venue = played(market_data / "ticks" / "ibm_20131007_quote.zip", 60)
    quote = venue.market.quotes["IBM"]
    assert quote.is_two_sided and 0 < quote.ask - quote.bid < 5_000
    assert quote.volume > 10_000 and quote.trades > 50
