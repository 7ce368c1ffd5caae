"""An exchange whose market is told in bars: the face of `Exchange`, fills of a model of their own.

A bar is told twice: when it begins (`opened`) and when it is over (`closed`). What arrives between
the two has seen neither its open nor, for all that is known, its extremes: it waits for the next.
"""

from collections.abc import Iterable, Sequence

import msgspec

from engine.exchange.book import Book
from engine.exchange.exchange import Exchange, Telling
from engine.exchange.messages import (
    NO_PRICE,
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
from engine.exchange.quoted.bars import Bar, BarAssumptions, BarPath
from engine.exchange.quoted.sight import ShownLevel
from engine.exchange.replay import front_amount_id, place_behind, print_trade, reveal
from engine.exchange.settings import BookSettings
from engine.values import OrderType, Price, Quantity, Side, TimeInForce

MARKET = 1 << 50
"""Id of the other side of every fill: bars name nobody."""


class Held(msgspec.Struct, gc=False):
    """An order of the trader. It is fresh until a bar has opened with it."""

    order: NewOrder
    leaves: int
    is_fresh: bool = True

    @property
    def is_stop(self) -> bool:
        return self.order.stop != NO_PRICE

    @property
    def waits_for_an_open(self) -> bool:
        """Whether it trades at the next open or not at all."""
        at_once = self.order.time_in_force in (TimeInForce.IOC, TimeInForce.FOK)
        return not self.is_stop and (self.order.type is OrderType.MARKET or at_once)


class BarExchange(Exchange):
    """Books that show the trader's resting limits and, where it is known, the last quote."""

    __slots__ = ("_bars", "_held", "_indices", "_inside", "_open", "_room", "_ticks", "assumptions")

    runs_auctions = False

    def __init__(self, settings: BookSettings | None, assumptions: BarAssumptions) -> None:
        super().__init__(settings)
        self.assumptions = assumptions
        self._held: dict[int, Held] = {}
        self._bars: dict[str, Bar] = {}
        self._room: dict[str, int] = {}
        self._ticks: dict[str, int] = {}
        self._indices: set[str] = set()
        self._open: set[str] = set()
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
        self._bars[symbol] = bar
        (self._inside.add if symbol in self._open else self._inside.discard)(symbol)
        self._room[symbol] = bar.room(self.assumptions.share_bps)
        print_trade(self.book(symbol), bar.open)
        events: list[Event] = []
        for held in self._of(symbol):
            was_fresh, held.is_fresh = held.is_fresh, False
            if not held.leaves:
                continue  # a sibling of its group traded at this very open
            if symbol not in self._open or held.is_stop:
                continue
            if was_fresh:
                self._at_open(held, bar, events)
        return events

    def closed(self, symbol: str) -> list[Event]:
        """The bar is over: its extremes reach stops and limits, in the order of the named path."""
        bar = self._bars.pop(symbol)
        events: list[Event] = []
        if symbol in self._inside:
            for held in self._in_order(symbol):
                if not held.leaves:
                    continue  # a sibling of its group came first on this bar's path
                if held.is_stop and bar.triggers(held.order.side, held.order.stop):
                    self._trigger(held, bar, events)
                elif not held.is_stop and self._is_reached(held, bar):
                    self._fill(held, held.order.price, held.leaves, events, is_taker=False)
        print_trade(self.book(symbol), bar.close)
        if bar.volume:
            events.append(self._print(symbol, bar))
        return events

    def _in_order(self, symbol: str) -> list[Held]:
        """Orders that saw the bar open, as its path comes to them."""
        seen = [held for held in self._of(symbol) if not held.is_fresh]
        path = self.assumptions.path
        if path is BarPath.WORST_FIRST:
            return sorted(seen, key=lambda held: not held.is_stop)
        low_first = path is BarPath.LOW_FIRST

        def is_second(held: Held) -> bool:
            at_low = (held.order.side is Side.BUY) is not held.is_stop
            return at_low is not low_first

        return sorted(seen, key=is_second)

    def _is_reached(self, held: Held, bar: Bar) -> bool:
        order = held.order
        return bar.reaches(order.side, order.price, at_touch=self.assumptions.fills_at_touch)

    def _of(self, symbol: str) -> list[Held]:
        return [held for held in self._held.values() if held.order.symbol == symbol]

    # --- fills

    def _at_open(self, held: Held, bar: Bar, events: list[Event]) -> None:
        order = held.order
        limit = order.price if order.type is OrderType.LIMIT else NO_PRICE
        is_within = not limit or (limit - bar.open) * order.side >= 0
        room = self._room[order.symbol]
        wants_all = order.time_in_force is TimeInForce.FOK
        if is_within and not (wants_all and room < held.leaves):
            self._fill(held, self._slipped(order, bar.open, limit), held.leaves, events)
        if held.leaves and held.waits_for_an_open:
            self._drop(held, _REMAINDERS[order.time_in_force], events)

    def _trigger(self, held: Held, bar: Bar, events: list[Event]) -> None:
        """A plain stop trades at its stop, or at the open that gapped beyond it, and slips."""
        order = held.order
        events.append(Triggered(order.order_id, order.symbol, order.stop))
        if order.type is OrderType.STOP_LIMIT:
            held.order = msgspec.structs.replace(order, type=OrderType.LIMIT, stop=NO_PRICE)
            self._mirror(held)
            return
        gapped = (bar.open - order.stop) * order.side > 0
        held.order = msgspec.structs.replace(order, type=OrderType.MARKET, stop=NO_PRICE)
        price = self._slipped(order, bar.open if gapped else order.stop, NO_PRICE)
        self._fill(held, price, held.leaves, events)
        # What this bar had no room for goes on as a market order at the next open.
        held.is_fresh = True

    def _slipped(self, order: NewOrder, price: int, limit: int) -> int:
        slipped = price + order.side * self.assumptions.slip_ticks * self._ticks[order.symbol]
        return limit if limit and (limit - slipped) * order.side < 0 else slipped

    def _fill(
        self, held: Held, price: int, wanted: int, events: list[Event], *, is_taker: bool = True
    ) -> None:
        order = held.order
        room = self._room[order.symbol]
        quantity = min(wanted, room)
        if quantity <= 0:
            return
        self._room[order.symbol] = room - quantity
        held.leaves -= quantity
        self._mirror(held)
        if not held.leaves:
            del self._held[order.order_id]
        taker, maker = (order.order_id, MARKET) if is_taker else (MARKET, order.order_id)
        events.append(
            Traded(
                order.symbol,
                taker,
                maker,
                Price(price),
                Quantity(quantity),
                order.side if is_taker else order.side.opposite,
                Quantity(held.leaves if is_taker else 0),
                Quantity(0 if is_taker else held.leaves),
            )
        )
        if order.oca_group:
            self._take_off_siblings(order, quantity, events)

    def _take_off_siblings(self, order: NewOrder, quantity: int, events: list[Event]) -> None:
        """One group shares one quantity: what traded in one order is taken off the others."""
        for sibling in self._of(order.symbol):
            named = sibling.order
            if named.oca_group != order.oca_group or named.order_id == order.order_id:
                continue
            if quantity < sibling.leaves:
                self._reduce(sibling, quantity, events)
            else:
                self._drop(sibling, CancelReason.SIBLING_FILLED, events)

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
            held = self._held.get(operation.order_id)
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
        held = self._held[order.order_id] = Held(order, order.quantity)
        events.append(
            Accepted(order.order_id, order.symbol, order.side, order.price, order.quantity)
        )
        self._mirror(held)

    def _refusal_of(self, order: NewOrder) -> Refusal | None:
        if order.symbol not in self.books:
            return Refusal.UNKNOWN_SYMBOL
        if order.symbol in self._indices:
            return Refusal.NOT_TRADED
        if order.order_id in self._held:
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
        held.leaves -= quantity
        self._mirror(held)
        order = held.order
        events.append(Reduced(order.order_id, order.symbol, Quantity(held.leaves)))

    def _replace(self, held: Held, asked: ReplaceOrder, events: list[Event]) -> None:
        order, leaves = held.order, asked.quantity
        if leaves <= 0:
            events.append(Refused(order.order_id, order.symbol, Refusal.BAD_QUANTITY))
            return
        price = asked.price or order.price
        held.is_fresh = held.is_fresh or price != order.price
        held.order = msgspec.structs.replace(order, price=price, stop=asked.stop or order.stop)
        held.leaves = leaves
        self._mirror(held)
        events.append(Replaced(order.order_id, order.symbol, price, leaves, not held.is_fresh))

    def _drop(self, held: Held, reason: CancelReason, events: list[Event]) -> None:
        order, leaves = held.order, held.leaves
        held.leaves = 0
        self._mirror(held)
        del self._held[order.order_id]
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
        for held in list(self._held.values()):
            order = held.order
            if order.symbol in wanted and order.time_in_force is not TimeInForce.GTC:
                self._drop(held, CancelReason.EXPIRED, events)
        return events

    # --- places

    @property
    def told_in(self) -> Telling:
        return Telling.BARS

    def queue_ahead(self, symbol: str, order_id: int) -> int:
        return -1

    def is_fresh(self, order_id: int) -> bool:
        held = self._held.get(order_id)
        return held is not None and held.is_fresh

    def stand(self, order: NewOrder, queue_ahead: int, *, is_fresh: bool = False) -> None:
        held = self._held[order.order_id] = Held(order, order.quantity, is_fresh)
        assert is_fresh or not held.waits_for_an_open, "what does not rest never stands"
        self._mirror(held)

    def expected(
        self, symbol: str, side: Side, price: int, quantity: int
    ) -> list[tuple[int, int]] | None:
        """At the last price, worse by the slip: the open that decides is not known yet."""
        last = self.book(symbol).last_price
        if last is None or symbol in self._indices:
            return []
        meets = last + side * self.assumptions.slip_ticks * self._ticks[symbol]
        return [(meets, quantity)] if not price or (price - meets) * side >= 0 else []


_REMAINDERS = {
    TimeInForce.IOC: CancelReason.IOC_REMAINDER,
    TimeInForce.FOK: CancelReason.FOK_UNFILLABLE,
    TimeInForce.DAY: CancelReason.MARKET_REMAINDER,
    TimeInForce.GTC: CancelReason.MARKET_REMAINDER,
}
