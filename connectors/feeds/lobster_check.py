"""Replays a LOBSTER recording through the exchange's own book and counts where the two agree."""

from collections.abc import Callable, Iterator
from itertools import islice
from time import perf_counter

import msgspec

from connectors.feeds.lobster_file import Chunk, Recording
from connectors.feeds.lobster_names import RecordingError
from connectors.feeds.lobster_rows import (
    DELETED,
    EXECUTED,
    EXECUTED_HIDDEN,
    ORDER_ID_LIMIT,
    REDUCED,
    SUBMITTED,
    BookRow,
    Message,
)
from connectors.feeds.lobster_window import Window
from engine.exchange.book import Book
from engine.exchange.messages import CancelOrder, Event, NewOrder, ReduceOrder, Traded
from engine.exchange.replay import (
    Attempt,
    front_amount_id,
    front_of,
    place_front,
    queue_by_id,
    take,
)
from engine.values import OrderType, Price, Quantity, Side, TimeInForce

DEPTHS = (1, 5, 10, 50)
"""Depths at which rows are compared, as far as the file goes."""
AGGRESSORS_FROM = ORDER_ID_LIMIT
"""Ids of arriving orders, which the recording does not name; above every recorded id."""

Fill = tuple[int, int, int]
"""(resting order id, price, shares)."""


class BookCheck(msgspec.Struct, frozen=True):
    """How far the engine and the recording agree; all are counts but `seconds`."""

    rows: int
    rows_equal: dict[str, int]
    """By depth: rows after which the best levels of both sides are those of the file."""
    aggressive: int
    aggressive_exact: int
    """Arriving orders whose fills have the file's ids, prices, sizes and order."""
    executions: int
    queue_front: int
    """Visible executions that hit the order at the front of the queue at its price.

    The first row's own execution is in neither count: the book begins after it.
    """
    seconds: float


def check_book(
    recording: Recording,
    levels: int | None,
    *,
    strict: bool,
    progress: Callable[[int], None] = lambda rows: None,
) -> BookCheck:
    """Walks the whole recording; `progress` hears the rows done. Raises RecordingError.

    `levels` limits what is compared; what is revealed and forgotten follows the whole file.
    """
    started = perf_counter()
    check: _Check | None = None
    for chunk in recording.chunks():
        if not chunk.books:
            raise RecordingError("without an orderbook file there is nothing to compare with")
        if check is None:
            there = len(chunk.books[0]) // 4
            check = _Check(there, _levels(levels, there), strict=strict)
        check.walk(chunk)
        progress(check.rows)
    assert check is not None, "a recording has at least one row"
    return check.result(round(perf_counter() - started, 3))


def _levels(asked: int | None, there: int) -> int:
    if asked is not None and asked > there:
        raise RecordingError(f"the orderbook file has {there} levels, not {asked}")
    return asked or there


