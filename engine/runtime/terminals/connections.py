"""The sockets of all terminals of an engine: read, written and let go by one thread that never
waits for any of them."""

import selectors
import socket
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Protocol

import msgspec

from engine.runtime.terminals.messages import Refused
from engine.runtime.terminals.peer import ForeignPeerError, check_peer
from engine.runtime.terminals.terminal import Terminal
from engine.runtime.terminals.wire import READ_BYTES, Kind, WireError, packed

CONNECTIONS_MAX = 32
GREETING_SECONDS_MAX = 5.0
"""A connection that does not say what it is goes."""
LETTING_GO_SECONDS = 10.0
"""So long a terminal that was let go may still read why."""
PAUSE_SECONDS = 0.5
"""Before another try to let somebody in, where the process had no descriptor left."""
TOO_SLOW = (
    "this terminal could not keep up with what the desk says and was let go; it attaches again"
)
BUG = (
    "the engine met a bug while it served this terminal and let it go; the desk goes on, the bug"
    " stands in logs/engine.log"
)


class Guests(Protocol):
    """Who is told what comes over the sockets."""

    def take(self, terminal: Terminal, kind: Kind, payload: bytes) -> None:
        """Raises WireError or msgspec.MsgspecError for what makes no sense."""

    def went(self, terminal: Terminal) -> None:
        """It is let go or gone, and hears nothing more of the desk."""

    def faulted(self, terminal: Terminal) -> None:
        """A bug met it: it was let go, and who stays should know."""


