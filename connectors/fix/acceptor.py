"""Listens on a socket and gives every connection to the session that its Logon names."""

import asyncio
import ssl
import time
from collections.abc import Callable, Iterable
from contextlib import suppress

from connectors.fix.frames import Framer, Garbled
from connectors.fix.line import Closed, Instant, Noted, Outgoing, Output, Phase, Reply
from connectors.fix.message import Message
from connectors.fix.session import Session
from connectors.fix.tags import Tag, Type
from engine.errors import InputError
from engine.values import Nanos

LOOPBACK = ("127.0.0.1", "::1")
TICK_SECONDS = 0.01
"""So short that what the market does in between never keeps an order waiting for long."""
LOGON_SECONDS = 10.0
CONNECTIONS_MAX = 64
UNSENT_BYTES_MAX = 8 << 20
"""Who does not read what it is sent is let go."""


def now() -> Instant:
    return Instant(Nanos(time.monotonic_ns()), Nanos(time.time_ns()))


Fetch = Callable[[], list[Reply]]


def _nothing() -> None:
    """There is nothing to write down."""


class Acceptor:
    """The sessions of one venue, by who may connect; at most one connection each.

    Whatever happens, happens in one order: what came is taken, what the desks say of it is
    numbered, `commit` writes all of it down, and only then does anything leave.
    """

    def __init__(
        self,
        sessions: Iterable[Session],
        note: Callable[[str], None],
        *,
        desks: Iterable[tuple[Session, Fetch]] = (),
        commit: Callable[[], None] = _nothing,
        tick: Callable[[], None] = _nothing,
        throw: Callable[[Session, list[Output]], list[Output]] | None = None,
    ) -> None:
        """`desks`: who has unasked words for which session; `tick`: every 10 ms; `throw`: what of
        a session's outputs really leaves, where that is to be practised."""
        self.note = note
        self.commit = commit
        self.throw = throw
        self._desks = list(desks)
        self._on_tick = tick
        self._sessions = {
            (each.settings.begin, each.settings.target, each.settings.sender): each
            for each in sessions
        }
        self._connections: set[_Connection] = set()
        self._server: asyncio.Server | None = None
        self._ticking: asyncio.Task[None] | None = None

    async def listen(self, host: str, port: int, tls: ssl.SSLContext | None = None) -> int:
        """Opens the door; the port it got. Raises OSError where that is taken.

        Raises InputError for another place than this machine: it is a place to practise, and what
        travels here is plain text unless `tls` is given.
        """
        if host not in LOOPBACK:
            raise InputError(f"a practice venue stays on this machine: not on {host}")
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Connection(self), host, port, ssl=tls)
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
        self.settle()
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

    def cut(self, target: str) -> bool:
        """Ends the connection of a client at once; whether there was one."""
        for connection in self._connections:
            if connection.client == target:
                connection.abort()
                return True
        return False

    def say_late(self, session: Session, outputs: list[Output]) -> None:
        """What was held back for practice leaves now, unless its line is gone."""
        for connection in self._connections:
            if connection.session is session:
                connection.say_now(outputs)

    def settle(self) -> None:
        """Unasked words are numbered, everything is written down, and then it leaves."""
        by_session = {id(c.session): c for c in self._connections if c.session is not None}
        for session, fetch in self._desks:
            outputs: list[Output] = []
            for reply in fetch():
                outputs += session.send(reply.type, reply.body, now(), head=reply.head)
            connection = by_session.get(id(session))
            if connection is not None:
                connection.say(outputs)
        self.commit()
        for connection in list(self._connections):
            connection.flush()

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_SECONDS)
            self._on_tick()
            for connection in list(self._connections):
                connection.tick(now())
            self.settle()


class _Connection(asyncio.Protocol):
    """One socket: nameless until its Logon."""

    def __init__(self, acceptor: Acceptor) -> None:
        self.session: Session | None = None
        self._acceptor = acceptor
        self._framer = Framer()
        self._transport: asyncio.Transport | None = None
        self._since = time.monotonic()
        self._unsaid: list[Output] = []
        self._is_over = False

    @property
    def client(self) -> str:
        return self.session.settings.target if self.session is not None else ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport), "a stream"
        self._transport = transport
        if not self._acceptor.joined(self):
            self._acceptor.note(f"more than {CONNECTIONS_MAX} connections: one was turned away")
            self._end()

    def data_received(self, data: bytes) -> None:
        at = now()
        for found in self._framer.feed(data):
            if self._is_over:
                break
            if self.session is None and not self._find_session(found, at):
                self._end()
                return
            assert self.session is not None, "it was found"
            self.session.receive_one(found, at)
            self.say(self.session.collect())
        self._acceptor.settle()

    def connection_lost(self, exc: Exception | None) -> None:
        self._acceptor.left(self)
        session, self.session = self.session, None
        if session is not None and not self._is_over:
            reason = "the other side is gone" if exc is None else str(exc)
            self._tell(session.disconnected(now(), reason))
            self._acceptor.settle()

    def tick(self, at: Instant) -> None:
        if self.session is not None:
            self.say(self.session.tick(at))
        elif not self._is_over and time.monotonic() - self._since > LOGON_SECONDS:
            self._acceptor.note("nobody logged on in time")
            self._end()

    def leave(self) -> None:
        if self.session is not None:
            self.say(self.session.log_out(now()))
            self.say([Closed("the venue closes")])

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def say(self, outputs: list[Output]) -> None:
        """What leaves once it is written down."""
        if self._acceptor.throw is not None and self.session is not None and outputs:
            outputs = self._acceptor.throw(self.session, outputs)
        self.say_now(outputs)

    def say_now(self, outputs: list[Output]) -> None:
        """The same past whoever practises."""
        for output in outputs:
            if isinstance(output, Closed):
                self._is_over = True
                self.session = None
        self._unsaid += outputs

    def flush(self) -> None:
        """It is written down: out with it."""
        unsaid, self._unsaid = self._unsaid, []
        self._tell(unsaid)
        if self._is_over:
            self._end()
        elif self._transport is not None and self._is_too_slow(self._transport):
            self._acceptor.note("a connection that does not read was let go")
            self._transport.abort()

    def _tell(self, outputs: list[Output]) -> None:
        data = [output.data for output in outputs if isinstance(output, Outgoing)]
        if data and self._transport is not None and not self._transport.is_closing():
            self._transport.write(b"".join(data))
        for output in outputs:
            if isinstance(output, Noted):
                self._acceptor.note(output.text)

    def _find_session(self, found: Message | Garbled, at: Instant) -> bool:
        if isinstance(found, Garbled) or found.type != Type.LOGON:
            self._acceptor.note("a first message that was no Logon")
            return False
        session = self._acceptor.session_for(found)
        if session is None:
            names = f"{found.text(Tag.SENDER_COMP_ID)} to {found.text(Tag.TARGET_COMP_ID)}"
            self._acceptor.note(f"a Logon that is for nobody here, or a second one: {names}")
            return False
        self.session = session
        self.say(session.connect(at))
        return True

    def _is_too_slow(self, transport: asyncio.Transport) -> bool:
        return transport.get_write_buffer_size() > UNSENT_BYTES_MAX

    def _end(self) -> None:
        self._is_over = True
        if self._transport is not None:
            self._transport.close()
