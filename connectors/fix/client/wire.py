"""One connection at a time, in a thread of its own: whoever speaks FIX never waits for a socket."""

import os
import selectors
import socket
import ssl
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress

import msgspec

UNSENT_BYTES_MAX = 8 << 20
"""More that a venue does not read ends the connection."""
CHUNK_BYTES = 1 << 16
CHUNKS_MAX = 1_024
"""Chunks that wait to be looked at; beyond them the socket is not read, and the venue waits."""
HEARD_BYTES_MAX = 1 << 16
"""So much is heard at a time: what a person wants in between never waits for a whole flood."""
LOOK_SECONDS = 0.5
CLOSED = "the venue closed the connection"
LINGER_SECONDS = 2.0
"""So long the last words may take to leave."""


class Opened(msgspec.Struct, frozen=True, gc=False):
    """A connection stands."""


class Came(msgspec.Struct, frozen=True, gc=False):
    data: bytes


class Gone(msgspec.Struct, frozen=True, gc=False):
    """It ended, or never came to be."""

    reason: str
    was_open: bool


Happened = Opened | Came | Gone
_NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
Open = Callable[[], socket.socket]
"""Gives a connected socket, or raises OSError; called in the wire's thread, may take its time."""


class Wire:
    """Give it bytes, ask it what happened; `wake` is called from its thread when something did."""

    def __init__(self, open_socket: Open, wake: Callable[[], None]) -> None:
        self._open = open_socket
        self._wake = wake
        self._life: _Life | None = None

    @property
    def is_busy(self) -> bool:
        """A connection stands, or is being made."""
        return self._life is not None

    def connect(self) -> None:
        """Begins; `Opened` or `Gone` comes when it is known."""
        assert self._life is None, "one connection at a time"
        self._life = _Life(self._open, self._wake)
        self._life.start()

    def send(self, data: bytes) -> None:
        """They leave in order; of a connection that is gone they are lost."""
        if self._life is not None and data:
            self._life.send(data)

    def hang_up(self) -> None:
        """The connection ends when what was sent before has left; nothing more is heard of it."""
        if self._life is not None:
            self._life.hang_up()
            self._life = None

    def happened(self) -> list[Happened]:
        """What happened since the last call, in order; never waits. Of a flood it is the oldest
        part, and the bell rings for the rest."""
        life = self._life
        if life is None:
            return []
        found = life.taken()
        if found and isinstance(found[-1], Gone):
            self._life = None
        return found


class _Life:
    """One connection from its beginning to its end."""

    def __init__(self, open_socket: Open, wake: Callable[[], None]) -> None:
        self._open = open_socket
        self._wake = wake
        self._found: deque[Happened] = deque()
        self._unsent = bytearray()
        self._lock = threading.Lock()
        self._is_over = False
        self._doorbell, self._bell = os.pipe()
        os.set_blocking(self._doorbell, False)
        os.set_blocking(self._bell, False)
        self._thread = threading.Thread(target=self._run, name="fix wire", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def send(self, data: bytes) -> None:
        with self._lock:
            self._unsent += data
        self._ring()

    def hang_up(self) -> None:
        self._is_over = True
        self._ring()

    def taken(self) -> list[Happened]:
        found: list[Happened] = []
        was_full = len(self._found) >= CHUNKS_MAX
        size = 0
        while self._found and size < HEARD_BYTES_MAX:
            found.append(each := self._found.popleft())
            size += len(each.data) if isinstance(each, Came) else 0
        if was_full:
            self._ring()
        if self._found:
            self._wake()
        return found

    def _ring(self) -> None:
        with self._lock, suppress(OSError):  # full: it rings already
            if self._bell >= 0:
                os.write(self._bell, b"x")

    def _tell(self, happened: Happened) -> None:
        self._found.append(happened)
        if not self._is_over:
            self._wake()

    def _run(self) -> None:
        reason, was_open = "", False
        try:
            with self._open() as connection:
                was_open = True
                connection.setblocking(False)
                self._tell(Opened())
                reason = self._carry(connection)
        except OSError as error:
            reason = error.strerror or str(error)
        except Exception as fault:
            # The thread's last door: a bug here must not look like a line that is merely quiet.
            reason = f"{type(fault).__name__}: {fault}"
        self._tell(Gone(reason, was_open))
        with self._lock:
            bell, self._bell = self._bell, -1
        os.close(bell)
        os.close(self._doorbell)

    def _carry(self, connection: socket.socket) -> str:
        """Until the other side or ours has enough; why it ended."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._doorbell, selectors.EVENT_READ)
            while True:
                self._register(selector, connection)
                for key, events in selector.select(LOOK_SECONDS):
                    if key.fd == self._doorbell:
                        with suppress(BlockingIOError):
                            os.read(self._doorbell, CHUNK_BYTES)
                    elif events & selectors.EVENT_READ and not self._read(connection):
                        return CLOSED
                self._write(connection)
                if len(self._unsent) > UNSENT_BYTES_MAX:
                    return "the venue does not read what it is sent"
                if self._is_over:
                    self._let_out(connection)
                    return "hung up"

    def _register(self, selector: selectors.BaseSelector, connection: socket.socket) -> None:
        """What is waited for: room to write where something is left, bytes where there is room."""
        wanted = selectors.EVENT_WRITE if self._unsent else 0
        if len(self._found) < CHUNKS_MAX:
            wanted |= selectors.EVENT_READ
        is_known = connection in selector.get_map()
        if not wanted:
            if is_known:
                selector.unregister(connection)
        elif is_known:
            selector.modify(connection, wanted)
        else:
            selector.register(connection, wanted)

    def _read(self, connection: socket.socket) -> bool:
        """All that is there, as far as there is room; False at the end. A TLS connection keeps
        bytes that no selector sees, so it is read until it has no more."""
        while len(self._found) < CHUNKS_MAX:
            try:
                data = connection.recv(CHUNK_BYTES)
            except _NOT_NOW:
                return True
            if not data:
                return False
            self._tell(Came(data))
        return True

    def _write(self, connection: socket.socket) -> None:
        with self._lock, suppress(*_NOT_NOW):
            while self._unsent:
                sent = connection.send(self._unsent)
                del self._unsent[:sent]

    def _let_out(self, connection: socket.socket) -> None:
        """The last words, as far as the other side takes them."""
        connection.settimeout(LINGER_SECONDS)
        with self._lock, suppress(OSError):
            connection.sendall(self._unsent)
            connection.shutdown(socket.SHUT_WR)
