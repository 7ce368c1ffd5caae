"""A FIX venue behind the engine's port: its time is the wall's, its words come by themselves."""

import threading
from collections.abc import Callable, Sequence

from connectors.date_roll import rolled
from connectors.fix.client.asking import Ask, Asker, Unsayable
from connectors.fix.client.caller import NO_ANSWER, Caller
from connectors.fix.client.feed import Feed
from connectors.fix.client.listing import Listing
from connectors.fix.client.record import Record
from connectors.fix.client.roll import Roll, Standing
from connectors.fix.client.sessions import Sessions
from connectors.fix.client.store import SessionMemory
from connectors.fix.client.talk import Talk
from connectors.fix.client.terms import description_of
from connectors.fix.client.wire import Open, Wire
from connectors.fix.line import Instant
from connectors.fix.link.redial import Redial
from connectors.fix.session import Session
from connectors.fix.settings import SessionSettings
from connectors.line_error import LineError
from connectors.venue_clock import VenueClock
from engine.domain.quotes import Market
from engine.domain.reports import (
    LinkChanged,
    LinkState,
    Report,
    VenueOrderWaited,
    VenueRejected,
    VenueReplaceRefused,
)
from engine.domain.requests import (
    CancelRequest,
    NewOrderRequest,
    OpenOrdersRequest,
    ReplaceRequest,
    Request,
    StatusRequest,
)
from engine.domain.views import AuctionView, DepthRow, FillTime, TradePrint
from engine.errors import MachineError
from engine.hosted import SimulatedVenue, VenueFigure
from engine.instruments import Instrument
from engine.values import NANOS_PER_SECOND, Nanos, Side

OPENS_WITHIN_SECONDS = 15.0
LOOK_SECONDS = 0.05
NOTES_KEPT_MAX = 200
NEVER_LEFT = "it never left: the line to the venue was down"
ANEW = "the venue began its numbers anew"
NOT_AGAIN = "it is not dialled again: start the desk anew when that is settled"
BROKEN = "the numbers of the FIX session cannot be kept any more: only cancels leave"
LINE = "fix"
"""The name of the line, and of the venue."""


