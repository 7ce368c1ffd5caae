"""Auctions and halts at the paper venue: who may enter when, what is told, what restarts keep."""

import pytest

from connectors.feeds.synthetic.calendar import closes_at, opens_at, trade_date_after
from connectors.feeds.synthetic.flow import PRE_OPEN, SyntheticFlow
from connectors.feeds.synthetic.halts import HaltWatch, band_bps
from connectors.paper.link import Link
from connectors.paper.venue import PaperVenue
from engine.domain.quotes import Phase
from engine.domain.reports import (
    PhaseChanged,
    VenueAccepted,
    VenueCancelled,
    VenueCancelRefused,
    VenueFilled,
    VenueRejected,
)
from engine.domain.views import AuctionView
from engine.values import NANOS_PER_SECOND, Liquidity, Nanos, OrderType, Quantity, Side, TimeInForce
from tests.connectors.conftest import OPENS_AT
from tests.harness import SetDelays

BID, ASK = 1_901_000, 1_901_200
MONDAY = 20260105
OPG, CLS = TimeInForce.OPG, TimeInForce.CLS
MARKET = OrderType.MARKET
BEFORE_THE_OPEN = Nanos(OPENS_AT - 300 * NANOS_PER_SECOND)
HALT = {"pause": 60 * NANOS_PER_SECOND, "quotation": 120 * NANOS_PER_SECOND}


def test_an_auction_fills_in_words_and_lets_go_of_what_came_for_it(make_practice, asks):
    practice = make_practice(phase=Phase.PRE_OPEN)
    practice.venue._clerk.now = BEFORE_THE_OPEN
    accepted = practice.send(
        asks.buy("A", 100, kind=MARKET, lives=OPG),
        asks.buy("B", 50, BID, lives=OPG),
        asks.buy("C", 30, BID),
    )
    assert [type(report) for report in accepted] == [VenueAccepted] * 3
    practice.other(Side.SELL, 130, ASK)
    practice.other(Side.BUY, 60, ASK)
    assert practice.venue.indication("AAPL") == AuctionView("opening", ASK, 130, 30)
    quote = practice.venue.market.quotes["AAPL"]
    assert (quote.bid, quote.ask) == (0, 0)
    practice.venue.entered_phase("AAPL", Phase.OPEN)
    fill, gone, phase = practice.heard()
    assert (fill.quantity, fill.price, fill.liquidity) == (100, ASK, Liquidity.AUCTION)
    assert fill.explanation == (
        "opening cross 130 shares at 190.12; yours 100 of 100; imbalance 30 buy"
    )
    why = "the opening cross at 190.12 did not fill it"
    assert gone == VenueCancelled("B", why, False, cumulative=Quantity(0))
    assert phase == PhaseChanged("AAPL", Phase.OPEN)
    (printed,) = practice.venue.tape("AAPL", 9)
    assert (printed.price, printed.quantity, printed.auction, printed.own) == (ASK, 130, True, True)
    assert (quote.bid, quote.bid_size, quote.last) == (ASK, 30, ASK)
    assert practice.place("C") == 0, "what rests goes on resting"


@pytest.mark.parametrize(
    ("minutes", "order", "words"),
    [
        (-2, {"lives": OPG, "kind": MARKET}, "on-open orders enter until 09:28:00"),
        (385, {"lives": CLS, "kind": MARKET}, "market-on-close orders enter until 15:55:00"),
        (388, {"lives": CLS, "price": BID}, "limit-on-close orders enter until 15:58:00"),
    ],
)
def test_orders_for_an_auction_have_their_last_minute(make_practice, asks, minutes, order, words):
    phase = Phase.PRE_OPEN if minutes < 0 else Phase.OPEN
    practice = make_practice(phase=phase)
    last = Nanos(OPENS_AT + minutes * 60 * NANOS_PER_SECOND)
    practice.venue._clerk.now = Nanos(last - 1)
    price = order.pop("price", 0)
    assert isinstance(practice.send(asks.buy("A", 10, price, **order))[0], VenueAccepted)
    practice.venue._clerk.now = last
    (rejected,) = practice.send(asks.buy("B", 10, price, **order))
    assert rejected == VenueRejected("B", words)


