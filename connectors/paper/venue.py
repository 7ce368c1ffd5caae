"""The paper venue: a venue like any other, over an exchange that a market's flow drives."""

from collections.abc import Callable, Sequence

import msgspec

from connectors.feeds.flow import Flow
from connectors.feeds.recorded.frames import OwnFact
from connectors.feeds.recorded.level_tap import TappedQuotes
from connectors.feeds.recorded.tap import NO_TAP, SessionTap, Tap, TappedExchange
from connectors.paper.auctioneer import Auctioneer
from connectors.paper.clerk import Clerk
from connectors.paper.counter import Counter
from connectors.paper.drills import LINK_LOST, Drills, halt_for_practice
from connectors.paper.ghosts import Ghosts
from connectors.paper.glance import depth_of, would_fill
from connectors.paper.house import house_of
from connectors.paper.latency import AtOnce
from connectors.paper.link import Link
from connectors.paper.measures import Measures
from connectors.paper.orders import RestingOrder
from connectors.paper.pace import fill_time_of
from connectors.paper.playing_on import play_on
from connectors.paper.quoting import MarketKeeper
from connectors.paper.reentry import stand_again
from engine.domain.quotes import Phase
from engine.domain.reports import (
    PhaseChanged,
    Report,
    TradeDateRolled,
    VenueCheckpoint,
    VenueFilled,
    VenueOrderWaited,
)
from engine.domain.requests import Request
from engine.domain.views import AuctionView, DepthRow, FillTime, TradePrint
from engine.exchange.exchange import NOT_QUEUED
from engine.exchange.messages import Event, Operation, SelfMatch
from engine.exchange.settings import BookSettings
from engine.values import Nanos, Price, Quantity, Side

_encode = msgspec.msgpack.Encoder().encode
EVERY_SYMBOL = "*"
_UNOPENED = 0
TIME_MAX = Nanos(1 << 62)
"""`advance` to here or beyond means: as far as the market goes."""
OWN_SETTINGS = BookSettings(self_match=SelfMatch.CANCEL_AGGRESSIVE)
"""The trader's newer order gives way when it would trade with an older one."""


