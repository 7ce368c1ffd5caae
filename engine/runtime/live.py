"""The live desk: a host in a thread of its own behind one door; all that crosses is encoded."""

import queue
import threading
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

import msgspec

from engine.attachment import StopEngine
from engine.domain.commands import ALL_SYMBOLS, CancelMany, CancelScope, Kill, Origin
from engine.domain.events import FlattenStep, InstrumentsKnown
from engine.domain.quotes import Phase
from engine.domain.records import Record
from engine.domain.reports import SessionEnded
from engine.domain.views import DeskView, Severity
from engine.errors import TraderError
from engine.instruments import Instrument
from engine.ports import (
    DeskAnswer,
    DeskRequest,
    EngineStopped,
    FocusSymbol,
    InstrumentsTold,
    LineAnswered,
    Notice,
    SendLine,
)
from engine.runtime.clock_watch import ClockWatch, ReadClocks, machine_clocks, waking_nanos
from engine.runtime.counter import Counter
from engine.runtime.factor_door import FactorDoor, NoSecondFactor
from engine.runtime.failstop import fail_stop
from engine.runtime.history import OrderHistory
from engine.runtime.host import FOREVER, Host
from engine.runtime.interrupts import Interrupts
from engine.runtime.live_time import LiveTime
from engine.runtime.pace import TICK_SECONDS
from engine.runtime.publishing import Publisher, Shown
from engine.runtime.symbol_door import SymbolDoor
from engine.runtime.view import ViewBuilder
from engine.second_factor import SecondFactor
from engine.values import NANOS_PER_MILLISECOND, NANOS_PER_SECOND, Nanos

INBOX_REQUESTS_MAX = 1_024
KILL_FILE_EVERY_NANOS = 500 * NANOS_PER_MILLISECOND
NIGHT_NANOS = 600 * NANOS_PER_SECOND
"""A closed market that does nothing for longer than this is closed for the night."""
NIGHT_PAUSE_NANOS = 15 * NANOS_PER_SECOND
"""Wall time between the close and the next open: long enough to read what the day was."""
DAWN_NANOS = 3 * NANOS_PER_SECOND
"""Market time before the open at which the clock goes on."""
JOIN_SECONDS_MAX = 5.0
CANCELS_NANOS_MAX = 5 * NANOS_PER_SECOND
"""So long a stop waits for the venue: for the end of its cancels, and of a flatten that runs."""
TOO_OLD = (
    "the engine could look at this line only after {seconds:.0f} s, when the market was another:"
    " nothing was done"
)

Reply = Callable[[DeskAnswer], None]

_requests = msgspec.msgpack.Decoder(DeskRequest)
_answers = msgspec.msgpack.Decoder(DeskAnswer)
_views = msgspec.msgpack.Decoder(DeskView)


class InboxFullError(TraderError):
    """The engine cannot keep up with what is asked: said, never dropped in silence."""


class _Asked(NamedTuple):
    """A request in the inbox, who hears its answer, and up to when a line of it is still meant."""

    encoded: bytes
    reply: Reply | None
    until: int
    """Nanoseconds of a clock that goes on in sleep; 0: always."""


