"""Self-match prevention, caps, the collar and the market band: settings of a venue."""

import pytest

from engine.exchange.messages import ANONYMOUS, Cancelled, CancelReason, Reduced, Refusal, SelfMatch
from engine.values import Side, TimeInForce

from .words import SYMBOL, buy, cancel, market, market_with, queue, refusals, sell, stop, trades

BUY, SELL = Side.BUY, Side.SELL
FOK = TimeInForce.FOK
GUARDED = [mode for mode in SelfMatch if mode is not SelfMatch.OFF]


def own_match(mode, quantity):
    """One owner's sell of 5 before another's of 5; then the first owner buys."""
    exchange, book = market_with(self_match=mode)
    exchange.submit([sell(1, 5, 100, owner=7), sell(2, 5, 100, owner=8)])
    return exchange.submit([buy(3, quantity, 100, owner=7)]), book


def test_without_self_match_prevention_an_owner_trades_with_itself():
    events, _ = own_match(SelfMatch.OFF, 5)
    assert trades(events) == [(3, 1, 5, 100)]


@pytest.mark.parametrize("mode", GUARDED)
def test_anonymous_flow_always_trades_with_itself(mode):
    exchange, _ = market_with(self_match=mode)
    events = exchange.submit([sell(1, 5, 100, owner=ANONYMOUS), buy(2, 5, 100, owner=ANONYMOUS)])
    assert trades(events) == [(2, 1, 5, 100)]


def test_cancel_aggressive_ends_the_arriving_order_at_the_first_own_one():
    events, book = own_match(SelfMatch.CANCEL_AGGRESSIVE, 8)
    assert events[1:] == [Cancelled(3, SYMBOL, 8, CancelReason.SELF_MATCH)]
    assert queue(book, SELL, 100) == [(1, 5), (2, 5)]


def test_cancel_passive_takes_the_resting_own_order_out_and_goes_on():
    events, book = own_match(SelfMatch.CANCEL_PASSIVE, 8)
    assert Cancelled(1, SYMBOL, 5, CancelReason.SELF_MATCH) in events
    assert trades(events) == [(3, 2, 5, 100)]
    assert queue(book, BUY, 100) == [(3, 3)]


def test_cancel_both_takes_both_out():
    events, book = own_match(SelfMatch.CANCEL_BOTH, 8)
    assert [(event.order_id, event.quantity) for event in events[1:]] == [(1, 5), (3, 8)]
    assert queue(book, SELL, 100) == [(2, 5)]


def test_decrement_takes_the_smaller_quantity_off_both():
    events, book = own_match(SelfMatch.DECREMENT, 8)
    own = CancelReason.SELF_MATCH
    assert events[1:3] == [Cancelled(1, SYMBOL, 5, own), Reduced(3, SYMBOL, 3)]
    assert trades(events) == [(3, 2, 3, 100)]
    assert queue(book, SELL, 100) == [(2, 2)]


def test_decrement_leaves_the_larger_resting_order_its_place():
    events, book = own_match(SelfMatch.DECREMENT, 2)
    own = CancelReason.SELF_MATCH
    assert events[1:] == [Reduced(1, SYMBOL, 3), Cancelled(3, SYMBOL, 2, own)]
    assert queue(book, SELL, 100) == [(1, 3), (2, 5)]


@pytest.mark.parametrize("mode", GUARDED)
def test_fill_or_kill_does_not_count_own_orders(mode):
    exchange, _ = market_with(self_match=mode)
    exchange.submit([sell(1, 5, 100, owner=7), sell(2, 5, 100, owner=8)])
    events = exchange.submit([buy(3, 10, 100, owner=7, time_in_force=FOK)])
    assert refusals(events) == [Refusal.FOK_UNFILLABLE]


def test_fill_or_kill_passes_over_own_orders_that_would_be_cancelled():
    exchange, book = market_with(self_match=SelfMatch.CANCEL_PASSIVE)
    exchange.submit([sell(1, 5, 100, owner=7), sell(2, 5, 100, owner=8)])
    assert trades(exchange.submit([buy(3, 5, 100, owner=7, time_in_force=FOK)])) == [(3, 2, 5, 100)]
    assert book.best_ask is None


def test_fill_or_kill_that_is_done_before_an_own_order_fills():
    exchange, book = market_with(self_match=SelfMatch.CANCEL_BOTH)
    exchange.submit([sell(1, 5, 100, owner=8), sell(2, 5, 100, owner=7)])
    assert trades(exchange.submit([buy(3, 5, 100, owner=7, time_in_force=FOK)])) == [(3, 1, 5, 100)]
    assert queue(book, SELL, 100) == [(2, 5)]


def test_a_book_at_its_cap_takes_no_further_resting_order():
    exchange, _ = market_with(orders_max=2)
    assert refusals(exchange.submit([buy(1, 5, 99), stop(2, BUY, 5, 105)])) == []
    assert refusals(exchange.submit([buy(3, 5, 98)])) == [Refusal.CAP_REACHED]
    assert refusals(exchange.submit([stop(4, SELL, 5, 90)])) == [Refusal.CAP_REACHED]
    assert refusals(exchange.submit([cancel(1), buy(3, 5, 98)])) == []


