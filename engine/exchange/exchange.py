"""The exchange: one book per symbol, asked in batches."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from enum import IntEnum
from hashlib import blake2b
from types import MappingProxyType

import msgspec

from engine.exchange.batch import Room, carry_out, room_of
from engine.exchange.book import Book
from engine.exchange.groups import link
from engine.exchange.messages import Event, NewOrder, Operation
from engine.exchange.quoted.outcomes import Outcome, ReadAs
from engine.exchange.replay import place_behind
from engine.exchange.settings import BookSettings
from engine.values import Nanos, Side

STATE_HASH_BYTES = 32
NOT_QUEUED = -1
"""Queue ahead of an order that stands in no queue, or in one that nobody can see."""


class Telling(IntEnum):
    """What a market is told in, and so what its fills may be explained with."""

    ORDERS = 1
    QUOTES = 2
    BARS = 3


class Exchange:
    """Books by symbol. It has no clock and no chance: the same operations give the same events."""

    __slots__ = ("_books", "_rooms", "now", "settings")

    runs_auctions = True
    """Its books can line orders up and trade them all at one price."""
    told_in = Telling.ORDERS
    """What the market behind these books is told in."""

    def __init__(self, settings: BookSettings | None = None) -> None:
        """`settings` are those of every book that is listed without its own."""
        self.settings = settings or BookSettings()
        self.now = Nanos(0)
        """Market time, told by whoever drives it. Orders need none here; quotes grow old."""
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

    def entered(self, symbol: str, *, is_open: bool) -> None:
        """The symbol trades, or does not, from now on; orders are let in by the venue."""

    @property
    def booked_model(self) -> str:
        """The queue assumption behind the fills; empty where places are known."""
        return ""

    def walkable(self, symbol: str) -> AbstractContextManager[None]:
        """While it lasts, everything stands in the book that an arriving order may meet."""
        return nullcontext()

    def outcomes(self, order_id: int) -> tuple[Outcome, ...]:
        """What each queue model gave an order while it rested; empty where places are no matter of
        belief."""
        return ()

    def read_as(self, order_id: int) -> ReadAs | None:
        """How the bar that has just filled an order was read; None where nothing is read so."""
        return None

    def is_assumed(self, symbol: str, side: Side, price: int) -> bool:
        """Whether an arriving order of this side met no displayed level at the price."""
        return False

    def expected(
        self, symbol: str, side: Side, price: int, quantity: int
    ) -> list[tuple[int, int]] | None:
        """(price, quantity) that an order would get, where that is not in the book; else None."""
        return None

    def queue_ahead(self, symbol: str, order_id: int, known: dict[int, int] | None = None) -> int:
        """Quantity ahead of a resting order; NOT_QUEUED where it stands in no known queue.

        `known`: who asks for several orders at once hands over the same dict with each.
        """
        book = self._books[symbol]
        return book.queue_ahead(order_id, known) if order_id in book.orders else NOT_QUEUED

    def is_fresh(self, order_id: int) -> bool:
        """Whether an order that is held here waits to meet its market: only bars let one wait."""
        return False

    def has_opened_since(self, symbol: str, at: int) -> bool:
        """Whether what waits to meet its market has met it since: only bars let one wait."""
        return False

    def stand(self, order: NewOrder, queue_ahead: int, *, is_fresh: bool = False) -> None:
        """An order of before a restart rests again, without trading, behind what was ahead of it.

        At the end of its queue where that was never told (NOT_QUEUED). `is_fresh` as it was then.
        """
        book = self._books[order.symbol]
        level = book.half(order.side).level_at(order.price)
        at_end = 0 if level is None else level.quantity
        if order.oca_group:
            link(book, order)
        place_behind(book, order, at_end if queue_ahead < 0 else queue_ahead)

    def expire_day_orders(self, symbols: Iterable[str] | None = None) -> list[Event]:
        """The day is over for these symbols, by default for all: their DAY orders are cancelled."""
        events: list[Event] = []
        for symbol in self._books if symbols is None else symbols:
            self._books[symbol].expire_day_orders(events)
        return events

    def call(self, symbol: str, is_calling: bool) -> list[Event]:
        """A call phase begins or ends; where it ends, stops that its auction reached enter."""
        events: list[Event] = []
        book = self._books[symbol]
        if book.is_calling != is_calling:
            book.call(is_calling, events)
            self._rooms[symbol] = room_of(book)
        return events

    def canonical_state(self) -> bytes:
        """Everything that decides what the exchange does next, books by symbol."""
        books = [self._books[symbol] for symbol in sorted(self._books)]
        state = [(b.symbol, b.last_price, b.is_calling, b.all_orders()) for b in books]
        groups = [(b.symbol, b.groups) for b in books if b.groups]
        return msgspec.msgpack.encode((state, groups) if groups else state)

    def state_hash(self) -> str:
        """BLAKE2b of the canonical state, as hexadecimal text."""
        return blake2b(self.canonical_state(), digest_size=STATE_HASH_BYTES).hexdigest()
