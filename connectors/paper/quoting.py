"""Quotes and tape of the paper market, kept current from what happens in its books."""

from collections import deque

import msgspec

from engine.domain.quotes import Market, Phase, Quote, Source
from engine.domain.views import TradePrint
from engine.exchange.book import Book
from engine.exchange.levels import Half
from engine.instruments import Instrument
from engine.structs import set_directly
from engine.values import Nanos, Price, Quantity

NOBODY = (Price(0), Quantity(0))
"""The touch of a side at which nobody stands."""
TAPE_PRINTS_MAX = 500
"""Trades kept for the screen, a symbol."""


@set_directly
class TapeCount(msgspec.Struct, gc=False):
    """What printed in one symbol since the run began."""

    volume: int = 0
    trades: int = 0
    own_volume: int = 0


class MarketKeeper:
    """Writes touch, trades and phase of every quote; a day's figures begin with its flow."""

    __slots__ = ("_closed_at", "counts", "market", "tapes")

    def __init__(self, instruments: tuple[Instrument, ...], source: Source) -> None:
        self.market = Market()
        self._closed_at: dict[str, Price] = {}
        self.tapes: dict[str, deque[TradePrint]] = {}
        self.counts: dict[str, TapeCount] = {}
        for instrument in instruments:
            symbol = instrument.symbol
            self.market.quotes[symbol] = Quote(symbol, source=source)
            self.tapes[symbol] = deque(maxlen=TAPE_PRINTS_MAX)
            self.counts[symbol] = TapeCount()

    def begin(self, at: Nanos) -> None:
        """The opening books stand: what printed while they were set up is no tape of this run."""
        for symbol, quote in self.market.quotes.items():
            quote.at = at
            self.tapes[symbol].clear()
            self.market.bars.of(symbol).clear()
            self.counts[symbol] = TapeCount()

    def phase(self, symbol: str) -> Phase:
        return self.market.quotes[symbol].phase

    def twice_mid(self, symbol: str) -> int:
        """Bid plus ask as they were last refreshed; 0 without both."""
        quote = self.market.quotes[symbol]
        bid, ask = quote.bid, quote.ask
        return bid + ask if bid > 0 and ask > 0 else 0

    def twice_mid_or_close(self, symbol: str) -> int:
        """The same while the symbol trades; after its close twice the last trade. 0: not known."""
        quote = self.market.quotes[symbol]
        if quote.phase is Phase.CLOSED:
            return 2 * quote.last
        return self.twice_mid(symbol) if quote.phase is Phase.OPEN else 0

    def printed(self, symbol: str, trade: TradePrint, own_quantity: int = 0) -> None:
        """A trade, and how much of it was the trader's: last, volume and tape follow."""
        quantity = trade.quantity
        self.market.quotes[symbol].record_trade(trade.price, quantity, trade.at)
        self.tapes[symbol].append(trade)
        self.market.bars.of(symbol).add(trade.at, trade.price, quantity)
        count = self.counts[symbol]
        count.volume += quantity
        count.trades += 1
        count.own_volume += own_quantity

    def refresh(self, book: Book, at: Nanos) -> None:
        """Best bid and ask as the book has them now; nobody bids or asks while orders line up."""
        quote = self.market.quotes[book.symbol]
        bid, bid_size = _touch(book.bids) if not book.is_calling else NOBODY
        ask, ask_size = _touch(book.asks) if not book.is_calling else NOBODY
        if (
            bid == quote.bid
            and bid_size == quote.bid_size
            and ask == quote.ask
            and ask_size == quote.ask_size
        ):
            return
        quote.bid, quote.bid_size = bid, bid_size
        quote.ask, quote.ask_size = ask, ask_size
        quote.at = at
        quote.updates += 1

    def because(self, symbol: str) -> str:
        """Why the symbol is halted; empty otherwise."""
        return self.market.quotes[symbol].phase_text

    def entered(self, symbol: str, phase: Phase, text: str) -> None:
        """The symbol's phase; when it closes, what it closed at is kept for the next day."""
        quote = self.market.quotes[symbol]
        quote.phase, quote.phase_text = phase, text
        mark = quote.last or quote.mid
        if phase is Phase.CLOSED and mark:
            self._closed_at[symbol] = mark

    def closing_marks(self) -> tuple[tuple[str, Price], ...]:
        """(symbol, mark) at the last close, of every symbol that has closed."""
        return tuple(sorted(self._closed_at.items()))


def _touch(half: Half) -> tuple[Price, Quantity]:
    if not half.keys:
        return NOBODY
    # The last of the keys is never empty.
    level = half.levels[half.best]
    return level.price, level.quantity  # type: ignore[return-value]  # a sum of quantities
