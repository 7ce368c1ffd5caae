"""The contract of the venue port, held by the paper venue: orders, answers, races, the close."""

import pytest

from connectors.paper.link import Link
from engine.domain.quotes import Phase
from engine.domain.reports import (
    PhaseChanged,
    VenueAccepted,
    VenueCancelled,
    VenueCancelRefused,
    VenueExpired,
    VenueFilled,
    VenueOrderUnknown,
    VenueRejected,
    VenueReplaced,
    VenueReplaceRefused,
    VenueTriggered,
)
from engine.values import NANOS_PER_SECOND, Liquidity, Nanos, OrderType, Side, TimeInForce
from tests.harness import SetDelays

BID, ASK = 1_901_000, 1_901_200


@pytest.fixture
def market(practice):
    """Somebody bids 300 at 190.10 and offers 200 at 190.12."""
    practice.bid_id = practice.other(Side.BUY, 300, BID)
    practice.ask_id = practice.other(Side.SELL, 200, ASK)
    return practice


def test_a_resting_order_is_accepted_with_the_quantity_ahead_of_it(market, asks):
    (accepted,) = market.send(asks.buy("A", 100, BID))
    assert isinstance(accepted, VenueAccepted)
    assert (accepted.client_order_id, accepted.queue_ahead) == ("A", 300)


def test_nothing_is_said_before_release(market, asks):
    staged = market.venue.stage([asks.buy("A", 100, BID)])
    assert len(staged) == 1 and staged[0]
    assert market.heard() == [] and market.place("A") == -1


def test_the_queue_ahead_is_known_at_any_time(market, asks):
    market.send(asks.buy("A", 100, BID))
    market.other(Side.SELL, 120, BID)
    assert market.place("A") == 180
    market.other_cancels(market.bid_id)
    assert market.place("A") == 0


def test_an_aggressive_order_reaches_the_trader_after_those_ahead(market, asks):
    market.send(asks.buy("A", 100, BID))
    market.other(Side.SELL, 350, BID)
    (fill,) = market.heard()
    assert isinstance(fill, VenueFilled)
    assert (fill.price, fill.quantity, fill.liquidity) == (BID, 50, Liquidity.MAKER)
    assert fill.explanation == (
        "aggressive sell 350 at 190.10 met the queue: 300 ahead of you, you got 50"
    )


def test_a_taker_is_told_what_it_took_at_each_price(market, asks):
    market.other(Side.SELL, 100, ASK)
    market.other(Side.SELL, 100, ASK + 100)
    accepted, first, second = market.send(asks.buy("A", 350, ASK + 100))
    assert isinstance(accepted, VenueAccepted)
    assert (first.price, first.quantity, first.liquidity) == (ASK, 300, Liquidity.TAKER)
    assert first.explanation == "took 300 at 190.12 from the ask, 2 orders"
    assert (second.price, second.quantity) == (ASK + 100, 50)


def test_what_is_left_of_a_marketable_limit_order_rests(market, asks, words_of):
    assert words_of(market.send(asks.buy("A", 250, ASK))) == ["accepted", "filled"]
    assert market.place("A") == 0
    assert market.venue.market.quotes["AAPL"].bid == ASK


def test_execution_ids_count_on_and_never_repeat(make_practice, asks):
    practice = make_practice(next_execution=41)
    for price in (ASK, ASK + 100):
        practice.other(Side.SELL, 10, price)
    fills = practice.send(asks.buy("A", 20, ASK + 100))[1:]
    assert [fill.execution_id for fill in fills] == ["P-41", "P-42"]


def test_an_immediate_or_cancel_order_leaves_nothing(market, asks, words_of):
    reports = market.send(asks.buy("A", 250, ASK, lives=TimeInForce.IOC))
    assert words_of(reports) == ["accepted", "filled", "cancelled"]
    assert not reports[-1].requested and "immediate or cancel" in reports[-1].text


def test_fill_or_kill_takes_all_or_nothing(market, asks, words_of):
    killed = market.send(asks.buy("A", 201, ASK, lives=TimeInForce.FOK))
    assert words_of(killed) == ["accepted", "cancelled"] and not killed[-1].requested
    filled = market.send(asks.buy("B", 200, ASK, lives=TimeInForce.FOK))
    assert words_of(filled) == ["accepted", "filled"]


