"""Queues that the trader shares with a recording: hidden from view, revealed, reordered, taken."""

import pytest

from engine.exchange.exchange import Exchange
from engine.exchange.messages import NewOrder
from engine.exchange.queue_places import hide, move_to_front, named_at, reveal_around, take_amounts
from engine.exchange.replay import place_front
from engine.values import OrderType, Price, Quantity, Side

PRICE = 1_000_000
OWN = 1 << 60
TRADER = 1


@pytest.fixture
def exchange():
    """At one price: 100 of order 1, the trader's 10, 50 of order 2, the trader's 20, 30 of 3."""
    exchange = Exchange()
    exchange.list_symbol("GOOG")
    for order_id, quantity in ((1, 100), (OWN + 1, 10), (2, 50), (OWN + 2, 20), (3, 30)):
        owner = TRADER if order_id >= OWN else 0
        exchange.submit(
            [
                NewOrder(
                    order_id,
                    "GOOG",
                    Side.BUY,
                    OrderType.LIMIT,
                    Quantity(quantity),
                    Price(PRICE),
                    owner=owner,
                )
            ]
        )
    return exchange


@pytest.fixture
def book(exchange):
    return exchange.book("GOOG")


def queue(book):
    """(own or market, quantity) from the front."""
    return [
        ("own" if order.owner else "market", order.quantity)
        for order in book.orders_at(Side.BUY, PRICE)
    ]


def test_out_of_view_only_the_amounts_ahead_of_own_orders_stay(book):
    hide(book, Side.BUY, PRICE)
    assert queue(book) == [("market", 100), ("own", 10), ("market", 50), ("own", 20)]
    assert book.order(1) is None and book.order(2) is None and book.order(3) is None
    assert book.queue_ahead(OWN + 2) == 160


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (0, [("own", 10), ("own", 20)]),
        (60, [("market", 60), ("own", 10), ("own", 20)]),
        (120, [("market", 100), ("own", 10), ("market", 20), ("own", 20)]),
        (400, [("market", 100), ("own", 10), ("market", 50), ("own", 20), ("market", 250)]),
    ],
)
def test_back_in_view_nobody_has_more_ahead_than_before(book, shown, expected):
    hide(book, Side.BUY, PRICE)
    reveal_around(book, Side.BUY, PRICE, shown, frozenset({OWN + 1, OWN + 2}))
    assert queue(book) == expected
    (level,) = book.depth(5)[0]
    assert level[1] == shown + 30, "the file's shares and the trader's"


def test_an_order_that_came_unseen_stands_behind_what_is_revealed(book):
    hide(book, Side.BUY, PRICE)
    reveal_around(book, Side.BUY, PRICE, 400, frozenset({OWN + 1}))
    assert book.queue_ahead(OWN + 1) == 100
    assert book.queue_ahead(OWN + 2) == 410


def test_amounts_are_taken_from_behind(book):
    hide(book, Side.BUY, PRICE)
    assert take_amounts(book, Side.BUY, PRICE, 70) == 70
    assert queue(book) == [("market", 80), ("own", 10), ("own", 20)]
    assert take_amounts(book, Side.BUY, PRICE, 999) == 80
    assert queue(book) == [("own", 10), ("own", 20)]
    assert take_amounts(book, Side.SELL, PRICE, 5) == 0


def test_announced_orders_are_no_amounts(book):
    place_front(book, Side.BUY, PRICE, 5)
    assert take_amounts(book, Side.BUY, PRICE, 999) == 5
    assert queue(book)[0] == ("market", 100)


def test_an_order_moves_to_the_front_of_its_price(book):
    move_to_front(book, 3)
    assert [order.order_id for order in book.orders_at(Side.BUY, PRICE)][:2] == [3, 1]
    move_to_front(book, 3)
    move_to_front(book, 99)
    assert book.queue_ahead(1) == 30


def test_own_orders_are_found_by_price_and_side(book):
    assert sorted(named_at(book, Side.BUY, PRICE)) == [OWN + 1, OWN + 2]
    assert named_at(book, Side.SELL, PRICE) == []