def test_orders_that_cannot_rest_pass_a_full_book():
    exchange, _ = market_with(orders_max=1)
    events = exchange.submit(
        [sell(1, 9, 100), market(2, BUY, 1), buy(3, 1, 100, time_in_force=TimeInForce.IOC)]
    )
    assert len(trades(events)) == 2


def test_the_cap_of_an_owner_counts_that_owners_orders_only():
    exchange, _ = market_with(orders_per_owner_max=1)
    ask = exchange.submit
    assert refusals(ask([buy(1, 5, 99, owner=7), buy(2, 5, 99, owner=8)])) == []
    assert refusals(ask([buy(3, 5, 99, owner=7)])) == [Refusal.CAP_REACHED]
    assert refusals(ask([buy(4, 5, 99), buy(5, 5, 99)])) == []
    assert refusals(ask([stop(9, SELL, 5, 90, owner=8)])) == [Refusal.CAP_REACHED]
    assert refusals(ask([sell(6, 5, 99), buy(3, 5, 98, owner=7)])) == []


@pytest.mark.parametrize(
    ("price", "refused"), [(10_100, []), (10_101, [Refusal.COLLAR]), (20_000, [Refusal.COLLAR])]
)
def test_a_limit_that_takes_may_lie_as_far_from_the_last_trade_as_the_collar_says(price, refused):
    exchange, _ = market_with(collar_bps=100)
    exchange.submit([sell(1, 1, 10_000), buy(2, 1, 10_000), sell(3, 9, 10_050)])
    assert refusals(exchange.submit([buy(4, 1, price)])) == refused


@pytest.mark.parametrize(
    ("last", "price", "refused"),
    [
        (10_000, 9_900, []),
        (10_000, 9_899, [Refusal.COLLAR]),
        (10_050, 9_950, []),
        (10_050, 9_949, [Refusal.COLLAR]),
    ],
)
def test_the_collar_holds_for_sells_below(last, price, refused):
    exchange, _ = market_with(collar_bps=100)
    exchange.submit([sell(1, 1, last), buy(2, 1, last), buy(3, 9, 9_960)])
    assert refusals(exchange.submit([sell(4, 1, price)])) == refused


def test_the_cap_of_an_owner_counts_waiting_stops():
    exchange, _ = market_with(orders_per_owner_max=1)
    exchange.submit([stop(9, SELL, 5, 90, owner=8)])
    assert refusals(exchange.submit([buy(1, 5, 80, owner=8)])) == [Refusal.CAP_REACHED]


def test_before_the_first_trade_the_collar_starts_from_the_mid():
    exchange, _ = market_with(collar_bps=100)
    exchange.submit([buy(1, 1, 9_000), sell(2, 9, 11_000)])
    assert refusals(exchange.submit([buy(3, 1, 11_000)])) == [Refusal.COLLAR]


def test_a_limit_that_does_not_take_is_outside_the_collars_interest():
    exchange, _ = market_with(collar_bps=1)
    assert refusals(exchange.submit([sell(1, 1, 10_000), buy(2, 1, 10)])) == []


def test_a_market_order_trades_within_its_band_and_the_rest_is_cancelled():
    exchange, book = market_with(market_band_bps=100)
    exchange.submit([sell(1, 1, 10_000), buy(2, 1, 10_000), sell(3, 2, 10_100), sell(4, 9, 10_101)])
    events = exchange.submit([market(5, BUY, 5)])
    assert trades(events) == [(5, 3, 2, 10_100)]
    assert events[-1] == Cancelled(5, SYMBOL, 3, CancelReason.MARKET_REMAINDER)
    assert book.best_ask == 10_101


def test_with_one_side_only_the_band_starts_from_the_touch():
    exchange, _ = market_with(market_band_bps=100)
    exchange.submit([sell(1, 1, 10_000), sell(2, 1, 10_101)])
    assert trades(exchange.submit([market(3, BUY, 5)])) == [(3, 1, 1, 10_000)]


def test_a_market_fill_or_kill_counts_only_what_lies_within_the_band():
    exchange, _ = market_with(market_band_bps=100)
    exchange.submit([sell(1, 1, 10_000), sell(2, 9, 10_101)])
    events = exchange.submit([market(3, BUY, 2, time_in_force=FOK)])
    assert refusals(events) == [Refusal.FOK_UNFILLABLE]


def test_a_triggered_stop_obeys_the_band_and_the_collar():
    exchange, _ = market_with(market_band_bps=100, collar_bps=100)
    exchange.submit([stop(8, BUY, 1, 10_000), stop(9, BUY, 1, 10_000, price=10_500)])
    events = exchange.submit([sell(1, 1, 10_000), sell(2, 9, 10_200), buy(3, 1, 10_000)])
    assert [(event.order_id, event.reason) for event in events if type(event) is Cancelled] == [
        (8, CancelReason.MARKET_REMAINDER),
        (9, CancelReason.COLLAR),
    ]
