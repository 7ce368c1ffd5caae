"""What a recording of two levels shows of one side, while an own order stands there."""

import pytest

from connectors.feeds.lobster_rows import NO_BID
from connectors.feeds.lobster_sight import Sight
from engine.exchange.book import Book
from engine.exchange.messages import NewOrder
from engine.exchange.replay import place_behind, place_front
from engine.values import OrderType, Price, Quantity, Side

OWN, OWNER = 1 << 60, 1


def row(*bids: tuple[int, int]) -> list[int]:
    figures: list[int] = []
    for price, size in [*bids, (NO_BID, 0)][:2]:
        figures += [200, 1, price, size]
    return figures


@pytest.fixture
def book() -> Book:
    """100 × 50 and 99 × 100 are shown; the own order stands behind the 100."""
    book = Book("GOOG")
    place_front(book, Side.BUY, 100, 50)
    place_front(book, Side.BUY, 99, 100)
    own = NewOrder(OWN, "GOOG", Side.BUY, OrderType.LIMIT, Quantity(10), Price(99), owner=OWNER)
    place_behind(book, own, 100)
    return book


@pytest.fixture
def sight(book: Book) -> Sight:
    sight = Sight(book, Side.BUY, lambda side, price, size: size, lambda: True)
    sight.follow(row((100, 50), (99, 100)))
    sight.follow(row((102, 1), (101, 1)))
    return sight


def test_out_of_view_what_stood_ahead_is_kept(book: Book, sight: Sight) -> None:
    assert book.queue_ahead(OWN) == 100


def test_a_price_that_is_back_in_view_keeps_no_more_ahead_than_is_shown(
    book: Book, sight: Sight
) -> None:
    sight.follow(row((101, 1), (99, 30)))
    assert book.queue_ahead(OWN) == 30


def test_where_the_file_shows_nobody_in_view_nobody_is_ahead(book: Book, sight: Sight) -> None:
    assert sight.follow(row((101, 1), (98, 5)))
    assert book.queue_ahead(OWN) == 0


def test_a_price_that_is_still_out_of_view_keeps_what_stood_ahead(book: Book, sight: Sight) -> None:
    sight.follow(row((103, 1), (102, 1)))
    assert book.queue_ahead(OWN) == 100


def test_a_side_that_is_in_view_as_a_whole_hides_nobody(book: Book, sight: Sight) -> None:
    sight.follow(row((101, 1)))
    assert book.queue_ahead(OWN) == 0
