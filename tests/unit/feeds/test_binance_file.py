"""A recording of a pair: what is wrong with it is one sentence with file and line."""

import gzip
import json
from pathlib import Path

import pytest

from connectors.feeds.binance.flow import PairFlow, is_pair_recording
from connectors.feeds.binance.survey import date_of
from connectors.feeds.lobster_names import RecordingError
from connectors.feeds.open import MarketError, open_market
from connectors.paper.venue import TIME_MAX, PaperVenue
from engine.domain.quotes import Phase
from engine.domain.reports import PhaseChanged, TradeDateRolled
from engine.exchange.quoted.house import QuotedExchange
from engine.values import Nanos

NOON = 1_723_118_400 * 10**9
"""2024-08-08 12:00 UTC."""
MIDNIGHT = NOON + 43_200 * 10**9
SECOND = 10**9


def ticker(update_id: int, bid: str = "61000.00", bid_size: str = "1.5") -> dict:  # type: ignore[type-arg]
    data = {"u": update_id, "s": "BTCUSDT", "b": bid, "B": bid_size, "a": "61000.01", "A": "2.5"}
    return {"stream": "btcusdt@bookTicker", "data": data}


def update(first: int, last: int, bids: list[list[str]], symbol: str = "BTCUSDT") -> dict:  # type: ignore[type-arg]
    data = {"e": "depthUpdate", "E": 1, "s": symbol, "U": first, "u": last, "b": bids, "a": []}
    return {"stream": "btcusdt@depth@100ms", "data": data}


def trade(trade_id: int, price: str = "61000.00", size: str = "0.00150000") -> dict:  # type: ignore[type-arg]
    data = {
        "e": "trade", "E": 1, "s": "BTCUSDT", "t": trade_id, "p": price, "q": size, "T": 1,
        "m": True, "M": True,
    }  # fmt: skip
    return {"stream": "btcusdt@trade", "data": data}


SNAPSHOT = {
    "lastUpdateId": 10,
    "bids": [["61000.00000000", "1.50000000"], ["60999.00000000", "0.25000000"]],
    "asks": [["61000.01000000", "2.50000000"], ["61002.00000000", "0.10000000"]],
}


def written(path: Path, *messages: object, start: int = NOON) -> Path:
    """A line a second; what is text stands as it is behind the time."""
    lines = [
        f"{start + number * SECOND} {said if isinstance(said, str) else json.dumps(said)}\n"
        for number, said in enumerate(messages)
    ]
    with gzip.open(path, "wt") as file:
        file.writelines(lines)
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "btcusdt.gz"


def house_of(venue: PaperVenue) -> QuotedExchange:
    assert isinstance(venue.exchange, QuotedExchange)
    return venue.exchange


def test_a_recording_is_known_by_its_first_line(path: Path, tmp_path: Path) -> None:
    assert is_pair_recording(written(path, ticker(9), SNAPSHOT))
    plain = tmp_path / "plain.txt"
    plain.write_text("34200.01,1,2,3,4,5\n")
    assert not is_pair_recording(plain)
    with pytest.raises(MarketError, match="raw websocket lines of a Binance spot pair"):
        open_market(str(plain))


