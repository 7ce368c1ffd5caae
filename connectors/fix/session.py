"""One FIX session, either side of it: bytes and time in, bytes and what they mean out."""

from collections.abc import Iterable

from connectors.fix import hours, incoming
from connectors.fix.frames import Framer, Garbled
from connectors.fix.line import BY_HAND, Application, Closed, Instant, Line, Output, Phase
from connectors.fix.link.skew import Skew
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

    def why_not(self, now: Instant) -> str:
        """Why nobody may log on now, as a sentence: a person has to look, or the hours; else ""."""
        return self.stopped or hours.refusal(self, now)

    def connect(self, now: Instant) -> list[Output]:
        """A connection stands; the initiator says who it is."""
        assert self.phase is Phase.DISCONNECTED, "one connection at a time"
        hours.turn(self, now)
        if self.settings.is_initiator and (refusal := self.why_not(now)):
            self.note(refusal)
            return [*self.taken(), Closed(refusal)]
        hours.opened(self, now)
        self.skew = Skew(self.settings.skew_warning)
        self._framer, self._garbled_at = Framer(), []
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
        if self.phase is Phase.CONNECTED and (refusal := self._refusal_of(found, now)):
            self.say_goodbye(now, refusal)
            self.close(refusal, now)
            return
        incoming.take(self, found, now)

    def _refusal_of(self, found: Message, now: Instant) -> str:
        """An acceptor says to who logs on outside its hours when it opens, and to who is not who
        he says that he is not."""
        if found.type != Type.LOGON:
            return ""
        objection = self.settings.logon_objection
        return hours.refusal(self, now) or (objection(found) if objection is not None else "")

    def collect(self) -> list[Output]:
        return self.taken()

    def disconnected(self, now: Instant, reason: str) -> list[Output]:
        """The connection is gone, from whichever side."""
        if self.phase is not Phase.DISCONNECTED:
            self.forget_connection(now, reason)
        return self.taken()

    def tick(self, now: Instant) -> list[Output]:
        """Time passed: heartbeats, questions, ends."""
        if self.settings.schedule is not None and hours.is_over(self, now):
            hours.end(self, now)
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
        if self.phase is Phase.DISCONNECTED:
            hours.turn(self, now)
        self.emit(type, body, now, head=head)
        return self.taken()

    def log_out(self, now: Instant, text: str = "") -> list[Output]:
        if self.phase is Phase.ACTIVE:
            self.say_goodbye(now, text)
        return self.taken()

    # What a person asks.

    def reset_numbers(self, now: Instant) -> list[Output]:
        """Both begin at 1, after a logout where somebody is logged on; the next Logon says so."""
        self.stopped, self.reset_wanted = "", True
        if self.phase is Phase.DISCONNECTED:
            self.begin_anew(BY_HAND)
        elif self.phase is Phase.ACTIVE:
            self.say_goodbye(now)
        else:
            self.close("a person wants the numbers to begin anew", now)
        return self.taken()

    def set_numbers(
        self, *, next_in: int | None = None, next_out: int | None = None
    ) -> list[Output]:
        """What a person has found out with the other side; nothing given: as they are, go on.

        Only while nobody is connected.
        """
        assert self.phase is Phase.DISCONNECTED, "numbers do not change under a conversation"
        assert min(next_in or 1, next_out or 1) > 0, "numbers begin at 1"
        self.memory.next_in = next_in or self.memory.next_in
        self.memory.next_out = next_out or self.memory.next_out
        self.stopped = ""
        self.note(f"a person goes on with {self.memory.next_in} in, {self.memory.next_out} out")
        return self.taken()

    def _count_garbled(self, garbled: Garbled, now: Instant) -> None:
        """Ignored, its number not used; a first message that is garbled ends the connection."""
        self.garbled += 1
        self.note(f"{garbled.size:,} bytes were no message: {garbled.reason}")
        if self.phase is Phase.CONNECTED:
            self.close("the first message was garbled", now)
            return
        most = self.settings.garbled_max
        # No more of them are kept than are counted: a flood of garbage must not fill the memory.
        self._garbled_at = [*self._garbled_at, now.monotonic][-most:] if most else []
        since = now.monotonic - GARBLED_WINDOW
        if most and len(self._garbled_at) == most and self._garbled_at[0] > since:
            self.close(f"{most} garbled messages in 10 s", now)

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
