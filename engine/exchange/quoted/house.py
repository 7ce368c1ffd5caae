"""An exchange whose market is told in quotes and trades: the face of `Exchange`, other fills."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

import msgspec

from engine.exchange.book import Book
from engine.exchange.exchange import Exchange, Telling
from engine.exchange.groups import link
from engine.exchange.messages import (
    Accepted,
    Cancelled,
    CancelReason,
    Event,
    NewOrder,
    Operation,
    Reduced,
    Refusal,
    Refused,
    Replaced,
    ReplaceOrder,
)
from engine.exchange.quoted.assumptions import Assumptions
from engine.exchange.quoted.book import QuotedBook
from engine.exchange.quoted.lines import InLine
from engine.exchange.quoted.outcomes import Outcome, outcomes_of
from engine.exchange.quoted.sight import ShownLevel
from engine.exchange.replay import place_behind, settle
from engine.exchange.settings import BookSettings
from engine.values import OrderType, Price, Side, TimeInForce

ENDED_KEPT_MAX = 10_000
"""Orders that rest no longer and whose outcomes nobody has asked for yet."""


class QuotedExchange(Exchange):
    """Books whose levels are what a feed shows; only the trader's orders are orders.

    It has no clock: whoever drives it sets `now` before anything else is asked. Nothing fills on
    a quote that is older than its limit, locked or crossed, nor while the symbol is not open.
    """

    __slots__ = ("_by_symbol", "_ended", "_waiting_for_a_quote", "assumptions")

    runs_auctions = False
    told_in = Telling.QUOTES

    def __init__(self, settings: BookSettings | None, assumptions: Assumptions) -> None:
        super().__init__(settings)
        self.assumptions = assumptions
        self._by_symbol: dict[str, QuotedBook] = {}
        self._waiting_for_a_quote: dict[int, str] = {}
        self._ended: dict[int, tuple[Outcome, ...]] = {}

    def list_symbol(
        self, symbol: str, settings: BookSettings | None = None, *, tick: int = 1
    ) -> Book:
        """`tick` is what levels beyond the only known one are apart (times the named slip)."""
        book = super().list_symbol(symbol, settings)
        self._by_symbol[symbol] = QuotedBook(book, self.assumptions, tick)
        return book

    def quoted(self, symbol: str) -> QuotedBook:
        """What the feed shows of a listed symbol, and the trader's lines in it."""
        return self._by_symbol[symbol]

    # --- what the feed says

    def entered(self, symbol: str, *, is_open: bool) -> None:
        self._by_symbol[symbol].is_open = is_open

    def shown(
        self,
        symbol: str,
        bids: Sequence[ShownLevel] | None,
        asks: Sequence[ShownLevel] | None,
    ) -> list[Event]:
        """Exactly these levels are on show on a side; None where the feed says nothing of it."""
        at = self._by_symbol[symbol]
        at.quoted_at = self.now
        has_news = bids is not None and at.show(Side.BUY, bids)
        has_news = (asks is not None and at.show(Side.SELL, asks)) or has_news
        return self._after_quote(at) if has_news or self._waiting_for_a_quote else []

    def shown_levels(self, symbol: str, changes: Iterable[tuple[Side, int, int]]) -> list[Event]:
        """(side, price, size) of levels of a whole book; what is not named stays as it was."""
        at = self._by_symbol[symbol]
        at.quoted_at = self.now
        for side, price, size in changes:
            at.show_level(side, price, size)
        return self._after_quote(at)

    def heard(self, symbol: str) -> None:
        """The feed says that its quote still stands."""
        self._by_symbol[symbol].quoted_at = self.now

    def traded(
        self,
        symbol: str,
        price: int,
        quantity: int,
        aggressor: Side | None = None,
        *,
        is_regular: bool = True,
    ) -> list[Event]:
        """A trade printed. `aggressor` None: inferred. Not regular: no resting order met it."""
        at = self._by_symbol[symbol]
        reaches = is_regular and at.is_open and not self._is_stale(at)
        events = at.traded(aggressor, price, quantity, reaches=reaches, at=self.now)
        self._settle(at, events)
        return events

    def _after_quote(self, at: QuotedBook) -> list[Event]:
        events: list[Event] = []
        if self._waiting_for_a_quote and at.is_believable():
            self._let_in(at, events)
        events += at.cross()
        self._settle(at, events)
        return events

    def _settle(self, at: QuotedBook, events: list[Event]) -> None:
        """Stops that were reached enter once there is a quote to meet; the lines follow."""
        if at.book.waiting and not self.objection(at.book.symbol):
            with at.walkable():
                entered = settle(at.book)
            for event in entered:
                if isinstance(event, Reduced):
                    self._resized(at, event)
            events += entered
        self._follow(at)

    @property
    def booked_model(self) -> str:
        return self.assumptions.queue.word

    def is_assumed(self, symbol: str, side: Side, price: int) -> bool:
        sight = self._by_symbol[symbol].sights[side.opposite]
        return self.assumptions.levels == 1 and price != sight.best

    # --- what the trader asks

    @contextmanager
    def walkable(self, symbol: str) -> Iterator[None]:
        with self._by_symbol[symbol].walkable():
            yield

    def submit(self, operations: Sequence[Operation]) -> list[Event]:
        events: list[Event] = []
        for operation in operations:
            at = self._by_symbol.get(operation.symbol)
            if at is None:
                events += super().submit([operation])
                continue
            events += self._held_back(at, operation) or self._carried_out(at, operation)
            self._follow(at)
        return events

    def expire_day_orders(self, symbols: Iterable[str] | None = None) -> list[Event]:
        events = super().expire_day_orders(symbols)
        for at in self._by_symbol.values():
            self._follow(at)
        return events

    def objection(self, symbol: str) -> str:
        """Why nothing can be taken from the quote now, as the name of a CancelReason, or empty."""
        at = self._by_symbol[symbol]
        if not at.is_open:
            return CancelReason.NOT_OPEN.name
        if self._is_stale(at):
            return CancelReason.STALE_QUOTE.name
        bid, ask = at.sights[Side.BUY].best, at.sights[Side.SELL].best
        return CancelReason.CROSSED_QUOTE.name if bid and ask and bid >= ask else ""

    def _is_stale(self, at: QuotedBook) -> bool:
        return self.now - at.quoted_at > self.assumptions.stale_after

    def _carried_out(self, at: QuotedBook, operation: Operation) -> list[Event]:
        with at.walkable():
            events = super().submit([operation])
        for event in events:
            if isinstance(event, Replaced | Reduced):
                self._resized(at, event)
        return events

    def _resized(self, at: QuotedBook, event: Replaced | Reduced) -> None:
        """A smaller order keeps its place, any other change is a new arrival."""
        line = at.lines.get(event.order_id)
        if line is None:
            return
        if isinstance(event, Replaced) and not event.kept_place:
            at.lines.leave(event.order_id)
            at.replaced[event.order_id] = line
            return
        leaves = event.quantity if isinstance(event, Replaced) else event.leaves
        line.resize(int(leaves))

    def _held_back(self, at: QuotedBook, operation: Operation) -> list[Event]:
        """What an order meets that would take from a quote that cannot be believed now."""
        if isinstance(operation, ReplaceOrder):
            resting = at.book.orders.get(operation.order_id)
            if resting is None or not self.objection(operation.symbol):
                return []
            if not _would_take(at.book, resting.order.side, operation.price):
                return []
            return [Refused(operation.order_id, operation.symbol, Refusal.NO_QUOTE_TO_TAKE)]
        if not isinstance(operation, NewOrder) or operation.stop or operation.post_only:
            return []
        reason = self.objection(operation.symbol)
        if not reason:
            return []
        rests = operation.type is OrderType.LIMIT and operation.time_in_force in (
            TimeInForce.DAY,
            TimeInForce.GTC,
        )
        if rests and not _would_take(at.book, operation.side, operation.price):
            return []
        return self._without_a_quote(at, operation, CancelReason[reason], rests=rests)

    def _without_a_quote(
        self, at: QuotedBook, order: NewOrder, reason: CancelReason, *, rests: bool
    ) -> list[Event]:
        """A limit order waits, in its queue, for a quote to take from; any other is cancelled."""
        if order.order_id in at.book.orders or order.quantity <= 0:
            return []
        accepted = Accepted(order.order_id, order.symbol, order.side, order.price, order.quantity)
        if not rests:
            return [accepted, Cancelled(order.order_id, order.symbol, order.quantity, reason)]
        place_behind(at.book, order, 1 << 60)
        self._waiting_for_a_quote[order.order_id] = order.symbol
        return [accepted]

    def _let_in(self, at: QuotedBook, events: list[Event]) -> None:
        """Orders that waited for a quote arrive now, the oldest first."""
        symbol = at.book.symbol
        for order_id in [i for i, where in self._waiting_for_a_quote.items() if where == symbol]:
            del self._waiting_for_a_quote[order_id]
            resting = at.book.orders.get(order_id)
            if resting is None:
                continue
            line = at.lines.leave(order_id)
            if line is not None:
                at.replaced[order_id] = line
            at.book.leave(resting)
            order = msgspec.structs.replace(resting.order, quantity=resting.leaves)
            with at.walkable():
                at.book.arrive(order, events)

    # --- places and outcomes

    def queue_ahead(self, symbol: str, order_id: int, known: dict[int, int] | None = None) -> int:
        at = self._by_symbol[symbol]
        return at.lines.ahead_of(order_id) if order_id in at.lines else -1

    def stand(self, order: NewOrder, queue_ahead: int, *, is_fresh: bool = False) -> None:
        """The order stands again; behind what was ahead of it when that was last written down."""
        at = self._by_symbol[order.symbol]
        if order.oca_group:
            link(at.book, order)
        place_behind(at.book, order, 1 << 60)
        self._follow(at)
        line = at.lines.get(order.order_id)
        if line is not None and queue_ahead >= 0:
            line.moved_up_to(queue_ahead)

    def outcomes(self, order_id: int) -> tuple[Outcome, ...]:
        """What every queue model gave an order that has rested; told once. Empty: it never did."""
        ended = self._ended.pop(order_id, ())
        for at in self._by_symbol.values() if not ended else ():
            line = at.lines.get(order_id)
            if line is not None:
                return outcomes_of(line)
        return ended

    def lines(self) -> Iterable[tuple[str, InLine]]:
        """Every order that rests now, with its symbol."""
        return [(symbol, line) for symbol, at in self._by_symbol.items() for line in at.lines]

    def _follow(self, at: QuotedBook) -> None:
        for order_id in at.follow_named():
            line = at.lines.leave(order_id)
            self._waiting_for_a_quote.pop(order_id, None)
            if line is not None:
                self._end(line)
        for line in at.replaced.values():
            self._end(line)  # it arrived anew and has not come to rest
        at.replaced.clear()

    def _end(self, line: InLine) -> None:
        self._ended[line.order_id] = outcomes_of(line)
        if len(self._ended) > ENDED_KEPT_MAX:
            del self._ended[next(iter(self._ended))]


def _would_take(book: Book, side: Side, price: Price) -> bool:
    best = book.half(side.opposite).best_price
    return best is not None and (price - best) * side >= 0