def test_who_asked_for_the_close_is_held_to_it(make_practice, asks):
    practice = make_practice()
    practice.send(asks.buy("A", 10, kind=MARKET, lives=CLS))
    practice.venue._clerk.now = Nanos(OPENS_AT + 380 * 60 * NANOS_PER_SECOND)
    (refused,) = practice.send(asks.cancel("A"))
    assert isinstance(refused, VenueCancelRefused) and "until 15:50:00" in refused.text


def test_in_a_halt_orders_are_cancelled_then_line_up_and_then_reopen_it(
    make_practice, asks, words_of
):
    practice = make_practice()
    practice.other(Side.BUY, 300, BID)
    practice.send(asks.buy("A", 100, BID))
    practice.venue.entered_phase("AAPL", Phase.HALTED, "news pending")
    assert practice.heard() == [PhaseChanged("AAPL", Phase.HALTED, "news pending")]
    (rejected,) = practice.send(asks.buy("B", 100, ASK))
    assert rejected.text == "AAPL is halted (news pending): only cancels until it reopens"
    assert words_of(practice.send(asks.cancel("A"))) == ["cancelled"]
    practice.venue.entered_phase("AAPL", Phase.QUOTATION, "news pending")
    assert words_of(practice.send(asks.buy("C", 100, ASK))) == ["phasechanged", "accepted"]
    (rejected,) = practice.send(asks.buy("D", 10, ASK, lives=TimeInForce.IOC))
    assert rejected.text.endswith("limit orders that rest line up for its reopening")
    practice.other(Side.SELL, 40, BID)
    assert practice.heard() == [], "whatever crosses, nothing trades yet"
    view = practice.venue.indication("AAPL")
    assert (view.name, view.paired) == ("reopening", 40)
    practice.venue.entered_phase("AAPL", Phase.OPEN)
    fill, _ = practice.heard()
    assert (fill.client_order_id, fill.quantity) == ("C", 40)
    assert fill.explanation.startswith("reopening cross 40 shares at ")


def test_a_cross_is_heard_late_and_before_what_follows_it(make_practice, asks):
    delays = SetDelays(lambda request: Nanos(0), lambda report: Nanos(7_000))
    practice = make_practice(phase=Phase.PRE_OPEN, link=Link(delays))
    practice.send(asks.buy("A", 100, ASK))
    practice.other(Side.SELL, 100, BID)
    practice.venue.advance(Nanos(practice.venue.now + 10_000))
    practice.heard()
    crossed_at = practice.venue.now
    practice.venue.entered_phase("AAPL", Phase.OPEN)
    assert practice.heard() == []
    practice.venue.advance(Nanos(crossed_at + 10_000))
    fill, phase = practice.heard()
    assert (type(fill), fill.at, type(phase)) == (VenueFilled, crossed_at, PhaseChanged)


# --- the synthetic market's own days


def synthetic(start="09:30", symbols=("AAPL",), seed=1, cursor=b"", working=()):
    flow = SyntheticFlow(seed, symbols, start)
    return PaperVenue(flow, cursor=cursor, working=working)


def run_to(venue, until):
    """Every report up to then."""
    heard = []
    while venue.now < until:
        venue.advance(until)
        heard += venue.collect()
    return heard


def test_a_day_opens_and_closes_with_auctions_in_which_the_crowd_takes_part(asks):
    venue = synthetic(PRE_OPEN)
    assert venue.now == opens_at(MONDAY) - 300 * NANOS_PER_SECOND
    run_to(venue, Nanos(opens_at(MONDAY) - 1))
    indicated = venue.indication("AAPL")
    assert indicated.name == "opening" and indicated.paired > 1_000
    run_to(venue, Nanos(opens_at(MONDAY) + NANOS_PER_SECOND))
    cross = next(each for each in venue.tape("AAPL", 500) if each.auction)
    assert (cross.price, cross.quantity) == (indicated.price, indicated.paired)
    quote = venue.market.quotes["AAPL"]
    assert quote.open == cross.price and quote.is_two_sided and quote.phase is Phase.OPEN


def test_the_close_is_an_auction_whose_imbalance_is_public_before_it(asks):
    venue = synthetic("15:49")
    assert venue.indication("AAPL") is None
    run_to(venue, Nanos(closes_at(MONDAY) - 300 * NANOS_PER_SECOND))
    assert venue.indication("AAPL").paired > 0
    run_to(venue, Nanos(closes_at(MONDAY) - 1))
    run_to(venue, Nanos(closes_at(MONDAY) + 3 * NANOS_PER_SECOND))
    cross = venue.tape("AAPL", 1)[0]
    assert cross.auction and cross.quantity > 5_000
    assert venue.market.quotes["AAPL"].phase is Phase.CLOSED
    assert not venue.exchange.book("AAPL").called


