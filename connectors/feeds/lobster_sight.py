"""What a level-N recording shows of one side, kept in a book that the trader's orders share.

Prices beyond the deepest one of the row before come into view as the file shows them; prices
beyond the deepest one now are out of view and forgotten, except for what stands ahead of the
trader there (`engine.exchange.queue_places`).
"""

from collections.abc import Callable

from connectors.feeds.lobster_rows import BookRow
from engine.exchange.book import Book
from engine.exchange.queue_places import hide, named_at, reveal_around
from engine.exchange.replay import forget, place_front
from engine.values import Side

MeetCrossed = Callable[[Side, int, int], int]
"""(side, price, shares) of a level that comes into view at or beyond the other side's best:
trades with what stands there and returns the shares that are left."""


NO_EDGE = -(1 << 62)
"""The key of no price: everything is in view."""


class Sight:
    """One side of the book file, row after row."""

    __slots__ = (
        "_book",
        "_edge",
        "_first",
        "_half",
        "_is_disturbed",
        "_meet",
        "_prices",
        "_seen",
        "_side",
        "_sign",
        "_sizes",
    )

    def __init__(
        self, book: Book, side: Side, meet: MeetCrossed, is_disturbed: Callable[[], bool]
    ) -> None:
        """`is_disturbed`: whether the trader stands in the book or has changed it."""
        self._book = book
        self._side = side
        self._sign = int(side)
        self._half = book.half(side)
        self._meet = meet
        self._is_disturbed = is_disturbed
        self._edge = NO_EDGE
        """Key of the deepest price in view; NO_EDGE while all of the side is."""
        self._first = 2 if side is Side.BUY else 0
        self._prices: list[int] = []
        self._sizes: list[int] = []
        self._seen: dict[int, frozenset[int]] = {}
        """Named orders that stood at a price when it left the view, by price."""

    @property
    def best(self) -> int:
        """The file's best price; 0 where the side is empty."""
        return self._prices[0] if self._sizes and self._sizes[0] else 0

    def levels_of(self, row: BookRow) -> list[tuple[int, int]]:
        """(price, shares) of the levels that are there, best first."""
        prices, sizes = row[self._first :: 4], row[self._first + 1 :: 4]
        return [(price, size) for price, size in zip(prices, sizes, strict=True) if size > 0]

    def is_beyond(self, price: int) -> bool:
        """Whether the price is deeper than everything that the file shows now."""
        return bool(self._is_full() and price * self._sign < self._prices[-1] * self._sign)

    def follow(self, row: BookRow) -> bool:
        """Takes the row in; whether the book has changed beside what its message did."""
        prices, sizes = row[self._first :: 4], row[self._first + 1 :: 4]
        if prices == self._prices and sizes == self._sizes:
            return False
        has_changed = self._is_full() and self._reveal(prices, sizes)
        edge = prices[-1] * self._sign if sizes[-1] else NO_EDGE
        has_moved_in = edge > self._edge
        if has_moved_in:
            self._hide_beyond(edge)
        self._prices, self._sizes, self._edge = prices, sizes, edge
        return has_changed or has_moved_in

    def _is_full(self) -> bool:
        """A side with fewer levels than the file has columns for is in view as a whole."""
        return bool(self._sizes and self._sizes[-1])

    def _reveal(self, prices: list[int], sizes: list[int]) -> bool:
        sign = self._sign
        edge = self._prices[-1] * sign
        if sizes[-1] and prices[-1] * sign >= edge:
            return False
        has_changed = False
        for price, size in zip(prices, sizes, strict=True):
            if size and price * sign < edge:
                self._show(price, size)
                has_changed = True
        return self._clear(prices, sizes, edge) or has_changed

    def _clear(self, prices: list[int], sizes: list[int], edge: int) -> bool:
        """At own orders' prices that are back in view without a level nobody is ahead any more."""
        book, side, sign = self._book, self._side, self._sign
        deepest = prices[-1] * sign if sizes[-1] else NO_EDGE
        shown = {price for price, size in zip(prices, sizes, strict=True) if size}
        own = {n.level.price for n in book.named.values() if n.order.side is side}
        empty = [price for price in own - shown if deepest <= price * sign < edge]
        for price in empty:
            reveal_around(book, side, price, 0, self._seen.pop(price, frozenset()))
        return bool(empty)

    def _show(self, price: int, size: int) -> None:
        book, side = self._book, self._side
        opposite = book.half(side.opposite).best_price
        if opposite is not None and (price - opposite) * self._sign >= 0:
            size = self._meet(side, price, size)
        seen = self._seen.pop(price, frozenset[int]())
        if book.named and named_at(book, side, price):
            reveal_around(book, side, price, size, seen)
        elif size:
            place_front(book, side, price, size)

    def _hide_beyond(self, edge: int) -> None:
        """The edge of the view has moved in: what lies beyond it may change unseen."""
        book, side = self._book, self._side
        for price in self._pushed_out(edge):
            named = named_at(book, side, price) if book.named else []
            if not named:
                self._seen.pop(price, None)
                forget(book, side, price)
            elif price * self._sign >= self._edge:
                self._seen[price] = frozenset(named)
                hide(book, side, price)

    def _pushed_out(self, edge: int) -> list[int]:
        """Without the trader's doing nothing stands where the file shows nothing."""
        sign = self._sign
        if self._is_disturbed():
            return [level.price for level in self._half if level.key < edge]
        shown = zip(self._prices, self._sizes, strict=True)
        return [price for price, size in shown if size and price * sign < edge]
