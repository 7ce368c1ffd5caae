"""The live desk: a host in a thread of its own behind one door; all that crosses is encoded."""

import queue
import threading
import time
from collections.abc import Callable

import msgspec

from engine.domain import events as ev
from engine.domain.commands import Kill, Origin
from engine.domain.quotes import Phase
from engine.domain.records import Record
from engine.domain.reports import SessionEnded
from engine.domain.views import DeskView, Severity
from engine.errors import TraderError
from engine.instruments import Instrument
from engine.ports import DeskAnswer, DeskRequest, EngineStopped, Notice
from engine.runtime.counter import Counter
from engine.runtime.failstop import fail_stop
from engine.runtime.history import OrderHistory
from engine.runtime.host import FOREVER, Host
from engine.runtime.live_time import LiveTime
from engine.runtime.narration import Narrator, sentence
from engine.runtime.pace import TICK_SECONDS
from engine.runtime.view import ViewBuilder
from engine.values import NANOS_PER_MILLISECOND, NANOS_PER_SECOND, OrderId

INBOX_REQUESTS_MAX = 1_024
FRAME_NANOS = 100 * NANOS_PER_MILLISECOND
"""Views are published at most ten times a second; the screen repaints no faster."""
KILL_FILE_EVERY_NANOS = 500 * NANOS_PER_MILLISECOND
NIGHT_NANOS = 600 * NANOS_PER_SECOND
"""A closed market that does nothing for longer than this is closed for the night."""
NIGHT_PAUSE_NANOS = 15 * NANOS_PER_SECOND
"""Wall time between the close and the next open: long enough to read what the day was."""
DAWN_NANOS = 3 * NANOS_PER_SECOND
"""Market time before the open at which the clock goes on."""
JOIN_SECONDS_MAX = 5.0

_requests = msgspec.msgpack.Decoder(DeskRequest)
_answers = msgspec.msgpack.Decoder(DeskAnswer)
_views = msgspec.msgpack.Decoder(DeskView)


class InboxFullError(TraderError):
    """The engine cannot keep up with what is asked: said, never dropped in silence."""


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
    ) -> None:
        """`work` runs first in the engine's thread, such as a script that is being watched.

        It gets a way to say something to the person. Whoever listens hears `welcome` first, which
        is nothing to look into, and `remarks`: how everything was found. `news` is asked twice a
        second for what else a person should hear.
        """
        self._host = host
        self._inbox: queue.Queue[bytes] = queue.Queue(INBOX_REQUESTS_MAX)
        self._wake = threading.Event()
        self._time = LiveTime(host, speed, self._wake, self._say)
        host.attend = self._attend
        self._views = views
        self._kill_requested = kill_requested
        self._work = work
        self._remarks = remarks
        self._welcome = welcome
        self._news = news
        self._end: EngineStopped | None = None
        self._listeners: list[Callable[[DeskAnswer], None]] = []
        self._frame: bytes = b""
        self._latest: tuple[bytes, DeskView] | None = None
        self._frame_at = self._kill_file_at = self._night_since = 0
        self._rate = _Rate()
        self._is_closing = False
        self._counter = Counter(
            host=host,
            views=views,
            history=history,
            account=account,
            answer=self._tell,
            set_speed=self._time.set_speed,
            replay=self._time.carry_out,
            read_only=read_only,
        )
        self._account = account
        self._narrator = Narrator(host.session.state, lambda order: order.number)
        host.session.listen(self._note)
        self._publish()
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)

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

    def send(self, request: DeskRequest) -> None:
        try:
            self._inbox.put_nowait(msgspec.msgpack.encode(request))
        except queue.Full:
            raise InboxFullError(
                f"the engine has {INBOX_REQUESTS_MAX:,} requests waiting; this one was not taken"
            ) from None
        self._wake.set()

    def latest(self) -> DeskView:
        frame = self._frame
        if self._latest is None or self._latest[0] is not frame:
            self._latest = (frame, _views.decode(frame))
        return self._latest[1]

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
            self._end = EngineStopped(stopped.text, stopped.exit_code)
            self._tell(self._end)

    @property
    def _is_ending(self) -> bool:
        return self._is_closing or self._time.begins_anew

    def _finish(self) -> None:
        """The next start goes on from here, or from the recording's beginning."""
        if not self._time.begins_anew:
            self._host.leave()
            return
        self._host.submit(SessionEnded("the recording begins anew", clean=True))
        self._end = EngineStopped("")
        self._tell(self._end)

    def _attend(self) -> None:
        while not self._inbox.empty():
            self._counter.serve(_requests.decode(self._inbox.get_nowait()))
        self._time.look()
        wall = time.monotonic_ns()
        if wall - self._kill_file_at >= KILL_FILE_EVERY_NANOS:
            self._kill_file_at = wall
            self._heed_kill_file()
            self._skip_the_night(wall)
            for sentence in self._news():
                self._tell(Notice(Severity.ATTENTION, "news", sentence))
        if wall - self._frame_at >= FRAME_NANOS:
            self._frame_at = wall
            self._publish()

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
            self._time.skip_to(next_at - DAWN_NANOS)

    def _heed_kill_file(self) -> None:
        account = self._host.session.state.accounts[self._account]
        if self._kill_requested() and not account.trading.latched:
            self._host.submit(Kill(self._account, reason="KILL file", origin=Origin.DESK))

    def _publish(self) -> None:
        updates = sum(q.updates for q in self._host.session.market.quotes.values())
        rate = self._rate.per_second(updates, time.monotonic_ns())
        view = self._views.build(speed=self._time.word, updates_per_second=rate)
        self._frame = msgspec.msgpack.encode(view)

    def _say(self, text: str) -> None:
        self._tell(Notice(Severity.OK, "script", text))

    def _tell(self, answer: DeskAnswer) -> None:
        encoded = msgspec.msgpack.encode(answer)
        for listener in self._listeners:
            listener(_answers.decode(encoded))

    def _note(self, record: Record) -> None:
        """What must interrupt is told the moment it is durable."""
        severity = _NOTICES.get(type(record.body))
        if severity is None:
            return
        fields = self._narrator.tell(record.body)  # type: ignore[arg-type]
        if fields is not None:
            own = self._host.session.state.accounts[self._account].currency
            order_id = OrderId(getattr(record.body, "order_id", 0))
            if isinstance(record.body, ev.CancelRejected) and self._is_done(order_id):
                # Too late to cancel: the fill won the race, and nothing is wrong (F16).
                severity = Severity.OK
            self._tell(Notice(severity, fields["event"], sentence(fields, own), order_id))

    def _is_done(self, order_id: OrderId) -> bool:
        order = self._host.session.state.orders.get(order_id)
        return order is not None and order.is_done