class LiveDesk:
    """engine.ports.Desk over a running host."""

    def __init__(
        self,
        host: Host,
        views: ViewBuilder,
        history: OrderHistory,
        *,
        account: str,
        speed: float,
        read_only: bool = False,
        kill_requested: Callable[[], bool] = lambda: False,
        work: Callable[[Callable[[str], None]], None] | None = None,
        remarks: tuple[str, ...] = (),
        welcome: tuple[str, ...] = (),
        news: Callable[[], tuple[str, ...]] = lambda: (),
        keep_fault: Callable[[Exception], str] = lambda fault: "",
        clocks: ReadClocks = machine_clocks,
        factor: SecondFactor | None = None,
        limit_sources: Mapping[str, str] | None = None,
    ) -> None:
        """`work` runs first in the engine's thread, such as a script that is being watched.

        It gets a way to say something to the person. Whoever listens hears `welcome` first, which
        is nothing to look into, and `remarks`: how everything was found. `news` is asked twice a
        second for what else a person should hear. `keep_fault` keeps what a programmer needs of a
        bug, and says where.
        """
        self._host = host
        self._inbox: queue.Queue[_Asked] = queue.Queue(INBOX_REQUESTS_MAX)
        self._reply: Reply | None = None  # of the request that is being served
        self._late: queue.SimpleQueue[tuple[Reply | None, Callable[[], None]]] = queue.SimpleQueue()
        """What came of requests that took something else's time."""
        self._leaves_by = self._cancels = 0
        self._may_cancel = not read_only
        self._wake = threading.Event()
        self._time = LiveTime(host, speed, self._wake, self._say)
        host.attend = self._attend
        self._clocks = ClockWatch(host, clocks)
        views.more_standings = host.watch.standings
        self._publisher = Publisher(views, host.session.market)
        self._kill_requested, self._work = kill_requested, work
        self._remarks, self._welcome = remarks, welcome
        self._news = news
        self._keep_fault = keep_fault
        self._end: EngineStopped | None = None
        self._listeners: list[Callable[[DeskAnswer], None]] = []
        self._latest: tuple[bytes, DeskView] | None = None
        self._kill_file_at = self._night_since = 0
        self._is_closing = False
        self._counter = self._seat_counter(
            host, views, history, account, factor, read_only, limit_sources or {}
        )
        self._account = account
        self.interrupts = Interrupts(host.session.state, account)
        host.session.listen(self._note)
        self._publisher.publish(self._time.word, time.monotonic_ns())
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)

    def _seat_counter(
        self,
        host: Host,
        views: ViewBuilder,
        history: OrderHistory,
        account: str,
        factor: SecondFactor | None,
        read_only: bool,
        limit_sources: Mapping[str, str],
    ) -> Counter:
        return Counter(
            host=host,
            views=views,
            history=history,
            account=account,
            answer=self._answer,
            set_speed=self._time.set_speed,
            replay=self._time.carry_out,
            door=FactorDoor(host, factor or NoSecondFactor(), self._answer, self._way_back),
            symbols=SymbolDoor(host, self._answer, self._way_back),
            read_only=read_only,
            limit_sources=limit_sources,
        )

    def start(self) -> None:
        self._thread.start()

    @property
    def speed(self) -> float:
        return self._time.factor

    @property
    def begins_anew(self) -> bool:
        """Whether it ended because the recording is to begin anew."""
        return self._time.begins_anew

    # ── the door, called from the screen's thread ──────────────────────────────────────────────

    def send(self, request: DeskRequest, reply: Reply | None = None, until: int = 0) -> None:
        """`reply` is called in the engine's thread; without one every listener hears the answer."""
        try:
            self._inbox.put_nowait(_Asked(msgspec.msgpack.encode(request), reply, until))
        except queue.Full:
            raise InboxFullError(
                f"the engine has {INBOX_REQUESTS_MAX:,} requests waiting; this one was not taken"
            ) from None
        self._wake.set()

    def latest(self) -> DeskView:
        frame = self._publisher.frame
        if self._latest is None or self._latest[0] is not frame:
            self._latest = (frame, _views.decode(frame))
        return self._latest[1]

    @property
    def frame(self) -> bytes:
        """The newest view as it was published."""
        return self._publisher.frame

    def show_to(self, shown: Shown) -> None:
        """Every view is handed over as it is published, one for each symbol looked at."""
        self._publisher.shown = shown

    def look_at(self, terminal: int, focus: FocusSymbol | None) -> None:
        """What one of several terminals looks at; None when it is gone."""
        self._publisher.look_at(terminal, focus)

    def instruments(self) -> dict[str, Instrument]:
        return dict(self._host.session.state.instruments)

    def listen(self, listener: Callable[[DeskAnswer], None]) -> None:
        for word in self._welcome:
            listener(Notice(Severity.OK, "remark", word))
        for remark in self._remarks:
            listener(Notice(Severity.ATTENTION, "remark", remark))
        self._listeners.append(listener)
        if self._end is not None:
            # It stopped before anybody listened.
            listener(self._end)

    def close(self) -> None:
        """Ends the engine's thread after its current step; orders stay where they live."""
        self._is_closing = True
        self._wake.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(JOIN_SECONDS_MAX)

    # ── the engine's thread ────────────────────────────────────────────────────────────────────

    def _run(self) -> None:
        try:
            if self._work is not None:
                self._work(self._say)
            while not self._host.run_until(FOREVER, lambda: self._is_ending):
                # A recording is over: nothing moves any more, but the desk still answers, and what
                # is on its way to the venue and back still arrives.
                self._wake.wait(TICK_SECONDS)
                self._wake.clear()
            self._finish()
        except Exception as fault:
            # The host loop is the last door: nothing more is decided from a state that may be half
            # changed, and the person is told at once.
            stopped = fail_stop(self._host.session, fault)
            kept = "" if isinstance(fault, TraderError) else self._keep_fault(fault)
            text = f"{stopped.text}; {kept}" if kept else stopped.text
            self._end = EngineStopped(text, stopped.exit_code)
            self._tell(self._end)

    @property
    def _is_ending(self) -> bool:
        return self._is_closing or self._time.begins_anew

    def _finish(self) -> None:
        """The next start goes on from here, or from the recording's beginning."""
        if self._time.begins_anew:
            self._host.submit(SessionEnded("the recording begins anew", clean=True))
            self._end = EngineStopped("", begins_anew=True)
        else:
            self._host.leave()
            if not self._leaves_by:
                return
            left = self._flattening(FlattenStep.ASKING)
            cut_off = "".join(f"the flatten of {each} was cut off; " for each in left)
            self._end = EngineStopped(f"the engine was stopped; {cut_off}{self._what_stays()}")
        self._tell(self._end)

    def _what_stays(self) -> str:
        """After a stop: orders of a paper market live in this home and nowhere else, others at
        their venue."""
        live = self._host.session.state.live
        if not live and self._cancels:
            gone = "order that worked is" if self._cancels == 1 else "orders that worked are"
            return f"{self._cancels:,} {gone} gone: cancelled, or filled before that"
        if not live:
            return "no order was working"
        noun = "1 order stays" if len(live) == 1 else f"{len(live):,} orders stay"
        if self._host.venue.live is not None:
            return f"{noun} at the venue and may fill without you"
        return f"{noun} in this home and will stand again at the next start"

    def _attend(self) -> None:
        self._clocks.look()
        while not self._inbox.empty():
            self._serve(self._inbox.get_nowait())
        while not self._late.empty():
            self._reply, call = self._late.get_nowait()
            call()
            self._reply = None
        self._time.look()
        wall = time.monotonic_ns()
        if self._leaves_by:
            is_gone = not (self._cancels and self._host.session.state.live)
            self._is_closing |= wall >= self._leaves_by or (is_gone and not self._flattens)
        if wall - self._kill_file_at >= KILL_FILE_EVERY_NANOS:
            self._kill_file_at = wall
            self._heed_kill_file()
            self._skip_the_night(wall)
            for sentence in self._news():
                self._tell(Notice(Severity.ATTENTION, "news", sentence))
        if self._publisher.is_due(wall):
            self._publisher.publish(self._time.word, wall)

    def _serve(self, asked: _Asked) -> None:
        request = _requests.decode(asked.encoded)
        self._reply = asked.reply
        late = waking_nanos() - asked.until if asked.until else 0
        if late > 0 and isinstance(request, SendLine):
            words = TOO_OLD.format(seconds=late / NANOS_PER_SECOND)
            self._answer(LineAnswered(request.ticket, False, words))
        elif isinstance(request, StopEngine):
            self._stop(request)
        else:
            self._counter.serve(request)
        self._reply = None

    def _way_back(self) -> Callable[[Callable[[], None]], None]:
        """From another thread to this one, and to whoever asked what is being served now."""
        reply = self._reply

        def back(call: Callable[[], None]) -> None:
            self._late.put((reply, call))
            self._wake.set()

        return back

    def _stop(self, request: StopEngine) -> None:
        """At once, or when the venue has taken back what was cancelled for it."""
        wait = 0
        if request.cancel and self._may_cancel and self._host.session.state.live:
            scope, self._cancels = CancelScope.ALL, len(self._host.session.state.live)
            self._host.submit(CancelMany(self._account, ALL_SYMBOLS, scope, Origin.TICKET))
            wait = CANCELS_NANOS_MAX
        if self._flattens:
            # It has taken stops back by now: to leave it half done leaves a position without them.
            wait = CANCELS_NANOS_MAX
        self._leaves_by = time.monotonic_ns() + wait
        self._answer(LineAnswered(request.ticket, True, "the engine stops"))

    @property
    def _flattens(self) -> list[str]:
        """Symbols of which the protocol runs: it asks nobody, and waits for no market to open."""
        return self._flattening(FlattenStep.ASKING, FlattenStep.WAITING)

    def _flattening(self, *but: FlattenStep) -> list[str]:
        runs = self._host.session.state.flattening
        return [key.partition("/")[2] for key, run in runs.items() if run.step not in but]

    def _skip_the_night(self, wall: int) -> None:
        """Nobody sits through seventeen hours of a closed market: after a pause the day opens."""
        next_at, now = self._host.venue.next_at(), self._host.now
        phases = self._host.session.state.phases.values()
        is_closed = bool(phases) and all(phase is Phase.CLOSED for phase in phases)
        is_paused = self._time.factor == 0
        if next_at is None or next_at - now < NIGHT_NANOS or not is_closed or is_paused:
            self._night_since = 0
        elif not self._night_since:
            self._night_since = wall
            pause = NIGHT_PAUSE_NANOS // NANOS_PER_SECOND
            self._say(f"the market is closed; the next day opens in {pause} seconds")
        elif wall - self._night_since >= NIGHT_PAUSE_NANOS:
            self._time.skip_to(Nanos(next_at - DAWN_NANOS))

    def _heed_kill_file(self) -> None:
        account = self._host.session.state.accounts[self._account]
        if self._kill_requested() and not account.trading.latched:
            self._host.submit(Kill(self._account, reason="KILL file", origin=Origin.DESK))

    def _say(self, text: str) -> None:
        self._tell(Notice(Severity.OK, "script", text))

    def _answer(self, answer: DeskAnswer) -> None:
        """To whoever asked; where nobody in particular did, to all."""
        reply = self._reply
        if reply is None:
            self._tell(answer)
        else:
            reply(answer)

    def _tell(self, answer: DeskAnswer) -> None:
        encoded = msgspec.msgpack.encode(answer)
        for listener in self._listeners:
            listener(_answers.decode(encoded))

    def _note(self, record: Record) -> None:
        """What must interrupt is told the moment it is durable, and what is traded when it is."""
        if isinstance(record.body, InstrumentsKnown):
            self._tell(InstrumentsTold(self.instruments()))
        notice = self.interrupts.notice_of(record)
        if notice is not None:
            self._tell(notice)
