"""The contract between the paper venue and the market that drives its exchange."""

from collections.abc import Sequence
from typing import Protocol

from connectors.feeds.recorded.frames import OwnFact
from engine.domain.quotes import Market, Phase, Source
from engine.exchange.exchange import Exchange
from engine.exchange.messages import Event, Operation
from engine.instruments import Instrument
from engine.values import Nanos, Price, Quantity, Side

FLOW_ORDER_IDS_FROM = 1
"""Market flow numbers its exchange orders from here; recordings keep their own ids."""
OWN_ORDER_IDS_FROM = 1 << 60
"""Own orders stand above every id that a recording or a seeded agent uses."""
OWN_OWNER = 1
"""Owner of the trader's orders at the exchange; market flow is ANONYMOUS or has owners ≥ 1000."""
GHOST_ORDER_IDS_FROM = 1 << 59
"""Orders that the trader had in a recorded session, replayed as somebody else's."""
GHOST_OWNER = 1_000
"""Their owner: they do not trade with each other, as they did not then."""


class FlowSink(Protocol):
    """What a flow may do: the paper venue, which sees every event before the flow goes on."""

    exchange: Exchange
    market: Market

    def submit(self, operations: Sequence[Operation]) -> list[Event]:
        """Runs a batch through the exchange now; quotes, tape and own fills follow from it."""

    def took_place(self, events: Sequence[Event]) -> None:
        """Events of the replay room (seeds, reveals, hidden meets), seen like those of `submit`."""

    def touched(self, symbol: str) -> None:
        """The replay room changed a book without an event: the quote follows."""

    def printed_hidden(
        self, symbol: str, price: Price, quantity: Quantity, aggressor: Side
    ) -> None:
        """A hidden execution that touched no displayed order: tape and volume only."""

    def entered_phase(self, symbol: str, phase: Phase, text: str = "") -> None:
        """The symbol's session moved on; the desk hears of it as a report.

        A call phase (pre-open, quotation, auction) that ends, ends with its auction, here and now.
        `text`: why, where it is a halt.
        """

    def own_fact(self, fact: OwnFact) -> None:
        """What the trader of a recorded session did: shown as a ghost, never traded with."""


class Flow(Protocol):
    """A market in time order. All of it follows from its constructor's arguments, seed included."""

    instruments: tuple[Instrument, ...]
    trade_date: int
    """YYYYMMDD; follows the flow when a new day opens."""
    source: Source
    description: str
    note: str
    """What a person should know, such as "only announced depth is known"; else empty."""

    def open(self, sink: FlowSink, cursor: bytes) -> Nanos:
        """Builds the opening books, or those of `cursor`; the market time they hold for.

        Every symbol is listed at the sink's exchange before. The flow keeps the day's figures of
        the quotes (previous close, and open to volume of a new day); the sink keeps the rest.
        """

    def next_at(self) -> Nanos | None:
        """Market time of the next step; None when the market ended."""

    def step(self, sink: FlowSink) -> None:
        """Everything that happens at `next_at()`, through the sink."""

    def cursor(self) -> bytes:
        """Enough to open again here; bounded to a few kilobytes."""
