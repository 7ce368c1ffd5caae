"""One FIX session, either side of it: bytes and time in, bytes and what they mean out."""

from collections.abc import Iterable

from connectors.fix import incoming
from connectors.fix.frames import Framer, Garbled
from connectors.fix.line import Application, Instant, Line, Output, Phase
from connectors.fix.message import Field, Message, whole
from connectors.fix.settings import Memory, SessionSettings
from connectors.fix.tags import Tag, Type
from engine.values import Nanos

GARBLED_WINDOW = Nanos(10_000_000_000)
TEST_REQUEST_ID = b"TEST"
_TEST_AFTER_TENTHS = 12
_DEAD_AFTER_TENTHS = 24
"""Tenths of the heartbeat interval without a message: a question, then the end."""


class Session(Line):
    """Deterministic: the same inputs give the same outputs. Owns no socket, clock or file."""

    def __init__(self, settings: SessionSettings, memory: Memory, application: Application) -> None:
        super().__init__(settings, memory, application)
        self._framer = Framer()
        self._garbled_at: list[Nanos] = []

    @property
    def is_active(self) -> bool:
        return self.phase is Phase.ACTIVE

    # What the connection tells.

    def connect(self, now: Instant) -> list[Output]:
        """A connection stands; the initiator says who it is."""
        assert self.phase is Phase.DISCONNECTED, "one connection at a time"
        self._framer = Framer()
        self.received_at = self.sent_at = now.monotonic
        self.tests = 0
        self.move(Phase.CONNECTED, now)
        if self.settings.is_initiator:
            incoming.log_on(self, now)
        return self.taken()

    def receive(self, chunk: bytes, now: Instant) -> list[Output]:
        """Bytes that came, in any pieces."""
        for found in self._framer.feed(chunk):
            self.receive_one(found, now)
        return self.taken()

    def receive_one(self, found: Message | Garbled, now: Instant) -> None:
        """One message of a connection that somebody else framed; `collect` has the answers."""
        if self.phase is Phase.DISCONNECTED:
            return
        if isinstance(found, Garbled):
            self._count_garbled(found, now)
            return
        if not _may_be_numbered(found):
            self._count_garbled(Garbled("a number (34) that is none", len(found.raw)), now)
            return
        self.received_at, self.tests = now.monotonic, 0
        incoming.take(self, found, now)

    def collect(self) -> list[Output]:
        return self.taken()

    def disconnected(self, now: Instant, reason: str) -> list[Output]:
        """The connection is gone, from whichever side."""
        if self.phase is not Phase.DISCONNECTED:
            self.forget_connection(now, reason)
        return self.taken()

    def tick(self, now: Instant) -> list[Output]:
        """Time passed: heartbeats, questions, ends."""
        waited = Nanos(now.monotonic - self.phase_at)
        if self.phase in (Phase.CONNECTED, Phase.LOGON_SENT):
            if waited >= self.settings.logon_wait:
                self.close("nobody logged on in time", now)
        elif self.phase is Phase.LOGOUT_SENT:
            if waited >= self.settings.logout_wait:
                self.close("the logout was not answered in time", now)
        elif self.phase is Phase.ACTIVE:
            self._beat(now)
        return self.taken()

    # What the owner asks.

    def send(
        self, type: str, body: Iterable[Field], now: Instant, head: Iterable[Field] = ()
    ) -> list[Output]:
        """An application message. Its number is used and it is kept, also while nobody listens."""
        self.emit(type, body, now, head=head)
        return self.taken()

    def log_out(self, now: Instant, text: str = "") -> list[Output]:
        if self.phase is Phase.ACTIVE:
            self.say_goodbye(now, text)
        return self.taken()

    def _count_garbled(self, garbled: Garbled, now: Instant) -> None:
        """Ignored, its number not used; a first message that is garbled ends the connection."""
        self.garbled += 1
        self.note(f"{garbled.size:,} bytes were no message: {garbled.reason}")
        if self.phase is Phase.CONNECTED:
            self.close("the first message was garbled", now)
            return
        since = Nanos(now.monotonic - GARBLED_WINDOW)
        self._garbled_at = [at for at in self._garbled_at if at > since]
        self._garbled_at.append(now.monotonic)
        if 0 < self.settings.garbled_max <= len(self._garbled_at):
            self.close(f"{len(self._garbled_at)} garbled messages in 10 s", now)

    def _beat(self, now: Instant) -> None:
        if self.missing is not None:
            incoming.ask_again(self, now)
        if not self.heartbeat or self.phase is not Phase.ACTIVE:
            return
        silence = (now.monotonic - self.received_at) * 10
        if silence >= _DEAD_AFTER_TENTHS * self.heartbeat:
            self.close("nothing was heard for too long", now)
        elif silence >= _TEST_AFTER_TENTHS * (self.tests + 1) * self.heartbeat:
            self.emit(Type.TEST_REQUEST, [(Tag.TEST_REQ_ID, TEST_REQUEST_ID)], now)
            self.tests += 1
        elif now.monotonic - self.sent_at >= self.heartbeat and not self.tests:
            self.emit(Type.HEARTBEAT, [], now)


def _may_be_numbered(message: Message) -> bool:
    """Whether its number is one; that it has none at all is a question of its own."""
    text = message.get(Tag.MSG_SEQ_NUM)
    number = whole(text)
    return text is None or (number is not None and number >= 0)
