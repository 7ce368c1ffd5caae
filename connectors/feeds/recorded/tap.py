"""Hears what reaches the exchange and what the desk did, and hands it on as frames; never waits."""

from collections.abc import Callable, Sequence
from typing import Protocol

from connectors.feeds.recorded.frames import (
    Body,
    Carried,
    Depth,
    Frame,
    Gap,
    Levels,
    OwnFact,
    Phased,
    Printed,
    PrintedHidden,
    Quoted,
    figures_of,
)
from connectors.feeds.recorded.images import level_picture, picture
from engine.domain.quotes import Market, Phase
from engine.exchange.exchange import Exchange
from engine.exchange.messages import Event, Operation
from engine.exchange.quoted.house import QuotedExchange
from engine.exchange.quoted.sight import ShownLevel
from engine.exchange.settings import BookSettings
from engine.values import Nanos, Price, Quantity, Side

Shown = Sequence[ShownLevel]
NOBODY = (0, 0)
"""Price and size of a side at which nobody stands."""


class Tap(Protocol):
    """What a venue tells whoever records it, at the moment it happens and before its effect."""

    def carried(self, operations: Sequence[Operation]) -> None:
        """A batch is about to be carried out at the exchange, whoever asked for it."""

    def phased(self, symbol: str, phase: Phase, trade_date: int, text: str) -> None:
        """A symbol is about to enter a phase."""

    def printed_hidden(
        self, symbol: str, price: Price, quantity: Quantity, aggressor: Side
    ) -> None:
        """A hidden execution that touched no displayed order."""


class NoTap:
    """Nobody listens."""

    def carried(self, operations: Sequence[Operation]) -> None:
        return

    def phased(self, symbol: str, phase: Phase, trade_date: int, text: str) -> None:
        return

    def printed_hidden(
        self, symbol: str, price: Price, quantity: Quantity, aggressor: Side
    ) -> None:
        return


NO_TAP = NoTap()


class TappedExchange(Exchange):
    """An exchange that tells its tap of every operation, the flow's and the trader's alike."""

    __slots__ = ("tap",)

    def __init__(self, settings: BookSettings | None = None) -> None:
        super().__init__(settings)
        self.tap: Tap = NO_TAP

    def submit(self, operations: Sequence[Operation]) -> list[Event]:
        self.tap.carried(operations)
        return super().submit(operations)


class Intake(Protocol):
    """Where frames go; full means that what comes now is lost, and counted."""

    @property
    def is_full(self) -> bool: ...

    @property
    def has_room_again(self) -> bool:
        """Enough was written down since it was full to begin again with whole books."""

    def put(self, frame: Frame) -> None: ...

    def lost(self, frames: int) -> None: ...


class SessionTap:
    """Frames of one session, in the engine's thread: nothing here is encoded, packed or written.

    After frames were lost no operation means anything any more, so the next one that there is
    room for comes after an image of every book.
    """

    def __init__(
        self, intake: Intake, exchange: Exchange, market: Market, now: Callable[[], Nanos]
    ) -> None:
        self._intake = intake
        self._exchange = exchange
        self._market = market
        self._now = now
        self._lost = 0
        self.trade_date = 0

    def begin(self, trade_date: int) -> None:
        """The books as they stand now are where the recording begins."""
        self.trade_date = trade_date
        self._put_images()

    def carried(self, operations: Sequence[Operation]) -> None:
        if operations:
            self._put(Carried(tuple(operations)))

    def phased(self, symbol: str, phase: Phase, trade_date: int, text: str) -> None:
        self.trade_date = trade_date
        figures = figures_of(self._market.quotes[symbol])
        self._put(Phased(symbol, phase, trade_date, figures, text))

    def printed_hidden(
        self, symbol: str, price: Price, quantity: Quantity, aggressor: Side
    ) -> None:
        self._put(PrintedHidden(symbol, price, quantity, aggressor))

    # --- level data: for flows that have no operations

    def showed(self, symbol: str, bids: Shown | None, asks: Shown | None) -> None:
        """Of a side that nothing was said of, what stands is said again: that changes nothing."""
        sights = self._levels_of(symbol)
        bid = sights[Side.BUY] if bids is None else bids
        ask = sights[Side.SELL] if asks is None else asks
        if len(bid) > 1 or len(ask) > 1:
            self._put_levels(symbol, bid, ask)
            return
        (at_bid,), (at_ask,) = bid or (NOBODY,), ask or (NOBODY,)
        self._put(Quoted(symbol, *at_bid, *at_ask))  # type: ignore[arg-type]

    def changed(self, symbol: str, changes: Sequence[tuple[Side, int, int]]) -> None:
        self._put(Levels(symbol, tuple(changes)))  # type: ignore[arg-type]

    def printed(
        self, symbol: str, price: Price, quantity: Quantity, aggressor: int, *, is_regular: bool
    ) -> None:
        self._put(Printed(symbol, price, quantity, aggressor, is_regular))

    # --- the desk

    def did(self, fact: OwnFact) -> None:
        """What the trader's orders came to."""
        self._put(fact)

    # --- inside

    def _put(self, body: Body) -> bool:
        """Whether there was room for it."""
        intake = self._intake
        if self._lost:
            if not intake.has_room_again:
                self._lost += 1
                intake.lost(1)
                return False
            intake.put((self._now(), Gap(self._lost)))
            self._lost = 0
            self._put_images()
        elif intake.is_full:
            self._lost = 1
            intake.lost(1)
            return False
        intake.put((self._now(), body))
        return True

    def _put_images(self) -> None:
        now, exchange = self._now(), self._exchange
        for symbol, book in exchange.books.items():
            quote = self._market.quotes[symbol]
            if not isinstance(exchange, QuotedExchange):
                self._intake.put((now, picture(book, quote, self.trade_date)))
                continue
            at = exchange.quoted(symbol)
            bare = level_picture(book, quote, self.trade_date, last_side=at.last_side)
            self._intake.put((now, bare))
            sights = self._levels_of(symbol)
            self._intake.put((now, Depth(symbol, Side.BUY, sights[Side.BUY])))  # type: ignore[arg-type]
            self._intake.put((now, Depth(symbol, Side.SELL, sights[Side.SELL])))  # type: ignore[arg-type]

    def _put_levels(self, symbol: str, bids: Shown, asks: Shown) -> None:
        """Two frames of one quote: where the first is lost the second says nothing any more."""
        if self._put(Depth(symbol, Side.BUY, tuple(bids))):  # type: ignore[arg-type]
            self._put(Depth(symbol, Side.SELL, tuple(asks)))  # type: ignore[arg-type]
            return
        self._lost += 1
        self._intake.lost(1)

    def _levels_of(self, symbol: str) -> dict[Side, tuple[ShownLevel, ...]]:
        """What is on show of a market of quotes, best first."""
        exchange = self._exchange
        assert isinstance(exchange, QuotedExchange), "only quotes have levels on show"
        return {
            side: tuple(sorted(sight.sizes.items(), key=lambda level: -level[0] * sight.side))
            for side, sight in exchange.quoted(symbol).sights.items()
        }
