"""Listens on a socket and gives every connection to the session that its Logon names."""

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

from connectors.fix.frames import Framer, Garbled
from connectors.fix.line import Closed, Instant, Noted, Outgoing, Output, Phase
from connectors.fix.message import Message
from connectors.fix.session import Session
from connectors.fix.tags import Tag, Type
from engine.errors import InputError
from engine.values import Nanos

LOOPBACK = ("127.0.0.1", "::1")
TICK_SECONDS = 0.05
LOGON_SECONDS = 10.0
CONNECTIONS_MAX = 64
UNSENT_BYTES_MAX = 8 << 20
"""Who does not read what it is sent is let go."""


def now() -> Instant:
    return Instant(Nanos(time.monotonic_ns()), Nanos(time.time_ns()))


class Acceptor:
    """The sessions of one venue, by who may connect; at most one connection each."""

    def __init__(self, sessions: Iterable[Session], note: Callable[[str], None]) -> None:
        self.note = note
        self._sessions = {
            (each.settings.begin, each.settings.target, each.settings.sender): each
            for each in sessions
        }
        self._connections: set[_Connection] = set()
        self._server: asyncio.Server | None = None
        self._ticking: asyncio.Task[None] | None = None

    async def listen(self, host: str, port: int) -> int:
        """Opens the door; the port it got. Raises OSError where that is taken.

        Raises InputError for another place than this machine: what travels here is plain text.
        """
        if host not in LOOPBACK:
            raise InputError(f"FIX is plain text here and stays on this machine: not on {host}")
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), host, port)
        self._ticking = loop.create_task(self._tick())
        found: int = self._server.sockets[0].getsockname()[1]
        return found

    async def close(self) -> None:
        """Says goodbye to everybody and closes the door."""
        if self._ticking is not None:
            self._ticking.cancel()
            with suppress(asyncio.CancelledError):
                await self._ticking
        for connection in list(self._connections):
            connection.leave()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    def session_for(self, message: Message) -> Session | None:
        """Of a first message: the session that it wants, where it is free."""
        key = (
            message.begin.decode("latin-1"),
            message.text(Tag.SENDER_COMP_ID),
            message.text(Tag.TARGET_COMP_ID),
        )
        session = self._sessions.get(key)
        if session is None or session.phase is not Phase.DISCONNECTED:
            return None
        return session

    def joined(self, connection: "_Connection") -> bool:
        """Whether there is room for one more."""
        if len(self._connections) >= CONNECTIONS_MAX:
            return False
        self._connections.add(connection)
        return True

    def left(self, connection: "_Connection") -> None:
        self._connections.discard(connection)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            for connection in list(self._connections):
                connection.tick(now())


class _Connection(asyncio.Protocol):
    """One socket: nameless until its Logon."""

    def __init__(self, acceptor: Acceptor) -> None:
        self._acceptor = acceptor
        self._framer = Framer()
        self._session: Session | None = None
        self._transport: asyncio.Transport | None = None
        self._since = time.monotonic()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport), "a stream"
        self._transport = transport
        if not self._acceptor.joined(self):
            self._acceptor.note(f"more than {CONNECTIONS_MAX} connections: one was turned away")
            transport.close()

    def data_received(self, data: bytes) -> None:
        at = now()
        for found in self._framer.feed(data):
            if self._session is None and not self._find_session(found, at):
                self._end()
                return
            assert self._session is not None, "it was found"
            self._session.receive_one(found, at)
            if self._act(self._session.collect()):
                return

    def connection_lost(self, exc: Exception | None) -> None:
        self._acceptor.left(self)
        session, self._session = self._session, None
        if session is not None:
            reason = "the other side is gone" if exc is None else str(exc)
            self._act(session.disconnected(now(), reason))

    def tick(self, at: Instant) -> None:
        if self._session is not None:
            self._act(self._session.tick(at))
        elif time.monotonic() - self._since > LOGON_SECONDS:
            self._acceptor.note("nobody logged on in time")
            self._end()

    def leave(self) -> None:
        if self._session is not None:
            self._act(self._session.log_out(now()))
        self._end()

    def _find_session(self, found: Message | Garbled, at: Instant) -> bool:
        if isinstance(found, Garbled) or found.type != Type.LOGON:
            self._acceptor.note("a first message that was no Logon")
            return False
        session = self._acceptor.session_for(found)
        if session is None:
            names = f"{found.text(Tag.SENDER_COMP_ID)} to {found.text(Tag.TARGET_COMP_ID)}"
            self._acceptor.note(f"a Logon that is for nobody here, or a second one: {names}")
            return False
        self._session = session
        session.connect(at)
        return True

    def _act(self, outputs: list[Output]) -> bool:
        """Does what the session says; True when the connection ends by it."""
        for output in outputs:
            match output:
                case Outgoing():
                    if self._transport is not None:
                        self._transport.write(output.data)
                case Noted():
                    self._acceptor.note(output.text)
                case Closed():
                    self._session = None
                    self._end()
                    return True
        if self._transport is not None and self._is_too_slow(self._transport):
            self._acceptor.note("a connection that does not read was let go")
            self._transport.abort()
            return True
        return False

    def _is_too_slow(self, transport: asyncio.Transport) -> bool:
        return transport.get_write_buffer_size() > UNSENT_BYTES_MAX

    def _end(self) -> None:
        if self._transport is not None:
            self._transport.close()
