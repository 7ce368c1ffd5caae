"""A FIX venue behind the engine's port: its time is the wall's, its words come by themselves."""

import threading
from collections.abc import Callable, Sequence

from connectors.date_roll import rolled
from connectors.fix.client.asking import Asker
from connectors.fix.client.caller import NO_ANSWER, Caller
from connectors.fix.client.feed import Feed
from connectors.fix.client.line_words import line_told
from connectors.fix.client.listing import Listing
from connectors.fix.client.orders import Orders
from connectors.fix.client.record import Record, utc_clock
from connectors.fix.client.roll import Roll, Standing
from connectors.fix.client.sessions import Sessions
from connectors.fix.client.showing import Showing
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
    InstrumentsListed,
    LinkChanged,
    LinkState,
    Report,
)
from engine.domain.requests import Request
from engine.hosted import LineTold, SimulatedVenue, VenueFigure
from engine.instruments import Instrument
from engine.values import NANOS_PER_SECOND, Nanos

OPENS_WITHIN_SECONDS = 15.0
LOOK_SECONDS = 0.05
NOTES_KEPT_MAX, NOTE_CHARACTERS_MAX = 200, 600
"""A note may hold a venue's own words, and those may be long."""
ANEW = "the venue began its numbers anew"
NOT_AGAIN = 'it is not dialled again before a person says so: `link go "…"`, or `link reset "…"`'
LINE = "fix"
"""The name of the line, and of the venue."""


