"""Interactive Brokers behind the engine's port: its time is the wall's, its words come by
themselves."""

import threading
import time
from collections.abc import Callable, Sequence

from connectors.date_roll import rolled
from connectors.ib import record, safety
from connectors.ib.back_off import BackOff
from connectors.ib.directory import Directory
from connectors.ib.dispatch import Dispatch
from connectors.ib.ear import Heard
from connectors.ib.library import Library
from connectors.ib.line import Line, State, Whole
from connectors.ib.line_words import line_told
from connectors.ib.parts import Asks, assemble
from connectors.ib.quiet import Quiet
from connectors.ib.roll import Standing
from connectors.ib.store import Store
from connectors.ib.terms import IbTerms, description_of
from connectors.ib.turnstile import Lane
from connectors.ib.wire import Opened, Wire
from connectors.line_error import LineError
from connectors.untold import Untold, open_by_price
from connectors.venue_clock import VenueClock
from engine.domain.quotes import Market
from engine.domain.reports import (
    InstrumentsListed,
    LinkChanged,
    LinkState,
    Report,
)
from engine.domain.requests import (
    CancelRequest,
    LinkRequest,
    NewOrderRequest,
    ReplaceRequest,
    Request,
)
from engine.domain.views import DepthRow, TradePrint
from engine.hosted import LineTold, SimulatedVenue, VenueFigure
from engine.instruments import Instrument
from engine.values import NANOS_PER_SECOND, Nanos, Quantity, Side

LINE = "ib"
"""The name of the line, and of the venue."""
OPENS_WITHIN_SECONDS = 30.0
LOOK_SECONDS = 0.05
FOREVER = Nanos(1 << 62)
NOTES_KEPT_MAX = 200
NEVER_LEFT = "it never left: "
NOT_AGAIN = "it is not dialled again: start the desk anew when that is settled"
VIEW_ONLY = (
    "the API of this gateway is read-only: nothing can be sent. Take the tick off `Read-Only API`"
    " in its API settings, and start the desk anew"
)
NO_NUMBERS = "`link` sets the numbers of a FIX session: a gateway has none, nothing was done"
SETTLES_LATE = Nanos(5 * NANOS_PER_SECOND)
"""After a recovery the lists are asked for once more: some of it comes late."""


