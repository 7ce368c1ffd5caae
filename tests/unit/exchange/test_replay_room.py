"""How recordings and restarts set up the book that the trader's orders stand in."""

from engine.exchange.messages import SelfMatch, Traded, Triggered
from engine.exchange.replay import (
    Attempt,
    forget,
    forget_beyond,
    front_amount_id,
    front_of,
    is_front_amount,
    meet_named,
    place_behind,
    place_by_id,
    place_front,
    print_trade,
    queue_by_id,
    reveal,
    settle,
    take,
    take_front,
)
from engine.values import Side, TimeInForce

from .words import buy, market_with, queue, sell, stop, trades

BUY, SELL = Side.BUY, Side.SELL
IOC = TimeInForce.IOC
TRADER = 7


def test_the_anonymous_amount_stands_before_everybody_and_is_one():
    exchange, book = market_with()
    exchange.submit([buy(1, 5, 100)])
    place_front(book, BUY, 100, 30)
    place_front(book, BUY, 100, 12)
    amount = front_amount_id(BUY, 100)
    assert queue(book, BUY, 100) == [(amount, 42), (1, 5)]
    assert book.queue_ahead(1) == 42
    assert book.depth(1)[0] == [(100, 47, 2)]


def test_the_anonymous_amounts_of_two_prices_and_sides_are_different_orders():
    ids = {front_amount_id(side, price) for side in Side for price in (1, 2, 3)}
    assert len(ids) == 6
    assert all(is_front_amount(order_id) for order_id in ids)
    assert not is_front_amount(1)


def test_an_arriving_order_trades_with_the_anonymous_amount_first():
    exchange, book = market_with()
    exchange.submit([buy(1, 5, 100)])
    place_front(book, BUY, 100, 30)
    events = exchange.submit([sell(2, 32, 100)])
    assert trades(events) == [(2, front_amount_id(BUY, 100), 30, 100), (2, 1, 2, 100)]


def test_a_late_order_with_an_old_id_queues_where_its_id_says():
    exchange, book = market_with()
    place_front(book, BUY, 100, 30)
    exchange.submit([buy(11, 5, 100), buy(13, 5, 100)])
    place_by_id(book, buy(12, 4, 100))
    place_by_id(book, buy(14, 4, 100))
    place_by_id(book, buy(10, 4, 100))
    amount = front_amount_id(BUY, 100)
    assert [order_id for order_id, _ in queue(book, BUY, 100)] == [amount, 10, 11, 12, 13, 14]
    assert book.depth(1)[0] == [(100, 52, 6)]


def test_a_late_order_with_an_old_id_passes_the_trader_who_came_after_it():
    exchange, book = market_with()
    exchange.submit([buy(11, 5, 100), buy(3, 1, 100, owner=TRADER), buy(13, 5, 100)])
    place_by_id(book, buy(12, 4, 100))
    assert [order_id for order_id, _ in queue(book, BUY, 100)] == [11, 12, 3, 13]


def test_the_youngest_id_stands_behind_the_trader():
    exchange, book = market_with()
    exchange.submit([buy(11, 5, 100), buy(3, 1, 100, owner=TRADER)])
    place_by_id(book, buy(12, 4, 100))
    assert [order_id for order_id, _ in queue(book, BUY, 100)] == [11, 3, 12]


def test_an_order_that_arrived_can_be_moved_to_where_its_id_says():
    exchange, book = market_with()
    exchange.submit([buy(11, 5, 100), buy(13, 5, 100), buy(12, 4, 100), buy(1, 1, 99)])
    for order_id in (12, 11, 1, 99):
        queue_by_id(book, order_id)
    assert queue(book, BUY, 100) == [(11, 5), (12, 4), (13, 5)]
    assert queue(book, BUY, 99) == [(1, 1)]


def test_an_own_order_comes_back_with_its_quantity_ahead():
    exchange, book = market_with()
    exchange.submit([buy(1, 5, 100), buy(2, 5, 100), buy(3, 5, 100)])
    place_behind(book, buy(8, 1, 100, owner=TRADER), 10)
    assert book.queue_ahead(8) == 10
    place_behind(book, buy(9, 1, 100, owner=TRADER), 0)
    assert book.queue_ahead(9) == 0


def test_a_quantity_ahead_that_ends_inside_an_order_counts_all_of_it():
    exchange, book = market_with()
    exchange.submit([buy(1, 5, 100), buy(2, 5, 100)])
    place_behind(book, buy(8, 1, 100, owner=TRADER), 6)
    assert book.queue_ahead(8) == 10


def test_an_own_order_with_more_ahead_than_there_is_stands_at_the_end():
    exchange, book = market_with()
    exchange.submit([buy(1, 5, 100)])
    place_behind(book, buy(8, 1, 100, owner=TRADER), 500)
    assert book.queue_ahead(8) == 5
    place_behind(book, buy(9, 1, 98, owner=TRADER), 500)
    assert book.queue_ahead(9) == 0


def test_taking_off_an_order_keeps_its_place_and_takes_no_more_than_there_is():
    exchange, book = market_with()
    exchange.submit([buy(1, 5, 100), buy(2, 5, 100)])
    assert take(book, 1, 3) == 3
    assert queue(book, BUY, 100) == [(1, 2), (2, 5)]
    assert take(book, 1, 3) == 2
    assert take(book, 1, 3) == 0
    assert book.depth(1)[0] == [(100, 5, 1)]


