"""What a level-N file shows of one side: revealed, forgotten and compared with the book."""

from itertools import islice

from connectors.feeds.lobster_rows import NO_ASK, NO_BID, BookRow
from engine.exchange.book import Book
from engine.exchange.replay import forget, place_front
from engine.values import Side

NO_EDGE = -(1 << 62)
"""The key of no price: everything is in view."""


class Window:
    """One side of the book file, row after row, beside one side of the engine's book.

    Keys are those of the book: the price for bids, minus the price for asks. A strict window
    takes nothing from the file.
    """

    __slots__ = (
        "_book",
        "_edge",
        "_equal",
        "_file_prices",
        "_file_sizes",
        "_first",
        "_half",
        "_levels",
        "_none",
        "_outstanding",
        "_side",
        "_sign",
        "_stop",
        "_strict",
    )

    def __init__(self, book: Book, side: Side, levels: int, *, strict: bool) -> None:
        self._book = book
        self._side = side
        self._sign = int(side)
        self._half = book.half(side)
        self._levels = levels
        self._strict = strict
        self._none = NO_BID if side is Side.BUY else NO_ASK
        self._first = 2 if side is Side.BUY else 0
        self._stop = 4 * levels
        self._file_prices: list[int] = []
        self._file_sizes: list[int] = []
        self._outstanding: dict[int, int] = {}
        """Shares by price that the engine has filled and the file prints in rows to come."""
        self._equal = 0
        self._edge = NO_EDGE
        """Key of the deepest price in view; NO_EDGE while all of the side is."""

    def levels_of(self, row: BookRow) -> list[tuple[int, int]]:
        """(price, shares) of the levels that are there, best first."""
        prices = row[self._first : self._stop : 4]
        sizes = row[self._first + 1 : self._stop : 4]
        return [(price, size) for price, size in zip(prices, sizes, strict=True) if size > 0]

    def expect(self, fills: list[tuple[int, int, int]]) -> None:
        """The engine has filled all of this; the file prints it from this row on."""
        outstanding: dict[int, int] = {}
        for _, price, size in fills:
            outstanding[price] = outstanding.get(price, 0) + size
        self._outstanding = outstanding

    def printed(self, price: int, size: int) -> None:
        """One of the expected fills stands in this row."""
        self._outstanding[price] -= size
        if not self._outstanding[price]:
            del self._outstanding[price]

    def follow(self, row: BookRow, *, is_touched: bool, price: int) -> int:
        """Takes the row in; how many of the best levels agree with it afterwards.

        `price` is that of the message: one beyond the view is forgotten like all that lies there.
        """
        prices = row[self._first : self._stop : 4]
        sizes = row[self._first + 1 : self._stop : 4]
        if not is_touched and prices == self._file_prices and sizes == self._file_sizes:
            return self._equal
        if not self._strict and self._file_prices and self._file_sizes[-1]:
            self._reveal(prices, sizes)
        self._equal = self._agreeing(prices, sizes)
        if not self._strict:
            self._forget(prices[-1] * self._sign if sizes[-1] else NO_EDGE)
            if is_touched and price * self._sign < self._edge:
                forget(self._book, self._side, price)
        self._file_prices, self._file_sizes = prices, sizes
        return self._equal

    def _reveal(self, prices: list[int], sizes: list[int]) -> None:
        """Prices beyond the deepest one of the row before were out of view until now."""
        sign = self._sign
        edge = self._file_prices[-1] * sign
        if prices[-1] * sign >= edge and sizes[-1]:
            return
        for price, size in zip(reversed(prices), reversed(sizes), strict=True):
            if size and price * sign >= edge:
                return
            if size:
                place_front(self._book, self._side, price, size)

    def _forget(self, edge: int) -> None:
        """What is pushed out of view may change unseen; only an edge that moves in pushes."""
        if edge > self._edge:
            for price in reversed(self._file_prices):
                if price * self._sign >= edge:
                    break
                forget(self._book, self._side, price)
        self._edge = edge

    def _agreeing(self, prices: list[int], sizes: list[int]) -> int:
        half, count = self._half, self._levels
        if self._outstanding:
            own_prices, own_sizes = self._with_outstanding()
        else:
            best = list(islice(half, count))
            own_prices = [level.price for level in best]
            own_sizes = [level.quantity for level in best]
        if len(own_prices) < count:
            missing = count - len(own_prices)
            own_prices += [self._none] * missing
            own_sizes += [0] * missing
        if own_prices == prices and own_sizes == sizes:
            return count
        for level in range(count):
            if own_prices[level] != prices[level] or own_sizes[level] != sizes[level]:
                return level
        return count

    def _with_outstanding(self) -> tuple[list[int], list[int]]:
        """The side as it stands before the fills that the file has not printed yet."""
        half, sign, count = self._half, self._sign, self._levels
        standing = {level.key: level.quantity for level in islice(half, count)}
        for price, size in self._outstanding.items():
            standing[price * sign] = standing.get(price * sign, 0) + size
        keys = sorted(standing, reverse=True)[:count]
        return [key * sign for key in keys], [standing[key] for key in keys]
