"""Recorded messages carried out in a book in which the trader's orders stand too."""

from collections.abc import Iterable, Sequence

from connectors.feeds.flow import OWN_ORDER_IDS_FROM, FlowSink
from connectors.feeds.lobster_presence import Presence
from connectors.feeds.lobster_rows import (
    DELETED,
    EXECUTED,
    ORDER_ID_LIMIT,
    REDUCED,
    SUBMITTED,
    BookRow,
    Message,
)
from connectors.feeds.lobster_sight import Sight
from engine.exchange.book import Book
from engine.exchange.messages import (
    CancelOrder,
    Event,
    NewOrder,
    ReduceOrder,
    Traded,
)
from engine.exchange.queue_places import move_to_front, take_amounts
from engine.exchange.replay import (
    front_amount_id,
    meet_named,
    place_by_id,
    place_front,
    print_trade,
    settle,
)
from engine.values import OrderType, Price, Quantity, Side, TimeInForce

AGGRESSORS_FROM = ORDER_ID_LIMIT
"""Ids of arriving orders, which a recording does not name; above every recorded id."""
DISPLACED_KEPT_MAX = 10_000
"""Ids of displaced orders that are remembered; those that left the book go first."""

Fill = tuple[int, int, int]
"""(resting order id, price, shares)."""


