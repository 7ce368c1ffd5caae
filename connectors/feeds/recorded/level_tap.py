"""A house of quotes whose feed can be heard: everything that it is told, before its effect."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from engine.exchange.messages import Event
from engine.exchange.quoted.assumptions import Assumptions
from engine.exchange.quoted.house import QuotedExchange
from engine.exchange.quoted.sight import ShownLevel
from engine.exchange.settings import BookSettings
from engine.values import Price, Quantity, Side

Levels = Sequence[ShownLevel]


class LevelTap(Protocol):
    """What a house of quotes tells whoever records its session."""

    def showed(self, symbol: str, bids: Levels | None, asks: Levels | None) -> None:
        """Exactly these levels are on show; None for a side of which nothing was said."""

    def changed(self, symbol: str, changes: Sequence[tuple[Side, int, int]]) -> None:
        """(side, price, size) of levels that changed; none: what was on show still is."""

    def printed(
        self, symbol: str, price: Price, quantity: Quantity, aggressor: int, *, is_regular: bool
    ) -> None:
        """A trade; `aggressor` +1, −1, or 0 where the source does not tell."""


class NoLevelTap:
    """Nobody listens."""

    def showed(self, symbol: str, bids: Levels | None, asks: Levels | None) -> None:
        return

    def changed(self, symbol: str, changes: Sequence[tuple[Side, int, int]]) -> None:
        return

    def printed(
        self, symbol: str, price: Price, quantity: Quantity, aggressor: int, *, is_regular: bool
    ) -> None:
        return


class TappedQuotes(QuotedExchange):
    """Its market is what the feed says; the trader's orders change none of it and are not told."""

    __slots__ = ("tap",)

    def __init__(self, settings: BookSettings | None, assumptions: Assumptions) -> None:
        super().__init__(settings, assumptions)
        self.tap: LevelTap = NoLevelTap()

    def shown(self, symbol: str, bids: Levels | None, asks: Levels | None) -> list[Event]:
        self.tap.showed(symbol, bids, asks)
        return super().shown(symbol, bids, asks)

    def shown_levels(self, symbol: str, changes: Iterable[tuple[Side, int, int]]) -> list[Event]:
        told = tuple(changes)
        self.tap.changed(symbol, told)
        return super().shown_levels(symbol, told)

    def traded(
        self,
        symbol: str,
        price: int,
        quantity: int,
        aggressor: Side | None = None,
        *,
        is_regular: bool = True,
    ) -> list[Event]:
        came = 0 if aggressor is None else int(aggressor)
        self.tap.printed(symbol, Price(price), Quantity(quantity), came, is_regular=is_regular)
        return super().traded(symbol, price, quantity, aggressor, is_regular=is_regular)
