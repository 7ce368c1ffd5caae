"""What a pair's levels give to arriving orders: each share once, nothing on an old touch."""

from pathlib import Path

import pytest

from connectors.feeds.binance.flow import PairFlow
from connectors.paper.venue import PaperVenue
from engine.domain.reports import Report, VenueCancelled, VenueFilled
from engine.domain.requests import NewOrderRequest
from engine.values import Instruction, Nanos, OrderType, Price, Quantity, TimeInForce
from tests.unit.feeds.test_binance_file import NOON, SECOND, SNAPSHOT, ticker, update, written

COIN = 10**8


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "btcusdt.gz"


def opened(path: Path, *messages: object) -> PaperVenue:
    venue = PaperVenue(PairFlow(written(path, *messages)))
    venue.collect()
    return venue


def buy(venue: PaperVenue, size: float, price: str, lives: TimeInForce) -> list[Report]:
    venue_ids = buy.count = getattr(buy, "count", 0) + 1  # type: ignore[attr-defined]
    request = NewOrderRequest(
        f"T-{venue_ids}", "PAPER", "BTCUSDT", Instruction.BUY, Quantity(round(size * COIN)),
        OrderType.LIMIT, lives, Price(int(price.replace(".", ""))),
    )  # fmt: skip
    venue.release([request], venue.stage([request]))
    return venue.collect()


def got(reports: list[Report]) -> list[tuple[int, int]]:
    return [(r.price, r.quantity) for r in reports if isinstance(r, VenueFilled)]


def test_an_order_walks_the_levels_on_show_and_no_others(path: Path) -> None:
    venue = opened(path, ticker(9), SNAPSHOT, ticker(11))
    reports = buy(venue, 4, "61005.00", TimeInForce.IOC)
    assert got(reports) == [(6_100_001, 250_000_000), (6_100_200, 10_000_000)]
    (gone,) = [report for report in reports if isinstance(report, VenueCancelled)]
    assert gone.text == "immediate or cancel: nothing more stood within the limit"


def test_what_an_order_took_is_back_only_with_news(path: Path) -> None:
    same = {"stream": "", "data": {"u": 12, "s": "BTCUSDT", "b": "61000", "B": "1.5",
                                   "a": "61000.01", "A": "2.5"}}  # fmt: skip
    more = {"stream": "", "data": {**same["data"], "u": 13, "A": "2.6"}}  # type: ignore[dict-item]
    venue = opened(path, ticker(9), SNAPSHOT, same, more)
    assert got(buy(venue, 2, "61000.01", TimeInForce.IOC)) == [(6_100_001, 200_000_000)]
    assert got(buy(venue, 2, "61000.01", TimeInForce.IOC)) == [(6_100_001, 50_000_000)]
    venue.advance(Nanos(NOON + 2 * SECOND))
    assert got(buy(venue, 2, "61000.01", TimeInForce.IOC)) == []
    venue.advance(Nanos(NOON + 3 * SECOND))
    assert got(buy(venue, 3, "61000.01", TimeInForce.IOC)) == [(6_100_001, 260_000_000)]


def test_nothing_is_taken_from_a_touch_that_nobody_confirmed_for_long(path: Path) -> None:
    late = [ticker(9)] * 8
    venue = opened(path, ticker(9), SNAPSHOT, *late, ticker(11))
    venue.advance(Nanos(NOON + 6 * SECOND))
    assert got(buy(venue, 0.1, "61000.01", TimeInForce.IOC)) == [(6_100_001, 10_000_000)]
    # What comes late says nothing of now, so five seconds after the snapshot the touch is old.
    venue.advance(Nanos(NOON + 7 * SECOND))
    reports = buy(venue, 0.1, "61000.01", TimeInForce.IOC)
    assert got(reports) == []
    (gone,) = [report for report in reports if isinstance(report, VenueCancelled)]
    assert gone.text == "the quote was too old to take from"
    venue.advance(Nanos(NOON + 10 * SECOND))
    assert got(buy(venue, 0.1, "61000.01", TimeInForce.IOC)) == [(6_100_001, 10_000_000)]


def test_nothing_is_taken_from_a_crossed_book(path: Path) -> None:
    crossed = update(11, 12, [["61000.05", "1"]])
    venue = opened(path, ticker(9), SNAPSHOT, crossed)
    venue.advance(Nanos(NOON + 2 * SECOND))
    reports = buy(venue, 0.1, "61000.01", TimeInForce.IOC)
    assert got(reports) == []
    (gone,) = [report for report in reports if isinstance(report, VenueCancelled)]
    assert gone.text == "the quote was locked or crossed: nothing could be taken from it"