class Replay:
    """Carries messages out, one arriving order or one row at a time.

    Without own orders the book follows the recording exactly: where the recording knows better
    than the queue who stood first, its orders go first. What own orders changed stays changed.
    """

    __slots__ = (
        "_aggressor_id",
        "_book",
        "_displaced",
        "_follows_book",
        "_sights",
        "_sink",
        "presence",
        "symbol",
    )

    def __init__(self, sink: FlowSink, symbol: str, *, follows_book: bool) -> None:
        """`follows_book`: a row of the book file comes after each message (`follow`)."""
        self.symbol = symbol
        self.presence = Presence()
        self._sink = sink
        self._book: Book = sink.exchange.book(symbol)
        self._follows_book = follows_book
        self._aggressor_id = AGGRESSORS_FROM
        self._displaced: set[int] = set()
        """Recorded orders that should have been executed and were not: they stand for longer."""
        self._sights = {
            side: Sight(self._book, side, self._meet_crossed, self._is_disturbed)
            for side in (Side.BUY, Side.SELL)
        }

    @property
    def twice_mid(self) -> int:
        """Best bid plus best ask: the file's where it shows them, else the book's; or 0."""
        bid, ask = self._book.best_bid or 0, self._book.best_ask or 0
        if self._follows_book:
            bid, ask = self._sights[Side.BUY].best, self._sights[Side.SELL].best
        return bid + ask if bid and ask else 0

    def turn_to(self, sink: FlowSink) -> None:
        """From now on this sink sees what happens; its exchange is the same."""
        assert sink.exchange is self._sink.exchange, "the book stays where it is"
        self._sink = sink

    def seed(self, message: Message, row: BookRow | None) -> None:
        """The opening book is that of the first row; the order it announces is known in it."""
        _, kind, order_id, size, price, direction = message
        for side, sight in self._sights.items() if row is not None else ():
            assert row is not None
            announced = kind == SUBMITTED and side == direction
            for level_price, quantity in sight.levels_of(row):
                known = size if announced and level_price == price else 0
                if quantity > known:
                    place_front(self._book, side, level_price, quantity - known)
            sight.follow(row)
        if kind == SUBMITTED:
            self._enter(order_id, Side(direction), size, price)
        self._sink.touched(self.symbol)

    def follow(self, row: BookRow) -> None:
        """The file's book after a message: what comes into view and what leaves it."""
        bids, asks = self._sights[Side.BUY].follow(row), self._sights[Side.SELL].follow(row)
        if bids or asks:
            self._book_changed()

    def apply(self, message: Message) -> None:
        """A message that is no execution: an order arrives, shrinks or goes."""
        _, kind, order_id, size, price, direction = message
        if kind == SUBMITTED:
            self._enter(order_id, Side(direction), size, price)
        elif kind in (REDUCED, DELETED):
            self._leave(order_id, Side(direction), size, price, whole=kind == DELETED)

    def execute(self, rows: Sequence[Message], hidden_aggressors: Sequence[Side | None]) -> None:
        """One arriving order from the rows that are its trace; visible part as one IOC order.

        `hidden_aggressors` says, row by row, who came for a hidden execution; None: not known,
        and then it meets nobody but the hidden order.
        """
        visible = [row for row in rows if row[1] == EXECUTED]
        is_sent = False
        for row, aggressor in zip(rows, hidden_aggressors, strict=True):
            if row[1] != EXECUTED:
                self._execute_hidden(row, aggressor)
            elif not is_sent:
                is_sent = True
                self._send(visible)

    def _is_disturbed(self) -> bool:
        return bool(self._book.named) or not self.presence.is_none

    # --- rows

    def _enter(self, order_id: int, side: Side, size: int, price: int) -> None:
        book = self._book
        if order_id in book.orders:
            return
        order = NewOrder(order_id, self.symbol, side, OrderType.LIMIT, Quantity(size), Price(price))
        if order_id > self._last_recorded_id(side, price) or self._crosses(side, price):
            # It trades only with what the trader's presence has left standing, or the trader.
            self._account(self._sink.submit([order]), ())
            return
        place_by_id(book, order)
        self._book_changed()

    def _last_recorded_id(self, side: Side, price: int) -> int:
        """Of the last order in a queue that is not the trader's; 0 where there is none."""
        level = self._book.half(side).level_at(price)
        resting = None if level is None else level.last
        while resting is not None and resting.order.order_id >= OWN_ORDER_IDS_FROM:
            resting = resting.preceding
        return 0 if resting is None else resting.order.order_id

    def _leave(self, order_id: int, side: Side, size: int, price: int, *, whole: bool) -> None:
        if order_id not in self._book.orders:
            if take_amounts(self._book, side, price, size):
                self._book_changed()
            return
        if whole:
            self._sink.submit([CancelOrder(order_id, self.symbol)])
        else:
            self._sink.submit([ReduceOrder(order_id, self.symbol, Quantity(size))])

    def _crosses(self, side: Side, price: int) -> bool:
        best = self._book.half(side.opposite).best_price
        return best is not None and (price - best) * side >= 0

    def _meet_crossed(self, side: Side, price: int, size: int) -> int:
        """A level comes into view that somebody on the other side would have taken from."""
        events = self._sink.submit([self._arriving(side, size, price)])
        return size - self._account(events, ())

    # --- arriving orders

    def _arriving(self, side: Side, size: int, price: int) -> NewOrder:
        self._aggressor_id += 1
        return NewOrder(
            self._aggressor_id,
            self.symbol,
            side,
            OrderType.LIMIT,
            Quantity(size),
            Price(price),
            time_in_force=TimeInForce.IOC,
        )

    def _send(self, visible: Sequence[Message]) -> None:
        resting_side = Side(visible[0][5])
        recorded = self._recorded_fills(visible, resting_side)
        order = self._arriving(
            resting_side.opposite, sum(row[3] for row in visible), visible[-1][4]
        )
        expected = self._expected_fills(order)
        if expected != recorded and self._is_the_recordings_own(expected, recorded):
            for order_id, _, _ in reversed(recorded):
                move_to_front(self._book, order_id)
        events = self._sink.submit([order])
        self.presence.shares_unfilled += order.quantity - self._account(events, recorded)

    def _execute_hidden(self, row: Message, aggressor: Side | None) -> None:
        size, price = row[3], row[4]
        left, events = size, list[Event]()
        if aggressor is not None:
            events, left = meet_named(self._book, self._arriving(aggressor, size, price))
        if events:
            self.presence.executions_displaced += 1
            self.presence.shares_displaced += size - left
            self.presence.shares_provided += size - left
            self._sink.took_place(events)
        if left:
            print_trade(self._book, price)
            # Who came is not known in newer files at the mid: the tape then calls it a buyer.
            came = aggressor if aggressor is not None else Side.BUY
            self._sink.printed_hidden(self.symbol, Price(price), Quantity(left), came)
        self._settle()

    def _book_changed(self) -> None:
        """Without an event: the quote follows, and stops that watch it."""
        self._sink.touched(self.symbol)
        self._settle()

    def _settle(self) -> None:
        triggered = settle(self._book)
        if triggered:
            self._sink.took_place(triggered)

    def _recorded_fills(self, visible: Iterable[Message], side: Side) -> list[Fill]:
        """By order, or by price where the order was never announced.

        Shares at a price that the file did not show before, or never shows, stood there: they
        join the book now, at the front.
        """
        fills: list[Fill] = []
        orders = self._book.orders
        unseen: dict[int, int] = {}
        for _, _, order_id, size, price, _ in visible:
            if order_id not in orders:
                order_id = front_amount_id(side, price)
                unseen[price] = unseen.get(price, 0) + size
            if order_id < 0 and fills and fills[-1][0] == order_id:
                fills[-1] = (order_id, price, fills[-1][2] + size)
            else:
                fills.append((order_id, price, size))
        for price, size in unseen.items():
            self._bring_into_view(side, price, size)
        return fills

    def _bring_into_view(self, side: Side, price: int, size: int) -> None:
        """So many unannounced shares stood at this price, which the file may not have shown."""
        sight = self._sights[side]
        if self._follows_book:
            lacking = size if sight.is_beyond(price) or not sight.best else 0
        else:
            known = self._book.orders.get(front_amount_id(side, price))
            lacking = size - (0 if known is None else known.leaves)
        if lacking > 0:
            place_front(self._book, side, price, lacking)

    def _expected_fills(self, order: NewOrder) -> list[Fill]:
        """What the order is about to meet, by the queue."""
        fills: list[Fill] = []
        left, half = int(order.quantity), self._book.half(order.side.opposite)
        floor = order.price * half.sign
        for level in half:
            if level.key < floor:
                break
            for maker in level:
                if left <= 0:
                    return fills
                met = min(left, maker.leaves)
                fills.append((maker.order.order_id, level.price, met))
                left -= met
        return fills

    def _is_the_recordings_own(self, expected: list[Fill], recorded: list[Fill]) -> bool:
        """Whether nobody but the recording itself can be the reason for other fills."""
        orders, displaced = self._book.orders, self._displaced
        for order_id, _, _ in expected:
            if order_id >= OWN_ORDER_IDS_FROM or order_id in displaced:
                return False
        for order_id, _, size in recorded:
            resting = orders.get(order_id)
            if resting is None or resting.leaves < size:
                return False
        return True

    def _account(self, events: Sequence[Event], recorded: Sequence[Fill]) -> int:
        """Counts who was met instead of whom; returns the shares that traded."""
        met: dict[int, int] = {}
        traded, presence = 0, self.presence
        for event in events:
            if isinstance(event, Traded):
                traded += event.quantity
                met[event.maker_id] = met.get(event.maker_id, 0) + event.quantity
                if event.maker_id >= OWN_ORDER_IDS_FROM:
                    presence.shares_provided += event.quantity
        for order_id, _, size in recorded:
            lacking = size - met.get(order_id, 0)
            if lacking > 0:
                presence.executions_displaced += 1
                presence.shares_displaced += lacking
                self._remember(order_id)
        return traded

    def _remember(self, order_id: int) -> None:
        if len(self._displaced) >= DISPLACED_KEPT_MAX:
            self._displaced &= self._book.orders.keys()
        self._displaced.add(order_id)
