"""Hears what reaches the exchange and what the desk did, and hands it on as frames; never waits."""

from collections.abc import Callable, Sequence
from typing import Protocol

from connectors.feeds.recorded.frames import (
    Body,
    Carried,
    Depth,
    Frame,
    Gap,
    OwnFact,
    Phased,
    Printed,
    PrintedHidden,
    Quoted,
    figures_of,
)
from connectors.feeds.recorded.images import picture
from engine.domain.quotes import Market, Phase
from engine.exchange.exchange import Exchange
from engine.exchange.messages import Event, Operation
from engine.exchange.settings import BookSettings
from engine.values import Nanos, Price, Quantity, Side


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

    def quoted(
        self, symbol: str, *, bid: tuple[Price, Quantity], ask: tuple[Price, Quantity]
    ) -> None:
        """The best bid and ask, as (price, size), of a source that knows no orders."""
        self._put(Quoted(symbol, *bid, *ask))

    def printed(self, symbol: str, price: Price, quantity: Quantity, aggressor: int) -> None:
        """A trade of such a source; `aggressor` +1, −1, or 0 where it does not tell."""
        self._put(Printed(symbol, price, quantity, aggressor))

    def showed(self, symbol: str, side: Side, levels: Sequence[tuple[Price, Quantity]]) -> None:
        """All levels of one side, best first."""
        self._put(Depth(symbol, side, tuple(levels)))

    # --- the desk

    def did(self, fact: OwnFact) -> None:
        """What the trader's orders came to."""
        self._put(fact)

    # --- inside

    def _put(self, body: Body) -> None:
        intake = self._intake
        if self._lost:
            if not intake.has_room_again:
                self._lost += 1
                intake.lost(1)
                return
            intake.put((self._now(), Gap(self._lost)))
            self._lost = 0
            self._put_images()
        elif intake.is_full:
            self._lost = 1
            intake.lost(1)
            return
        intake.put((self._now(), body))

    def _put_images(self) -> None:
        now = self._now()
        for symbol, book in self._exchange.books.items():
            quote = self._market.quotes[symbol]
            self._intake.put((now, picture(book, quote, self.trade_date)))
