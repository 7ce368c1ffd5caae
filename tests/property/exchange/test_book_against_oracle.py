"""The book says and holds what a plain list of orders says and holds, whatever is asked of it."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.exchange.exchange import Exchange
from engine.exchange.messages import SelfMatch
from engine.exchange.settings import BookSettings

from .flows import OPERATIONS, PLAIN, SETTINGS, STOPS, SYMBOL, random_flow, random_settings
from .oracle import Oracle
from .tape import Tape

LEVELS_ALL = 1_000


class Pair:
    """The engine, the oracle and the tape, asked the same."""

    def __init__(self, options: BookSettings) -> None:
        self.exchange = Exchange(options)
        self.book = self.exchange.list_symbol(SYMBOL)
        self.oracle = Oracle(SYMBOL, **msgspec.structs.asdict(options))
        self.tape = Tape(options)

    def ask(self, operation) -> None:
        events = self.exchange.submit([operation])
        assert events == self.oracle.submit(operation)
        self.tape.read(operation, events)

    def compare(self) -> None:
        assert self.book.depth(LEVELS_ALL) == self.oracle.depth()
        assert self.book.last_price == self.oracle.last
        assert [stop.order.order_id for stop in self.book.stops.by_age()] == [
            line.id for line in self.oracle.waiting
        ]
        self.tape.agrees_with(self.book)


@given(SETTINGS, OPERATIONS)
def test_the_book_does_what_the_list_does(options, operations):
    pair = Pair(options)
    for operation in operations:
        pair.ask(operation)
        pair.compare()


@given(st.lists(st.one_of(STOPS, STOPS, PLAIN), min_size=10, max_size=60))
def test_cascades_of_stops_run_as_in_the_list(operations):
    pair = Pair(BookSettings())
    for operation in operations:
        pair.ask(operation)
    pair.compare()


@pytest.mark.parametrize("first_seed", range(0, 300, 100))
def test_mixed_flows_stay_equal_under_every_setting(first_seed):
    for seed in range(first_seed, first_seed + 100):
        _run_flow(seed, count=120, options=random_settings(seed))


@pytest.mark.parametrize("mode", list(SelfMatch))
def test_a_long_mixed_flow_stays_equal(mode):
    _run_flow(seed=int(mode), count=4_000, options=BookSettings(self_match=mode))


@pytest.mark.long
@pytest.mark.parametrize("seed", range(10))
def test_a_million_operations_stay_equal(seed):
    options = BookSettings(
        self_match=SelfMatch(seed % 5), collar_bps=500, market_band_bps=800, orders_max=200
    )
    _run_flow(seed=seed, count=100_000, options=options)


@given(SETTINGS, OPERATIONS)
def test_one_batch_gives_what_single_calls_give(options, operations):
    batch, single = Exchange(options), Exchange(options)
    batch.list_symbol(SYMBOL)
    single.list_symbol(SYMBOL)
    events = [event for operation in operations for event in single.submit([operation])]
    assert batch.submit(operations) == events
    assert batch.state_hash() == single.state_hash()


def _run_flow(seed: int, count: int, options: BookSettings) -> None:
    pair = Pair(options)
    for number, operation in enumerate(random_flow(seed, count)):
        pair.ask(operation)
        if number % 100 == 0:
            pair.compare()
    pair.compare()
