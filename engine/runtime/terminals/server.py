"""Who is attached to an engine, who has control, and what each of them is told."""

import socket
import time
import traceback
from collections import deque
from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

import msgspec

from engine.attachment import Standing, StandingChanged, TakeControl
from engine.domain.views import Severity
from engine.errors import TraderError
from engine.instruments import Instrument
from engine.ports import DeskAnswer, DeskRequest, EngineStopped, FocusSymbol, LineAnswered, Notice
from engine.runtime.terminals.connections import CONNECTIONS_MAX, Connections
from engine.runtime.terminals.memory import Left, Memory
from engine.runtime.terminals.messages import (
    PROTOCOL,
    Role,
    Welcome,
    hello_decoder,
    protocol_of,
    request_decoder,
    view_decoder,
)
from engine.runtime.terminals.terminal import Terminal, refused
from engine.runtime.terminals.wire import STAMP_BYTES, Kind, WireError, packed

LAST_WORDS_SECONDS = 1.0
"""So long the end of the engine waits for terminals to hear of it."""
LINE_AGE_NANOS_MAX = 2_000_000_000
"""An order that the engine could not look at for longer was meant for another market."""
SEEN_SECONDS = 10.0
"""Between two notes in the home of how far somebody has seen."""
LEVELS_SHOWN = 20
SELECT_SECONDS = 0.5
FAULT_PAUSE_SECONDS = 0.5
"""After a bug that is no terminal's: one that comes back at every round is no busy loop."""
FAULTED = "the engine met a bug while it served a terminal and let it go: logs/engine.log has it"
TAKEN = "another terminal has taken control: this one watches; `:take-control` takes it back"

Reply = Callable[[DeskAnswer], None]


class Served(Protocol):
    """A running desk as its terminals need it; every method may be called from any thread."""

    def send(self, request: DeskRequest, reply: Reply | None = None, until: int = 0) -> None: ...

    def look_at(self, terminal: int, focus: FocusSymbol | None) -> None: ...

    def instruments(self) -> dict[str, Instrument]: ...

    @property
    def frame(self) -> bytes: ...


class Facts(NamedTuple):
    """What an engine says of itself in its greeting."""

    vocabulary: str
    version: str
    process: int
    home: str
    since: str
    mode: str
    market: str
    how: dict[str, str]
    is_read_only: bool
    keeps_running: bool


class _Handed(NamedTuple):
    """An answer on its way from the engine's thread; terminal 0 means all of them."""

    terminal: int
    answer: DeskAnswer


class _Seated(NamedTuple):
    """A desk that opens, or opens again."""

    desk: Served
    facts: Facts


