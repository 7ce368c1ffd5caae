"""A whole desk in memory for tests: real core, real exchange, real paper venue, a still market."""

from collections.abc import Iterator, Sequence

from connectors.feeds.flow import FlowSink
from connectors.paper.venue import PaperVenue
from engine.domain.commands import Origin
from engine.domain.events import Event
from engine.domain.quotes import Phase, Source
from engine.domain.records import Inbound, Record, decode_records
from engine.domain.reports import InstrumentsListed, SessionOpened
from engine.domain.risk.limits import default_pairs
from engine.domain.state import State
from engine.exchange.messages import NewOrder
from engine.instruments import Instrument
from engine.ports import Block
from engine.runtime.host import Host
from engine.runtime.market_time import at_time_of_day
from engine.runtime.session import Session
from engine.values import (
    NANOS_PER_SECOND,
    Money,
    Nanos,
    OrderType,
    Price,
    Quantity,
    Side,
    TimeInForce,
)
from engine.values import Sequence as RecordSequence

TRADE_DATE = 20260105
OPENING_CASH = Money(1_000_000_000_000)
OTHERS_FROM = 1_000


class MemoryJournal:
    """The journal port over a list."""

    def __init__(self) -> None:
        self.kept: list[Block] = []

    @property
    def last_sequence(self) -> RecordSequence:
        return self.kept[-1].last if self.kept else RecordSequence(0)

    def append(
        self, first: RecordSequence, last: RecordSequence, payload: bytes, staged: Sequence[bytes]
    ) -> None:
        assert first == self.last_sequence + 1, "sequences are gap-free"
        self.kept.append(Block(len(self.kept) + 1, first, last, payload))

    def blocks(self, after: RecordSequence = RecordSequence(0)) -> Iterator[Block]:
        return iter([block for block in self.kept if block.first > after])

    def records(self) -> list[Record]:
        return [record for block in self.kept for record in decode_records(block.payload)]


class StillFlow:
    """A market in which nothing happens but what a test makes happen."""

    source = Source.SYNTHETIC
    description = "still"
    note = ""

    def __init__(self, symbols: Sequence[str] = ("AAPL", "GOOG", "MSFT")) -> None:
        self.instruments = tuple(Instrument(symbol=s) for s in symbols)
        self.trade_date = TRADE_DATE
        self.opens_at = at_time_of_day(TRADE_DATE, 34_200 * NANOS_PER_SECOND)

    def open(self, sink: FlowSink, cursor: bytes) -> Nanos:
        sink.entered_phase("*", Phase.OPEN)
        return self.opens_at

    def next_at(self) -> Nanos | None:
        return None

    def step(self, sink: FlowSink) -> None:
        raise AssertionError("a still market has no steps")

    def cursor(self) -> bytes:
        return b"still"


class DeskBench:
    """One desk with a trader and, through `other`, everybody else in the same book."""

    def __init__(
        self,
        *,
        symbols: Sequence[str] = ("AAPL", "GOOG", "MSFT"),
        profile: str = "paper",
        fee_table: str = "zero",
        cash: Money = OPENING_CASH,
        journal: MemoryJournal | None = None,
    ) -> None:
        self.journal = journal or MemoryJournal()
        self.flow = StillFlow(symbols)
        self.venue = PaperVenue(self.flow)
        self.session = Session(
            state=State(instance="TEST"),
            market=self.venue.market,
            journal=self.journal,
            venue=self.venue,
            now=self.venue.now,
        )
        self.host = Host(self.session, self.venue)
        self.others = OTHERS_FROM
        self.host.submit(
            SessionOpened(
                run="test",
                mode="PAPER",
                market="still",
                source=Source.SYNTHETIC,
                trade_date=TRADE_DATE,
                account="PAPER",
                opening_cash=cash,
                currency="USD",
                fee_table=fee_table,
                limits=default_pairs(profile),
            ),
            InstrumentsListed(self.flow.instruments),
        )
        self.host.settle()

    @property
    def state(self) -> State:
        return self.session.state

    def submit(self, *inbounds: Inbound) -> list[Event]:
        return self.host.submit(*inbounds)

    def other(
        self,
        side: Side,
        quantity: int,
        symbol: str,
        price: int = 0,
        *,
        time_in_force: TimeInForce = TimeInForce.GTC,
    ) -> list[Event]:
        """Somebody else's order reaches the same book; price 0 is a market order."""
        self.others += 1
        kind = OrderType.LIMIT if price else OrderType.MARKET
        order = NewOrder(
            self.others,
            symbol,
            side,
            kind,
            Quantity(quantity),
            Price(price),
            Price(0),
            time_in_force,
        )
        self.venue.submit([order])
        return self.host.settle()

    def quotes(self, symbol: str, bid: int, ask: int, size: int = 1_000) -> None:
        """A two-sided market in the price scale."""
        self.other(Side.BUY, size, symbol, bid)
        self.other(Side.SELL, size, symbol, ask)

    def order(self, number: int):  # type: ignore[no-untyped-def]
        return self.state.orders[number]

    def pass_time(self, seconds: float) -> None:
        self.host.run_until(Nanos(self.host.now + int(seconds * NANOS_PER_SECOND)))


ORIGIN = Origin.SCRIPT
