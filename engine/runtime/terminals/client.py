"""A desk at the other end of a socket: what the screen has in front of it."""

import selectors
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import msgspec

from engine.attachment import Standing, StandingChanged
from engine.domain.views import DeskView, Severity
from engine.errors import MachineError, TraderError
from engine.instruments import Instrument
from engine.ports import (
    DeskAnswer,
    DeskRequest,
    EngineStopped,
    InstrumentsTold,
    LineAnswered,
    Notice,
    SendLine,
)
from engine.runtime.clock_watch import waking_nanos
from engine.runtime.terminals.attaching import Attached
from engine.runtime.terminals.messages import (
    Welcome,
    answer_decoder,
    refused_decoder,
    view_decoder,
    welcome_decoder,
)
from engine.runtime.terminals.wire import (
    READ_BYTES,
    STAMP_BYTES,
    Kind,
    Unpacker,
    WireError,
    packed,
)

STALLED_SECONDS = 2.0
"""An engine publishes ten views a second; this long without any means that it stands still."""
LOOK_SECONDS = 0.25
LOOK_FOR_ENGINE_SECONDS = 0.5
UNSENT_BYTES_MAX = 256 * 1024
JOIN_SECONDS_MAX = 2.0
STALLED, GONE = "ENGINE STALLED", "ENGINE GONE"

Attach = Callable[[], Attached | None]


class EngineAwayError(MachineError):
    """Nobody is there to take the request; it was not kept for later either."""