class TerminalServer:
    """`seat` a desk, then `run` until it has ended; `tell` and `show` are the engine's side."""

    def __init__(
        self,
        listening: socket.socket,
        *,
        sequence: Callable[[], int] = lambda: 0,
        left: Left | None = None,
        remember: Callable[[Left], None] = lambda left: None,
        connections_max: int = CONNECTIONS_MAX,
        clock: Callable[[], float] = time.monotonic,
        log: Callable[[str], None] = lambda text: None,
    ) -> None:
        """`sequence`: the newest record of the journal; `remember` keeps when a terminal went.

        `log` is told of bugs that ended no more than one terminal.
        """
        self._log = log
        self.sequence = sequence
        self.memory = Memory()
        self._left = left
        self._remember = remember
        self._clock = clock
        self._connections = Connections(
            listening, self, connections_max=connections_max, clock=clock, log=log
        )
        self._desk: Served | None = None
        self._facts: Facts | None = None
        self._control = 0
        self._handed: deque[_Handed | _Seated] = deque()
        self._views: Mapping[FocusSymbol, bytes] = {}
        self._view_is_new = False
        self._view_at = clock()
        self._remarks: list[DeskAnswer] = []
        self._ends_by = 0.0
        self._first_cpu_ms = 0
        self._seen_at = clock()

    # ── the engine's side: from any thread ─────────────────────────────────────────────────────

    def seat(self, desk: Served, facts: Facts) -> None:
        """From now on terminals are served by this desk; those that are there are greeted."""
        self._handed.append(_Seated(desk, facts))
        self.wake()

    def tell(self, answer: DeskAnswer) -> None:
        """For every terminal; what nobody is there to hear is kept for who comes."""
        if isinstance(answer, Notice):
            self.memory.note(self.sequence(), answer)
        self._hand(0, answer)

    def remark(self, answer: DeskAnswer) -> None:
        """For the first terminal: how everything was found."""
        self._remarks.append(answer)

    def show(self, views: Mapping[FocusSymbol, bytes]) -> None:
        """The newest view for each symbol that somebody looks at, encoded."""
        self._views = {focus: packed(Kind.VIEW, view) for focus, view in views.items()}
        self._view_is_new = True
        self._view_at = self._clock()
        self.wake()

    def wake(self) -> None:
        """Also from a signal handler."""
        self._connections.wake()

    def _hand(self, terminal: int, answer: DeskAnswer) -> None:
        self._handed.append(_Handed(terminal, answer))
        self.wake()

    # ── the loop ───────────────────────────────────────────────────────────────────────────────

    def run(self) -> None:
        """Until a desk has said that it stopped and everybody has heard it, or time is over."""
        while not self.is_over:
            self.turn(SELECT_SECONDS if not self._ends_by else LAST_WORDS_SECONDS / 10)

    def turn(self, seconds: float) -> None:
        """A round that no bug can make the last one: the desk would go on and nobody reach it."""
        try:
            self._turn(seconds)
        except Exception:
            self._log(f"terminals: {traceback.format_exc()}")
            time.sleep(FAULT_PAUSE_SECONDS)

    def _turn(self, seconds: float) -> None:
        self._connections.turn(seconds)
        while self._handed:
            handed = self._handed.popleft()
            if isinstance(handed, _Seated):
                self._seat(handed)
            else:
                self._distribute(handed)
        if self._view_is_new:
            self._view_is_new = False
            for terminal in self._connections:
                self._connections.attempt(terminal, self._show, terminal)
            self._keep_seen()

    def close(self) -> None:
        self._connections.close()

    @property
    def is_over(self) -> bool:
        if not self._ends_by or self._handed:
            return False
        return self._connections.is_flushed or self._clock() >= self._ends_by

    def _seat(self, seated: _Seated) -> None:
        self._desk, self._facts = seated
        self._views = {}
        for terminal in self._connections:
            self._connections.attempt(terminal, self._welcome, terminal)

    def _distribute(self, handed: _Handed) -> None:
        number, answer = handed
        is_end = isinstance(answer, EngineStopped)
        if is_end and not getattr(answer, "begins_anew", False):
            self._ends_by = self._clock() + LAST_WORDS_SECONDS
        message = packed(Kind.ANSWER, msgspec.msgpack.encode(answer))
        for terminal in self._connections:
            if terminal.number == number or (not number and (terminal.is_attached or is_end)):
                self._connections.attempt(terminal, self._connections.put, terminal, message)

    def _show(self, terminal: Terminal) -> None:
        views = self._views
        view = views.get(terminal.focus) or next(iter(views.values()), b"")
        if not view and self._desk is not None:
            view = packed(Kind.VIEW, self._desk.frame)
        self._connections.show(terminal, view)

    # ── Guests: who comes and goes ─────────────────────────────────────────────────────────────

    def take(self, terminal: Terminal, kind: Kind, payload: bytes) -> None:
        """A greeting first, then requests."""
        if terminal.hello is None:
            if kind is not Kind.HELLO:
                raise WireError("the first message is no greeting")
            self._greet(terminal, payload)
        elif kind is Kind.REQUEST:
            asked_at = int.from_bytes(payload[:STAMP_BYTES], "big")
            self._ask(terminal, request_decoder.decode(payload[STAMP_BYTES:]), asked_at)
        else:
            raise WireError(f"a terminal does not say {kind.name}")

    def went(self, terminal: Terminal) -> None:
        """Its control is free, and what happens from now on it has missed."""
        if self._control == terminal.number:
            self._control = 0
        if self._desk is not None:
            self._desk.look_at(terminal.number, None)
        if terminal.role is Role.SHELL:
            return
        self._left = self._seen()
        self._remember(self._left)
        self._tell_standings()

    def faulted(self, terminal: Terminal) -> None:
        """Everybody else is told; this one heard it as its last word."""
        self.tell(Notice(Severity.DEGRADED, "terminal_fault", FAULTED))
        self._tell_standings()

    def _seen(self) -> Left:
        """What a terminal that is there now has been told."""
        frame = self._desk.frame if self._desk is not None else b""
        equity = view_decoder.decode(frame).account.equity if frame else None
        return Left(self.sequence(), equity, time.time_ns())

    def _keep_seen(self) -> None:
        """Now and then, so that what somebody saw is not told again after this engine died."""
        now = self._clock()
        if now - self._seen_at >= SEEN_SECONDS and self._attached():
            self._seen_at = now
            self._remember(self._seen())

    def _greet(self, terminal: Terminal, payload: bytes) -> None:
        protocol = protocol_of(payload)
        if protocol != PROTOCOL:
            words = self._other_version(f"protocol {PROTOCOL} there, {protocol} here")
            self._connections.refuse(terminal, words)
            return
        hello = hello_decoder.decode(payload)
        if hello.role not in set(Role):
            raise WireError(f"there is no role {hello.role!r}")
        terminal.hello = hello
        if self._desk is not None:
            self._welcome(terminal)

    def _other_version(self, how: str) -> str:
        process = self._facts.process if self._facts is not None else 0
        return (
            f"the engine of this home (process {process}) was started by another version of this"
            f" program ({how}): `trader stop` ends it, orders stay; then start this one"
        )

    def _welcome(self, terminal: Terminal) -> None:
        facts, desk, hello = self._facts, self._desk, terminal.hello
        assert facts is not None and desk is not None and hello is not None
        if terminal.is_attached and hello.vocabulary != facts.vocabulary:
            how = f"words {facts.vocabulary} there, {hello.vocabulary} here"
            self._connections.refuse(terminal, self._other_version(how))
            return
        cpu_ms = int(time.process_time() * 1_000)
        if terminal.is_attached and not self._first_cpu_ms:
            self._first_cpu_ms = cpu_ms
        instruments = desk.instruments()
        terminal.focus = FocusSymbol(next(iter(instruments), ""), LEVELS_SHOWN)
        desk.look_at(terminal.number, terminal.focus)
        if terminal.role is Role.TERMINAL and (hello.take or not self._control):
            self._give_control(terminal)
        welcome = Welcome(
            protocol=PROTOCOL,
            vocabulary=facts.vocabulary,
            version=facts.version,
            process=facts.process,
            home=facts.home,
            since=facts.since,
            mode=facts.mode,
            market=facts.market,
            how=facts.how,
            terminals=self._attached(),
            has_control=self._control == terminal.number,
            someone_has_control=bool(self._control),
            is_read_only=facts.is_read_only,
            cpu_ms=cpu_ms,
            first_terminal_cpu_ms=self._first_cpu_ms,
            view_age_ms=int((self._clock() - self._view_at) * 1_000),
            instruments=instruments,
        )
        self._connections.put(terminal, packed(Kind.WELCOME, msgspec.msgpack.encode(welcome)))
        terminal.told = None
        self._tell_standings()
        self._tell_what_was_missed(terminal)
        self._show(terminal)

    def _tell_what_was_missed(self, terminal: Terminal) -> None:
        if not terminal.is_attached:
            return
        told, self._remarks = self._remarks, []
        if self._left is not None and self._attached() == 1:
            told.append(self.memory.since(self._left, time.time_ns()))
            self._left = None
        for answer in told:
            self._connections.put(terminal, packed(Kind.ANSWER, msgspec.msgpack.encode(answer)))

    def _attached(self) -> int:
        return sum(terminal.is_attached for terminal in self._connections)

    # ── requests and control ───────────────────────────────────────────────────────────────────

    def _ask(self, terminal: Terminal, request: DeskRequest, asked_at: int) -> None:
        desk = self._desk
        why = terminal.refusal(request, has_control=self._control == terminal.number)
        if why or desk is None:
            self._hand(terminal.number, refused(request, why or "the desk is not open"))
            return
        match request:
            case TakeControl():
                self._give_control(terminal)
                self._tell_standings()
            case FocusSymbol():
                terminal.focus = request
                desk.look_at(terminal.number, terminal.focus)
            case _:
                self._pass_on(terminal.number, desk, request, asked_at)

    def _pass_on(self, number: int, desk: Served, request: DeskRequest, asked_at: int) -> None:
        def reply(answer: DeskAnswer) -> None:
            self._hand(number, answer)

        try:
            desk.send(request, reply, asked_at + LINE_AGE_NANOS_MAX)
        except TraderError as full:
            reply(LineAnswered(getattr(request, "ticket", ""), False, str(full)))

    def _give_control(self, terminal: Terminal) -> None:
        before, self._control = self._control, terminal.number
        if before and before != terminal.number:
            self._hand(before, Notice(Severity.ATTENTION, "control", TAKEN))

    def _tell_standings(self) -> None:
        facts = self._facts
        for terminal in self._connections:
            if not terminal.is_attached or facts is None:
                continue
            standing = Standing(
                has_control=self._control == terminal.number,
                is_separate=True,
                is_viewer=terminal.role is Role.VIEWER,
                keeps_running=facts.keeps_running,
                others=self._attached() - 1,
            )
            if standing != terminal.told:
                terminal.told = standing
                message = msgspec.msgpack.encode(StandingChanged(standing))
                self._connections.put(terminal, packed(Kind.ANSWER, message))
