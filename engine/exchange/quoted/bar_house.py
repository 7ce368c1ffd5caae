"""An exchange whose market is told in bars: the face of `Exchange`, fills of a model of their own.

A bar is told twice: when it begins (`opened`) and when it is over (`closed`). What arrives between
the two has seen neither its open nor, for all that is known, its extremes: it waits for the next.
"""

from collections.abc import Iterable, Sequence

import msgspec

from engine.exchange.book import Book
from engine.exchange.exchange import Exchange, Telling
from engine.exchange.messages import (
    Accepted,
    Cancelled,
    CancelOrder,
    CancelReason,
    Event,
    NewOrder,
    Operation,
    Reduced,
    ReduceOrder,
    Refusal,
    Refused,
    Replaced,
    ReplaceOrder,
    Traded,
    Triggered,
)
from engine.exchange.quoted.bar_readings import Given, Held, Hit, Left, Less, Step, readings_of
from engine.exchange.quoted.bars import Bar, BarAssumptions, BarPath
from engine.exchange.quoted.outcomes import Outcome, ReadAs
from engine.exchange.quoted.sight import ShownLevel
from engine.exchange.replay import front_amount_id, place_behind, print_trade, reveal
from engine.exchange.settings import BookSettings
from engine.values import Price, Quantity, Side, TimeInForce

MARKET = 1 << 50
"""Id of the other side of every fill: bars name nobody."""


ENDED_KEPT_MAX = 10_000
"""Orders that are gone and whose outcomes nobody has asked for yet."""