class _Check:
    """The engine's book beside the file's, and the counts."""

    def __init__(self, levels_of_file: int, levels: int, *, strict: bool) -> None:
        self.book = Book("RECORDED")
        self.rows = 0
        self._windows = {
            side: Window(self.book, side, levels_of_file, strict=strict)
            for side in (Side.BUY, Side.SELL)
        }
        self._equal_at = [0] * (levels + 1)
        """Rows whose best n levels are equal and no more."""
        self._levels = levels
        self._aggressive = self._exact = self._executions = self._front = 0
        self._next_id = AGGRESSORS_FROM
        self._last_of_sequence = -1
        """The last row of the arriving order at hand."""
        self._is_done = False
        """Whether the engine has filled that order already, as the file says."""
        self._has_traded = False
        """Whether the last announced order took from the other side, which no recorded one does."""
        self._events: list[Event] = []

    def walk(self, chunk: Chunk) -> None:
        messages, first_row = chunk.messages, chunk.first_row
        bids, asks = self._windows[Side.BUY], self._windows[Side.SELL]
        equal_at, last = self._equal_at, self._levels
        for offset, (message, row) in enumerate(zip(messages, chunk.books, strict=True)):
            if first_row + offset == 0:
                self._seed(message, row)
            else:
                self._apply(message, messages, offset, first_row)
            is_buy = message[5] == 1
            price, both = message[4], self._has_traded
            ask_levels = asks.follow(row, is_touched=both or not is_buy, price=price)
            bid_levels = bids.follow(row, is_touched=both or is_buy, price=price)
            equal_at[min(ask_levels, bid_levels, last)] += 1
        self.rows = first_row + len(messages)

    def result(self, seconds: float) -> BookCheck:
        return BookCheck(
            rows=self.rows,
            rows_equal={
                str(depth): sum(islice(self._equal_at, depth, None))
                for depth in DEPTHS
                if depth <= self._levels
            },
            aggressive=self._aggressive,
            aggressive_exact=self._exact,
            executions=self._executions,
            queue_front=self._front,
            seconds=seconds,
        )

    def _seed(self, message: Message, row: BookRow) -> None:
        """Row 0 is the opening book; the order that it announces, if any, is known in it."""
        _, kind, order_id, size, price, direction = message
        for side, window in self._windows.items():
            for level_price, quantity in window.levels_of(row):
                known = (
                    size if kind == SUBMITTED and (side, price) == (direction, level_price) else 0
                )
                if quantity > known:
                    place_front(self.book, side, level_price, quantity - known)
        if kind == SUBMITTED:
            self._arrive(order_id, Side(direction), size, price)

    def _apply(
        self, message: Message, messages: list[Message], offset: int, first_row: int
    ) -> None:
        _, kind, order_id, size, price, direction = message
        book = self.book
        if kind == SUBMITTED:
            self._arrive(order_id, Side(direction), size, price)
        elif kind == EXECUTED:
            self._execute(messages, offset, first_row)
        elif kind in (DELETED, REDUCED):
            if order_id not in book.orders:
                take(book, front_amount_id(Side(direction), price), size)
            elif kind == DELETED:
                book.cancel(CancelOrder(order_id, book.symbol), self._events)
            else:
                request = ReduceOrder(order_id, book.symbol, Quantity(size))
                book.reduce(request, self._events)
            self._events.clear()

    def _arrive(self, order_id: int, side: Side, size: int, price: int) -> None:
        book = self.book
        order = NewOrder(order_id, book.symbol, side, OrderType.LIMIT, Quantity(size), Price(price))
        book.arrive(order, self._events)
        self._has_traded = len(self._events) > 1
        self._events.clear()
        resting = book.orders.get(order_id)
        before = None if resting is None else resting.preceding
        if before is not None and before.order.order_id > order_id:
            queue_by_id(book, order_id)

    # --- arriving orders

    def _execute(self, messages: list[Message], offset: int, first_row: int) -> None:
        message = messages[offset]
        self._executions += 1
        if first_row + offset > self._last_of_sequence:
            self._attempt(messages, offset, first_row)
        side = Side(message[5])
        if self._is_done:
            # The engine met the queue in its order, and the file's fills are the same ones.
            self._front += 1
            self._windows[side].printed(message[4], message[3])
            return
        order_id = self._resting_id(message)
        self._front += front_of(self.book, side, message[4]) == order_id
        take(self.book, order_id, message[3])

    def _attempt(self, messages: list[Message], offset: int, first_row: int) -> None:
        """Sends the order that these rows are the trace of; keeps it if the file has the same."""
        rows = list(rows_of_one_order(messages, offset))
        self._last_of_sequence = first_row + offset + len(rows) - 1
        visible = [row for row in rows if row[1] == EXECUTED]
        recorded = self._recorded_fills(visible)
        side = Side(rows[0][5])
        self._next_id += 1
        order = NewOrder(
            self._next_id,
            self.book.symbol,
            side.opposite,
            OrderType.LIMIT,
            Quantity(sum(row[3] for row in visible)),
            Price(visible[-1][4]),
            time_in_force=TimeInForce.IOC,
        )
        attempt = Attempt(self.book, order)
        own = [
            (event.maker_id, int(event.price), int(event.quantity))
            for event in attempt.events
            if isinstance(event, Traded)
        ]
        self._aggressive += 1
        self._is_done = own == recorded
        if not self._is_done:
            attempt.undo()
            return
        self._exact += 1
        self._windows[side].expect(recorded)

    def _recorded_fills(self, visible: list[Message]) -> list[Fill]:
        fills: list[Fill] = []
        for message in visible:
            order_id, price, size = self._resting_id(message), message[4], message[3]
            if order_id < 0 and fills and fills[-1][0] == order_id:
                fills[-1] = (order_id, price, fills[-1][2] + size)
            else:
                fills.append((order_id, price, size))
        return fills

    def _resting_id(self, message: Message) -> int:
        """The order that was executed, or the anonymous amount at its price."""
        if message[2] in self.book.orders:
            return message[2]
        return front_amount_id(Side(message[5]), message[4])


def rows_of_one_order(messages: list[Message], offset: int) -> Iterator[Message]:
    """Consecutive rows of one time and resting side, executions only: one arriving order."""
    at, direction = messages[offset][0], messages[offset][5]
    for message in islice(messages, offset, None):
        is_execution = message[1] == EXECUTED or message[1] == EXECUTED_HIDDEN
        if message[0] != at or message[5] != direction or not is_execution:
            return
        yield message
