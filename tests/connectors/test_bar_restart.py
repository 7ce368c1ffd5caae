"""A restart inside a bar: orders are held as they were, and meet what they would have met."""

import pytest

from connectors.feeds.open import open_market
from connectors.paper.venue import PaperVenue
from engine.domain.reports import VenueCancelled, VenueFilled
from engine.runtime.market_time import at_time_of_day
from engine.values import NANOS_PER_SECOND, Instruction, Nanos, OrderType, TimeInForce

IOC, FOK, GTC = TimeInForce.IOC, TimeInForce.FOK, TimeInForce.GTC
SHORT, STOP = Instruction.SHORT, OrderType.STOP
BARS = "bars/us_minute/aapl_20140605_trade.zip"
OPENS = at_time_of_day(20140605, (9 * 60 + 30) * 60 * NANOS_PER_SECOND)
ENTERS_AFTER, ENDS_AFTER = 70, 600


@pytest.fixture(scope="module")
def bars(market_data):
    return str(market_data / BARS)


def played(venue: PaperVenue, seconds: float) -> list[object]:
    """Everything that happened until so many seconds after the first bar began."""
    until, heard = Nanos(OPENS + int(seconds * NANOS_PER_SECOND)), []
    while venue.now < until:
        venue.advance(until)
        heard += venue.collect()
    return [
        (type(report).__name__, getattr(report, "price", 0), venue.now // NANOS_PER_SECOND)
        for report in heard
        if isinstance(report, (VenueFilled, VenueCancelled))
    ]


def with_order(bars, asks, **order) -> PaperVenue:
    venue = PaperVenue(open_market(bars))
    played(venue, ENTERS_AFTER)
    price = order.pop("price", 0)
    request = asks.new("A", SHORT, 100, price, **order)
    venue.release([request], venue.stage([request]))
    venue.collect()
    return venue


def rebuilt(bars, asks, venue: PaperVenue, **order) -> PaperVenue:
    kept = venue.checkpoint()
    lives = order.get("lives", TimeInForce.DAY)
    again = asks.resting(
        "A", 100, order.get("price", 0), instruction=SHORT, time_in_force=lives,
        type=order.get("kind", OrderType.LIMIT), stop=order.get("stop", 0),
        waits="A" in kept.waiting,
    )  # fmt: skip
    return PaperVenue(open_market(bars), cursor=kept.cursor, working=[again])


ORDERS = [
    {"price": 6_480_000, "lives": IOC},
    {"price": 6_480_000, "lives": FOK},
    {"price": 6_470_000, "lives": IOC},
    {"price": 6_470_000, "lives": GTC},
    {"price": 6_480_000, "lives": GTC},
    {"kind": STOP, "stop": 6_474_000, "lives": GTC},
]


@pytest.mark.parametrize("killed_after", [75, 115, 150])
@pytest.mark.parametrize("order", ORDERS)
def test_an_order_meets_after_a_restart_what_it_would_have_met(bars, asks, order, killed_after):
    venue = with_order(bars, asks, **order)
    before = played(venue, killed_after)
    if before:
        return
    again = rebuilt(bars, asks, venue, **order)
    assert played(again, ENDS_AFTER) == played(venue, ENDS_AFTER) != []


def test_what_does_not_rest_is_gone_when_its_bar_has_opened(bars, asks):
    """Its end was on the line when the process died."""
    order = {"price": 6_480_000, "lives": IOC}
    venue = with_order(bars, asks, **order)
    played(venue, 150)
    again = rebuilt(bars, asks, venue, **order)
    (gone,) = [r for r in again.collect() if isinstance(r, VenueCancelled)]
    assert not gone.requested and "its moment was over" in gone.text
    assert played(again, ENDS_AFTER) == []