def test_a_market_order_ends_with_the_book(market, asks, words_of):
    reports = market.send(asks.buy("A", 300, kind=OrderType.MARKET))
    assert words_of(reports) == ["accepted", "filled", "cancelled"]
    assert "book was empty" in reports[-1].text


def test_post_only_is_rejected_when_it_would_take(market, asks):
    (rejected,) = market.send(asks.buy("A", 100, ASK, post_only=True))
    assert isinstance(rejected, VenueRejected) and "post-only" in rejected.text


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"symbol": "NOPE"}, "does not list"),
        ({"symbol": "MSFT"}, "multiple of 10"),
        ({"price": ASK + 1}, "no multiple of the tick 0.01"),
        ({"quantity": 0}, "multiple of 1"),
    ],
)
def test_what_the_venue_cannot_take_is_rejected_in_words(market, asks, more, words):
    order = {"quantity": 15, "price": BID} | more
    (rejected,) = market.send(asks.buy("A", order.pop("quantity"), order.pop("price"), **order))
    assert isinstance(rejected, VenueRejected) and words in rejected.text


@pytest.mark.parametrize("phase", [Phase.CLOSED, Phase.AUCTION, Phase.HALTED])
def test_nothing_enters_while_a_symbol_is_closed_or_halted(make_practice, asks, phase):
    (rejected,) = make_practice(phase=phase).send(asks.buy("A", 100, BID))
    assert isinstance(rejected, VenueRejected) and rejected.text.startswith("AAPL ")


def test_a_halt_still_lets_orders_be_cancelled(market, asks, words_of):
    market.send(asks.buy("A", 100, BID))
    market.venue.entered_phase("AAPL", Phase.HALTED)
    assert words_of(market.send(asks.replace("A", "A2", BID, 50))) == [
        "phasechanged",
        "replacerefused",
    ]
    assert words_of(market.send(asks.cancel("A"))) == ["cancelled"]


def test_a_cancel_is_answered_once_it_is_done(market, asks):
    market.send(asks.buy("A", 100, BID))
    (cancelled,) = market.send(asks.cancel("A"))
    assert isinstance(cancelled, VenueCancelled) and cancelled.requested
    assert market.place("A") == -1


def test_a_cancel_that_loses_the_race_is_refused_as_too_late(market, asks):
    market.send(asks.buy("A", 100, ASK))
    (refused,) = market.send(asks.cancel("A"))
    assert isinstance(refused, VenueCancelRefused) and refused.text == "too late: it is filled"


def test_a_cancel_for_an_unknown_order_is_refused(market, asks):
    (refused,) = market.send(asks.cancel("Z"))
    assert isinstance(refused, VenueCancelRefused)


def test_less_at_the_same_price_keeps_the_place(market, asks):
    market.send(asks.buy("A", 100, BID))
    market.other(Side.BUY, 500, BID)
    (replaced,) = market.send(asks.replace("A", "A2", BID, 60))
    assert replaced == VenueReplaced("A", "A2", BID, 60, 300)


def test_more_or_another_price_goes_to_the_end(market, asks):
    market.send(asks.buy("A", 100, BID))
    market.other(Side.BUY, 500, BID)
    (replaced,) = market.send(asks.replace("A", "A2", BID, 110))
    assert replaced.queue_ahead == 800
    (moved,) = market.send(asks.replace("A2", "A3", BID + 100, 110))
    assert moved.queue_ahead == 0


def test_the_new_total_counts_what_is_filled(market, asks):
    market.send(asks.buy("A", 100, BID))
    market.other(Side.SELL, 340, BID)
    market.heard()
    market.send(asks.replace("A", "A2", BID, 90))
    assert market.venue.depth("AAPL", 1)[0][0].own == 50


def test_a_replace_to_no_more_than_is_filled_is_refused(market, asks):
    market.send(asks.buy("A", 100, BID))
    market.other(Side.SELL, 340, BID)
    market.heard()
    (refused,) = market.send(asks.replace("A", "A2", BID, 40))
    assert isinstance(refused, VenueReplaceRefused) and refused.text.startswith("40 are filled")
    assert refused.client_order_id == "A" and market.place("A") == 0


def test_a_replace_may_trade(market, asks, words_of):
    market.send(asks.buy("A", 100, BID))
    assert words_of(market.send(asks.replace("A", "A2", ASK, 100))) == ["replaced", "filled"]


