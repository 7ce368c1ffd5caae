"""What holds before the first script line runs, and at every later moment, whatever the seed."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connectors.feeds.synthetic.crowd import RESTING_ORDERS_MAX
from connectors.feeds.synthetic.flow import SyntheticFlow
from connectors.feeds.synthetic.measure import LoneExchange, run_until
from engine.values import NANOS_PER_SECOND

SPREAD_BPS_MAX, NEAR_BPS, NEAR_SHARES_MIN, LEVELS_MIN = 10, 20, 2_000, 10
SEEDS_ALWAYS_TRIED = range(60)
BATCH_SLACK = 30
"""Orders that one action may add to a full book."""

seeds = st.integers(min_value=0, max_value=2**63)


def opened(seed, symbols=None):
    flow = SyntheticFlow(seed, symbols)
    sink = LoneExchange(flow.instruments)
    flow.open(sink)
    return flow, sink


def assert_opening_promise(seed):
    flow, sink = opened(seed)
    for instrument in flow.instruments:
        book = sink.exchange.book(instrument.symbol)
        bid, ask = book.best_bid, book.best_ask
        tick, middle = instrument.tick_at(bid), (bid + ask) / 2
        assert tick <= ask - bid <= max(tick, middle * SPREAD_BPS_MAX / 10_000)
        near = middle * NEAR_BPS / 10_000
        for levels in book.depth(1_000):
            assert len(levels) >= LEVELS_MIN
            inside = [size for price, size, _ in levels if abs(price - middle) <= near]
            assert sum(inside) >= NEAR_SHARES_MIN


@pytest.mark.parametrize("seed", SEEDS_ALWAYS_TRIED)
def test_the_opening_promise_holds_for_this_seed(seed):
    assert_opening_promise(seed)


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_the_opening_promise_holds_for_any_seed(seed):
    assert_opening_promise(seed)


@pytest.mark.long
@given(seeds)
@settings(max_examples=2_000, deadline=None)
def test_the_opening_promise_holds_for_thousands_of_seeds(seed):
    assert_opening_promise(seed)


def assert_sane_for(seed, symbols, seconds):
    flow, sink = opened(seed, symbols)

    def look(operations, _events):
        book = sink.exchange.book(operations[0].symbol)
        assert book.best_bid is not None, f"{book.symbol} has no bid at {sink.now}"
        assert book.best_ask is not None, f"{book.symbol} has no ask at {sink.now}"
        assert book.best_bid < book.best_ask
        assert len(book.orders) <= RESTING_ORDERS_MAX + BATCH_SLACK

    sink.listeners.append(look)
    run_until(flow, sink, flow.next_at() + seconds * NANOS_PER_SECOND)
    for instrument in flow.instruments:
        quote = sink.market.quotes[instrument.symbol]
        assert 0.85 * quote.previous_close < quote.low
        assert quote.high < 1.15 * quote.previous_close


@given(seeds)
@example(2)
@settings(max_examples=8, deadline=None)
def test_books_are_never_crossed_one_sided_or_without_bound(seed):
    assert_sane_for(seed, None, 60)


@pytest.mark.long
@pytest.mark.timeout(900)
@given(seeds)
@settings(max_examples=10, deadline=None)
def test_a_whole_hour_is_sane_for_any_seed(seed):
    assert_sane_for(seed, None, 3_600)
