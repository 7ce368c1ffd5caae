"""A sink for rows that are replayed again at a restart: the books follow, nobody is told."""

from collections.abc import Sequence

from connectors.feeds.flow import FlowSink
from connectors.feeds.recorded.frames import OwnFact
from engine.domain.quotes import Phase
from engine.exchange.messages import Event, Operation, Traded
from engine.values import Nanos, Price, Quantity, Side


class Silence:
    """Stands in for the real sink while a recording is brought to its cursor.

    The day's figures (last, open, high, low, volume) are kept in the market all the same.
    """

    def __init__(self, sink: FlowSink) -> None:
        self._sink = sink
        self.exchange = sink.exchange
        self.market = sink.market
        self.now = Nanos(0)

    def submit(self, operations: Sequence[Operation]) -> list[Event]:
        events = self.exchange.submit(operations)
        self.took_place(events)
        return events

    def took_place(self, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, Traded):
                self.market.quotes[event.symbol].record_trade(event.price, event.quantity, self.now)

    def touched(self, symbol: str) -> None:
        """The caller refreshes the quote when it is done."""

    def printed_hidden(
        self, symbol: str, price: Price, quantity: Quantity, aggressor: Side
    ) -> None:
        self.market.quotes[symbol].record_trade(price, quantity, self.now)

    def entered_phase(self, symbol: str, phase: Phase, text: str = "") -> None:
        """The phase at the cursor is announced once, by the flow."""

    def own_fact(self, fact: OwnFact) -> None:
        """What the trader did in a recorded session stays known."""
        self._sink.own_fact(fact)
