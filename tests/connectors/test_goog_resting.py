"""Own orders that rest in the recorded day fill exactly as a count from the file alone says."""

from pathlib import Path

import pytest

from connectors.feeds.lobster_file import open_recording
from connectors.feeds.lobster_flow import LobsterFlow
from connectors.paper.venue import PaperVenue
from engine.domain.reports import VenueFilled
from engine.domain.requests import NewOrderRequest
from engine.values import (
    Instruction,
    Nanos,
    OrderType,
    Price,
    Quantity,
    TimeInForce,
)
from tests.connectors.goog_count import Count, quote_after, read

GOOG = "lobster/LOBSTER_SampleFile_GOOG_2012-06-21_10.zip"
MIDNIGHT = 1_340_251_200 * 10**9
MINUTE = 60 * 10**9
OPENS = 34_200 * 10**9
QUANTITY, TICK = 200, 100


def played(path: Path, at: int, side: int, price: int) -> tuple[int, list[tuple[int, int]]]:
    """(queue ahead on arrival, fills) of one order that comes at `at` and rests to the end."""
    venue = PaperVenue(LobsterFlow(open_recording(path)))
    advance(venue, at)
    request = NewOrderRequest(
        "A", "P", "GOOG", Instruction.BUY if side == 1 else Instruction.SELL, Quantity(QUANTITY),
        OrderType.LIMIT, TimeInForce.DAY, Price(price), post_only=True,
    )  # fmt: skip
    venue.release([request], venue.stage([request]))
    accepted = venue.collect()[0]
    fills: list[tuple[int, int]] = []
    while sum(size for _, size in fills) < QUANTITY and venue.next_at() is not None:
        venue.advance(Nanos(MIDNIGHT + 58_000 * 10**9))
        reports = [r for r in venue.collect() if isinstance(r, VenueFilled)]
        got = sum(report.quantity for report in reports)
        if got:
            fills.append((venue.now - MIDNIGHT, got))
    return accepted.queue_ahead, fills


def advance(venue: PaperVenue, at: int) -> None:
    venue.collect()
    while venue.now < MIDNIGHT + at:
        venue.advance(Nanos(MIDNIGHT + at))
        venue.collect()


def counted(rows, at: int, side: int, away: int) -> tuple[int, int, list[tuple[int, int]]]:
    """(price, queue ahead, fills) from the file."""
    first = sum(1 for row, _ in rows if row[0] <= at)
    bid, ask = quote_after(rows, first)
    price = (bid if side == 1 else ask) + side * away * TICK
    assert bid < price < ask or away <= 0, "there is room inside"
    count = Count(rows, first, side, price, QUANTITY)
    together: dict[int, int] = {}
    for when, size in count.fills:
        together[when] = together.get(when, 0) + size
    return price, count.ahead_on_arrival, list(together.items())


def agree(path: Path, rows, at: int, side: int, away: int) -> list[tuple[int, int]]:
    price, ahead, fills = counted(rows, at, side, away)
    assert played(path, at, side, price) == (ahead, fills)
    return fills


@pytest.mark.parametrize("minute", [1, 6])
@pytest.mark.parametrize(("side", "away"), [(1, 1), (1, 0), (-1, 0)])
def test_an_order_of_the_first_minutes_fills_as_counted(morning, minute, side, away):
    assert agree(morning, read(morning), OPENS + minute * MINUTE, side, away)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize("away", [1, 0])
def test_orders_of_the_whole_day_fill_as_counted(market_data, away):
    path, rows = market_data / GOOG, read(market_data / GOOG)
    filled = [
        agree(path, rows, OPENS + minute * MINUTE, side, away)
        for minute in range(2, 380, 21)
        for side in (1, -1)
    ]
    assert sum(1 for fills in filled if fills) > 20