class FixVenue:
    """An `engine.hosted.LiveVenue`. One thread calls it; the socket has a thread of its own."""

    name = LINE
    has_oca = False

    def __init__(
        self,
        settings: SessionSettings,
        memory: SessionMemory,
        open_socket: Open,
        *,
        desk: str,
        standing: tuple[Standing, ...] = (),
        symbols: Sequence[str] = (),
        trade_date_of: Callable[[Nanos], int],
        redial: Redial,
        clock: Callable[[], Nanos] | None = None,
        wall: Callable[[Nanos], str] | None = None,
    ) -> None:
        """`desk`: what the ids of this desk begin with. `standing`: its orders that may be open.
        `symbols`: only these. `trade_date_of`: YYYYMMDD of a time, by the venue's calendar.
        `wall`: a time as people there read it."""
        self.clock: Callable[[], Nanos] = clock or VenueClock()
        self.settings = settings
        self.market = Market()
        self._known: dict[str, Instrument] = {}
        self._notes: list[str] = []
        self._ring: Callable[[], None] = lambda: None
        self._memory = memory
        self._roll = Roll(standing)
        self._feed = Feed(self._known, self.market, self._say)
        self._feed.marks_own(self._own_at)
        self._listing = Listing(settings.version, symbols, self._say)
        self._sessions = Sessions(self.market)
        self._talk = Talk(
            settings.version,
            self._roll,
            memory.trades,
            self._known,
            self._feed,
            self._listing,
            self._sessions,
            find=memory.sent,
            note=self._say,
            clock=lambda: self.now,
        )
        session = Session(settings, memory, self._talk)
        wire = Wire(open_socket, lambda: self._ring())
        record = Record(session.known, session.app_known, settings.mask, wall)
        self._caller = Caller(session, memory, wire, self._talk, redial, self._say, record)
        self._asker = Asker(settings, desk, self._roll, self._known)
        self._trade_date_of = trade_date_of
        self.now = self.clock()
        self.trade_date = trade_date_of(self.now)
        self._stamp: Instant = self._caller.instant
        """Of everything that is staged until time passes: the same request in the same bytes."""
        self._is_up = False
        self._resets = memory.resets

    # What it is.

    @property
    def simulated(self) -> SimulatedVenue | None:
        """Its time is nobody's to drive."""
        return None

    @property
    def live(self) -> "FixVenue":
        return self

    @property
    def instruments(self) -> tuple[Instrument, ...]:
        return tuple(self._known.values())

    @property
    def description(self) -> str:
        settings = self.settings
        return description_of(settings.version, settings.sender, settings.target)

    @property
    def note(self) -> str:
        return ""

    def wake_with(self, ring: Callable[[], None]) -> None:
        self._ring = ring

    def notes(self) -> tuple[str, ...]:
        """What a person should hear of the line since the last call."""
        notes, self._notes = tuple(self._notes), []
        return notes

    def figures(self) -> tuple[VenueFigure, ...]:
        """No account is told of over FIX."""
        return ()

    def messages(self, label: Callable[[str], str]) -> tuple[str, ...]:
        return self._caller.record.lines(label)

    def stand_up(self, seconds: float = OPENS_WITHIN_SECONDS) -> None:
        """Waits until somebody is logged on and has said what is traded there, and whether now.

        Raises LineError as soon as it is clear that it cannot be.
        """
        came = threading.Event()
        self.wake_with(came.set)
        until = self.clock() + int(seconds * NANOS_PER_SECOND)
        while not (self._is_up and self._sessions.is_known):
            self.advance(self.clock())
            caller = self._caller
            if self._listing.objection:
                raise LineError(self._listing.objection)
            trouble = caller.redial.stopped or caller.trouble
            if trouble and not caller.is_up:
                raise LineError(trouble)
            if self.clock() >= until:
                raise LineError(f"{NO_ANSWER} within {seconds:g} s")
            came.wait(LOOK_SECONDS)
            came.clear()

    def close(self, *, is_orderly: bool = True) -> None:
        """Logs out. What was collected last counts as journaled where the desk ends in order; else
        the venue tells it again."""
        if is_orderly and not self._talk.reports:
            self._memory.handed_over()  # what came since said nothing of orders
        self._caller.close(is_orderly=is_orderly)

    # Orders.

    def stage(self, requests: Sequence[Request]) -> Sequence[bytes]:
        """Each request in the bytes that will leave, its number in them; b"" for none."""
        session, number = self._caller.session, self._memory.next_out
        staged: list[bytes] = []
        for asks in self._asks(requests):
            messages: list[bytes] = []
            for ask in asks if isinstance(asks, list) else ():
                data = session.encoded(ask.type, ask.body, number + len(messages), self._stamp)
                messages.append(data)
            number += len(messages)
            staged.append(b"".join(messages))
        return staged

    def release(self, requests: Sequence[Request], staged: Sequence[bytes]) -> None:
        """What was staged leaves; over a line that is down nothing does, and no number is used.

        Where the session itself has spoken since (it does not within a step), what leaves has the
        next numbers instead.
        """
        assert len(requests) == len(staged), "what leaves is what was journaled"
        if self._memory.is_broken and not all(isinstance(r, CancelRequest) for r in requests):
            raise MachineError(BROKEN)
        leaving: list[Ask] = []
        is_open = self._caller.session.is_active
        for request, asks in zip(requests, self._asks(requests), strict=True):
            if isinstance(asks, Unsayable):
                self._refuse(request, asks.text)
                continue
            self._remember(request, is_open=is_open)
            leaving += asks
        if is_open:
            self._caller.say(leaving, self._stamp)
            return
        for request, sent in zip(requests, staged, strict=True):
            if sent:
                self._never_left(request)

    def collect(self) -> list[Report]:
        """Whoever calls again has made durable what it was given before."""
        reports, self._talk.reports = self._talk.reports, []
        self._memory.handed_over()
        return reports

    def has_reports(self) -> bool:
        return bool(self._talk.reports)

    def _asks(self, requests: Sequence[Request]) -> list[list[Ask] | Unsayable]:
        cancels, found = self._memory.cancels, []
        for request in requests:
            found.append(self._asker.asks(request, self._stamp.utc, cancels))
            cancels += isinstance(request, CancelRequest)
        return found

    def _remember(self, request: Request, *, is_open: bool) -> None:
        match request:
            case NewOrderRequest():
                self._roll.entered(request)
            case ReplaceRequest():
                self._roll.changes(request)
            case CancelRequest():
                cancel_id = self._asker.cancel_id(self._memory.cancels)
                self._roll.cancels(cancel_id, request.client_order_id)
                self._memory.cancels += 1
            case StatusRequest() if is_open:
                self._talk.statements.asked(request)
            case OpenOrdersRequest() if is_open:
                self._talk.reports += self._talk.statements.asked_for_orders(request)

    def _never_left(self, request: Request) -> None:
        """Over a line that is down: an order that nobody was given is no order. A cancel that is
        still wanted is repeated when the line is back, and a question asked again."""
        if isinstance(request, NewOrderRequest | ReplaceRequest):
            self._refuse(request, NEVER_LEFT)

    def _refuse(self, request: Request, text: str) -> None:
        """It never left: this side says so, as the venue would have."""
        reports = self._talk.reports
        match request:
            case NewOrderRequest(client_order_id=name):
                reports.append(VenueRejected(name, text))
            case ReplaceRequest(client_order_id=name, new_client_order_id=new):
                reports.append(VenueReplaceRefused(name, text, new))
            case _:
                self._say(text)

    # Time.

    def next_at(self) -> Nanos:
        """Something may always come."""
        return Nanos(self.now + NANOS_PER_SECOND)

    def advance(self, until: Nanos) -> None:
        """It is as late as the clock says, but not later than `until`; what has come is heard."""
        self.now = max(self.now, Nanos(min(until, self.clock())))
        self._caller.look()
        self._stamp = self._caller.instant
        if self._caller.is_up:
            self.market.feed_heard_at = self._heard_at()
        self._begin_anew()
        if self._caller.is_up != self._is_up:
            self._turn()
        self._take_listing()
        self._talk.reports += self._sessions.late(self.now)
        wanted = self._feed.wanted()
        if wanted and self._is_up:
            self._caller.say(wanted, self._stamp)
        self._turn_page()

    def _heard_at(self) -> Nanos:
        """The session is the feed: whatever was heard on it, a heartbeat too, is a sign of life."""
        silent = self._stamp.monotonic - self._caller.session.received_at
        return max(self.market.feed_heard_at, Nanos(self.now - silent))

    def _begin_anew(self) -> None:
        """Numbers that were reset on a line that stands: what was missed before can not be asked
        for any more, so the desk compares its books as after a break."""
        if self._resets == self._memory.resets:
            return
        self._resets = self._memory.resets
        if self._is_up and self._caller.is_up:
            for state in (LinkState.DOWN, LinkState.UP):
                self._talk.reports.append(LinkChanged(LINE, state, ANEW))

    def _turn(self) -> None:
        """The line came up or went down."""
        self._is_up = self._caller.is_up
        reports = self._talk.reports
        if not self._is_up:
            self._feed.lost(self.now)
            stopped = self._caller.redial.stopped
            trouble = f"{stopped}; {NOT_AGAIN}" if stopped else self._caller.trouble
            reports.append(LinkChanged(LINE, LinkState.DOWN, trouble))
            return
        reports.append(LinkChanged(LINE, LinkState.UP, self.description))
        if self._known:
            self._listen()
        else:
            self._caller.say([self._listing.ask(self.now)], self._stamp)

    def _listen(self) -> None:
        """To the market from now on, whose sessions it may tell or not."""
        self._caller.say([self._sessions.ask(self.now)], self._stamp)
        self._feed.subscribe()

    def _take_listing(self) -> None:
        self._listing.late(self.now)
        if self._known or not self._listing.is_complete:
            return
        for instrument in self._listing.instruments:
            self._known[instrument.symbol] = instrument
        self._feed.lists(self._known)
        if self._is_up:
            self._listen()

    def _turn_page(self) -> None:
        date = self._trade_date_of(self.now)
        if date == self.trade_date:
            return
        self.trade_date = date
        self._talk.reports.append(rolled(self.market, date))

    # What it shows.

    def depth(self, symbol: str, levels: int) -> tuple[tuple[DepthRow, ...], tuple[DepthRow, ...]]:
        if levels > 1:
            self._feed.look_at(symbol)
        return self._feed.depth(symbol, levels)

    def tape(self, symbol: str, prints: int) -> tuple[TradePrint, ...]:
        return self._feed.tape(symbol, prints)

    def would_fill(
        self, symbol: str, side: Side, price: int, quantity: int
    ) -> list[tuple[int, int]]:
        return self._feed.taken_by(symbol, side, price, quantity)

    def indication(self, symbol: str) -> AuctionView | None:
        return None

    def queue_ahead(self, client_order_id: str) -> int:
        """FIX does not say where an order stands."""
        return -1

    def queue_is_estimate(self, client_order_id: str) -> bool:
        return False

    def fill_time(self, client_order_id: str) -> FillTime | None:
        return None

    def waited(self, client_order_id: str) -> VenueOrderWaited | None:
        return None

    def _own_at(self, symbol: str) -> dict[int, int]:
        own: dict[int, int] = {}
        for order in self._roll.open():
            if order.symbol == symbol and order.price > 0:
                left = order.quantity - order.cumulative
                own[order.price] = own.get(order.price, 0) + left
        return own

    def _say(self, text: str) -> None:
        self._notes.append(text)
        del self._notes[:-NOTES_KEPT_MAX]
