"""What can be read off a book of the paper exchange: depth with own places, what would fill."""

from itertools import islice

from connectors.feeds.flow import OWN_OWNER
from engine.domain.order_events import Levels
from engine.domain.views import DepthRow
from engine.exchange.book import Book
from engine.exchange.exchange import NOT_QUEUED, Exchange
from engine.exchange.levels import Half, Level
from engine.values import Price, Quantity, Side

LEVELS_SEEN = 5
"""Prices of each side that an order's arrival is told with."""


def depth_of(
    exchange: Exchange, symbol: str, levels: int
) -> tuple[tuple[DepthRow, ...], tuple[DepthRow, ...]]:
    """(bids, asks), best first."""
    bids = depth_rows(exchange, symbol, Side.BUY, levels)
    return bids, depth_rows(exchange, symbol, Side.SELL, levels)


def would_fill(
    exchange: Exchange, symbol: str, side: Side, price: int, quantity: int
) -> list[tuple[int, int]]:
    """(price, quantity) that an arriving order would get, of what an exchange shows or expects."""
    if symbol not in exchange.books:
        # Held or known from another market: nothing of it trades here.
        return []
    expected = exchange.expected(symbol, side, price, quantity)
    if expected is not None:
        return expected
    with exchange.walkable(symbol):
        return would_take(exchange.book(symbol), side, price, quantity)


def depth_rows(exchange: Exchange, symbol: str, side: Side, levels: int) -> tuple[DepthRow, ...]:
    """The best prices of one side, best first, own quantity and queue place filled in."""
    if symbol not in exchange.books:
        return ()
    book = exchange.book(symbol)
    half = book.half(side)
    own = _own_keys(book, half)
    shown = islice(half, max(levels, 0))
    return tuple(_row(exchange, symbol, level, is_own=level.key in own) for level in shown)


def levels_seen(half: Half) -> Levels:
    """Price and quantity of the best prices of one side, best first."""
    # Every order asks, so it reads the side itself; a level may be listed and empty.
    seen: list[tuple[Price, Quantity]] = []
    levels, sign = half.levels, half.sign
    for key in reversed(half.keys):
        level = levels[key * sign]
        if level.count:
            seen.append((level.price, level.quantity))  # type: ignore[arg-type]  # a sum of them
            if len(seen) == LEVELS_SEEN:
                break
    return tuple(seen)


def would_take(book: Book, side: Side, price: int, quantity: int) -> list[tuple[int, int]]:
    """(price, quantity) that an arriving order would take now, own orders left out; 0: no limit."""
    taken: list[tuple[int, int]] = []
    if book.is_calling:
        return taken
    half, left = book.half(side.opposite), quantity
    own = _own_keys(book, half)
    floor = price * half.sign if price else None
    for level in half:
        if left <= 0 or (floor is not None and level.key < floor):
            break
        there = level.quantity - (_own_quantity(level) if level.key in own else 0)
        if there > 0:
            taken.append((level.price, min(left, there)))
            left -= there
    return taken


def _own_keys(book: Book, half: Half) -> set[int]:
    """Prices with orders of the trader."""
    return {
        named.level.key
        for named in book.named.values()
        if named.level.half is half and named.order.owner == OWN_OWNER
    }


def _own_quantity(level: Level) -> int:
    return sum(resting.leaves for resting in level if resting.order.owner == OWN_OWNER)


def _row(exchange: Exchange, symbol: str, level: Level, *, is_own: bool) -> DepthRow:
    own, ahead = 0, NOT_QUEUED
    if is_own:
        own, ahead = _own_quantity(level), _ahead_of_first_own(exchange, symbol, level)
    return DepthRow(Price(level.price), Quantity(level.quantity), level.count, Quantity(own), ahead)


def _ahead_of_first_own(exchange: Exchange, symbol: str, level: Level) -> int:
    for resting in level:
        if resting.order.owner == OWN_OWNER:
            return exchange.queue_ahead(symbol, resting.order.order_id)
    return NOT_QUEUED
