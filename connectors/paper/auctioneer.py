"""Calls the auctions of the paper exchange: when orders line up, at what price they all trade."""

from collections.abc import Sequence

from connectors.paper.clerk import Clerk
from connectors.paper.entry import CLOSING_IMBALANCE_FROM, is_past
from connectors.paper.quoting import MarketKeeper
from engine.domain.phases import CALLS, CROSSES
from engine.domain.quotes import Phase, Source
from engine.domain.views import AuctionView
from engine.exchange.auctions import cross_of, uncross
from engine.exchange.exchange import Exchange
from engine.instruments import Instrument
from engine.values import Price


class Auctioneer:
    """Follows the phases of every symbol: a call phase that ends, ends with its auction."""

    __slots__ = ("_clerk", "_exchange", "_instruments", "_keeper")

    def __init__(
        self,
        exchange: Exchange,
        clerk: Clerk,
        keeper: MarketKeeper,
        instruments: Sequence[Instrument],
    ) -> None:
        self._exchange = exchange
        self._clerk = clerk
        self._keeper = keeper
        self._instruments = {instrument.symbol: instrument for instrument in instruments}

    def enter(self, symbol: str, phase: Phase) -> None:
        """Before the quote shows the new phase: the old one ends in its auction, if it had one."""
        if not self._exchange.runs_auctions:
            return
        before = self._keeper.phase(symbol)
        is_calling = phase in CROSSES
        if before in CROSSES and not is_calling:
            self._uncross(symbol, before)
        self._clerk.heed(self._exchange.call(symbol, is_calling))
        self._keeper.refresh(self._exchange.book(symbol), self._clerk.now)

    def indication(self, symbol: str, trade_date: int) -> AuctionView | None:
        """What the next auction of the symbol would do now; None while that is not public."""
        if not self._exchange.runs_auctions:
            return None
        phase, source = self._keeper.phase(symbol), self._keeper.market.quotes[symbol].source
        if phase is Phase.OPEN and source is Source.SYNTHETIC:
            if not is_past(self._clerk.now, trade_date, CLOSING_IMBALANCE_FROM):
                return None
            phase = Phase.AUCTION
        if phase not in CALLS:
            return None
        name, on = CROSSES[phase]
        reference = self._reference(symbol)
        cross = cross_of(self._exchange.book(symbol), on, reference, self._tick(symbol, reference))
        if cross is None:
            return AuctionView(name)
        return AuctionView(name, cross.price, cross.quantity, cross.imbalance)

    def _uncross(self, symbol: str, phase: Phase) -> None:
        name, on = CROSSES[phase]
        reference, book = self._reference(symbol), self._exchange.book(symbol)
        cross, events = uncross(book, on, reference, self._tick(symbol, reference))
        self._clerk.crossed(symbol, name, cross, events)

    def _reference(self, symbol: str) -> Price:
        """The last trade, or what it closed at the day before."""
        quote = self._keeper.market.quotes[symbol]
        return quote.last or quote.previous_close

    def _tick(self, symbol: str, reference: Price) -> int:
        return self._instruments[symbol].tick_at(reference)
