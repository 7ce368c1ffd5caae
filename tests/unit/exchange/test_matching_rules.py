"""The rules of price-time priority, one sentence each."""

from engine.exchange.messages import Accepted, Cancelled, CancelReason, Reduced, Refusal, Replaced
from engine.values import Side, TimeInForce

from .words import (
    SYMBOL,
    buy,
    cancel,
    market,
    market_with,
    queue,
    reduce,
    refusals,
    replace,
    sell,
    trades,
)

BUY, SELL = Side.BUY, Side.SELL
IOC, FOK = TimeInForce.IOC, TimeInForce.FOK


def test_an_arriving_order_meets_the_best_price_first():
    exchange, _ = market_with()
    events = exchange.submit([sell(1, 5, 102), sell(2, 5, 101), buy(3, 8, 102)])
    assert trades(events) == [(3, 2, 5, 101), (3, 1, 3, 102)]


def test_at_a_price_the_oldest_order_is_met_first():
    exchange, _ = market_with()
    events = exchange.submit([buy(1, 5, 100), buy(2, 5, 100), buy(3, 5, 100), sell(4, 12, 100)])
    assert trades(events) == [(4, 1, 5, 100), (4, 2, 5, 100), (4, 3, 2, 100)]


def test_the_trade_happens_at_the_resting_orders_price():
    exchange, book = market_with()
    assert trades(exchange.submit([sell(1, 5, 100), buy(2, 5, 105)])) == [(2, 1, 5, 100)]
    assert book.last_price == 100


def test_an_order_filled_in_part_keeps_its_place():
    exchange, book = market_with()
    exchange.submit([buy(1, 5, 100), buy(2, 5, 100), sell(3, 2, 100)])
    assert queue(book, BUY, 100) == [(1, 3), (2, 5)]


def test_what_is_left_of_a_limit_order_rests():
    exchange, book = market_with()
    exchange.submit([sell(1, 5, 100), buy(2, 8, 101)])
    assert book.depth(5) == ([(101, 3, 1)], [])


def test_what_is_left_of_an_ioc_order_is_cancelled():
    exchange, book = market_with()
    events = exchange.submit([sell(1, 5, 100), buy(2, 8, 101, time_in_force=IOC)])
    assert trades(events) == [(2, 1, 5, 100)]
    assert events[-1] == Cancelled(2, SYMBOL, 3, CancelReason.IOC_REMAINDER)
    assert book.depth(5) == ([], [])


def test_a_market_order_takes_at_any_price_and_the_rest_is_cancelled():
    exchange, book = market_with()
    events = exchange.submit([sell(1, 5, 100), sell(2, 5, 900), market(3, BUY, 12)])
    assert trades(events) == [(3, 1, 5, 100), (3, 2, 5, 900)]
    assert events[-1] == Cancelled(3, SYMBOL, 2, CancelReason.MARKET_REMAINDER)
    assert book.order(3) is None


def test_a_fill_or_kill_order_fills_whole():
    exchange, _ = market_with()
    events = exchange.submit([sell(1, 5, 100), sell(2, 5, 101), buy(3, 10, 101, time_in_force=FOK)])
    assert trades(events) == [(3, 1, 5, 100), (3, 2, 5, 101)]


def test_a_fill_or_kill_order_that_would_fill_in_part_changes_nothing():
    exchange, _ = market_with()
    exchange.submit([sell(1, 5, 100), sell(2, 5, 102)])
    before = exchange.state_hash()
    events = exchange.submit([buy(3, 6, 101, time_in_force=FOK)])
    assert refusals(events) == [Refusal.FOK_UNFILLABLE]
    assert exchange.state_hash() == before


def test_a_post_only_order_is_refused_if_it_would_take():
    exchange, book = market_with()
    exchange.submit([sell(1, 5, 100)])
    assert refusals(exchange.submit([buy(2, 5, 100, post_only=True)])) == [Refusal.WOULD_TAKE]
    assert refusals(exchange.submit([buy(3, 5, 99, post_only=True)])) == []
    assert book.best_bid == 99


def test_reducing_keeps_the_place_in_the_queue():
    exchange, book = market_with()
    events = exchange.submit([buy(1, 5, 100), buy(2, 5, 100), reduce(1, 2)])
    assert events[-1] == Reduced(1, SYMBOL, 3)
    assert queue(book, BUY, 100) == [(1, 3), (2, 5)]


def test_reducing_to_zero_or_below_takes_the_order_out():
    exchange, book = market_with()
    events = exchange.submit([buy(1, 5, 100), buy(2, 5, 100), reduce(1, 5), reduce(2, 9)])
    gone = [event for event in events if isinstance(event, Cancelled)]
    assert [(event.order_id, event.quantity) for event in gone] == [(1, 5), (2, 5)]
    assert book.best_bid is None


def test_a_replace_to_less_at_the_same_price_keeps_the_place():
    exchange, book = market_with()
    events = exchange.submit([buy(1, 5, 100), buy(2, 5, 100), replace(1, 4, 100)])
    assert events[-1] == Replaced(1, SYMBOL, 100, 4, True)
    assert queue(book, BUY, 100) == [(1, 4), (2, 5)]


def test_a_replace_to_the_same_keeps_the_place():
    exchange, book = market_with()
    exchange.submit([buy(1, 5, 100), buy(2, 5, 100), replace(1, 5, 100)])
    assert queue(book, BUY, 100) == [(1, 5), (2, 5)]


def test_a_replace_to_more_goes_to_the_end():
    exchange, book = market_with()
    events = exchange.submit([buy(1, 5, 100), buy(2, 5, 100), replace(1, 6, 100)])
    assert events[-1] == Replaced(1, SYMBOL, 100, 6, False)
    assert queue(book, BUY, 100) == [(2, 5), (1, 6)]