def test_taking_off_the_anonymous_amount_takes_no_more_than_there_is():
    _, book = market_with()
    place_front(book, SELL, 101, 30)
    assert take_front(book, SELL, 101, 20) == 20
    assert take_front(book, SELL, 101, 20) == 10
    assert book.best_ask is None


def test_a_revealed_level_is_what_the_recording_says_and_the_trader_stands_behind():
    exchange, book = market_with()
    exchange.submit([buy(1, 5, 100), buy(8, 1, 100, owner=TRADER)])
    reveal(book, BUY, 100, 70)
    assert queue(book, BUY, 100) == [(front_amount_id(BUY, 100), 70), (8, 1)]
    reveal(book, BUY, 100, 0)
    assert queue(book, BUY, 100) == [(8, 1)]


def test_forgetting_a_level_leaves_the_trader():
    exchange, book = market_with()
    exchange.submit([buy(1, 5, 100), buy(8, 1, 100, owner=TRADER), buy(2, 4, 100)])
    assert forget(book, BUY, 100) == 9
    assert queue(book, BUY, 100) == [(8, 1)]
    assert forget(book, BUY, 55) == 0


def test_forgetting_beyond_a_price_keeps_it_and_what_is_better():
    exchange, book = market_with()
    exchange.submit([sell(1, 5, 101), sell(2, 5, 102), sell(3, 5, 103), sell(4, 5, 104)])
    assert forget_beyond(book, SELL, 102) == 2
    assert book.depth(9)[1] == [(101, 5, 1), (102, 5, 1)]


def test_the_front_of_a_queue_can_be_asked():
    exchange, book = market_with()
    exchange.submit([buy(1, 5, 100), buy(2, 5, 100)])
    assert front_of(book, BUY, 100) == 1
    assert front_of(book, BUY, 99) is None


def test_a_hidden_execution_meets_the_traders_orders_at_its_price_or_better_only():
    exchange, book = market_with()
    exchange.submit([buy(1, 5, 100), buy(2, 5, 99), buy(8, 3, 99, owner=TRADER)])
    exchange.submit([buy(9, 2, 100, owner=TRADER), buy(10, 2, 98, owner=TRADER)])
    events, leaves = meet_named(book, sell(50, 7, 99))
    assert trades(events) == [(50, 9, 2, 100), (50, 8, 3, 99)]
    assert leaves == 2
    assert events[-1].taker_leaves == 2
    assert queue(book, BUY, 100) == [(1, 5)]
    assert queue(book, BUY, 98) == [(10, 2)]


def test_a_hidden_execution_leaves_what_it_does_not_take_of_the_traders_order():
    exchange, book = market_with()
    exchange.submit([sell(8, 9, 101, owner=TRADER), buy(9, 9, 99, owner=TRADER)])
    events, leaves = meet_named(book, buy(50, 4, 101))
    assert [(event.maker_leaves, leaves) for event in events if type(event) is Traded] == [(5, 0)]
    assert queue(book, SELL, 101) == [(8, 5)]
    assert book.last_price == 101


def test_a_print_is_the_last_trade_and_lets_stops_in():
    exchange, book = market_with()
    exchange.submit([buy(1, 5, 98), stop(9, SELL, 2, 100)])
    print_trade(book, 100)
    assert book.last_price == 100
    assert [type(event) for event in settle(book)] == [Triggered, Traded]


def test_a_stop_does_not_see_prints_from_before_it_arrived():
    exchange, book = market_with()
    exchange.submit([buy(1, 5, 98), stop(8, SELL, 2, 90)])
    print_trade(book, 100)
    print_trade(book, 105)
    exchange.submit([stop(9, SELL, 2, 102)])
    assert book.order(9).is_waiting


def test_an_attempt_can_be_taken_back_as_if_it_had_never_come():
    exchange, book = market_with()
    exchange.submit([sell(1, 5, 101), sell(2, 5, 101), sell(3, 5, 102), sell(4, 5, 103)])
    place_front(book, SELL, 101, 9)
    before = exchange.state_hash()
    attempt = Attempt(book, buy(50, 22, 102, time_in_force=IOC))
    assert sum(quantity for *_, quantity, _ in trades(attempt.events)) == 22
    attempt.undo()
    assert exchange.state_hash() == before
    assert book.depth(9)[1] == [(101, 19, 3), (102, 5, 1), (103, 5, 1)]
    assert [book.queue_ahead(order_id) for order_id in (1, 2)] == [9, 14]


def test_an_attempt_that_met_own_orders_can_be_taken_back_too():
    exchange, book = market_with(self_match=SelfMatch.CANCEL_PASSIVE)
    exchange.submit([sell(1, 5, 101, owner=TRADER), sell(2, 5, 101), sell(3, 5, 101, owner=TRADER)])
    before = exchange.state_hash()
    attempt = Attempt(book, buy(50, 9, 101, time_in_force=IOC, owner=TRADER))
    assert book.best_ask is None
    attempt.undo()
    assert exchange.state_hash() == before
    assert sorted(book.named) == [1, 3]
