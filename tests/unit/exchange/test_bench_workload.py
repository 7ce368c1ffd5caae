"""What `trader bench match` measures: the mix it promises, and the same trades by every engine."""

import pytest

from commands.bench_match import BATCH_OPERATIONS, PEERS, Market, Ours
from engine.exchange.exchange import Exchange
from engine.exchange.messages import CancelOrder, Refused, Traded

SYMBOLS = ["A", "B", "C"]


def test_half_of_the_operations_rest_four_in_ten_cancel_and_one_in_ten_takes():
    exchange = Exchange()
    for symbol in SYMBOLS:
        exchange.list_symbol(symbol)
    cancels = takes = 0
    market = Market(SYMBOLS)
    for operation in market.next_batch() + market.next_batch():
        events = exchange.submit([operation])
        assert not any(isinstance(event, Refused) for event in events)
        cancels += isinstance(operation, CancelOrder)
        takes += any(isinstance(event, Traded) for event in events)
    assert 0.37 < cancels / (2 * BATCH_OPERATIONS) < 0.43
    assert 0.08 < takes / (2 * BATCH_OPERATIONS) < 0.12


def test_the_same_seed_makes_the_same_operations():
    assert Market(SYMBOLS).next_batch() == Market(SYMBOLS).next_batch()


@pytest.mark.parametrize("engine", [Ours, *PEERS])
def test_every_engine_trades_the_same_volume(engine):
    if engine is not Ours:
        pytest.importorskip("orderbook")
        pytest.importorskip("lightmatchingengine")
    market = Market(SYMBOLS)
    played = engine(SYMBOLS).play(market.next_batch())
    assert played.volume == market.volume > 0
    assert played.seconds > 0
