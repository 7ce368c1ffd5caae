"""Interactive Brokers behind the engine's port: its time is the wall's, its words come by
themselves."""

import threading
import time
from collections.abc import Callable, Sequence

from connectors.date_roll import rolled
from connectors.ib import safety
from connectors.ib.back_off import BackOff
from connectors.ib.dispatch import Dispatch
from connectors.ib.ear import Heard
from connectors.ib.later import LISTS, POSITIONS, Later
from connectors.ib.library import Library
from connectors.ib.line import Line, State, Whole
from connectors.ib.line_told import LineTeller
from connectors.ib.line_words import (
    GO,
    NEVER_LEFT,
    NO_NUMBERS,
    NOT_SWEPT,
    SWEEP,
    SWEPT,
    TAKES_ORDERS_AGAIN,
    VIEW_ONLY,
    VIEW_ONLY_NOW,
)
from connectors.ib.parts import Asks, assemble
from connectors.ib.quiet import Quiet
from connectors.ib.roll import Standing
from connectors.ib.shown import Shown
from connectors.ib.store import Store
from connectors.ib.terms import IbTerms, description_of
from connectors.ib.turnstile import Lane
from connectors.ib.wire import Opened, Wire
from connectors.line_error import LineError
from connectors.venue_clock import VenueClock
from engine.domain.quotes import Market
from engine.domain.reports import (
    InstrumentsListed,
    Report,
)
from engine.domain.requests import (
    CancelRequest,
    LinkRequest,
    NewOrderRequest,
    ReplaceRequest,
    Request,
)
from engine.domain.statements import VenuePositionMoved
from engine.hosted import SimulatedVenue, VenueEstimate
from engine.instruments import Instrument
from engine.values import NANOS_PER_SECOND, Nanos

LINE = "ib"
"""The name of the line, and of the venue."""
OPENS_WITHIN_SECONDS = 30.0
LOOK_SECONDS = 0.05
FOREVER = Nanos(1 << 62)
NOTES_KEPT_MAX = 200


