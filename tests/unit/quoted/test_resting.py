"""Resting orders in a market of quotes: when they fill, and under which assumption."""

import pytest

from engine.exchange.quoted.assumptions import QueueModel
from engine.values import Side

BID, ASK, TICK = 100_000, 100_200, 100
SELLER, BUYER = Side.SELL, Side.BUY


def test_an_order_joins_behind_all_that_is_displayed(house):
    order = house.buy(100, BID)
    assert house.ahead(order) == 300


def test_trades_at_the_price_take_the_queue_ahead_first_and_then_the_order(house):
    order = house.buy(100, BID)
    assert house.trade(BID, 250, SELLER) == []
    assert house.ahead(order) == 50
    assert house.trade(BID, 120, SELLER) == [(order, BID, 70)]


def test_a_trade_with_the_other_side_takes_nothing_from_the_queue(house):
    order = house.buy(100, BID)
    house.trade(BID, 250, BUYER)
    assert house.ahead(order) == 300


def test_the_tape_gets_every_share_of_a_trade_once(house):
    house.buy(100, BID)
    house.trade(BID, 250, SELLER)
    events = house.exchange.traded("IBM", BID, 400, SELLER)
    assert sum(event.quantity for event in events) == 400
    assert [event.quantity for event in events] == [50, 100, 250]


def test_cancels_come_from_behind_until_nobody_is_left_there(house):
    order = house.buy(100, BID)
    house.quote((BID, 500))
    house.quote((BID, 320))
    assert house.ahead(order) == 300
    house.quote((BID, 120))
    assert house.ahead(order) == 120


@pytest.mark.parametrize(
    ("model", "ahead"),
    [(QueueModel.PESSIMISTIC, 300), (QueueModel.PROPORTIONAL, 180), (QueueModel.FRONT, 0)],
)
def test_a_setting_books_another_assumption(make_house, model, ahead):
    house = make_house(queue=model)
    house.quote((BID, 300), (ASK, 200))
    order = house.buy(100, BID)
    house.quote((BID, 500))
    house.quote((BID, 300))
    assert house.ahead(order) == ahead


def test_all_three_are_computed_beside_the_booked_one(house):
    order = house.buy(100, BID)
    house.quote((BID, 600))
    house.quote((BID, 360))
    house.later(5)
    house.trade(BID, 220, SELLER)
    assert house.got(order) == [0, 40, 100]


def test_a_trade_through_the_price_fills_whatever_stood_ahead_but_no_more_than_came(house):
    order = house.buy(100, BID)
    assert house.trade(BID - TICK, 60, SELLER) == [(order, BID, 60)]


def test_a_trade_through_the_price_fills_although_nobody_says_who_came(house):
    order = house.buy(100, BID + TICK + 50)
    assert house.trade(BID + TICK + 10, 60) == [(order, BID + TICK + 50, 60)]


def test_behind_a_level_that_crossed_nobody_knows_who_stands_and_the_front_takes_it_for_enough(
    house,
):
    """Seen on GOOG 2012-06-21: one level hid 100 shares that met a resting order in truth."""
    through, at_it = house.buy(100, BID), house.buy(100, BID - TICK)
    house.quote((BID - 2 * TICK, 500), (BID - TICK, 16))
    assert house.got(through) == [16, 16, 100]
    assert house.got(at_it) == [0, 0, 0]


def test_the_front_that_is_booked_fills_behind_a_level_that_crossed(make_house):
    house = make_house(queue=QueueModel.FRONT)
    house.quote((BID, 300), (ASK, 200))
    order = house.buy(100, BID)
    fills = house.quote((BID - 2 * TICK, 500), (BID - TICK, 16))
    assert fills == [(order, BID, 16), (order, BID, 84)]


