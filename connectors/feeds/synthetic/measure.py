"""Runs the synthetic market alone and says in figures what it looks like."""

from collections.abc import Callable, Sequence

from engine.domain.quotes import Market, Phase
from engine.exchange.exchange import Exchange
from engine.exchange.messages import Event, Operation, Traded
from engine.values import Nanos, Price, Quantity, Side


class LoneExchange:
    """A flow's sink without a venue: books, last values, counts and nothing else."""

    def __init__(self) -> None:
        self.exchange = Exchange()
        self.market = Market()
        self.operations = 0
        self.batch_max = 0
        self.heard: list[Callable[[Sequence[Operation], list[Event]], None]] = []
        self.phases: list[tuple[str, Phase]] = []
        self.now = Nanos(0)

    def submit(self, operations: Sequence[Operation]) -> list[Event]:
        events = self.exchange.submit(operations)
        self.operations += len(operations)
        self.batch_max = max(self.batch_max, len(operations))
        quotes, at = self.market.quotes, self.now
        for event in events:
            if type(event) is Traded:
                quotes[event.symbol].record_trade(event.price, event.quantity, at)
        for listener in self.heard:
            listener(operations, events)
        return events

    def took_place(self, events: Sequence[Event]) -> None:
        raise AssertionError("the synthetic market has no replay room")

    def printed_hidden(
        self, symbol: str, price: Price, quantity: Quantity, aggressor: Side
    ) -> None:
        raise AssertionError("the synthetic market hides nothing")

    def entered_phase(self, symbol: str, phase: Phase) -> None:
        self.phases.append((symbol, phase))
