"""The floor of the simulated venue: its books, what trades in them, and what it says of that."""

from collections.abc import Sequence

import msgspec

from connectors.paper import words
from connectors.paper.quoting import MarketKeeper
from engine.domain.quotes import Phase, Source
from engine.domain.reports import (
    PhaseChanged,
    Report,
    VenueCancelled,
    VenueExpired,
    VenueFilled,
    VenueTriggered,
)
from engine.domain.views import TradePrint
from engine.exchange.exchange import Exchange
from engine.exchange.messages import (
    Cancelled,
    CancelReason,
    Event,
    NewOrder,
    Operation,
    SelfMatch,
    Traded,
    Triggered,
)
from engine.exchange.settings import BookSettings
from engine.instruments import Instrument
from engine.values import Liquidity, Nanos, Quantity
from simulation.account import Trade, VenueAccount, VenueOrder

SHARE = Instrument("")
SETTINGS = BookSettings(self_match=SelfMatch.CANCEL_AGGRESSIVE)


class Floor:
    """What stands there and what trades; it asks nobody and answers no requests."""

    def __init__(self, symbols: Sequence[str]) -> None:
        self.now = Nanos(0)
        self.account = VenueAccount()
        self.exchange = Exchange(SETTINGS)
        self.instruments = tuple(Instrument(symbol) for symbol in symbols)
        self.keeper = MarketKeeper(self.instruments, Source.SYNTHETIC)
        self.market = self.keeper.market
        self.events: list[Event] = []
        """What became true in the books since somebody last looked."""
        self.arrivals: list[NewOrder] = []
        """Everything that was sent into the books since then."""
        self._said: list[Report] = []
        self._next_execution = 1
        self._stamped = Nanos(0)
        for symbol in symbols:
            self.exchange.list_symbol(symbol)
            self.keeper.entered(symbol, Phase.OPEN, "")

    def submit(self, operations: Sequence[Operation]) -> list[Event]:
        """Carries them out; own orders hear of it in reports."""
        self.arrivals += [each for each in operations if type(each) is NewOrder]
        events = self.exchange.submit(operations)
        self._heed(events)
        return events

    def enter_phase(self, symbol: str, phase: Phase) -> None:
        """A halt begins or ends: nothing trades in it, and nothing new enters."""
        self.keeper.entered(symbol, phase, "")
        self._heed(self.exchange.call(symbol, phase is not Phase.OPEN))
        self.keeper.refresh(self.exchange.book(symbol), self.now)
        self._said.append(PhaseChanged(symbol, phase))

    def phases(self) -> list[Report]:
        """Of every symbol, as whoever comes is told."""
        return [PhaseChanged(i.symbol, self.keeper.phase(i.symbol)) for i in self.instruments]

    def say(self, *reports: Report) -> None:
        """To the desk, behind everything that was said before."""
        self._said += reports

    def stamp(self) -> Nanos:
        """The time of a message: no two have the same."""
        self._stamped = max(self.now, Nanos(self._stamped + 1))
        return self._stamped

    # --- what the exchange did

    def _heed(self, events: Sequence[Event]) -> None:
        self.events += events
        by_number = self.account.by_number
        for event in events:
            if type(event) is Traded:
                trade = TradePrint(self.now, event.price, event.quantity, event.taker_side)
                self.keeper.printed(event.symbol, trade)
                self._fill(event.maker_id, event, Liquidity.MAKER)
                self._fill(event.taker_id, event, Liquidity.TAKER)
                continue
            assert not isinstance(event, Traded)
            order = by_number.get(event.order_id)
            if order is None or not order.is_live:
                continue
            if type(event) is Cancelled:
                self._end(order, self._gone(order, event.reason))
            elif type(event) is Triggered:
                self._said.append(VenueTriggered(order.client_order_id, event.stop, self.stamp()))
        for symbol in {event.symbol for event in events}:
            self.keeper.refresh(self.exchange.book(symbol), self.now)

    def _gone(self, order: VenueOrder, reason: CancelReason) -> VenueCancelled | VenueExpired:
        name, text = order.client_order_id, words.CANCELS[reason]
        if reason is CancelReason.EXPIRED:
            return VenueExpired(name, text, self.now, cumulative=Quantity(order.cumulative))
        return self._cancelled(order, text, requested=False)

    def _cancelled(self, order: VenueOrder, text: str, *, requested: bool) -> VenueCancelled:
        filled = Quantity(order.cumulative)
        return VenueCancelled(
            order.client_order_id, text, requested, self.stamp(), cumulative=filled
        )

    def _fill(self, number: int, trade: Traded, liquidity: Liquidity) -> None:
        order = self.account.by_number.get(number)
        if order is None:
            return
        fill = VenueFilled(
            order.client_order_id,
            f"X{self._next_execution}",
            trade.price,
            trade.quantity,
            liquidity,
            at=self.stamp(),
        )
        self._next_execution += 1
        self.account.filled(order, fill, value_of(fill))
        self._said.append(fill)

    def _end(self, order: VenueOrder, ending: VenueCancelled | VenueExpired) -> None:
        counted = Quantity(order.cumulative)
        ending = msgspec.structs.replace(ending, cumulative=counted)
        order.is_live, order.ending = False, ending
        self._said.append(ending)


def value_of(trade: Trade) -> int:
    """In money units; every symbol here is a share in dollars."""
    return SHARE.notional(trade.price, trade.quantity)
