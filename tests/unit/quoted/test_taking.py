"""Orders that take from a market of quotes: levels, slip, consumption and quotes not to take."""

import pytest

from engine.exchange.messages import Cancelled, CancelReason, Refusal, Refused, Triggered
from engine.values import OrderType, Side, TimeInForce, Trigger

BID, ASK, TICK = 100_000, 100_200, 100
IOC, FOK = TimeInForce.IOC, TimeInForce.FOK


def ending(house):
    return [(e.quantity, e.reason) for e in house.events if isinstance(e, Cancelled)]


def test_a_market_order_takes_what_is_shown_and_slips_a_tick_a_level_beyond(house):
    house.buy(500)
    assert house.took() == [(ASK, 200), (ASK + TICK, 200), (ASK + 2 * TICK, 100)]


def test_the_slip_is_a_setting(make_house):
    house = make_house(slip_ticks=3)
    house.quote((BID, 300), (ASK, 200))
    house.buy(300)
    assert house.took() == [(ASK, 200), (ASK + 3 * TICK, 100)]


def test_what_was_taken_is_not_there_again_until_the_quote_says_something_new(house):
    house.buy(250)
    house.buy(250)
    assert house.took() == [(ASK + TICK, 150), (ASK + 2 * TICK, 100)]
    house.quote(ask=(ASK, 200))
    house.buy(100, ASK, time_in_force=IOC)
    assert house.took() == []
    house.quote(ask=(ASK, 150))
    house.buy(100, ASK, time_in_force=IOC)
    assert house.took() == [(ASK, 100)]


def test_with_several_levels_known_nothing_is_assumed_beyond_them(make_house):
    house = make_house(levels=10)
    house.levels([(BID, 300), (BID - TICK, 50)], [(ASK, 200)])
    house.sell(500)
    assert house.took() == [(BID, 300), (BID - TICK, 50)]
    assert ending(house) == [(150, CancelReason.MARKET_REMAINDER)]


def test_assumed_levels_are_never_shown(house):
    house.buy(100)
    assert house.exchange.book("IBM").depth(10) == ([(BID, 300, 1)], [(ASK, 100, 1)])


def test_a_limit_takes_within_its_price_and_rests_with_the_remainder(house):
    order = house.buy(500, ASK + TICK)
    assert house.took() == [(ASK, 200), (ASK + TICK, 200)]
    assert house.exchange.book("IBM").order(order).quantity == 100


@pytest.mark.parametrize(("quantity", "taken"), [(400, [(ASK, 200), (ASK + TICK, 200)]), (401, [])])
def test_fill_or_kill_is_whole_or_nothing(house, quantity, taken):
    house.buy(quantity, ASK + TICK, time_in_force=FOK)
    assert house.took() == taken


def test_post_only_is_refused_where_it_would_take(house):
    house.buy(100, ASK, post_only=True)
    assert [e.reason for e in house.events if isinstance(e, Refused)] == [Refusal.WOULD_TAKE]


def test_a_stop_enters_when_a_trade_reaches_it_and_takes_from_the_quote(house):
    stop = house.sell(100, kind=OrderType.STOP, stop=BID - TICK)
    assert house.trade(BID, 100) == []
    house.quote((BID - TICK, 300))
    assert house.trade(BID - TICK, 100) == [(stop, BID - TICK, 100)]


def test_a_stop_that_watches_the_quote_enters_with_the_quote(house):
    stop = house.sell(100, kind=OrderType.STOP, stop=BID - TICK, trigger=Trigger.QUOTE)
    assert house.quote((BID - TICK, 60)) == [(stop, BID - TICK, 60), (stop, BID - 2 * TICK, 40)]


def test_a_stop_that_is_reached_on_a_stale_quote_waits_for_a_fresh_one(house):
    stop = house.sell(100, kind=OrderType.STOP, stop=BID - TICK)
    house.later(60)
    assert house.trade(BID - TICK, 100) == []
    assert house.quote((BID - 2 * TICK, 300)) == [(stop, BID - 2 * TICK, 100)]


def test_a_stop_limit_that_cannot_take_rests(house):
    order = house.sell(100, BID - TICK, kind=OrderType.STOP_LIMIT, stop=BID - TICK)
    house.quote((BID - 2 * TICK, 300))
    events = house.exchange.traded("IBM", BID - TICK, 100)
    assert [type(e) for e in events if e.symbol and isinstance(e, Triggered)] == [Triggered]
    assert house.exchange.book("IBM").order(order).price == BID - TICK


@pytest.mark.parametrize("asked", [{}, {"price": ASK, "time_in_force": IOC}])
def test_nothing_is_taken_from_a_stale_quote(house, asked):
    house.later(31)
    house.buy(100, **asked)
    assert ending(house) == [(100, CancelReason.STALE_QUOTE)]


@pytest.mark.parametrize("ask", [BID, BID - TICK])
def test_nothing_is_taken_from_a_locked_or_crossed_quote(house, ask):
    house.quote(ask=(ask, 100))
    house.buy(100)
    assert ending(house) == [(100, CancelReason.CROSSED_QUOTE)]


def test_a_limit_that_would_take_from_a_stale_quote_waits_and_takes_from_the_next(house):
    order = house.buy(100, ASK + 50 * TICK)
    house.cancel(order)
    house.later(31)
    order = house.buy(100, ASK + 50 * TICK)
    assert house.took() == []
    assert house.quote((BID, 10), (ASK + 3 * TICK, 500)) == [(order, ASK + 3 * TICK, 100)]


def test_a_change_that_would_take_from_a_stale_quote_is_refused(house):
    order = house.buy(100, BID)
    house.later(31)
    house.replace(order, ASK, 100)
    assert [e.reason for e in house.events] == [Refusal.NO_QUOTE_TO_TAKE]


def test_without_a_quote_a_market_order_finds_nobody(make_house):
    house = make_house()
    house.buy(100)
    assert ending(house) == [(100, CancelReason.MARKET_REMAINDER)]


def test_own_orders_never_trade_with_each_other(house):
    house.sell(100, ASK - TICK)
    house.buy(100, ASK - TICK)
    assert house.took() == [] and ending(house) == [(100, CancelReason.SELF_MATCH)]


def test_an_order_side_is_inferred_from_the_quote_and_then_from_the_last_trade(house):
    side_of = house.exchange.quoted("IBM").side_of
    assert (side_of(BID), side_of(ASK)) == (Side.SELL, Side.BUY)
    house.trade(BID, 10)
    assert side_of(BID + TICK) is Side.BUY
    house.trade(ASK, 10)
    assert side_of(BID + TICK) is Side.SELL
