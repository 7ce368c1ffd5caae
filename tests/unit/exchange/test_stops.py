"""Stops wait outside the book and enter it as new orders when what reached them is done."""

from engine.exchange.messages import Cancelled, CancelReason, Refusal, Replaced, Triggered
from engine.values import Side, TimeInForce, Trigger

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
    stop,
    trades,
)

BUY, SELL = Side.BUY, Side.SELL


def triggered(events) -> list[int]:
    return [event.order_id for event in events if isinstance(event, Triggered)]


def test_a_buy_stop_waits_for_a_trade_at_or_above_it():
    exchange, _ = market_with()
    exchange.submit([stop(9, BUY, 1, 102), sell(1, 1, 101), sell(2, 1, 102), sell(3, 5, 103)])
    assert triggered(exchange.submit([buy(4, 1, 101)])) == []
    events = exchange.submit([buy(5, 1, 102)])
    assert triggered(events) == [9]
    assert trades(events) == [(5, 2, 1, 102), (9, 3, 1, 103)]


def test_a_sell_stop_waits_for_a_trade_at_or_below_it():
    exchange, _ = market_with()
    exchange.submit([stop(9, SELL, 1, 98), buy(1, 1, 99), buy(2, 1, 97), buy(3, 5, 96)])
    assert triggered(exchange.submit([sell(4, 1, 99)])) == []
    assert trades(exchange.submit([sell(5, 1, 97)])) == [(5, 2, 1, 97), (9, 3, 1, 96)]


def test_a_waiting_stop_is_not_in_the_book():
    exchange, book = market_with()
    exchange.submit([stop(9, BUY, 1, 102, price=103)])
    assert book.depth(5) == ([], [])
    assert book.order(9).is_waiting


def test_a_stop_enters_at_once_when_the_last_trade_is_there_already():
    exchange, _ = market_with()
    exchange.submit([sell(1, 1, 100), buy(2, 1, 100), buy(3, 5, 99)])
    events = exchange.submit([stop(9, SELL, 2, 100)])
    assert trades(events) == [(9, 3, 2, 99)]


def test_a_stop_limit_enters_as_a_limit_order():
    exchange, book = market_with()
    exchange.submit([sell(1, 1, 102), sell(2, 5, 104), stop(9, BUY, 3, 102, price=103)])
    assert trades(exchange.submit([buy(3, 1, 102)])) == [(3, 1, 1, 102)]
    assert queue(book, BUY, 103) == [(9, 3)]
    assert not book.order(9).is_waiting


def test_stops_enter_oldest_first_whatever_their_price():
    exchange, _ = market_with()
    exchange.submit([stop(8, BUY, 1, 103), stop(7, BUY, 1, 101), stop(6, BUY, 1, 102)])
    exchange.submit([sell(1, 1, 103), sell(2, 9, 104)])
    assert triggered(exchange.submit([buy(3, 1, 103)])) == [8, 7, 6]


def test_the_operation_is_done_before_the_stops_it_reached_enter():
    exchange, _ = market_with()
    exchange.submit([stop(9, BUY, 1, 101), sell(1, 1, 101), sell(2, 1, 102), sell(3, 1, 103)])
    events = exchange.submit([buy(4, 2, 102)])
    assert trades(events) == [(4, 1, 1, 101), (4, 2, 1, 102), (9, 3, 1, 103)]


def test_each_stop_is_done_before_the_next_enters():
    exchange, _ = market_with()
    exchange.submit([stop(8, BUY, 2, 101), stop(9, BUY, 2, 101)])
    exchange.submit([sell(1, 1, 101), sell(2, 1, 102), sell(3, 1, 103), sell(4, 2, 104)])
    events = exchange.submit([buy(5, 1, 101)])
    assert trades(events)[1:] == [(8, 2, 1, 102), (8, 3, 1, 103), (9, 4, 2, 104)]


def test_a_stop_reached_by_the_entry_of_another_takes_its_turn_by_age():
    exchange, _ = market_with()
    exchange.submit([stop(7, BUY, 1, 103), stop(8, BUY, 2, 101), stop(9, BUY, 1, 101)])
    exchange.submit([sell(1, 1, 101), sell(2, 1, 102), sell(3, 1, 103), sell(4, 9, 104)])
    assert triggered(exchange.submit([buy(5, 1, 101)])) == [8, 7, 9]


def test_a_stop_inside_a_sweep_is_reached_although_the_last_trade_is_beyond_it():
    exchange, _ = market_with()
    exchange.submit([stop(9, SELL, 1, 100), sell(1, 1, 100), sell(2, 1, 105), buy(3, 1, 90)])
    assert triggered(exchange.submit([buy(4, 2, 105)])) == [9]


