"""The short way of a batch does what the book itself does, asked one operation at a time."""

import gc
import sys

from hypothesis import given

from engine.exchange.exchange import Exchange
from engine.exchange.messages import CancelOrder, NewOrder, ReduceOrder
from engine.values import OrderType, Price, Quantity, Side

from .flows import OPERATIONS, SETTINGS, SYMBOL, random_flow, random_settings


def ask_the_book(exchange: Exchange, operation, events) -> None:
    book = exchange.book(operation.symbol)
    if isinstance(operation, NewOrder):
        book.arrive(operation, events)
    elif isinstance(operation, CancelOrder):
        book.cancel(operation, events)
    elif isinstance(operation, ReduceOrder):
        book.reduce(operation, events)
    else:
        book.replace(operation, events)


def compare_both_ways(options, operations) -> None:
    batch, asked, events = Exchange(options), Exchange(options), []
    batch.list_symbol(SYMBOL)
    book = asked.list_symbol(SYMBOL)
    for operation in operations:
        ask_the_book(asked, operation, events)
    assert batch.submit(operations) == events
    assert batch.state_hash() == asked.state_hash()
    assert batch.book(SYMBOL).depth(1_000) == book.depth(1_000)
    assert batch.book(SYMBOL).named.keys() == book.named.keys()


@given(SETTINGS, OPERATIONS)
def test_a_batch_does_what_the_book_does(options, operations):
    compare_both_ways(options, operations)


def test_long_batches_do_what_the_book_does():
    for seed in range(20):
        compare_both_ways(random_settings(seed), list(random_flow(seed, 500)))


def test_an_exchange_that_is_dropped_leaves_no_order_behind():
    order = NewOrder(1, SYMBOL, Side.BUY, OrderType.LIMIT, Quantity(5), Price(100))
    holders = sys.getrefcount(order)
    exchange = Exchange()
    exchange.list_symbol(SYMBOL)
    others = [
        NewOrder(n, SYMBOL, Side.BUY, OrderType.LIMIT, Quantity(5), Price(100)) for n in (2, 3)
    ]
    exchange.submit([order, *others])
    assert sys.getrefcount(order) > holders
    del exchange
    gc.collect()
    assert sys.getrefcount(order) == holders