class BarExchange(Exchange):
    """Books that show the trader's resting limits and, where it is known, the last quote."""

    __slots__ = (
        "_bars",
        "_booked",
        "_ended",
        "_indices",
        "_inside",
        "_open",
        "_opened_at",
        "_read",
        "_readings",
        "_ticks",
        "assumptions",
    )

    runs_auctions = False
    told_in = Telling.BARS

    def __init__(self, settings: BookSettings | None, assumptions: BarAssumptions) -> None:
        super().__init__(settings)
        self.assumptions = assumptions
        self._ticks: dict[str, int] = {}
        self._readings = readings_of(assumptions, self._ticks)
        self._booked = self._readings[assumptions.path.word]
        self._ended: dict[int, tuple[Outcome, ...]] = {}
        self._read: dict[int, ReadAs] = {}
        """How the last bar was read for the orders that it filled."""
        self._bars: dict[str, Bar] = {}
        self._indices: set[str] = set()
        self._open: set[str] = set()
        self._opened_at: dict[str, int] = {}
        """When the last bar of a symbol began that orders could meet."""
        self._inside: set[str] = set()
        """Symbols whose bar began while they traded."""

    def list_bars(self, symbol: str, *, tick: int, is_index: bool) -> Book:
        """`is_index`: nothing of it is traded, so no order for it can be."""
        self._ticks[symbol] = tick
        if is_index:
            self._indices.add(symbol)
        return self.list_symbol(symbol)

    def entered(self, symbol: str, *, is_open: bool) -> None:
        (self._open.add if is_open else self._open.discard)(symbol)

    # --- what the feed says

    def shown(self, symbol: str, bid: ShownLevel | None, ask: ShownLevel | None) -> None:
        """The last quote of a bar, for the eye; no order takes from it."""
        book = self.book(symbol)
        for side, level in ((Side.BUY, bid), (Side.SELL, ask)):
            for shown in list(book.half(side)):
                reveal(book, side, shown.price, 0)
            if level is not None:
                reveal(book, side, level[0], level[1])

    def opened(self, symbol: str, bar: Bar) -> list[Event]:
        """A bar begins: what has waited for its open trades at it, worse by the named slip."""
        is_open = symbol in self._open
        self._bars[symbol] = bar
        if is_open:
            self._opened_at[symbol] = self.now
        (self._inside.add if is_open else self._inside.discard)(symbol)
        print_trade(self.book(symbol), bar.open)
        steps = {
            name: reading.opened(symbol, bar, is_open=is_open, at=self.now)
            for name, reading in self._readings.items()
        }
        return self._carry_out(steps, bar, at_open=True)

    def closed(self, symbol: str) -> list[Event]:
        """The bar is over: its extremes reach stops and limits, in the order of the named path."""
        bar = self._bars.pop(symbol)
        events: list[Event] = []
        if symbol in self._inside:
            steps = {
                name: reading.closed(symbol, bar, at=self.now)
                for name, reading in self._readings.items()
            }
            events += self._carry_out(steps, bar, at_open=False)
        print_trade(self.book(symbol), bar.close)
        if bar.volume:
            events.append(self._print(symbol, bar))
        return events

    # --- fills

    def _carry_out(self, steps: dict[str, list[Step]], bar: Bar, *, at_open: bool) -> list[Event]:
        """The booked reading happens; the others are remembered beside it."""
        self._read.clear()
        events: list[Event] = []
        for step in steps[self._booked.name]:
            order = step.held.order
            match step:
                case Given():
                    self._note_reading(step, steps, bar, at_open=at_open)
                    events.append(_traded(step))
                case Hit():
                    events.append(Triggered(order.order_id, order.symbol, step.order.stop))
                case Left():
                    quantity = Quantity(step.quantity)
                    events.append(Cancelled(order.order_id, order.symbol, quantity, step.reason))
                case Less():
                    leaves = Quantity(step.leaves)
                    events.append(Reduced(order.order_id, order.symbol, leaves))
            self._follow(step.held)
        return events

    def _note_reading(
        self, step: Given, steps: dict[str, list[Step]], bar: Bar, *, at_open: bool
    ) -> None:
        order = step.held.order
        shares = tuple((path.word, _given_to(order.order_id, steps[path.word])) for path in BarPath)
        is_touch = not step.is_taker and step.price == bar.extreme(order.side)
        self._read[order.order_id] = ReadAs(self._booked.name, at_open, is_touch, shares)

    def read_as(self, order_id: int) -> ReadAs | None:
        return self._read.get(order_id)

    def _follow(self, held: Held) -> None:
        """The book shows what rests; an order of which nothing is open is gone."""
        self._mirror(held)
        if not held.leaves:
            self._end(held.order.order_id)

    def _end(self, order_id: int) -> None:
        if order_id not in self._booked.held:
            return
        readings = self._readings.values()
        self._ended[order_id] = tuple(reading.outcome(order_id) for reading in readings)
        for reading in readings:
            del reading.held[order_id]
        if len(self._ended) > ENDED_KEPT_MAX:
            del self._ended[next(iter(self._ended))]

    @property
    def booked_model(self) -> str:
        return self._booked.name

    def outcomes(self, order_id: int) -> tuple[Outcome, ...]:
        """What every reading gave an order; told once when it is gone."""
        if order_id in self._booked.held:
            return tuple(reading.outcome(order_id) for reading in self._readings.values())
        return self._ended.pop(order_id, ())

    def _print(self, symbol: str, bar: Bar) -> Traded:
        side = Side.BUY if bar.close >= bar.open else Side.SELL
        maker = front_amount_id(side.opposite, bar.close)
        volume = Quantity(bar.volume)
        zero = Quantity(0)
        return Traded(symbol, MARKET, maker, Price(bar.close), volume, side, zero, zero)

    # --- what the trader asks

    def submit(self, operations: Sequence[Operation]) -> list[Event]:
        events: list[Event] = []
        for operation in operations:
            if isinstance(operation, NewOrder):
                self._arrive(operation, events)
                continue
            held = self._booked.held.get(operation.order_id)
            if held is None:
                reason = Refusal.NOT_RESTING
                events.append(Refused(operation.order_id, operation.symbol, reason))
            elif isinstance(operation, CancelOrder):
                self._drop(held, CancelReason.REQUESTED, events)
            elif isinstance(operation, ReduceOrder):
                self._reduce(held, int(operation.quantity), events)
            else:
                self._replace(held, operation, events)
        return events

    def _arrive(self, order: NewOrder, events: list[Event]) -> None:
        refusal = self._refusal_of(order)
        if refusal is not None:
            events.append(Refused(order.order_id, order.symbol, refusal))
            return
        events.append(
            Accepted(order.order_id, order.symbol, order.side, order.price, order.quantity)
        )
        self._hold(order, is_fresh=True)

    def _hold(self, order: NewOrder, *, is_fresh: bool) -> None:
        for reading in self._readings.values():
            reading.held[order.order_id] = Held(order, order.quantity, is_fresh)
        self._mirror(self._booked.held[order.order_id])

    def _refusal_of(self, order: NewOrder) -> Refusal | None:
        if order.symbol not in self.books:
            return Refusal.UNKNOWN_SYMBOL
        if order.symbol in self._indices:
            return Refusal.NOT_TRADED
        if order.order_id in self._booked.held:
            return Refusal.DUPLICATE_ID
        if order.quantity <= 0:
            return Refusal.BAD_QUANTITY
        last = self.book(order.symbol).last_price
        if order.post_only and last is not None and (order.price - last) * order.side >= 0:
            return Refusal.WOULD_TAKE
        return None

    def _reduce(self, held: Held, quantity: int, events: list[Event]) -> None:
        if quantity >= held.leaves:
            self._drop(held, CancelReason.REQUESTED, events)
            return
        self._change(held, held.order, held.leaves - quantity, is_new=False)
        order = held.order
        events.append(Reduced(order.order_id, order.symbol, Quantity(held.leaves)))

    def _replace(self, held: Held, asked: ReplaceOrder, events: list[Event]) -> None:
        order, leaves = held.order, asked.quantity
        if leaves <= 0:
            events.append(Refused(order.order_id, order.symbol, Refusal.BAD_QUANTITY))
            return
        price = asked.price or order.price
        new = msgspec.structs.replace(order, price=price, stop=asked.stop or order.stop)
        # What is asked for anew, or more of it, was not there when the bar made its high and low.
        is_new = (price, new.stop) != (order.price, order.stop) or leaves > held.leaves
        self._change(held, new, leaves, is_new=is_new)
        events.append(Replaced(order.order_id, order.symbol, price, leaves, not held.is_fresh))

    def _change(self, held: Held, order: NewOrder, leaves: int, *, is_new: bool) -> None:
        total = held.filled + leaves
        for reading in self._readings.values():
            reading.change(order.order_id, order, total, is_new=is_new)
        self._mirror(held)

    def _drop(self, held: Held, reason: CancelReason, events: list[Event]) -> None:
        order, leaves = held.order, held.leaves
        held.leaves = 0
        self._follow(held)
        events.append(Cancelled(order.order_id, order.symbol, Quantity(leaves), reason))

    def _mirror(self, held: Held) -> None:
        """A limit that rests is seen in the book; nothing in the book trades by itself."""
        order = held.order
        book = self.book(order.symbol)
        standing = book.orders.get(order.order_id)
        if standing is not None:
            book.leave(standing)
        if held.leaves and order.price and not held.is_stop and not held.waits_for_an_open:
            seen = msgspec.structs.replace(order, quantity=Quantity(held.leaves))
            place_behind(book, seen, 1 << 60)

    def expire_day_orders(self, symbols: Iterable[str] | None = None) -> list[Event]:
        events: list[Event] = []
        wanted = set(self.books if symbols is None else symbols)
        for held in list(self._booked.held.values()):
            order = held.order
            if order.symbol in wanted and order.time_in_force is not TimeInForce.GTC:
                self._drop(held, CancelReason.EXPIRED, events)
        return events

    # --- places

    def queue_ahead(self, symbol: str, order_id: int, known: dict[int, int] | None = None) -> int:
        return -1

    def is_fresh(self, order_id: int) -> bool:
        held = self._booked.held.get(order_id)
        return held is not None and held.is_fresh

    def has_opened_since(self, symbol: str, at: int) -> bool:
        return self._opened_at.get(symbol, 0) > at

    def stand(self, order: NewOrder, queue_ahead: int, *, is_fresh: bool = False) -> None:
        self._hold(order, is_fresh=is_fresh)
        held = self._booked.held[order.order_id]
        assert is_fresh or not held.waits_for_an_open, "what does not rest never stands"

    def expected(
        self, symbol: str, side: Side, price: int, quantity: int
    ) -> list[tuple[int, int]] | None:
        """At the last price, worse by the slip: the open that decides is not known yet."""
        last = self.book(symbol).last_price
        if last is None or symbol in self._indices:
            return []
        meets = last + side * self.assumptions.slip_ticks * self._ticks[symbol]
        return [(meets, quantity)] if not price or (price - meets) * side >= 0 else []


def _given_to(order_id: int, steps: list[Step]) -> int:
    given = (step for step in steps if isinstance(step, Given))
    return sum(step.quantity for step in given if step.held.order.order_id == order_id)


def _traded(step: Given) -> Traded:
    """The other side is the market, which bars do not name."""
    order, is_taker = step.held.order, step.is_taker
    taker, maker = (order.order_id, MARKET) if is_taker else (MARKET, order.order_id)
    return Traded(
        order.symbol,
        taker,
        maker,
        Price(step.price),
        Quantity(step.quantity),
        order.side if is_taker else order.side.opposite,
        Quantity(step.leaves if is_taker else 0),
        Quantity(0 if is_taker else step.leaves),
    )