def test_the_opposite_quote_crossing_the_price_fills_what_it_shows_and_no_share_twice(house):
    order = house.buy(300, BID)
    assert house.quote((BID - 2 * TICK, 10), (BID - TICK, 100)) == [(order, BID, 100)]
    assert house.quote(ask=(BID - TICK, 150)) == [(order, BID, 50)]
    assert house.quote(ask=(BID - TICK, 120)) == []


def test_an_order_inside_the_spread_has_nobody_ahead_of_it(house):
    order = house.buy(100, BID + TICK)
    assert house.ahead(order) == 0
    assert house.trade(BID + TICK, 30, SELLER) == [(order, BID + TICK, 30)]


def test_the_place_at_a_price_that_is_not_shown_is_not_known_and_fills_only_when_traded_through(
    house,
):
    order = house.buy(100, BID - TICK)
    assert house.ahead(order) == -1
    assert house.trade(BID - TICK, 500, SELLER) == []
    house.quote((BID - TICK, 700))
    assert house.ahead(order) == 700
    assert house.trade(BID - 2 * TICK, 40, SELLER) == [(order, BID - TICK, 40)]


def test_a_price_that_falls_out_of_sight_keeps_its_queue_and_can_only_lose(house):
    order = house.buy(100, BID)
    house.quote((BID + TICK, 50))
    house.quote((BID, 900))
    assert house.ahead(order) == 300
    house.quote((BID + TICK, 50))
    house.quote((BID, 80))
    assert house.ahead(order) == 80


def test_when_the_best_price_falls_below_an_order_nobody_is_ahead_of_it(house):
    order = house.buy(100, BID)
    house.quote((BID - TICK, 400))
    assert house.ahead(order) == 0


def test_a_trade_that_is_printed_after_its_quote_moves_the_queue_once(house):
    order = house.buy(100, BID)
    house.quote((BID, 100))
    house.trade(BID, 200, SELLER)
    assert house.ahead(order) == 100
    house.later(5)
    house.quote((BID, 60))
    house.later(5)
    house.trade(BID, 40, SELLER)
    assert house.ahead(order) == 20


def test_own_orders_at_one_price_stand_in_line_with_each_other(house):
    first, second = house.buy(100, BID), house.buy(100, BID)
    assert (house.ahead(first), house.ahead(second)) == (300, 400)
    assert house.trade(BID, 450, SELLER) == [(first, BID, 100), (second, BID, 50)]


def test_a_smaller_quantity_keeps_the_place_and_another_price_begins_anew(house):
    order = house.buy(200, BID)
    house.trade(BID, 100, SELLER)
    house.replace(order, BID, 100)
    assert house.ahead(order) == 200
    house.replace(order, BID + TICK, 100)
    assert house.ahead(order) == 0


def test_what_a_luckier_model_had_given_before_a_change_stays_given(house):
    order = house.buy(200, BID)
    house.trade(BID, 150, SELLER)
    house.replace(order, BID, 300)
    house.trade(BID, 40, SELLER)
    assert house.got(order) == [0, 0, 190]


def test_a_trade_that_no_resting_order_could_meet_fills_nobody(house):
    order = house.buy(100, BID + TICK)
    assert house.trade(BID, 500, SELLER, is_regular=False) == []
    assert house.ahead(order) == 0


def test_nothing_fills_while_the_symbol_is_not_open(house):
    house.buy(100, BID + TICK)
    house.exchange.entered("IBM", is_open=False)
    assert house.trade(BID, 500, SELLER) == []
    assert house.quote((BID - 3 * TICK, 10), (BID, 100)) == []


def test_nothing_fills_on_a_stale_quote(house):
    house.buy(100, BID + TICK)
    house.later(31)
    assert house.trade(BID, 500, SELLER) == []
    house.quote((BID, 300))
    assert len(house.trade(BID, 500, SELLER)) == 1


def test_the_outcomes_of_an_order_that_is_gone_are_told_once(house):
    order = house.buy(100, BID)
    house.trade(BID, 350, SELLER)
    house.cancel(order)
    assert house.got(order) == [50, 50, 100]
    assert house.got(order) == []
