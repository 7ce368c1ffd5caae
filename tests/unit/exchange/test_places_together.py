"""Places in the queues asked for several orders at once are those that each would have alone."""

from random import Random

import pytest

from engine.exchange.exchange import NOT_QUEUED
from tests.unit.exchange.words import SYMBOL, buy, cancel, market_with, sell

GONE = 7


@pytest.mark.parametrize("seed", range(5))
def test_places_asked_for_together_are_those_asked_for_alone(seed: int) -> None:
    chance = Random(seed)
    exchange, book = market_with()
    for order_id in range(1, 61):
        make, price = (buy, 100) if chance.random() < 0.5 else (sell, 200)
        exchange.submit([make(order_id, chance.randrange(1, 50), price + chance.randrange(2))])
    exchange.submit([cancel(GONE)])
    asked = chance.sample(range(1, 61), 30)
    known: dict[int, int] = {}
    together = [exchange.queue_ahead(SYMBOL, order_id, known) for order_id in asked]
    assert together == [exchange.queue_ahead(SYMBOL, order_id) for order_id in asked]
    assert exchange.queue_ahead(SYMBOL, GONE, known) == NOT_QUEUED
    assert GONE not in book.orders
