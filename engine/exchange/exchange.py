"""The exchange: one book per symbol, asked in batches."""

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from types import MappingProxyType

import msgspec

from engine.exchange.batch import Room, carry_out, room_of
from engine.exchange.book import Book
from engine.exchange.messages import Event, Operation
from engine.exchange.settings import BookSettings

STATE_HASH_BYTES = 32


class Exchange:
    """Books by symbol. It has no clock and no chance: the same operations give the same events."""

    __slots__ = ("_books", "_rooms", "settings")

    def __init__(self, settings: BookSettings | None = None) -> None:
        """`settings` are those of every book that is listed without its own."""
        self.settings = settings or BookSettings()
        self._books: dict[str, Book] = {}
        self._rooms: dict[str, Room] = {}

    @property
    def books(self) -> Mapping[str, Book]:
        """Every listed book by symbol, read-only, in the order of listing."""
        return MappingProxyType(self._books)

    def list_symbol(self, symbol: str, settings: BookSettings | None = None) -> Book:
        """Opens the book of a symbol. A symbol is listed once."""
        assert symbol not in self._books, f"{symbol} is listed already"
        book = self._books[symbol] = Book(symbol, settings or self.settings)
        self._rooms[symbol] = room_of(book)
        return book

    def book(self, symbol: str) -> Book:
        """The book of a listed symbol. KeyError when it is not listed."""
        return self._books[symbol]

    def submit(self, operations: Sequence[Operation]) -> list[Event]:
        """Carries out the operations in their order; what became true, in the order it did."""
        return carry_out(self._books, self._rooms, operations)

    def expire_day_orders(self, symbols: Iterable[str] | None = None) -> list[Event]:
        """The day is over for these symbols, by default for all: their DAY orders are cancelled."""
        events: list[Event] = []
        for symbol in self._books if symbols is None else symbols:
            self._books[symbol].expire_day_orders(events)
        return events

    def canonical_state(self) -> bytes:
        """Everything that decides what the exchange does next, books by symbol."""
        books = [self._books[symbol] for symbol in sorted(self._books)]
        state = [(book.symbol, book.last_price, book.all_orders()) for book in books]
        return msgspec.msgpack.encode(state)

    def state_hash(self) -> str:
        """BLAKE2b of the canonical state, as hexadecimal text."""
        return blake2b(self.canonical_state(), digest_size=STATE_HASH_BYTES).hexdigest()
