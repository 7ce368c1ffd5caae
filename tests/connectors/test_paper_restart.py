"""Working orders stand in the paper market again after a restart, behind whom they stood."""

import pytest

from connectors.feeds.flow import FlowSink
from connectors.paper.venue import PaperVenue
from engine.domain.quotes import Phase
from engine.domain.reports import VenueAccepted, VenueCancelled, VenueFilled
from engine.exchange.messages import NewOrder
from engine.values import OrderType, Price, Quantity, Side, TimeInForce

BID, ASK = 1_901_000, 1_901_200


def venue_with(quiet_flow, book, *working, **more):
    """The market's orders, each (side, quantity, price), stand before the trader's come back."""

    class Opened(quiet_flow):
        def open(self, sink: FlowSink, cursor: bytes):
            at = super().open(sink, cursor)
            sink.submit(
                [
                    NewOrder(
                        number, "AAPL", side, OrderType.LIMIT, Quantity(quantity), Price(price)
                    )
                    for number, (side, quantity, price) in enumerate(book, 1)
                ]
            )
            return at

    venue = PaperVenue(Opened(), working=working, **more)
    return venue, venue.collect()[1:]


def test_an_order_comes_back_behind_the_quantity_that_was_ahead(quiet_flow, asks):
    book = [(Side.BUY, 200, BID), (Side.BUY, 300, BID), (Side.BUY, 400, BID)]
    order = asks.resting("A", 100, BID, queue_ahead=450)
    venue, reports = venue_with(quiet_flow, book, order)
    assert reports == []
    assert venue.queue_ahead("A") == 500
    assert venue.queue_is_estimate("A")


def test_an_unknown_place_is_at_the_end(quiet_flow, asks):
    book = [(Side.BUY, 200, BID), (Side.BUY, 300, BID)]
    venue, _ = venue_with(quiet_flow, book, asks.resting("A", 100, BID))
    assert venue.queue_ahead("A") == 500


def test_a_new_place_in_the_queue_is_no_estimate(quiet_flow, asks):
    order = asks.resting("A", 100, BID, queue_ahead=0)
    venue, _ = venue_with(quiet_flow, [(Side.BUY, 200, BID)], order)
    request = asks.replace("A", "A2", BID, 150)
    venue.release([request], venue.stage([request]))
    assert not venue.queue_is_estimate("A2")


def test_the_filled_part_still_counts(quiet_flow, asks):
    order = asks.resting("A", 60, BID, queue_ahead=0, cumulative=40)
    venue, _ = venue_with(quiet_flow, [(Side.SELL, 10, ASK)], order, next_execution=9)
    venue.submit([NewOrder(50, "AAPL", Side.SELL, OrderType.LIMIT, Quantity(99), Price(BID))])
    waited, fill = venue.collect()
    assert waited.is_estimate and waited.traded_at_price == 0
    assert (fill.quantity, fill.execution_id) == (60, "P-9")
    assert venue.queue_ahead("A") == -1


def test_an_order_that_the_market_has_crossed_arrives_anew(quiet_flow, asks):
    order = asks.resting("A", 100, ASK, queue_ahead=0)
    venue, reports = venue_with(quiet_flow, [(Side.SELL, 30, ASK)], order)
    (fill,) = reports
    assert isinstance(fill, VenueFilled) and fill.quantity == 30
    assert venue.queue_ahead("A") == 0


def test_a_crossed_post_only_order_is_reported_gone(quiet_flow, asks):
    order = asks.resting("A", 100, ASK, queue_ahead=0, post_only=True)
    _, reports = venue_with(quiet_flow, [(Side.SELL, 30, ASK)], order)
    (gone,) = reports
    assert isinstance(gone, VenueCancelled) and not gone.requested


def test_a_waiting_stop_waits_again(quiet_flow, asks):
    order = asks.resting("S", 100, 0, type=OrderType.STOP, stop=ASK)
    venue, reports = venue_with(quiet_flow, [(Side.SELL, 30, ASK)], order)
    assert reports == [] and venue.queue_ahead("S") == -1
    venue.submit([NewOrder(50, "AAPL", Side.BUY, OrderType.LIMIT, Quantity(10), Price(ASK))])
    assert [type(report).__name__ for report in venue.collect()] == [
        "VenueTriggered",
        "VenueFilled",
        "VenueOrderWaited",
        "VenueCancelled",
    ]


def test_a_triggered_stop_limit_rests_at_its_limit(quiet_flow, asks):
    order = asks.resting(
        "S", 100, BID, type=OrderType.STOP_LIMIT, stop=ASK, triggered=True, queue_ahead=0
    )
    venue, _ = venue_with(quiet_flow, [(Side.BUY, 30, BID)], order)
    assert venue.queue_ahead("S") == 0


def test_a_status_question_finds_the_order_that_came_back(quiet_flow, asks):
    order = asks.resting("A", 100, BID, queue_ahead=0, time_in_force=TimeInForce.GTC)
    venue, _ = venue_with(quiet_flow, [], order)
    request = asks.status("A")
    venue.release([request], venue.stage([request]))
    (answer,) = venue.collect()
    assert isinstance(answer, VenueAccepted)


DAY, GTC, CLS, OPG = TimeInForce.DAY, TimeInForce.GTC, TimeInForce.CLS, TimeInForce.OPG


@pytest.mark.parametrize(
    ("lives", "trade_date", "phase", "why"),
    [
        (DAY, 20260105, Phase.CLOSED, "had closed when the market stood again"),
        (CLS, 20260105, Phase.CLOSED, "had closed when the market stood again"),
        (DAY, 20260104, Phase.OPEN, "good for 20260104 only"),
        (OPG, 20260105, Phase.OPEN, "the opening auction of AAPL was over"),
    ],
)
def test_what_a_rule_of_time_ended_does_not_stand_again(
    quiet_flow, asks, lives, trade_date, phase, why
):
    order = asks.resting("A", 100, BID, time_in_force=lives, trade_date=trade_date)
    venue = PaperVenue(quiet_flow(phase=phase), working=[order])
    (over,) = venue.left_behind
    assert over.client_order_id == "A" and why in over.text
    assert not venue.exchange.book("AAPL").orders


@pytest.mark.parametrize(
    ("lives", "trade_date", "phase"),
    [
        (DAY, 20260105, Phase.AUCTION),
        (CLS, 20260105, Phase.AUCTION),
        (GTC, 20260102, Phase.CLOSED),
        (OPG, 20260105, Phase.PRE_OPEN),
    ],
)
def test_what_still_has_time_stands_again(quiet_flow, asks, lives, trade_date, phase):
    order = asks.resting("A", 100, BID, time_in_force=lives, trade_date=trade_date)
    venue = PaperVenue(quiet_flow(phase=phase), working=[order])
    assert venue.left_behind == []
    request = asks.status("A")
    venue.release([request], venue.stage([request]))
    assert [type(answer) for answer in venue.collect()][-1] is VenueAccepted