class SocketDesk:
    """engine.ports.Desk over a connection; a thread of its own reads, watches and attaches again.

    What is asked of an engine that stands still is refused here, unless it can only reduce: an
    order that waits in a socket would meet another market.
    """

    def __init__(
        self,
        attached: Attached,
        attach_again: Attach,
        *,
        greeting: Notice | None = None,
        news: Callable[[], tuple[str, ...]] = lambda: (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`attach_again` is tried while the engine is gone; `news`: what else to tell a person.

        `greeting` is said before what the engine has to say.
        """
        self._attach_again = attach_again
        self._news = news
        self._clock = clock
        self._lock = threading.Lock()
        self._unsent = b""
        self._listener: Callable[[DeskAnswer], None] | None = None
        self._unheard: list[DeskAnswer] = [greeting] if greeting is not None else []
        self._standing = Standing(is_separate=True, has_control=attached.welcome.has_control)
        self._unanswered: dict[str, str] = {}
        """Tickets on their way, with their text."""
        self._alarm = ""
        self._is_closing = False
        self.begins_anew = False
        """Whether it ended because the recording is to begin anew."""
        self._end: EngineStopped | None = None
        self._wake_end, self._woken_end = socket.socketpair()
        self._woken_end.setblocking(False)
        self._has_opened = threading.Event()
        self._awaits_view = False
        self._sit_down(attached)
        self._latest = (attached.view, view_decoder.decode(attached.view))
        self._thread = threading.Thread(target=self._run, name="engine's socket", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def _sit_down(self, attached: Attached) -> None:
        self._connection: socket.socket | None = attached.connection
        attached.connection.setblocking(False)
        self._unpacker: Unpacker = attached.unpacker
        self.welcome: Welcome = attached.welcome
        self._frame = attached.view
        self._heard_at = self._clock()
        self._unsent = b""
        for answer in attached.answers:
            self._hear(answer)

    # ── the door, called from the screen's thread ──────────────────────────────────────────────

    def send(self, request: DeskRequest) -> None:
        """Never waits. Raises EngineAwayError when it did not leave and never will."""
        if self._alarm and (isinstance(request, SendLine) or self._connection is None):
            raise EngineAwayError(self._alarm.lower().replace("engine", "the engine is"))
        stamp = waking_nanos().to_bytes(STAMP_BYTES, "big")
        message = packed(Kind.REQUEST, stamp + msgspec.msgpack.encode(request))
        with self._lock:
            if len(self._unsent) + len(message) > UNSENT_BYTES_MAX:
                raise EngineAwayError("the engine takes nothing any more")
            self._unsent += message
            if isinstance(request, SendLine):
                self._unanswered[request.ticket] = request.text
        self._flush()

    def latest(self) -> DeskView:
        frame = self._frame
        if self._latest[0] is not frame:
            self._latest = (frame, view_decoder.decode(frame))
        return self._latest[1]

    def instruments(self) -> dict[str, Instrument]:
        return dict(self.welcome.instruments)

    def listen(self, listener: Callable[[DeskAnswer], None]) -> None:
        listener(StandingChanged(self._standing))
        self._listener = listener
        unheard, self._unheard = self._unheard, []
        for answer in unheard:
            listener(answer)

    def close(self) -> None:
        """Lets go of the engine, which runs on."""
        self._is_closing = True
        self._wake()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(JOIN_SECONDS_MAX)
        if self._connection is not None:
            self._connection.close()
        self._wake_end.close()
        self._woken_end.close()

    def wait_for_new_day(self, seconds: float) -> bool:
        """After `begins_anew`: whether the desk has opened again."""
        has_opened = self._has_opened.wait(seconds)
        self.begins_anew = False
        return has_opened

    # ── sending ────────────────────────────────────────────────────────────────────────────────

    def _flush(self) -> None:
        with self._lock:
            connection = self._connection
            if connection is None or not self._unsent:
                return
            try:
                sent = connection.send(self._unsent)
                self._unsent = self._unsent[sent:]
            except BlockingIOError:
                pass
            except OSError:
                return  # the reading thread finds the same, and says it
            if self._unsent:
                self._wake()

    def _wake(self) -> None:
        with suppress(OSError):
            self._wake_end.send(b"\0")

    # ── the reading thread ─────────────────────────────────────────────────────────────────────

    def _run(self) -> None:
        while not self._is_closing:
            if self._connection is None:
                self._look_for_engine()
            else:
                self._read(self._connection)
            for sentence in self._news():
                self._hear(Notice(Severity.ATTENTION, "news", sentence))

    def _read(self, connection: socket.socket) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._woken_end, selectors.EVENT_READ)
            events = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._unsent else 0)
            selector.register(connection, events)
            ready = {key.fileobj: mask for key, mask in selector.select(LOOK_SECONDS)}
        if self._woken_end in ready:
            with suppress(BlockingIOError):
                self._woken_end.recv(4_096)
        mask = ready.get(connection, 0)
        if mask & selectors.EVENT_WRITE:
            self._flush()
        if mask & selectors.EVENT_READ:
            self._take(connection)
        elif self._clock() - self._heard_at > STALLED_SECONDS and self._end is None:
            # Only when nothing is there to be read: it may be this process that was stopped.
            self._stalled()

    def _take(self, connection: socket.socket) -> None:
        try:
            data = connection.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._lost("")
            return
        try:
            for kind, payload in self._unpacker.feed(data):
                self._one(kind, payload)
                if self._connection is None:
                    return
        except (WireError, msgspec.MsgspecError) as problem:
            self._lost(f"what the engine sent cannot be read: {problem}")

    def _one(self, kind: Kind, payload: bytes) -> None:
        match kind:
            case Kind.VIEW:
                self._frame = payload
                self._seen()
                if self._awaits_view:
                    self._awaits_view = False
                    self._has_opened.set()
            case Kind.ANSWER:
                self._hear(answer_decoder.decode(payload))
            case Kind.WELCOME:
                self.welcome = welcome_decoder.decode(payload)
                self._end, self._awaits_view = None, True
            case Kind.REFUSED:
                self._lost(refused_decoder.decode(payload).text)
            case _:
                raise WireError(f"an engine does not say {kind.name}")

    def _hear(self, answer: DeskAnswer) -> None:
        if isinstance(answer, StandingChanged):
            self._standing = answer.standing
            answer = StandingChanged(msgspec.structs.replace(answer.standing, alarm=self._alarm))
        if isinstance(answer, InstrumentsTold):
            self.welcome = msgspec.structs.replace(self.welcome, instruments=answer.instruments)
        if isinstance(answer, LineAnswered):
            self._unanswered.pop(answer.ticket, None)
        if isinstance(answer, EngineStopped):
            self._end = answer
            self.begins_anew = answer.begins_anew
            self._has_opened.clear()
        listener = self._listener
        if listener is None:
            self._unheard.append(answer)
            return
        listener(answer)
        if self.begins_anew and isinstance(answer, EngineStopped):
            self._listener = None  # the next screen hears the next day

    # ── an engine that does not answer ─────────────────────────────────────────────────────────

    def _seen(self) -> None:
        self._heard_at = self._clock()
        if self._alarm:
            self._sound("")
            self._hear(Notice(Severity.OK, "engine_back", "the engine answers again"))

    def _sound(self, alarm: str) -> None:
        self._alarm = alarm
        self._hear(StandingChanged(self._standing))

    def _stalled(self) -> None:
        if self._alarm:
            return
        self._sound(STALLED)
        words = (
            f"the engine (process {self.welcome.process}) has said nothing for"
            f" {STALLED_SECONDS:g} s: no line is sent; `trader kill` leaves the KILL file for it"
        )
        self._hear(Notice(Severity.UNAVAILABLE, "engine_stalled", words))

    def _lost(self, why: str) -> None:
        """The connection is over: the engine died, or let this terminal go."""
        connection = self._connection
        with self._lock:
            self._connection = None
            self._unsent = b""
        if connection is not None:
            connection.close()
        if self._end is not None and not self._end.begins_anew:
            return
        self._sound(GONE)
        self._hear(Notice(Severity.UNAVAILABLE, "engine_gone", why or self._last_seen()))
        unanswered, self._unanswered = self._unanswered, {}
        for text in unanswered.values():
            words = f"no answer came to `{text}`: see in the orders what became of it"
            self._hear(Notice(Severity.DEGRADED, "unanswered", words))

    def _last_seen(self) -> str:
        view = self.latest()
        working = sum(not row.is_done for row in view.orders)
        held = sum(bool(row.quantity) for row in view.positions)
        orders = f"{working} order{'' if working == 1 else 's'} worked"
        positions = "1 position was held" if held == 1 else f"{held} positions were held"
        return (
            "the engine is gone: start `trader` in another terminal, and this screen"
            f" attaches by itself; at last sight {orders} and {positions}, the journal has them"
            f" (process {self.welcome.process})"
        )

    def _look_for_engine(self) -> None:
        """Until there is one again, or this terminal is closed."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._woken_end, selectors.EVENT_READ)
            selector.select(LOOK_FOR_ENGINE_SECONDS)
        if self._is_closing or (self._end is not None and not self._end.begins_anew):
            return
        try:
            attached = self._attach_again()
        except (OSError, TraderError):
            return
        if attached is None:
            return
        if attached.welcome.market != self.welcome.market:
            attached.connection.close()
            words = f"another market runs in this home now ({attached.welcome.market})"
            self._hear(EngineStopped(f"{words}: `trader` attaches to it"))
            return
        self._sit_down(attached)
        self._seen()
