"""Own orders that rest in the recorded pair fill exactly as a count from the raw lines says."""

import gzip
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.feeds.binance.flow import PairFlow
from connectors.paper.venue import TIME_MAX, PaperVenue
from engine.domain.reports import VenueFilled
from engine.domain.requests import NewOrderRequest
from engine.values import Instruction, Nanos, OrderType, Price, Quantity, TimeInForce
from tests.connectors.binance_count import SECOND, Count, read

BTC = "depth/binance_spot_btcusdt_20240808.gz"
FIRST = 1_723_161_254_206_652_067
"""When the snapshot came."""
COIN, CENT = 10**8, 100
SIZE = Decimal("0.35")


@pytest.fixture(scope="module")
def first_lines(market_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first 4,000 lines: about half a minute."""
    path = tmp_path_factory.mktemp("pair") / "binance_spot_btcusdt_20240808.gz"
    with gzip.open(market_data / BTC, "rb") as whole, gzip.open(path, "wb", 1) as cut:
        for _ in range(4_000):
            cut.write(whole.readline())
    return path


def played(path: Path, at: int, side: str, price: Decimal) -> tuple[int, list[tuple[int, int]]]:
    """(queue ahead on arrival, fills) of one order that comes at `at` and rests to the end."""
    venue = PaperVenue(PairFlow(path))
    while venue.now < at:
        venue.advance(Nanos(at))
        venue.collect()
    request = NewOrderRequest(
        "A", "P", "BTCUSDT", Instruction.BUY if side == "b" else Instruction.SELL,
        Quantity(int(SIZE * COIN)), OrderType.LIMIT, TimeInForce.DAY,
        Price(int(price * CENT)), post_only=True,
    )  # fmt: skip
    venue.release([request], venue.stage([request]))
    accepted = venue.collect()[0]
    fills: list[tuple[int, int]] = []
    while sum(size for _, size in fills) < SIZE * COIN and venue.next_at() is not None:
        venue.advance(TIME_MAX)
        got = sum(r.quantity for r in venue.collect() if isinstance(r, VenueFilled))
        if got:
            fills.append((venue.now, got))
    return accepted.queue_ahead, fills  # type: ignore[union-attr]


def agree(path: Path, rows: list, at: int, side: str, away: str) -> list[tuple[int, int]]:  # type: ignore[type-arg]
    count = Count(rows, at, side, Decimal(away), SIZE)
    together: dict[int, int] = {}
    for when, size in count.fills:
        together[when] = together.get(when, 0) + int(size * COIN)
    ahead = int(count.ahead_on_arrival * COIN)
    assert played(path, at, side, count.price) == (ahead, list(together.items()))
    return list(together.items())


@pytest.mark.parametrize("seconds", [4, 12])
@pytest.mark.parametrize(("side", "away"), [("b", "0"), ("a", "0"), ("b", "5.01")])
def test_an_order_of_the_first_half_minute_fills_as_counted(first_lines, seconds, side, away):
    fills = agree(first_lines, read(first_lines), FIRST + seconds * SECOND, side, away)
    assert bool(fills) is (seconds == 4 or side == "a"), "prices rise after twelve seconds"


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("away", ["0", "0.01", "3"])
def test_orders_of_all_recorded_minutes_fill_as_counted(market_data, away):
    path, rows = market_data / BTC, read(market_data / BTC)
    filled = [
        agree(path, rows, FIRST + seconds * SECOND, side, away)
        for seconds in range(5, 330, 65)
        for side in ("b", "a")
    ]
    assert sum(1 for fills in filled if fills) > 5