def test_a_replace_of_a_filled_order_is_too_late(market, asks):
    market.send(asks.buy("A", 100, ASK))
    (refused,) = market.send(asks.replace("A", "A2", BID, 200))
    assert isinstance(refused, VenueReplaceRefused) and "too late" in refused.text


def test_the_old_id_of_a_replaced_order_commands_nothing(market, asks):
    market.send(asks.buy("A", 100, BID), asks.replace("A", "A2", BID, 50))
    (refused,) = market.send(asks.cancel("A"))
    assert isinstance(refused, VenueCancelRefused) and "A2" in refused.text


def test_the_same_id_again_never_enters_a_second_order(market, asks):
    first = market.send(asks.buy("A", 100, BID))
    assert market.send(asks.buy("A", 100, BID)) == first
    assert market.venue.depth("AAPL", 1)[0][0].own == 100


def test_a_repeated_replace_is_carried_out_once(market, asks):
    market.send(asks.buy("A", 100, BID), asks.replace("A", "A2", BID, 110))
    assert market.send(asks.replace("A", "A2", BID, 110)) == [
        VenueReplaced("A", "A2", BID, 110, 300)
    ]


def test_a_status_question_repeats_what_is_known(market, asks):
    first = market.send(asks.buy("A", 250, ASK, lives=TimeInForce.IOC))
    assert market.send(asks.status("A")) == first


def test_a_status_question_about_nothing_is_definitive(market, asks):
    assert market.send(asks.status("Z")) == [VenueOrderUnknown("Z")]


def test_a_stop_waits_and_enters_when_its_price_trades(market, asks, words_of):
    stop = asks.sell("S", 100, stop=BID, kind=OrderType.STOP)
    (accepted,) = market.send(stop)
    assert accepted.queue_ahead == -1
    market.other(Side.SELL, 100, BID)
    triggered, filled = market.heard()
    assert triggered == VenueTriggered("S", BID)
    assert (filled.quantity, filled.liquidity) == (100, Liquidity.TAKER)


def test_a_stop_limit_rests_at_its_limit_after_the_trigger(market, asks, words_of):
    market.send(asks.sell("S", 100, ASK, stop=BID, kind=OrderType.STOP_LIMIT))
    market.other(Side.SELL, 100, BID)
    assert words_of(market.heard()) == ["triggered"]
    assert market.place("S") == 200


def test_a_stop_without_limit_has_no_price_to_replace(market, asks):
    market.send(asks.sell("S", 100, stop=BID, kind=OrderType.STOP))
    (refused,) = market.send(asks.replace("S", "S2", BID, 100))
    assert isinstance(refused, VenueReplaceRefused)


def test_the_newer_own_order_gives_way_to_the_older(market, asks, words_of):
    market.send(asks.buy("A", 100, BID + 100))
    reports = market.send(asks.sell("B", 100, BID + 100))
    assert words_of(reports) == ["accepted", "cancelled"]
    assert "your own order" in reports[-1].text
    assert market.place("A") == 0


def test_the_close_expires_day_orders_and_keeps_the_others(market, asks):
    market.send(asks.buy("A", 100, BID), asks.buy("G", 100, BID, lives=TimeInForce.GTC))
    market.venue.advance(Nanos(market.venue.now + 7_200 * NANOS_PER_SECOND))
    expired, phase = market.heard()
    assert isinstance(expired, VenueExpired) and expired.client_order_id == "A"
    assert phase == PhaseChanged("*", Phase.CLOSED)
    assert market.place("G") == 300


def test_market_time_stops_where_a_report_waits(market):
    opened = market.venue.now
    market.venue.advance(Nanos(opened + 7_200 * NANOS_PER_SECOND))
    assert market.venue.has_reports()
    assert market.venue.now == opened + 3_600 * NANOS_PER_SECOND
    market.heard()
    market.venue.advance(Nanos(opened + 7_200 * NANOS_PER_SECOND))
    assert market.venue.now == opened + 7_200 * NANOS_PER_SECOND


def test_a_request_on_the_way_arrives_when_its_latency_is_over(make_practice, asks, words_of):
    practice = make_practice(link=Link(SetDelays(lambda request: Nanos(5_000))))
    practice.other(Side.BUY, 300, BID)
    assert practice.send(asks.buy("A", 100, BID)) == []
    due = practice.venue.next_at()
    assert due == practice.venue.now + 5_000
    practice.venue.advance(due)
    assert words_of(practice.heard()) == ["accepted"] and practice.venue.now == due