_NOTICES: dict[type, Severity] = {
    ev.OrderFilled: Severity.OK,
    ev.OrderDenied: Severity.ATTENTION,
    ev.OrderRejected: Severity.ATTENTION,
    ev.OrderTriggered: Severity.OK,
    ev.OrderCancelled: Severity.OK,
    ev.OrderExpired: Severity.OK,
    ev.CancelRejected: Severity.ATTENTION,
    ev.ReplaceRejected: Severity.ATTENTION,
    ev.OutcomeUnknown: Severity.DEGRADED,
    ev.TradingStateChanged: Severity.ATTENTION,
    ev.LinkMoved: Severity.ATTENTION,
    ev.PhaseEntered: Severity.ATTENTION,
    ev.FlattenMoved: Severity.OK,
    ev.FlattenFinished: Severity.OK,
    ev.CommandRefused: Severity.ATTENTION,
    ev.CancelDenied: Severity.ATTENTION,
    ev.Faulted: Severity.UNAVAILABLE,
    ev.DiskSpaceChanged: Severity.ATTENTION,
    ev.FillReversed: Severity.ATTENTION,
    ev.OrderRestated: Severity.ATTENTION,
    ev.OrderResolved: Severity.ATTENTION,
    ev.OrderAdopted: Severity.ATTENTION,
    ev.ForeignOrderFound: Severity.ATTENTION,
    ev.PositionAdopted: Severity.ATTENTION,
    ev.DifferenceFound: Severity.ATTENTION,
    ev.ReconcileFinished: Severity.ATTENTION,
}


class _Rate:
    """Updates a second over the last whole second."""

    def __init__(self) -> None:
        self._count, self._at, self._rate = 0, 0, 0

    def per_second(self, count: int, wall: int) -> int:
        elapsed = wall - self._at
        if elapsed >= 1_000_000_000:
            if self._at:
                self._rate = (count - self._count) * 1_000_000_000 // elapsed
            self._count, self._at = count, wall
        return self._rate