@pytest.mark.parametrize(
    ("messages", "sentence"),
    [
        ((ticker(9), SNAPSHOT, '{"stream": "btc'), "line 3: what follows the time is no JSON"),
        ((ticker(9), SNAPSHOT, '{"data": 7}'), "line 3: what follows the time is no message of"),
        ((update(1, 2, [], "DOGEUSDT"),), "line 1: tick and lot of 'DOGEUSDT' are not known here"),
        ((ticker(9), update(10, 11, [], "ETHUSDT")), "line 2: it is about 'ETHUSDT' in a"),
        ((ticker(9), update(10, 11, [])), "holds no snapshot in its 2 lines, so nobody knows its"),
        ((SNAPSHOT, ticker(9)), "line 1: it comes before any line that names the pair"),
        ((ticker(9), SNAPSHOT, {"e": "kline", "s": "BTCUSDT"}), "line 3: a message 'kline' is"),
        ((ticker(9), SNAPSHOT, update(12, 11, [])), "line 3: its update ids, U 12 to u 11, are no"),
        ((ticker(9), SNAPSHOT, trade(1, "61000.001")), "line 3: '61000.001' has more than 2"),
        ((ticker(9), SNAPSHOT, trade(1, "0")), "line 3: a trade has a price and a size above zero"),
        ((ticker(9), SNAPSHOT, trade(1, size="-1")), "line 3: '-1' is no size"),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_read_is_named(path: Path, messages: tuple, sentence: str) -> None:  # type: ignore[type-arg]
    with pytest.raises(RecordingError) as raised:
        PairFlow(written(path, *messages))
    assert sentence in str(raised.value)
    assert str(raised.value).startswith("btcusdt.gz")


def test_a_file_that_is_cut_short_is_refused(path: Path) -> None:
    written(path, ticker(9), SNAPSHOT, *[trade(n) for n in range(1, 2_000)])
    raw = path.read_bytes()
    path.write_bytes(raw[: len(raw) - 100])
    with pytest.raises(RecordingError, match=r"btcusdt\.gz is damaged or cut short"):
        PairFlow(path)
    path.write_bytes(b"")
    assert not is_pair_recording(path)


def test_a_gap_is_told_at_the_start_and_while_it_lasts(path: Path) -> None:
    messages = (
        ticker(9),
        SNAPSHOT,
        update(11, 12, [["60998.00", "7"]]),
        update(15, 16, []),
        trade(5),
    )
    flow = PairFlow(written(path, *messages))
    assert "its depth has a gap once: update ids 13 to 14 never came (line 4)" in flow.note
    venue = PaperVenue(flow)
    venue.collect()
    assert len(venue.depth("BTCUSDT", 10)[0]) == 2
    venue.advance(Nanos(NOON + 2 * SECOND))
    assert [row.price for row in venue.depth("BTCUSDT", 10)[0]] == [6_100_000, 6_099_900, 6_099_800]
    venue.collect()
    venue.advance(Nanos(NOON + 3 * SECOND))
    assert [row.price for row in venue.depth("BTCUSDT", 10)[0]] == [6_100_000]
    assert venue.note.startswith("update ids 13 to 14 never came: only the best bid and ask")
    # What stood beyond the touch is not known to be gone: an order there has no known place.
    assert house_of(venue).quoted("BTCUSDT").sights[1].displayed(6_099_900) is None  # type: ignore[index]


def test_missing_and_repeated_trades_and_a_clock_set_back_are_told(path: Path) -> None:
    messages = (ticker(9), SNAPSHOT, trade(5), trade(5), trade(9))
    written(path, *messages)
    lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    lines[3] = lines[3].replace(str(NOON + 3 * SECOND), str(NOON + SECOND))
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    flow = PairFlow(path)
    assert flow.note.split("; ") == [
        "only the best bid and ask are known until a snapshot comes",
        "3 trades are missing from it",
        "1 trades stand in it twice and are played once",
        "the clock of 1 lines was set back",
    ]
    venue = PaperVenue(flow)
    while venue.next_at() is not None:
        venue.advance(TIME_MAX)
        venue.collect()
    assert [print_.quantity for print_ in venue.tape("BTCUSDT", 10)] == [150_000, 150_000]


def test_midnight_in_utc_is_a_new_trade_date_and_the_market_goes_on(path: Path) -> None:
    messages = (ticker(9), SNAPSHOT, trade(5, "60999.00"), trade(6, "61000.00"), trade(7))
    flow = PairFlow(written(path, *messages, start=MIDNIGHT - 3 * SECOND))
    venue = PaperVenue(flow)
    reports = []
    while venue.next_at() is not None:
        venue.advance(TIME_MAX)
        reports += venue.collect()
    told = [type(report) for report in reports]
    assert told.count(PhaseChanged) == 4  # open, closed and open at midnight, closed at the end
    rolled = [report for report in reports if isinstance(report, TradeDateRolled)]
    assert [(each.trade_date, each.marks) for each in rolled] == [
        (20240809, (("BTCUSDT", 6_099_900),))
    ]
    quote = venue.market.quotes["BTCUSDT"]
    assert (quote.previous_close, quote.open, quote.trades) == (6_099_900, 6_100_000, 2)
    assert date_of(venue.now) == 20240809
    assert quote.phase is Phase.CLOSED


def test_a_market_opened_again_at_its_cursor_shows_the_same(path: Path) -> None:
    messages = (
        ticker(9),
        SNAPSHOT,
        update(11, 12, [["60998.00", "7"]]),
        trade(1),
        ticker(14),
        trade(2),
    )
    written(path, *messages)
    first = PaperVenue(PairFlow(path))
    first.advance(Nanos(NOON + 4 * SECOND))
    again = PaperVenue(PairFlow(path), cursor=first.checkpoint().cursor, stood_at=first.now)
    assert again.now == first.now
    assert again.depth("BTCUSDT", 10) == first.depth("BTCUSDT", 10)
    assert again.market.quotes["BTCUSDT"].volume == first.market.quotes["BTCUSDT"].volume
    with pytest.raises(RecordingError, match="it is not the same one"):
        PaperVenue(PairFlow(path), cursor=b"700")