class FixVenue(Showing):
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
        takes_mass_cancel: bool = True,
    ) -> None:
        """`desk`: what the ids of this desk begin with. `standing`: its orders that may be open.
        `symbols`: only these. `trade_date_of`: YYYYMMDD of a time, by the venue's calendar.
        `wall`: a time as people there read it. `takes_mass_cancel`: it may be tried."""
        self.clock: Callable[[], Nanos] = clock or VenueClock()
        self.settings = settings
        self.market = Market()
        self._known: dict[str, Instrument] = {}
        self._notes: list[str] = []
        self._ring: Callable[[], None] = lambda: None
        self._memory = memory
        feed = Feed(self._known, self.market, self._say)
        super().__init__(feed, Roll(standing))
        self._listing = Listing(settings.version, symbols, self._say)
        self._sessions = Sessions(self.market)
        self._talk = Talk(
            settings.version,
            self._roll,
            memory.trades,
            self._known,
            feed,
            self._listing,
            self._sessions,
            find=memory.sent,
            note=self._say,
            clock=lambda: self.now,
            takes_mass_cancel=takes_mass_cancel,
            desk=desk,
        )
        self._wall, self._turned_at = wall or utc_clock, Nanos(0)
        self._caller = self._called(open_socket, redial)
        asker = Asker(settings, desk, self._roll, self._known)
        self._orders = Orders(self._caller, memory, self._roll, self._talk, asker, self._say)
        self._trade_date_of = trade_date_of
        self.now = self.clock()
        self.trade_date = trade_date_of(self.now)
        self._stamp: Instant = self._caller.instant
        """Of everything that is staged until time passes: the same request in the same bytes."""
        self._is_up = False
        self._is_listed = False
        """The venue has said what is traded there, in the life of this process."""
        self._is_open = False
        """The desk has opened: what is traded is news from now on."""
        self._resets = memory.resets

    def _called(self, open_socket: Open, redial: Redial) -> Caller:
        """The line: nobody is dialled before somebody looks."""
        settings, memory = self.settings, self._memory
        session = Session(settings, memory, self._talk)
        session.unread = self._talk.unread
        session.stopped, session.reset_wanted = memory.held, memory.begins_anew
        wire = Wire(open_socket, lambda: self._ring())
        record = Record(session.known, session.app_known, settings.mask, self._wall)
        return Caller(session, memory, wire, self._talk, redial, self._say, record)

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

    @property
    def skew(self) -> Nanos | None:
        """Our clock less the venue's, with the shortest way of late; None before its first word."""
        return self._caller.session.skew.figure

    def seen(self, symbols: Sequence[str]) -> None:
        """What can be subscribed here is, whoever looks."""

    @property
    def directory(self) -> None:
        """The venue says by itself all that is traded there."""
        return None

    def line(self) -> LineTold:
        since = self._wall(self._turned_at or self.now)
        return line_told(self._caller, self.description, since)

    def figures(self) -> tuple[VenueFigure, ...]:
        """No account is told of over FIX."""
        return ()

    def messages(self, label: Callable[[str], str]) -> tuple[str, ...]:
        return self._caller.record.lines(label)

    def stand_up(self, seconds: float = OPENS_WITHIN_SECONDS) -> None:
        """Waits until somebody is logged on and has said what is traded there, and whether now.

        Raises LineError as soon as it is clear that it cannot be; who opens all the same says
        `goes_on_without`.
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
        self._is_open = True

    def goes_on_without(self, why: str, instruments: Sequence[Instrument]) -> None:
        """The desk opens though the venue is not there: its line is down, and dialled on.

        `why`: with what to do. `instruments`: what was traded there when the desk last knew.
        """
        self._is_open, self._turned_at = True, self.now
        if not self._is_listed:
            self._know(instruments)
        if not self._is_up:  # else what it has not said yet is heard as it comes
            text = f"not reached: {why}"
            self._talk.reports.append(LinkChanged(LINE, LinkState.DOWN, text))

    def close(self, *, is_orderly: bool = True) -> None:
        """Logs out. What was collected last counts as journaled where the desk ends in order; else
        the venue tells it again."""
        if is_orderly and not self._talk.reports:
            self._memory.handed_over()  # what came since said nothing of orders
        self._caller.close(is_orderly=is_orderly)

    # Orders.

    def stage(self, requests: Sequence[Request]) -> Sequence[bytes]:
        """Each request in the bytes that will leave, its number in them; b"" for none."""
        return self._orders.stage(requests, self._stamp)

    def release(self, requests: Sequence[Request], staged: Sequence[bytes]) -> None:
        """What was staged leaves; over a line that is down nothing does, and no number is used."""
        self._orders.release(requests, staged, self._stamp)

    def collect(self) -> list[Report]:
        """Whoever calls again has made durable what it was given before."""
        reports, self._talk.reports = self._talk.reports, []
        self._memory.handed_over()
        return reports

    def has_reports(self) -> bool:
        return bool(self._talk.reports)

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
        if self._is_up:
            self._orders.cancel_one_by_one(self._stamp)
            self._take_listing()
            self._talk.reports += self._sessions.late(self.now)
            if wanted := self._feed.wanted():
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
        self._is_up, self._turned_at = self._caller.is_up, self.now
        reports = self._talk.reports
        if not self._is_up:
            self._feed.lost(self.now)
            stopped = self._caller.redial.stopped
            trouble = f"{stopped}; {NOT_AGAIN}" if stopped else self._caller.trouble
            reports.append(LinkChanged(LINE, LinkState.DOWN, f"lost: {trouble}"))
            return
        self._orders.say_owed(self._stamp)
        reports.append(LinkChanged(LINE, LinkState.UP, self.description))
        if self._is_listed:
            self._listen()
        else:
            self._caller.say([self._listing.ask(self.now)], self._stamp)

    def _listen(self) -> None:
        """To the market from now on, whose sessions it may tell or not."""
        self._caller.say([self._sessions.ask(self.now)], self._stamp)
        self._feed.subscribe()

    def _take_listing(self) -> None:
        """Once in the life of the process: what is traded, and then the market of it."""
        if self._is_listed:
            return
        self._listing.late(self.now)
        if not self._listing.is_complete:
            return
        self._is_listed = True
        self._know(self._listing.instruments)
        self._listen()
        if self._is_open:
            self._talk.reports.append(InstrumentsListed(self.instruments))
            if self._listing.objection:
                self._say(self._listing.objection)

    def _know(self, instruments: Sequence[Instrument]) -> None:
        self._known.clear()
        self._known.update({each.symbol: each for each in instruments})
        self._feed.lists(self._known)

    def _turn_page(self) -> None:
        date = self._trade_date_of(self.now)
        if date == self.trade_date:
            return
        self.trade_date = date
        self._talk.reports.append(rolled(self.market, date))

    def _say(self, text: str) -> None:
        self._notes.append(text[:NOTE_CHARACTERS_MAX])
        del self._notes[:-NOTES_KEPT_MAX]
