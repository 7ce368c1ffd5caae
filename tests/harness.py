"""A whole desk in memory for tests: real core, real exchange, real paper venue, a still market."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from connectors.feeds.flow import OWN_ORDER_IDS_FROM, FlowSink
from connectors.paper.latency import Delays
from connectors.paper.link import Link
from connectors.paper.orders import RestingOrder
from connectors.paper.tally import InAccount
from connectors.paper.venue import PaperVenue
from engine.domain.events import Event
from engine.domain.orders import Order
from engine.domain.patience import Patience
from engine.domain.quotes import Phase, Source
from engine.domain.records import Inbound, Record, decode_records
from engine.domain.reports import InstrumentsListed, OrderReport, SessionOpened
from engine.domain.requests import Request
from engine.domain.risk.limits import default_pairs
from engine.domain.state import State
from engine.exchange.messages import CancelOrder, NewOrder
from engine.instruments import Instrument
from engine.ports import Block, Snapshot
from engine.runtime.host import Host
from engine.runtime.market_time import at_time_of_day
from engine.runtime.recovery import orders_at_venue, replay
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
PAPER_PATIENCE = Patience(settle=Nanos(0))


class MemoryJournal:
    """The journal port over a list."""

    def __init__(self) -> None:
        self.kept: list[Block] = []
        self.kept_snapshot: Snapshot | None = None

    @property
    def last_sequence(self) -> RecordSequence:
        return self.kept[-1].last if self.kept else RecordSequence(0)

    def append(
        self, first: RecordSequence, last: RecordSequence, payload: bytes, staged: Sequence[bytes]
    ) -> None:
        assert first == self.last_sequence + 1, "sequences are gap-free"
        self.kept.append(Block(len(self.kept) + 1, first, last, payload))

    def blocks(self, after: int = 0) -> Iterator[Block]:
        return iter([block for block in self.kept if block.last > after])

    def snapshot(self) -> Snapshot | None:
        return self.kept_snapshot

    def records(self) -> list[Record]:
        return [record for block in self.kept for record in decode_records(block.payload)]

    def events(self) -> list[Event]:
        """What became true, in order."""
        return [r.body for r in self.records() if r.cause != r.sequence]  # type: ignore[misc]


class SetDelays:
    """Every message takes as long as a test says."""

    def __init__(
        self,
        out: Callable[[Request], Nanos],
        back: Callable[[OrderReport], Nanos] = lambda report: Nanos(0),
    ) -> None:
        self._out, self._back = out, back

    def out(self, request: Request) -> Nanos:
        return self._out(request)

    def back(self, report: OrderReport) -> Nanos:
        return self._back(report)


class ListeningVenue(PaperVenue):
    """The paper venue, and a list of everything that was ever let out to it."""

    def __init__(self, *args, **named) -> None:  # type: ignore[no-untyped-def]
        super().__init__(*args, **named)
        self.heard: list[Request] = []

    def release(self, requests: Sequence[Request], staged: Sequence[bytes]) -> None:
        self.heard += requests
        super().release(requests, staged)


class StillFlow:
    """A market in which nothing happens but what a test makes happen, and the close at 16:00."""

    source = Source.SYNTHETIC
    description = "still"
    note = ""

    def __init__(
        self,
        symbols: Sequence[str | Instrument] = ("AAPL", "GOOG", "MSFT"),
        trade_date: int = TRADE_DATE,
    ) -> None:
        self.instruments = tuple(
            one if isinstance(one, Instrument) else Instrument(symbol=one) for one in symbols
        )
        self.trade_date = trade_date
        self.opens_at = at_time_of_day(trade_date, 34_200 * NANOS_PER_SECOND)
        self._closes_at: Nanos | None = at_time_of_day(trade_date, 57_600 * NANOS_PER_SECOND)

    def open(self, sink: FlowSink, cursor: bytes) -> Nanos:
        sink.entered_phase("*", Phase.OPEN)
        return self.opens_at

    def next_at(self) -> Nanos | None:
        return self._closes_at

    def step(self, sink: FlowSink) -> None:
        self._closes_at = None
        sink.entered_phase("*", Phase.CLOSED)

    def cursor(self) -> bytes:
        return b"still"


class DeskBench:
    """One desk with a trader and, through `other`, everybody else in the same book."""

    def __init__(
        self,
        *,
        symbols: Sequence[str | Instrument] = ("AAPL", "GOOG", "MSFT"),
        profile: str = "paper",
        fee_table: str = "zero",
        cash: Money = OPENING_CASH,
        journal: MemoryJournal | None = None,
        latency: Callable[[Request], Nanos] | Delays | None = None,
        wrap: Callable[[PaperVenue], PaperVenue] = lambda venue: venue,
        has_oca: bool = True,
        patience: Patience = PAPER_PATIENCE,
        limits: Mapping[str, str] | None = None,
        index: str = "",
    ) -> None:
        """`latency` is how long a request takes, or how long everything does.

        `limits` are laid over the profile's, by key without `risk.`.
        `wrap` puts something between desk and venue, such as a link that shuffles."""
        self.journal = journal or MemoryJournal()
        self._symbols, self._profile, self._fee_table = symbols, profile, fee_table
        self._cash, self._wrap = cash, wrap
        self._has_oca, self._patience, self._index = has_oca, patience, index
        self._limits = {f"risk.{key}": text for key, text in (limits or {}).items()}
        self._delays = SetDelays(latency) if callable(latency) else latency
        self.others = OTHERS_FROM
        self._start(State(instance="TEST"), TRADE_DATE, working=())

    def _start(self, state: State, trade_date: int, *, working: Sequence[RestingOrder]) -> None:
        self.flow = StillFlow(self._symbols, trade_date)
        self.paper = ListeningVenue(
            self.flow,
            link=None if self._delays is None else Link(self._delays),
            working=working,
            next_execution=10_000 * len(self.journal.kept) + 1,
            next_order=state.order_next,
            has_oca=self._has_oca,
        )
        self.paper.tally.begin(*_holdings(state, trade_date))
        self.venue = self._wrap(self.paper)
        self.session = Session(
            state=state,
            market=self.venue.market,
            journal=self.journal,
            venue=self.venue,
            now=self.venue.now,
        )
        self.host = Host(self.session, self.venue)
        self.host.submit(self.opening(trade_date), InstrumentsListed(self.flow.instruments))

    def opening(self, trade_date: int = TRADE_DATE) -> SessionOpened:
        """What the host says when a run starts."""
        return SessionOpened(
            run="test",
            mode="PAPER",
            market="still",
            source=Source.SYNTHETIC,
            trade_date=trade_date,
            account="PAPER",
            opening_cash=self._cash,
            currency="USD",
            fee_table=self._fee_table,
            limits=tuple({**dict(default_pairs(self._profile)), **self._limits}.items()),
            has_oca=self._has_oca,
            patience=self._patience,
            index=self._index,
        )

    def restart(self, trade_date: int = TRADE_DATE) -> None:
        """The process died without a word: memory and venue come back from the journal alone."""
        state, _ = replay(self.journal.blocks(), instance="TEST", epoch=1)
        working = [_resting(order) for order in orders_at_venue(state)]
        self._start(state, trade_date, working=working)
        self.host.ask_about_orders_in_doubt()

    def replayed_hash(self) -> str:
        """State hash of a desk that has nothing but the journal."""
        return replay(self.journal.blocks(), instance="TEST", epoch=1)[1]

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
        self.paper.submit([order])
        return self.host.settle()

    def quotes(self, symbol: str, bid: int, ask: int, size: int = 1_000) -> list[Event]:
        """A two-sided market in the price scale."""
        bought = self.other(Side.BUY, size, symbol, bid)
        return bought + self.other(Side.SELL, size, symbol, ask)

    def others_leave(self, symbol: str) -> list[Event]:
        """Everybody else takes their orders out of the symbol's book."""
        theirs = [
            CancelOrder(view.order_id, symbol)
            for view in self.paper.exchange.book(symbol).all_orders()
            if view.order_id < OWN_ORDER_IDS_FROM
        ]
        self.paper.submit(theirs)
        return self.host.settle()

    def order(self, number: int) -> Order:
        return self.state.orders[number]

    def position(self, symbol: str) -> int:
        position = self.state.accounts["PAPER"].positions.get(symbol)
        return position.quantity if position else 0

    def enters(self, symbol: str, phase: Phase) -> list[Event]:
        """The venue's calendar moves on for a symbol, or for `*`."""
        self.paper.entered_phase(symbol, phase)
        return self.host.settle()

    def pass_time(self, seconds: float) -> None:
        self.host.run_until(Nanos(self.host.now + int(seconds * NANOS_PER_SECOND)))


def _holdings(state: State, trade_date: int) -> tuple[dict[InAccount, int], dict[InAccount, int]]:
    held: dict[InAccount, int] = {}
    traded: dict[InAccount, int] = {}
    for name, account in state.accounts.items():
        held |= {(name, symbol): int(p.quantity) for symbol, p in account.positions.items()}
        if state.trade_date == trade_date:
            traded[name, "USD"] = sum(int(p.day_cash) for p in account.positions.values())
    return held, traded


def _resting(order: Order) -> RestingOrder:
    asked = order.order
    return RestingOrder(
        client_order_id=order.client_order_id,
        symbol=asked.symbol,
        instruction=asked.instruction,
        type=asked.type,
        price=order.price,
        stop=order.stop,
        trigger=asked.trigger,
        open_quantity=order.leaves,
        total_quantity=order.quantity,
        cumulative=order.cumulative,
        queue_ahead=order.queue_ahead,
        time_in_force=asked.time_in_force,
        post_only=asked.post_only,
        triggered=order.is_triggered,
        oca_group=order.oca_group,
        taken=order.taken,
        account=asked.account,
    )