class PaperVenue:
    """An `engine.hosted.SimulatedVenue`, and the `FlowSink` of its market.

    It has no clock of its own: `advance` moves market time. The same flow, requests and calls
    give the same reports.
    """

    name = "paper"
    live = None
    """Its time is ours."""

    def __init__(
        self,
        flow: Flow,
        *,
        cursor: bytes = b"",
        stood_at: int = 0,
        heard_at: int = 0,
        working: Sequence[RestingOrder] = (),
        next_execution: int = 1,
        next_order: int = 1,
        settings: BookSettings = OWN_SETTINGS,
        link: Link | None = None,
        is_recorded: bool = False,
        drills: Drills | None = None,
        has_oca: bool = True,
    ) -> None:
        """Opens the market at `cursor`, kept at `stood_at`, and lets it play on without the trader
        to `heard_at`, the last that the desk knows of it; there `working` stands.

        Counters go on from `next_execution` and `next_order`. Without a `link` requests arrive, and
        are answered, at once. `is_recorded`: can be tapped. `has_oca`: takes groups.
        """
        assert settings.self_match is not SelfMatch.DECREMENT, "the desk has no word for it"
        self._flow = flow
        self._link = link
        self._keeper = MarketKeeper(flow.instruments, flow.source)
        self.market = self._keeper.market
        self.instruments = flow.instruments
        self.description = flow.description
        self.exchange = house_of(flow, settings, is_recorded=is_recorded)
        self.tap: Tap = NO_TAP
        self.ghosts = Ghosts(self._keeper, flow.instruments)
        clerked = self.exchange, self._keeper, flow.instruments
        self._clerk = Clerk(*clerked, next_execution=next_execution)
        self.tally = self._clerk.tally
        desks = self.exchange, self._clerk, self._keeper, flow.instruments
        self._counter = Counter(*desks, next_order=next_order)
        self._measures = Measures(flow, self._keeper, self._clerk.marker)
        self._counter.drills = drills = drills or Drills()
        self._counter.has_oca = self.has_oca = has_oca
        self._auctioneer = Auctioneer(*desks)
        opened_at = self._open(cursor, max(stood_at, heard_at))
        self._break = drills.next_break(self.now)
        if self._break is not None:
            self._link = self._link or Link(AtOnce())
        room = self.exchange, self._clerk, self._counter, self._keeper
        self.left_behind = stand_again(*room, working, since=stood_at or opened_at)

    def _open(self, cursor: bytes, heard_at: int) -> Nanos:
        self.trade_date = _UNOPENED
        self._clerk.now = at = self._flow.open(self, cursor)
        play_on(self._flow, self._clerk, self._step_market, heard_at)
        self.trade_date = self._counter.trade_date = self._flow.trade_date
        self._opened_at = self.market.feed_heard_at = self.now
        self._keeper.begin(self.now)
        for book in self.exchange.books.values():
            self._keeper.refresh(book, self.now)
        return at

    # --- the venue port

    @property
    def now(self) -> Nanos:
        return self._clerk.now

    @property
    def simulated(self) -> "PaperVenue":
        return self

    @property
    def note(self) -> str:
        """What a person should know of this market; else empty."""
        return self._flow.note

    def stage(self, requests: Sequence[Request]) -> Sequence[bytes]:
        """The requests in the desk's own bytes: nothing but them crosses to this venue."""
        return [_encode(request) for request in requests]

    def release(self, requests: Sequence[Request], staged: Sequence[bytes]) -> None:
        """They are on their way; without a link they arrive, and are answered, now."""
        assert len(requests) == len(staged), "what leaves is what was journaled"
        link = self._link
        if link is None:
            for request in requests:
                self._counter.serve(request)
            return
        for request in requests:
            link.send(request, self.now)
        self._serve_arrived(link)

    def collect(self) -> list[Report]:
        if self._link is not None:
            self._hand_over(self._link)
            reports = self._link.heard(self.now)
        else:
            reports, self._clerk.reports = self._clerk.reports, []
        if self._clerk.marker.is_full:
            reports += self._measures.marks(self._unheard())
        return reports

    def next_at(self) -> Nanos | None:
        market = self._flow.next_at()
        link = self._link.next_at() if self._link is not None else None
        if link is None or market is None:
            return market if link is None else link
        return min(link, market)

    def has_reports(self) -> bool:
        if self._link is not None:
            self._hand_over(self._link)
            return self._link.has_heard(self.now)
        return bool(self._clerk.reports)

    def advance(self, until: Nanos) -> None:
        """See the port. A request that is due at T arrives before what the market does at T.

        With TIME_MAX or later, `now` stays where the market ended.
        """
        if self._link is not None:
            self._advance_with(self._link, until)
            return
        while not self._clerk.reports:
            if (at := self._flow.next_at()) is None or at > until:
                break
            self._step_market(at)
        else:
            return
        self._arrive_at(until)

    def depth(self, symbol: str, levels: int) -> tuple[tuple[DepthRow, ...], tuple[DepthRow, ...]]:
        bids, asks = depth_of(self.exchange, symbol, levels)
        return self.ghosts.mark(symbol, Side.BUY, bids), self.ghosts.mark(symbol, Side.SELL, asks)

    def indication(self, symbol: str) -> AuctionView | None:
        if symbol not in self.exchange.books:
            return None
        return self._auctioneer.indication(symbol, self.trade_date)

    def tape(self, symbol: str, prints: int) -> tuple[TradePrint, ...]:
        return tuple(self._keeper.tapes[symbol])[-prints:] if prints > 0 else ()

    def would_fill(
        self, symbol: str, side: Side, price: int, quantity: int
    ) -> list[tuple[int, int]]:
        return would_fill(self.exchange, symbol, side, price, quantity)

    def queue_ahead(self, client_order_id: str) -> int:
        order = self._clerk.roll.get(client_order_id)
        return NOT_QUEUED if order is None else self._clerk.queue_ahead(order)

    def checkpoint(self) -> VenueCheckpoint:
        clerk = self._clerk
        places = ((order.client_order_id, clerk.queue_ahead(order)) for order in clerk.roll.live())
        known = tuple(place for place in places if place[1] != NOT_QUEUED)
        return VenueCheckpoint(self._flow.cursor(), known, clerk.waiting())

    def measured(self, *, at_the_end: bool = False) -> list[Report]:
        return [
            *self._measures.marks(self._unheard()),
            *self._measures.tape(every_symbol=at_the_end),
        ]

    def practise(self, drill: str, symbol: str, span: Nanos) -> str:
        """A drill by name; why it cannot be done here, or empty."""
        if drill == "reject":
            self._counter.drills.reject_next()
            return ""
        if drill == "disconnect":
            self._disconnect(span)
            return ""
        return halt_for_practice(self._flow, self, symbol, span=span, now=self.now)

    def _disconnect(self, span: int) -> None:
        if self._link is None:
            self._link = Link(AtOnce())
        self._hand_over(self._link)
        self._link.breaks(self.name, self.now, Nanos(self.now + span), LINK_LOST)

    def queue_is_estimate(self, client_order_id: str) -> bool:
        """Whether the order's place was set up again after a restart."""
        order = self._clerk.roll.get(client_order_id)
        return order is not None and order.is_estimate

    def fill_time(self, client_order_id: str) -> FillTime | None:
        order = self._clerk.roll.get(client_order_id)
        if order is None:
            return None
        tape, ahead = self._keeper.tapes[order.symbol], self._clerk.queue_ahead(order)
        return fill_time_of(order, ahead, tape, now=self.now, since=self._opened_at)

    def waited(self, client_order_id: str) -> VenueOrderWaited | None:
        """How the order has waited so far; None when it never stood in a queue here."""
        order = self._clerk.roll.get(client_order_id)
        return None if order is None else self._clerk.waited(order)

    def waits(self) -> list[VenueOrderWaited]:
        """How each order that still stands has waited so far, oldest order first."""
        return [told for each in self._clerk.roll.live() if (told := self._clerk.waited(each))]

    @property
    def shares_provided(self) -> int:
        """What the trader's resting orders have given in this run."""
        return self._clerk.shares_provided

    @property
    def shares_taken(self) -> int:
        """What the trader's arriving orders have taken in this run."""
        return self._clerk.shares_taken

    def tapped_by(self, tap: SessionTap) -> None:
        """The tap hears all that moves the market, phases and hidden prints before their effect."""
        assert isinstance(self.exchange, TappedExchange | TappedQuotes), "bars are not recorded"
        self.tap = self.exchange.tap = tap

    def own_fact(self, fact: OwnFact) -> None:
        self.ghosts.heed(fact, self.now)

    @property
    def span(self) -> tuple[Nanos, Nanos] | None:
        return getattr(self._flow, "span", None)

    @property
    def ghost_fills_seen(self) -> int:
        return self.ghosts.fills_seen

    def next_ghost_fill(self) -> Nanos | None:
        ahead: Callable[[Nanos], Nanos | None] | None = getattr(self._flow, "next_own_fill", None)
        return None if ahead is None else ahead(self.now)

    # --- the flow's sink

    def submit(self, operations: Sequence[Operation]) -> list[Event]:
        self._turn_page()
        events = self.exchange.submit(operations)
        self._clerk.heed(events)
        return events

    def took_place(self, events: Sequence[Event]) -> None:
        self._turn_page()
        self._clerk.heed(events)

    def touched(self, symbol: str) -> None:
        """The replay room changed the book without an event: the quote follows."""
        self._keeper.refresh(self.exchange.book(symbol), self.now)

    def printed_hidden(
        self, symbol: str, price: Price, quantity: Quantity, aggressor: Side
    ) -> None:
        self.tap.printed_hidden(symbol, price, quantity, aggressor)
        trade = TradePrint(self.now, price, quantity, aggressor, hidden=True)
        self._keeper.printed(symbol, trade)

    def entered_phase(self, symbol: str, phase: Phase, text: str = "") -> None:
        self._turn_page()
        symbols = list(self.exchange.books) if symbol == EVERY_SYMBOL else [symbol]
        for each in symbols:
            self.tap.phased(each, phase, self._flow.trade_date, text)
            self._auctioneer.enter(each, phase)
            self._keeper.entered(each, phase, text)
            self.exchange.entered(each, is_open=phase is Phase.OPEN)
        if phase is Phase.CLOSED:
            self._clerk.heed(self.exchange.expire_day_orders(symbols))
        self._clerk.reports.append(PhaseChanged(symbol, phase, text))

    def _step_market(self, at: Nanos) -> None:
        flow = self._flow
        if at > self._clerk.marker.next_at:
            self._clerk.marker.pass_to(at)
        self._clerk.now = self.market.feed_heard_at = self.exchange.now = at
        flow.step(self)
        self._turn_page()

    def _advance_with(self, link: Link, until: Nanos) -> None:
        """The same over a link: the market runs on while messages are on their way."""
        clerk = self._clerk
        while not self.has_reports():
            market, due = self._flow.next_at(), link.next_at()
            if self._breaks_before(market, due, until):
                continue
            if due is not None and (market is None or due <= market):
                if due > until:
                    break
                if due > clerk.marker.next_at:
                    clerk.marker.pass_to(due)
                clerk.now = max(clerk.now, due)
                self._serve_arrived(link)
            elif market is None or market > until:
                break
            else:
                self._step_market(market)
        else:
            return
        self._arrive_at(until)

    def _breaks_before(self, market: Nanos | None, due: Nanos | None, until: Nanos) -> bool:
        """Lets the link break where its seed says so and nothing else comes first."""
        broken = self._break
        if broken is None or market is None or broken.at > min(market, due or market, until):
            return False
        self._clerk.now = max(self.now, broken.at)
        self._break = self._counter.drills.next_break(self.now)
        self._disconnect(broken.span)
        return True

    def _serve_arrived(self, link: Link) -> None:
        while (request := link.arrived(self.now)) is not None:
            self._counter.serve(request)
        self._hand_over(link)

    def _hand_over(self, link: Link) -> None:
        """What the venue has said leaves for the desk: later than it became true."""
        if self._clerk.reports:
            for report in self._clerk.reports:
                link.carry(report, self.now)
            self._clerk.reports = []

    def _arrive_at(self, until: Nanos) -> None:
        """Nothing more happens up to and including `until`."""
        clerk = self._clerk
        if until >= TIME_MAX:
            return
        if until >= clerk.marker.next_at:
            clerk.marker.pass_to(Nanos(until + 1))
        clerk.now = max(clerk.now, until)

    def _unheard(self) -> set[str]:
        """Executions that happened here and that the desk has not been told of yet."""
        waiting = list(self._clerk.reports)
        if self._link is not None:
            waiting += self._link.on_the_way_back()
        return {report.execution_id for report in waiting if type(report) is VenueFilled}

    def _turn_page(self) -> None:
        """The desk hears of a new trade date before anything that happens on it."""
        if self.trade_date not in (_UNOPENED, self._flow.trade_date):
            self.trade_date = self._counter.trade_date = self._flow.trade_date
            self.tally.new_day()
            marks = self._keeper.closing_marks()
            self._clerk.reports.append(TradeDateRolled(self.trade_date, marks))