class Connections:
    """`turn` once a round; everything but `wake` is called from one thread."""

    def __init__(
        self,
        listening: socket.socket,
        guests: Guests,
        *,
        connections_max: int = CONNECTIONS_MAX,
        clock: Callable[[], float] = time.monotonic,
        log: Callable[[str], None] = lambda text: None,
    ) -> None:
        """`log` is told of bugs, with their traceback."""
        self._log = log
        self._listening = listening
        self._guests = guests
        self._most = connections_max
        self._clock = clock
        self._terminals: dict[int, Terminal] = {}
        self._next_number = 1
        self._accepts_at = 0.0
        """Above 0: nobody new is let in before."""
        self._wake_end, self._woken_end = socket.socketpair()
        self._wake_end.setblocking(False)
        self._woken_end.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(listening, selectors.EVENT_READ, None)
        self._selector.register(self._woken_end, selectors.EVENT_READ, None)

    def __iter__(self) -> Iterator[Terminal]:
        """Those that have said what they are and were not let go."""
        return iter([one for one in self._terminals.values() if one.hello and not one.leaves_by])

    def find(self, number: int) -> Terminal | None:
        return self._terminals.get(number)

    @property
    def is_flushed(self) -> bool:
        return all(terminal.outbox.is_empty for terminal in self._terminals.values())

    def wake(self) -> None:
        """Ends the wait of `turn`; from any thread, also from a signal handler."""
        with suppress(BlockingIOError, OSError):
            self._wake_end.send(b"\0")

    def turn(self, seconds: float) -> None:
        """One round: waits at most so long for something to read or room to write."""
        for key, mask in self._selector.select(seconds):
            if key.fileobj is self._listening:
                self._accept()
            elif key.fileobj is self._woken_end:
                with suppress(BlockingIOError):
                    self._woken_end.recv(4_096)
            else:
                self.attempt(key.data, self._serve, key.data, mask)
        self._expire()

    def attempt(self, terminal: Terminal, work: Callable[..., None], *given: object) -> None:
        """Does something for one terminal; a bug in it ends that terminal and nobody else.

        This is a door that may catch everything: the thread that calls it is the only way that
        every other terminal, `stop` and `kill` have to the desk.
        """
        try:
            work(*given)
        except Exception:
            self._log(f"terminal {terminal.number}: {traceback.format_exc()}")
            self._drop(terminal)

    def _drop(self, terminal: Terminal) -> None:
        """Says why where that is still possible; gone it is in any case."""
        try:
            if terminal.leaves_by:
                self._forget(terminal)
            else:
                self.refuse(terminal, BUG)
        except Exception:
            self._log(f"terminal {terminal.number}, letting go: {traceback.format_exc()}")
            self._forget(terminal)
        self._guests.faulted(terminal)

    def close(self) -> None:
        for terminal in list(self._terminals.values()):
            self._forget(terminal)
        self._selector.close()
        for end in (self._listening, self._wake_end, self._woken_end):
            end.close()

    # ── out ────────────────────────────────────────────────────────────────────────────────────

    def put(self, terminal: Terminal, message: bytes) -> None:
        """One answer, in order; a terminal that has no room for it is let go."""
        if terminal.leaves_by:
            return
        if terminal.outbox.put(message):
            self._send(terminal)
        else:
            self.refuse(terminal, TOO_SLOW)

    def show(self, terminal: Terminal, view: bytes) -> None:
        """Takes the place of a view that has not begun to leave."""
        if not terminal.leaves_by:
            terminal.outbox.show(view)
            self._send(terminal)

    def refuse(self, terminal: Terminal, text: str, exit_code: int = 3) -> None:
        """The last that this terminal hears."""
        word = packed(Kind.REFUSED, msgspec.msgpack.encode(Refused(text, exit_code)))
        terminal.leaves_by = self._clock() + LETTING_GO_SECONDS
        terminal.outbox.end_with(word)
        self._send(terminal)
        self._guests.went(terminal)

    def _send(self, terminal: Terminal) -> None:
        if terminal.number not in self._terminals:
            return
        try:
            terminal.outbox.send_some(terminal.connection)
        except OSError:
            self._forget(terminal)
            return
        events = selectors.EVENT_READ
        if not terminal.outbox.is_empty:
            events |= selectors.EVENT_WRITE
        self._selector.modify(terminal.connection, events, terminal)

    # ── in ─────────────────────────────────────────────────────────────────────────────────────

    def _accept(self) -> None:
        try:
            connection, _ = self._listening.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        except OSError:
            # No descriptor is left for it: whoever knocks waits, and who is here is served on.
            self._selector.unregister(self._listening)
            self._accepts_at = self._clock() + PAUSE_SECONDS
            return
        try:
            check_peer(connection)
        except (ForeignPeerError, OSError):
            connection.close()
            return
        connection.setblocking(False)
        terminal = Terminal(self._next_number, connection, self._clock())
        self._next_number += 1
        self._terminals[terminal.number] = terminal
        self._selector.register(connection, selectors.EVENT_READ, terminal)
        if len(self._terminals) > self._most:
            self.refuse(terminal, f"{self._most} terminals are attached already")

    def _serve(self, terminal: Terminal, mask: int) -> None:
        if mask & selectors.EVENT_WRITE:
            self._send(terminal)
        if not mask & selectors.EVENT_READ or terminal.number not in self._terminals:
            return
        try:
            data = terminal.connection.recv(READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._forget(terminal)
            return
        try:
            for kind, payload in terminal.unpacker.feed(b"" if terminal.leaves_by else data):
                self._guests.take(terminal, kind, payload)
                if terminal.leaves_by or terminal.number not in self._terminals:
                    return
        except (WireError, msgspec.MsgspecError) as problem:
            self.refuse(terminal, f"what this terminal sent cannot be read: {problem}")

    def _expire(self) -> None:
        now = self._clock()
        if 0 < self._accepts_at <= now:
            self._accepts_at = 0.0
            self._selector.register(self._listening, selectors.EVENT_READ, None)
        for terminal in list(self._terminals.values()):
            is_silent = terminal.hello is None and now - terminal.since > GREETING_SECONDS_MAX
            is_heard = terminal.leaves_by and terminal.outbox.is_empty
            if is_silent or is_heard or 0 < terminal.leaves_by < now:
                self.attempt(terminal, self._forget, terminal)

    def _forget(self, terminal: Terminal) -> None:
        if self._terminals.pop(terminal.number, None) is None:
            return
        self._selector.unregister(terminal.connection)
        terminal.connection.close()
        if not terminal.leaves_by:
            terminal.leaves_by = self._clock()
            self._guests.went(terminal)