class IbVenue(Shown):
    """An `engine.hosted.LiveVenue`. One thread calls it; the socket has a thread of its own."""

    name = LINE
    has_oca = True

    def __init__(
        self,
        library: Library,
        terms: IbTerms,
        store: Store,
        back_off: BackOff,
        *,
        standing: tuple[Standing, ...] = (),
        symbols: Sequence[str] = (),
        trade_date_of: Callable[[Nanos], int],
        clock: Callable[[], Nanos] | None = None,
        wall: Callable[[Nanos], str] = str,
    ) -> None:
        """`standing`: this desk's orders that may be open. `symbols`: looked up at the start.
        `trade_date_of`: YYYYMMDD of a time. `wall`: a time as people there read it."""
        self.clock: Callable[[], Nanos] = clock or VenueClock()
        self.terms, self.market = terms, Market()
        self._symbols, self._trade_date_of, self._wall = tuple(symbols), trade_date_of, wall
        self._notes: list[str] = []
        self._reports: list[Report] = []
        self._ring: Callable[[], None] = lambda: None
        self._store = store
        self.account = terms.account
        self.now = self.clock()
        self.trade_date = trade_date_of(self.now)
        self._wire = Wire(library, lambda: self._ring(), terms.messages_a_second)
        asks = Asks(
            self._say,
            lambda: self.now,
            lambda: self.account,
            self._recheck,
            lambda: self.trade_date,
            lambda: self._line.why_down,
        )
        self.parts = assemble(library, terms, self._wire, store, self.market, standing, asks)
        self.parts.feed.own = self._own_at
        self._line = Line(
            self._wire,
            terms.dial,
            back_off,
            self.parts.rounds,
            self.parts.speaker,
            self._guarded,
            terms.heartbeat,
        )
        self.parts.rounds.answers_within = terms.answers_within
        self._quiet = Quiet(terms.restart, terms.login)
        self._told = LineTeller(LINE, self._line, self._quiet, lambda: self.description, self.now)
        self._dispatch = Dispatch(self.parts, self._line, self._say, lambda: self.now)
        self._was_up = self._was_view_only = self._is_open = False
        self._later = Later()

    # What it is.

    @property
    def simulated(self) -> SimulatedVenue | None:
        """Its time is nobody's to drive."""
        return None

    @property
    def live(self) -> "IbVenue":
        return self

    @property
    def description(self) -> str:
        return description_of(self.account)

    def wake_with(self, ring: Callable[[], None]) -> None:
        self._ring = ring

    def notes(self) -> tuple[str, ...]:
        """What a person should hear of the line since the last call."""
        notes, self._notes = tuple(self._notes), []
        return notes

    def stand_up(self, seconds: float = OPENS_WITHIN_SECONDS) -> None:
        """Waits until the line is whole and what is wanted was looked up.

        Raises LineError as soon as it is clear that it cannot be; who opens all the same says
        `goes_on_without`.
        """
        came = threading.Event()
        self.wake_with(came.set)
        until = self.clock() + int(seconds * NANOS_PER_SECOND)
        quotes_until = FOREVER
        while not self._stands(quotes_until):
            self.advance(self.clock())
            if self._line.is_up and self.parts.contracts.is_settled:
                quotes_until = min(quotes_until, Nanos(self.clock() + self.terms.first_quotes))
            line = self._line
            if line.back_off.stopped or (line.state is State.DOWN and line.trouble):
                raise LineError(line.back_off.stopped or line.trouble)
            if self.clock() >= until:
                raise LineError(f"the gateway told no whole story within {seconds:g} s")
            came.wait(LOOK_SECONDS)
            came.clear()
        if not self.instruments:
            why = "; ".join(self.parts.contracts.refused.values()) or "name symbols with --symbols"
            raise LineError(f"nothing is traded here: {why}")
        self._is_open = True
        self._told.opens()

    def _stands(self, quotes_until: Nanos) -> bool:
        """Whole, looked up, and with a first word of every market, which may stay away."""
        if not (self._line.is_up and self.parts.contracts.is_settled):
            return False
        return self.parts.feed.is_settled or self.clock() >= quotes_until

    def goes_on_without(self, why: str, account: str, instruments: Sequence[Instrument]) -> None:
        """The desk opens though the gateway is not there: its line is down, and dialled on.

        `why`: with what to do. `account`, `instruments`: what the desk traded when it was there
        last; a gateway that comes with another account is refused.
        """
        self._is_open, self.account = True, account
        self.parts.contracts.remembered = tuple(instruments)
        self.parts.feed.awaits([each.symbol for each in instruments])
        self._reports.append(self._told.opens_without(why, self.now))

    def close(self, *, is_orderly: bool = True) -> None:
        """Hangs up; orders stay at IB."""
        self._line.close()
        self._store.close()

    # Orders.

    def stage(self, requests: Sequence[Request]) -> Sequence[bytes]:
        """Each request in the bytes that will leave, its id in them; b"" for none."""
        return self.parts.outgoing.stage(requests)

    def release(self, requests: Sequence[Request], staged: Sequence[bytes]) -> None:
        """What was staged leaves at its pace; over a line that is not whole nothing new does, and
        no id is used. Cancels leave over any line that stands."""
        assert len(requests) == len(staged), "what leaves is what was journaled"
        self._reports += self.parts.outgoing.release(
            requests,
            staged,
            self._why_not(),
            self.clock(),
            is_view_only=self.is_view_only,
        )
        for request in requests:
            if isinstance(request, NewOrderRequest | ReplaceRequest | CancelRequest):
                continue
            if isinstance(request, LinkRequest):
                self._operate(request)
            elif self._line.is_up:
                self.parts.books.asked(request, self.parts.rounds)

    def collect(self) -> list[Report]:
        reports, self._reports = self._reports, []
        return reports

    def has_reports(self) -> bool:
        return bool(self._reports)

    def _why_not(self) -> str:
        """Why nothing new may leave now; empty where it may."""
        line = self._line
        if self.is_view_only:
            return VIEW_ONLY
        if line.state is State.DEGRADED:
            return NEVER_LEFT + line.trouble
        if line.state is State.RECOVERING:
            return NEVER_LEFT + "what happened while the line was away is still being told"
        if not line.is_up:
            return NEVER_LEFT + "the line to the gateway is down"
        if not (self.parts.contracts.is_settled or self.parts.contracts.every()):
            return NEVER_LEFT + "what is traded here is still being looked up"
        return ""

    def _operate(self, request: LinkRequest) -> None:
        """A person's word about the line itself."""
        if request.what == GO:
            self._line.go(Nanos(time.monotonic_ns()))
        elif request.what != SWEEP:
            self._say(NO_NUMBERS)
        elif not self._line.is_open:
            self._say(NOT_SWEPT)
        else:
            self._reports += self.parts.outgoing.sweep()
            self._say(SWEPT)
            self._later.looks(LISTS, Nanos(time.monotonic_ns()))

    def _recheck(self) -> None:
        """IB is asked about all orders again, soon."""
        if self._line.is_up:
            self.parts.books.recheck(self.parts.rounds)

    # Time.

    def next_at(self) -> Nanos:
        """Something may always come."""
        return Nanos(self.now + NANOS_PER_SECOND)

    def advance(self, until: Nanos) -> None:
        """It is as late as the clock says, but not later than `until`; what has come is heard."""
        self.now = max(self.now, Nanos(min(until, self.clock())))
        steady = Nanos(time.monotonic_ns())
        whole = self._line.look(steady, self._heard)
        if whole is not None:
            self._is_whole(whole, steady)
        self._turned()
        self._take_never_left()
        self.parts.feed.heard(self._wire.ticks(), self.now)
        self._take_listing()
        if self._line.is_up:
            self.parts.contracts.late(self.now)
        self.parts.look(steady)
        self.parts.feed.turn(self.now)
        self._hear_of_positions(steady)
        if self._later.is_due(LISTS, steady):
            self._recheck()
        if self._line.is_up:
            self.parts.rolled_back.look()
            self.parts.rounds.look(steady)
        self._reports += self.parts.books.answers(self.account)
        self._reports += self.parts.feed.reports
        self.parts.feed.reports = []
        if self._line.is_up:
            self.market.feed_heard_at = max(self.market.feed_heard_at, self._heard_at(steady))
        self._turn_page()

    def _heard(self, heard: Heard) -> None:
        told = self._dispatch.hear(heard)
        self._told.heard(told)
        self._reports += told

    def _heard_at(self, steady: Nanos) -> Nanos:
        """Whatever the gateway says is a sign of life of the feed too, but for a broken farm."""
        return Nanos(self.now - max(0, steady - self._line.heard_at))

    def _guarded(self, opened: Opened) -> str:
        """Before anything is asked or sent: whose money it is, and from where ids count on."""
        terms = self.terms
        why_not = safety.objection(opened.accounts, self.account, is_live=terms.is_live)
        if why_not:
            return why_not
        self.account = safety.account_of(opened.accounts, self.account)
        self.parts.ids.connected(opened.next_id)
        self.parts.rolled_back.begins()
        self.parts.roll.ids_forgotten()
        self.parts.values.forget()
        self.parts.health.forget()
        return ""

    def _hear_of_positions(self, steady: Nanos) -> None:
        """IB tells of a position that has changed, also where no trade of ours did it: the desk
        compares, once the trades that came with it have been told."""
        books, later = self.parts.books, self._later
        if books.moved and not later.waits(POSITIONS):
            later.looks(POSITIONS, steady)
        if books.moved and self._line.is_up and later.is_due(POSITIONS, steady):
            self._reports.append(VenuePositionMoved(books.moved))
            books.moved = ""

    def _is_whole(self, whole: Whole, steady: Nanos) -> None:
        """All that happened meanwhile was told: the market is heard again, and later on the lists
        are looked at once more."""
        if whole.is_new_session:
            if self.terms.client_id == 0:
                self.parts.speaker.ask(Lane.RECOVERY, "reqAutoOpenOrders", True)
            self.parts.speaker.ask(Lane.MARKET, "reqPnL", *self._profits())
            contracts = self.parts.contracts
            contracts.again()
            contracts.want((*self._symbols, *contracts.chosen))
            contracts.refresh()
        if whole.data_was_lost:
            self.parts.feed.lines.subscribe(is_new_session=whole.is_new_session)
        else:
            self.parts.feed.lines.resume(self.now)
        if self._is_open and self.is_view_only != self._was_view_only:
            self._say(VIEW_ONLY_NOW if self.is_view_only else TAKES_ORDERS_AGAIN)
        self._was_view_only = self.is_view_only
        self._later.looks(LISTS, steady)

    def _profits(self) -> tuple[int, str, str]:
        """A subscription of the account's P&L, under an id that was never used."""
        question = self.parts.speaker.new_id(lambda question, code, text: None)
        return question, self.account, ""

    def _turned(self) -> None:
        """The line came up or went down, or there is more to be said of it."""
        was_up, self._was_up = self._was_up, self._line.is_up
        if was_up and not self._was_up:
            self.parts.lost(self.now, self._line.why_down)
        self._told.heard(self.parts.books.found)
        self._reports += self._told.look(self.now)

    def _take_never_left(self) -> None:
        keys, self._line.never_left = self._line.never_left, []
        for key in keys:
            if key:
                self._reports += self.parts.outgoing.never_left(key, NEVER_LEFT + "the line broke")

    def _take_listing(self) -> None:
        if not (self.parts.contracts.is_changed and self.parts.contracts.is_settled):
            return  # a part of it would call all the rest unlisted
        self.parts.contracts.is_changed = False
        self._reports.append(InstrumentsListed(self.instruments))
        self.parts.feed.lists(self.now)
        self.parts.volumes.look()

    def _turn_page(self) -> None:
        date = self._trade_date_of(self.now)
        if date != self.trade_date:
            self.trade_date = date
            self._reports.append(rolled(self.market, date))
            self.parts.history.new_day()
            self.parts.past.again()
            self.parts.volumes.look()
            if self._line.is_up:
                self.parts.contracts.refresh()

    def what_if(self, request: NewOrderRequest) -> VenueEstimate | None:
        may_ask = self.terms.asks_what_if and not self._why_not()
        return self.parts.what_ifs.of(request, may_ask=may_ask)

    def _say(self, text: str) -> None:
        self._notes.append(text)
        del self._notes[:-NOTES_KEPT_MAX]
