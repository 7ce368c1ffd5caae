"""Orders of one group share one quantity: what trades in one is taken off the others at once."""

from hypothesis import given
from hypothesis import strategies as st

from engine.exchange.messages import Cancelled, CancelReason, Reduced, Traded, Triggered
from engine.values import Side, Trigger

from .words import SYMBOL, buy, cancel, market, market_with, queue, sell, stop, trades

BUY, SELL = Side.BUY, Side.SELL
GROUP = {"oca_group": 50, "owner": 1}


def exits(exchange, quantity=100, target=105, at=95):
    """A target and a stop of one group, below and above a market at 99 to 101."""
    exchange.submit([sell(50, quantity, target, **GROUP), stop(51, SELL, quantity, at, **GROUP)])


def gone(events) -> list[tuple[int, int]]:
    return [
        (event.order_id, event.quantity)
        for event in events
        if isinstance(event, Cancelled) and event.reason is CancelReason.SIBLING_FILLED
    ]


def test_a_filled_target_takes_its_stop_away_before_the_stop_can_enter():
    exchange, book = market_with()
    exits(exchange)
    exchange.submit([buy(1, 500, 94)])
    assert gone(exchange.submit([buy(2, 100, 105)])) == [(51, 100)]
    # The market falls through the stop in the same batch: nothing of the group is left to trade.
    assert not [e for e in exchange.submit([sell(3, 10, 94)]) if isinstance(e, Triggered)]
    assert not book.waiting


def test_a_part_of_the_target_is_taken_off_the_stop():
    exchange, book = market_with()
    exits(exchange)
    events = exchange.submit([buy(2, 30, 105)])
    assert [(e.order_id, e.leaves) for e in events if isinstance(e, Reduced)] == [(51, 70)]
    assert book.order(51).quantity == 70


def test_a_triggered_stop_takes_its_target_off_the_book():
    exchange, book = market_with()
    exits(exchange)
    exchange.submit([buy(1, 500, 95)])
    events = exchange.submit([sell(2, 10, 95)])
    assert trades(events) == [(2, 1, 10, 95), (51, 1, 100, 95)]
    assert gone(events) == [(50, 100)]
    assert book.order(50) is None


def test_a_stop_that_finds_too_little_leaves_the_target_what_it_did_not_sell():
    exchange, book = market_with()
    exits(exchange)
    exchange.submit([buy(1, 50, 95)])
    exchange.submit([sell(2, 10, 95)])
    assert queue(book, SELL, 105) == [(50, 60)]


def test_a_stop_reached_and_waiting_for_its_turn_goes_with_its_filled_target():
    """With the end of a halt both are reached; the older stop enters first and buys the target."""
    exchange, book = market_with()
    exchange.submit([buy(1, 1, 99), sell(2, 1, 101)])
    exchange.submit([stop(40, BUY, 100, 200, trigger=Trigger.QUOTE)])
    exchange.submit([sell(50, 100, 205, **GROUP)])
    exchange.submit([stop(51, SELL, 100, 98, trigger=Trigger.QUOTE, **GROUP)])
    exchange.call(SYMBOL, True)
    exchange.submit([cancel(1), cancel(2), buy(3, 500, 97)])
    events = exchange.call(SYMBOL, False)
    assert [e.order_id for e in events if isinstance(e, Triggered)] == [40]
    assert gone(events) == [(51, 100)]
    assert not book.waiting


def test_other_groups_and_lone_orders_keep_what_they_have():
    exchange, book = market_with()
    exits(exchange)
    exchange.submit([stop(61, SELL, 70, 95, owner=1, oca_group=60), stop(70, SELL, 5, 95, owner=1)])
    exchange.submit([buy(2, 100, 105)])
    assert {view.order_id: view.quantity for view in book.all_orders()} == {61: 70, 70: 5}


def test_the_group_is_part_of_the_exchange_s_state():
    linked, lone = market_with()[0], market_with()[0]
    exits(linked)
    lone.submit([sell(50, 100, 105, owner=1), stop(51, SELL, 100, 95, owner=1)])
    assert linked.state_hash() != lone.state_hash()


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 80), st.integers(90, 110)), max_size=40))
def test_a_group_never_trades_more_than_its_quantity(flow):
    """Whatever comes, in whatever order: target and stop together sell 100 at most."""
    exchange, _ = market_with()
    exits(exchange)
    orders = [
        (buy if is_buy else sell)(number, quantity, price)
        for number, (is_buy, quantity, price) in enumerate(flow, start=100)
    ]
    events = exchange.submit([*orders, market(99, SELL, 50)])
    sold = sum(
        event.quantity
        for event in events
        if isinstance(event, Traded) and {event.maker_id, event.taker_id} & {50, 51}
    )
    assert sold <= 100
    left = [exchange.book("IBM").order(order_id) for order_id in (50, 51)]
    assert all(view is None or view.quantity == 100 - sold for view in left) or _stop_ran_dry(
        events, sold
    )


def _stop_ran_dry(events, sold) -> bool:
    """The stop entered as a market order and the book had too little: the target keeps the rest."""
    return any(isinstance(e, Triggered) and e.order_id == 51 for e in events) and sold < 100