def test_a_quote_stop_watches_the_touch_that_it_would_hit():
    exchange, _ = market_with()
    exchange.submit([stop(9, BUY, 1, 102, trigger=Trigger.QUOTE), sell(1, 1, 101)])
    assert triggered(exchange.submit([buy(2, 1, 100), sell(3, 5, 102)])) == []
    assert triggered(exchange.submit([cancel(1)])) == [9]


def test_a_quote_stop_does_not_watch_trades():
    exchange, _ = market_with()
    exchange.submit([stop(9, SELL, 1, 100, trigger=Trigger.QUOTE), buy(1, 2, 101)])
    assert triggered(exchange.submit([sell(2, 1, 90)])) == []


def test_a_mid_stop_watches_the_middle_of_bid_and_ask():
    exchange, _ = market_with()
    exchange.submit([stop(9, BUY, 1, 101, trigger=Trigger.MID), sell(1, 1, 102), buy(2, 1, 99)])
    assert triggered(exchange.submit([buy(3, 1, 100)])) == [9]


def test_a_waiting_stop_can_be_cancelled():
    exchange, book = market_with()
    events = exchange.submit([stop(9, BUY, 3, 102), cancel(9), sell(1, 5, 102), buy(2, 1, 102)])
    assert Cancelled(9, SYMBOL, 3, CancelReason.REQUESTED) in events
    assert triggered(events) == []
    assert book.order(9) is None


def test_a_waiting_stop_can_be_reduced():
    exchange, book = market_with()
    exchange.submit([stop(9, BUY, 3, 102), reduce(9, 1)])
    assert book.order(9).quantity == 2
    assert exchange.submit([reduce(9, 2)]) == [Cancelled(9, SYMBOL, 2, CancelReason.REQUESTED)]


def test_a_replaced_stop_waits_at_its_new_price_as_the_youngest():
    exchange, _ = market_with()
    exchange.submit([stop(8, BUY, 1, 105), stop(9, BUY, 1, 102)])
    assert exchange.submit([replace(8, 1, 0, at=102)]) == [Replaced(8, SYMBOL, 0, 1, False)]
    exchange.submit([sell(1, 1, 102), sell(2, 9, 103)])
    assert triggered(exchange.submit([buy(3, 1, 102)])) == [9, 8]


def test_a_stop_replaced_to_less_keeps_its_age():
    exchange, _ = market_with()
    exchange.submit([stop(8, BUY, 3, 102), stop(9, BUY, 1, 102), replace(8, 2, 0)])
    exchange.submit([sell(1, 1, 102), sell(2, 9, 103)])
    assert triggered(exchange.submit([buy(3, 1, 102)])) == [8, 9]


def test_a_stop_replaced_to_more_waits_as_the_youngest():
    exchange, _ = market_with()
    exchange.submit([stop(8, BUY, 1, 102), stop(9, BUY, 1, 102), replace(8, 2, 0)])
    exchange.submit([sell(1, 1, 102), sell(2, 9, 103)])
    assert triggered(exchange.submit([buy(3, 1, 102)])) == [9, 8]


def test_a_stop_replaced_to_where_the_last_trade_is_enters_at_once():
    exchange, _ = market_with()
    exchange.submit([sell(1, 5, 102), buy(2, 1, 102), stop(9, BUY, 1, 105)])
    events = exchange.submit([replace(9, 1, 0, at=101)])
    assert trades(events) == [(9, 1, 1, 102)]


def test_a_triggered_fill_or_kill_order_that_cannot_fill_is_cancelled():
    exchange, _ = market_with()
    whole = stop(9, BUY, 50, 102, time_in_force=TimeInForce.FOK)
    events = exchange.submit([sell(1, 5, 102), whole, buy(2, 1, 102)])
    assert events[-1] == Cancelled(9, SYMBOL, 50, CancelReason.FOK_UNFILLABLE)


def test_day_stops_expire_with_the_day():
    exchange, _ = market_with()
    exchange.submit([stop(9, BUY, 3, 102, time_in_force=TimeInForce.DAY), stop(8, BUY, 3, 102)])
    assert exchange.expire_day_orders() == [Cancelled(9, SYMBOL, 3, CancelReason.EXPIRED)]


def test_a_stop_without_a_stop_price_is_refused():
    exchange, _ = market_with()
    assert refusals(exchange.submit([stop(9, BUY, 1, 0)])) == [Refusal.BAD_PRICE]


def test_a_market_stop_takes_what_there_is_and_the_rest_is_cancelled():
    exchange, _ = market_with()
    exchange.submit([stop(9, SELL, 8, 100), buy(1, 1, 100), buy(2, 3, 50)])
    events = exchange.submit([market(3, SELL, 1)])
    assert events[-1] == Cancelled(9, SYMBOL, 5, CancelReason.MARKET_REMAINDER)