@pytest.mark.parametrize("start", [PRE_OPEN, "15:52"])
def test_after_a_restart_an_order_still_waits_for_its_auction(asks, start):
    venue = synthetic(start)
    lives = OPG if start == PRE_OPEN else CLS
    wanted = asks.buy("A", 100, kind=MARKET, lives=lives)
    venue.release([wanted], venue.stage([wanted]))
    run_to(venue, Nanos(venue.now + 60 * NANOS_PER_SECOND))
    working = asks.resting("A", 100, 0, type=MARKET, time_in_force=lives)
    again = synthetic(start, cursor=venue.checkpoint().cursor, working=[working])
    assert again.indication("AAPL").paired > 0, "the crowd has lined up again"
    until = opens_at(MONDAY) if lives is OPG else closes_at(MONDAY)
    heard = run_to(again, Nanos(until + 3 * NANOS_PER_SECOND))
    (fill,) = [report for report in heard if isinstance(report, VenueFilled)]
    assert (fill.quantity, fill.liquidity) == (100, Liquidity.AUCTION)


def test_a_halt_goes_through_its_phases_also_over_a_restart():
    venue = synthetic()
    run_to(venue, Nanos(opens_at(MONDAY) + 60 * NANOS_PER_SECOND))
    halted_at = venue.now
    assert venue._flow.halt(venue, "AAPL", **HALT, now=halted_at) == ""
    twice = venue._flow.halt(venue, "AAPL", **HALT, now=halted_at)
    assert "only what trades can be halted" in twice
    run_to(venue, Nanos(halted_at + 30 * NANOS_PER_SECOND))
    again = synthetic(cursor=venue.checkpoint().cursor)
    assert again.market.quotes["AAPL"].phase is Phase.HALTED
    assert again.market.quotes["AAPL"].phase_text == "for practice"
    for one in (venue, again):
        one.collect()
        heard = run_to(one, Nanos(halted_at + 200 * NANOS_PER_SECOND))
        told = [report for report in heard if isinstance(report, PhaseChanged)]
        assert [(r.phase, r.text) for r in told] == [
            (Phase.QUOTATION, "for practice"),
            (Phase.OPEN, ""),
        ]
    assert any(each.auction for each in venue.tape("AAPL", 500))
    assert venue.market.quotes["AAPL"].is_two_sided


def test_a_symbol_that_is_halted_at_the_close_closes_with_its_auction():
    venue = synthetic("15:58")
    assert venue._flow.halt(venue, "AAPL", **HALT, now=venue.now) == ""
    run_to(venue, Nanos(closes_at(MONDAY) + 3 * NANOS_PER_SECOND))
    assert venue.market.quotes["AAPL"].phase is Phase.CLOSED
    assert venue.tape("AAPL", 1)[0].auction


def test_a_price_that_stays_beyond_its_band_is_paused_and_one_that_comes_back_is_not():
    watch, close = HaltWatch(), Nanos(20_000 * NANOS_PER_SECOND)

    def look(second, price):
        return watch.look(Nanos(second * NANOS_PER_SECOND), price, close)

    assert all(look(second, 1_000_000) is None for second in range(1, 300))
    assert look(300, 1_049_999) is None and look(301, 1_051_000) is None
    assert look(310, 1_049_000) is None, "back inside"
    assert look(311, 1_060_000) is None and look(325, 1_060_000) is None
    paused = look(326, 1_060_000)
    assert paused is not None and "volatility pause" in paused.text
    assert band_bps(1_000_000, 60 * NANOS_PER_SECOND) == 1_000


def test_news_halts_are_rare_and_the_same_for_a_seed():
    def drawn(seed):
        watch = HaltWatch()
        days = []
        day = MONDAY
        for _ in range(2_000):
            day = trade_date_after(day)
            watch.begin_day(seed=seed, symbol="AAPL", trade_date=day)
            days.append(watch._news_at)
        return days

    first = drawn(1)
    assert first == drawn(1) != drawn(2)
    assert 2 <= sum(1 for at in first if at) <= 20