class IbVenue(Untold):
    """An `engine.hosted.LiveVenue`. One thread calls it; the socket has a thread of its own."""

    name = LINE
    has_oca = False

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
        self._quiet = Quiet(terms.restart)
        self._dispatch = Dispatch(self.parts, self._line, self._say, lambda: self.now)
        self._was_up = False
        self._late_at: Nanos | None = None

    # What it is.

    @property
    def simulated(self) -> SimulatedVenue | None:
        """Its time is nobody's to drive."""
        return None

    @property
    def live(self) -> "IbVenue":
        return self

    @property
    def instruments(self) -> tuple[Instrument, ...]:
        return tuple(listed.instrument for listed in self.parts.contracts.every())

    @property
    def description(self) -> str:
        return description_of(self.account)

    @property
    def note(self) -> str:
        return VIEW_ONLY if self.is_view_only else ""

    @property
    def is_view_only(self) -> bool:
        return self.parts.rounds.is_read_only

    def seen(self, symbols: Sequence[str]) -> None:
        for symbol in symbols:
            self.parts.feed.lines.look_at(symbol)

    @property
    def directory(self) -> Directory:
        return self.parts.directory

    def wake_with(self, ring: Callable[[], None]) -> None:
        self._ring = ring

    def notes(self) -> tuple[str, ...]:
        """What a person should hear of the line since the last call."""
        notes, self._notes = tuple(self._notes), []
        return notes

    def line(self) -> LineTold:
        """Its state, IB's farms, and how much of the rate that IB takes is used."""
        used, waiting = self._wire.used()
        rate = self.terms.messages_a_second
        line, health, data = self._line, self.parts.health, self.parts.feed.lines.trouble
        return line_told(line, health, data, used=used, waiting=waiting, rate=rate)

    def figures(self) -> tuple[VenueFigure, ...]:
        """The account as IB counts it."""
        trades = self.parts.trades
        return self.parts.values.figures(len(trades.every()), trades.commissions.values(), self.now)

    def messages(self, label: Callable[[str], str]) -> tuple[str, ...]:
        ear = self._wire.ear
        return record.lines(ear.raw, label, self._wall) if ear is not None else ()

    def stand_up(self, seconds: float = OPENS_WITHIN_SECONDS) -> None:
        """Waits until the line is whole and what is wanted was looked up.

        Raises LineError as soon as it is clear that it cannot be.
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

    def _stands(self, quotes_until: Nanos) -> bool:
        """Whole, looked up, and with a first word of every market, which may stay away."""
        if not (self._line.is_up and self.parts.contracts.is_settled):
            return False
        return self.parts.feed.is_settled or self.clock() >= quotes_until

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
            requests, staged, self._why_not(), self.clock()
        )
        for request in requests:
            if isinstance(request, NewOrderRequest | ReplaceRequest | CancelRequest):
                continue
            if isinstance(request, LinkRequest):
                self._say(NO_NUMBERS)
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
        return self._quiet.why_not(self.clock())

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
        self.parts.contracts.late(self.now)
        self.parts.directory.look(steady)
        self.parts.history.look(steady)
        self.parts.feed.turn(self.now)
        if self._late_at is not None and steady >= self._late_at:
            self._late_at = None
            self._recheck()
        if self._line.is_up:
            self.parts.rounds.look(steady)
        self._reports += self.parts.books.answers(self.account)
        self._reports += self.parts.feed.reports
        self.parts.feed.reports = []
        if self._line.is_up:
            self.market.feed_heard_at = max(self.market.feed_heard_at, self._heard_at(steady))
        self._turn_page()

    def _heard(self, heard: Heard) -> None:
        self._reports += self._dispatch.hear(heard)

    def _heard_at(self, steady: Nanos) -> Nanos:
        """Whatever the gateway says is a sign of life of the feed too, but for a broken farm."""
        return Nanos(self.now - max(0, steady - self._line.heard_at))

    def _guarded(self, opened: Opened) -> str:
        """Before anything is asked or sent: whose money it is, and from where ids count on."""
        terms = self.terms
        why_not = safety.objection(opened.accounts, terms.account, is_live=terms.is_live)
        if why_not:
            return why_not
        self.account = safety.account_of(opened.accounts, terms.account)
        self.parts.ids.connected(opened.next_id)
        self.parts.roll.ids_forgotten()
        self.parts.values.forget()
        self.parts.health.forget()
        return ""

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
        self._late_at = Nanos(steady + SETTLES_LATE)

    def _profits(self) -> tuple[int, str, str]:
        """A subscription of the account's P&L, under an id that was never used."""
        question = self.parts.speaker.new_id(lambda question, code, text: None)
        return question, self.account, ""

    def _turned(self) -> None:
        """The line came up or went down."""
        if self._line.is_up == self._was_up:
            return
        self._was_up = self._line.is_up
        if self._was_up:
            self._reports.append(LinkChanged(LINE, LinkState.UP, self.description))
            return
        self.parts.feed.lost(self.now)
        self.parts.directory.lost(self._line.why_down)
        self.parts.history.lost()
        self.parts.books.forget()
        stopped = self._line.back_off.stopped
        trouble = f"{stopped}; {NOT_AGAIN}" if stopped else self._line.trouble
        planned = self._quiet.planned(self.now)
        self._reports.append(LinkChanged(LINE, LinkState.DOWN, planned or trouble))

    def _take_never_left(self) -> None:
        keys, self._line.never_left = self._line.never_left, []
        for key in keys:
            if key:
                self._reports += self.parts.outgoing.never_left(key, NEVER_LEFT + "the line broke")

    def _take_listing(self) -> None:
        if not self.parts.contracts.is_changed:
            return
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
            self.parts.volumes.look()
            if self._line.is_up:
                self.parts.contracts.refresh()

    # What it shows.

    def depth(self, symbol: str, levels: int) -> tuple[tuple[DepthRow, ...], tuple[DepthRow, ...]]:
        if levels > 1:
            self.parts.feed.lines.look_deep(symbol)
        return self.parts.feed.depth(symbol, levels)

    def tape(self, symbol: str, prints: int) -> tuple[TradePrint, ...]:
        return self.parts.feed.tape(symbol, prints)

    def would_fill(
        self, symbol: str, side: Side, price: int, quantity: int
    ) -> list[tuple[int, int]]:
        return self.parts.feed.taken_by(symbol, side, price, quantity)

    def _own_at(self, symbol: str) -> dict[int, int]:
        orders = (order for order in self.parts.roll.open() if order.symbol == symbol)
        return open_by_price((o.price, Quantity(o.quantity - o.filled)) for o in orders)

    def _say(self, text: str) -> None:
        self._notes.append(text)
        del self._notes[:-NOTES_KEPT_MAX]