def test_the_quantity_of_a_replace_is_compared_with_what_is_open():
    exchange, book = market_with()
    exchange.submit([buy(1, 5, 100), buy(2, 5, 100), sell(3, 3, 100), replace(1, 3, 100)])
    assert queue(book, BUY, 100) == [(2, 5), (1, 3)]


def test_a_replace_to_another_price_goes_to_the_end_there():
    exchange, book = market_with()
    exchange.submit([buy(1, 5, 100), buy(2, 5, 101), replace(1, 5, 101)])
    assert queue(book, BUY, 101) == [(2, 5), (1, 5)]


def test_a_replace_that_crosses_trades():
    exchange, book = market_with()
    events = exchange.submit([buy(1, 5, 99), sell(2, 3, 100), replace(1, 5, 101)])
    assert trades(events) == [(1, 2, 3, 100)]
    assert queue(book, BUY, 101) == [(1, 2)]


def test_a_post_only_order_stays_post_only_when_it_is_replaced():
    exchange, book = market_with()
    events = exchange.submit([sell(1, 5, 101), buy(2, 5, 99, post_only=True), replace(2, 5, 101)])
    assert refusals(events) == [Refusal.WOULD_TAKE]
    assert queue(book, BUY, 99) == [(2, 5)]


def test_cancelling_says_what_was_left():
    exchange, book = market_with()
    events = exchange.submit([buy(1, 5, 100), sell(2, 2, 100), cancel(1)])
    assert events[-1] == Cancelled(1, SYMBOL, 3, CancelReason.REQUESTED)
    assert book.order(1) is None


def test_what_is_asked_of_an_order_that_is_gone_is_refused():
    exchange, _ = market_with()
    events = exchange.submit(
        [buy(1, 5, 100), sell(2, 5, 100), cancel(1), reduce(1, 1), replace(1, 1, 1)]
    )
    assert refusals(events) == [Refusal.NOT_RESTING] * 3


def test_an_id_that_still_lives_is_refused_and_may_come_back_afterwards():
    exchange, _ = market_with()
    assert refusals(exchange.submit([buy(1, 5, 100), buy(1, 5, 99)])) == [Refusal.DUPLICATE_ID]
    assert refusals(exchange.submit([cancel(1), buy(1, 5, 99)])) == []


def test_quantities_and_prices_must_be_above_zero():
    exchange, _ = market_with()
    events = exchange.submit([buy(1, 0, 100), buy(2, -5, 100), buy(3, 5, 0), buy(4, 5, -1)])
    quantity, price = Refusal.BAD_QUANTITY, Refusal.BAD_PRICE
    assert refusals(events) == [quantity, quantity, price, price]


def test_a_price_on_a_market_order_or_a_stop_on_a_limit_order_is_refused():
    exchange, _ = market_with()
    with_price, with_stop = market(1, BUY, 5, price=100), buy(2, 5, 100, stop=99)
    assert refusals(exchange.submit([with_price, with_stop])) == [Refusal.BAD_PRICE] * 2


def test_an_unknown_symbol_is_refused():
    exchange, _ = market_with()
    events = exchange.submit([buy(1, 5, 100, symbol="NONE")])
    assert refusals(events) == [Refusal.UNKNOWN_SYMBOL]


def test_at_the_end_of_the_day_day_orders_expire_and_the_others_stay():
    exchange, book = market_with()
    exchange.submit([buy(2, 5, 100, time_in_force=TimeInForce.DAY), buy(1, 5, 100)])
    events = exchange.expire_day_orders()
    assert events == [Cancelled(2, SYMBOL, 5, CancelReason.EXPIRED)]
    assert queue(book, BUY, 100) == [(1, 5)]


def test_the_quantity_ahead_can_be_asked_at_any_time():
    exchange, book = market_with()
    exchange.submit([buy(1, 5, 100), buy(2, 7, 100), buy(3, 1, 100)])
    assert [book.queue_ahead(order_id) for order_id in (1, 2, 3)] == [0, 5, 12]
    exchange.submit([sell(4, 6, 100)])
    assert [book.queue_ahead(order_id) for order_id in (2, 3)] == [0, 6]


def test_depth_shows_the_best_levels_with_quantity_and_count():
    exchange, book = market_with()
    exchange.submit([buy(1, 5, 100), buy(2, 7, 100), buy(3, 1, 98), sell(4, 2, 101)])
    assert book.depth(1) == ([(100, 12, 2)], [(101, 2, 1)])
    assert book.depth(9) == ([(100, 12, 2), (98, 1, 1)], [(101, 2, 1)])
    assert book.depth(0) == ([], [])


def test_symbols_do_not_touch_each_other():
    exchange, book = market_with()
    other = exchange.list_symbol("SPY")
    exchange.submit([sell(1, 5, 100), buy(2, 5, 100, symbol="SPY")])
    assert book.best_ask == 100
    assert (other.best_bid, other.best_ask) == (100, None)


def test_every_accepted_order_says_so_before_it_trades():
    exchange, _ = market_with()
    events = exchange.submit([sell(1, 5, 100), buy(2, 5, 100)])
    assert events[1] == Accepted(2, SYMBOL, BUY, 100, 5)
    assert events[2].maker_leaves == events[2].taker_leaves == 0


def test_levels_that_emptied_and_came_back_hold_only_what_is_new():
    exchange, book = market_with()
    for order_id in range(1, 2_500):
        exchange.submit([buy(order_id, 5, order_id), cancel(order_id)])
    assert book.depth(5) == ([], [])
    assert len(book.bids.levels) <= 1_001
    exchange.submit([buy(1, 5, 7), buy(2, 5, 7)])
    assert queue(book, BUY, 7) == [(1, 5), (2, 5)]
