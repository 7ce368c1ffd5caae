"""One end of a FIX conversation: where it stands, and how what it says is numbered and sent."""

from collections.abc import Callable, Iterable, Sequence
from enum import IntEnum
from typing import Protocol

import msgspec

from connectors.fix.dictionary.arranging import Arranged
from connectors.fix.dictionary.tables import Dictionary
from connectors.fix.encoding import written
from connectors.fix.link.moment import Moment
from connectors.fix.link.schedule import Period
from connectors.fix.link.skew import Skew
from connectors.fix.message import Field, Message
from connectors.fix.settings import DatedMemory, Memory, Sent, SessionSettings
from connectors.fix.stamps import format_stamp
from connectors.fix.tags import Tag, Type
from connectors.pace import Pace
from engine.values import NANOS_PER_SECOND, Nanos


class Instant(msgspec.Struct, frozen=True, gc=False):
    """When something happened, by both clocks."""

    monotonic: Nanos
    """For waiting."""
    utc: Nanos
    """For stamps."""


class Outgoing(msgspec.Struct, frozen=True, gc=False):
    """Bytes that leave now."""

    data: bytes
    type: str
    number: int

    def __repr__(self) -> str:
        """Without the bytes: a Logon has secrets in them."""
        return f"Outgoing({self.type!r}, {self.number})"


class Noted(msgspec.Struct, frozen=True, gc=False):
    """What happened, for who watches the session."""

    text: str


class Closed(msgspec.Struct, frozen=True, gc=False):
    """The connection ends when what was said before has left."""

    reason: str


BY_HAND = "a person wants it so"
Output = Outgoing | Noted | Closed


class Reply(msgspec.Struct, frozen=True, gc=False):
    """An application message in answer: its body in the order that it leaves in."""

    type: str
    body: list[Field]
    head: tuple[Field, ...] = ()


class Refused(msgspec.Struct, frozen=True, gc=False):
    """The application does not take a message: BusinessRejectReason (380) and its text."""

    reason: int
    text: str
    ref_id: bytes = b""
    is_usual: bool = False
    """An answer like another, such as that there is nothing to list: nobody needs to watch it."""


class Application(Protocol):
    """Who the session's messages are for."""

    def take(self, arranged: Arranged, message: Message) -> Sequence[Reply] | Refused:
        """One application message, in its turn, once; the answers leave before the next is read."""

    def ended(self) -> None:
        """The conversation is over."""


class Phase(IntEnum):
    """Where the conversation stands."""

    DISCONNECTED = 0
    CONNECTED = 1
    """Nobody has logged on yet."""
    LOGON_SENT = 2
    ACTIVE = 3
    LOGOUT_SENT = 4


class Repeats(msgspec.Struct):
    """ResendRequests of the other side, one soon after the other, that get no further."""

    first: int = 0
    """Where the newest begins."""
    at: Nanos = Nanos(0)
    times: int = 0


def _nobody_cares(message: Message, why: str) -> None:
    """Whoever said it hears that it was rejected."""


class Line:
    """What handlers of messages share; changed by one connection at a time."""

    def __init__(self, settings: SessionSettings, memory: Memory, application: Application) -> None:
        assert settings.schedule is None or isinstance(memory, DatedMemory), "hours need dates"
        self.settings = settings
        self.memory = memory
        self.application = application
        self.unread: Callable[[Message, str], None] = _nobody_cares
        """Told of an application message that was rejected in its turn: nothing of it was taken,
        and it does not come again."""
        self.known: Dictionary = settings.dictionary(settings.begin)
        self.app_known: Dictionary = settings.dictionary(settings.version)
        self.phase = Phase.DISCONNECTED
        self.heartbeat: Nanos = Nanos(0)
        self.sent_reset = False
        self.queued: dict[int, Message] = {}
        self.queued_bytes = 0
        """Of all that came before its turn since nothing waited."""
        self.missing: tuple[int, int] | None = None
        """First and last number that a ResendRequest asked for."""
        self.asked_at = Nanos(0)
        self.asked_to = 0
        """The last number of the newest ResendRequest."""
        self.asked_times = 0
        self.repeats = Repeats()
        self.latency: Nanos | None = None
        """Our clock less the last sending time."""
        self.skew = Skew(settings.skew_warning)
        """Of this connection, for a screen: `skew.figure`."""
        self.pace = Pace(settings.rate_max, settings.rate_burst) if settings.rate_max else None
        self.garbled = 0
        self.gaps = 0
        """How often something was missing and asked for, since this process began."""
        self.received_at = Nanos(0)
        self.sent_at = Nanos(0)
        self.phase_at = Nanos(0)
        self.tests = 0
        """Questions that were asked since something was heard."""
        self.resets = 0
        """How often numbers began anew: what was missed before that is not sent again, so who
        has orders there compares them."""
        self.reset_wanted = False
        """A person wants numbers to begin anew with the next Logon."""
        self.stopped = ""
        """Why an initiator connects no more until a person has said what to do."""
        self.ended_by = ""
        """Why the last connection ended."""
        self.closes_at = Nanos(0)
        """When the hours end that the connection belongs to."""
        self.stretch: tuple[Nanos, Nanos, Period | None] = (Nanos(0), Nanos(0), None)
        """Since when and up to when that period is the one of now; None: outside all hours."""
        self._out: list[Output] = []

    @property
    def is_active(self) -> bool:
        return self.phase is Phase.ACTIVE

    def note(self, text: str) -> None:
        """For whoever watches or writes it down; the other side's words may repeat a secret."""
        self._out.append(Noted(self.settings.mask.text(text)))

    def emit(
        self, type: str, body: Iterable[Field], now: Instant, head: Iterable[Field] = ()
    ) -> None:
        """Numbers, keeps and sends one message."""
        number = self.memory.next_out
        data = self.encoded(type, body, number, now, head)
        kept = self.settings.mask.message(data) if type == Type.LOGON else data
        self.memory.keep(Sent(number, type, kept))
        self.memory.next_out = number + 1
        if self.phase is not Phase.DISCONNECTED:
            self.let_out(data, type, number, now)

    def encoded(
        self,
        type: str,
        body: Iterable[Field],
        number: int,
        now: Instant,
        head: Iterable[Field] = (),
    ) -> bytes:
        settings = self.settings
        fields = {
            Tag.MSG_SEQ_NUM: b"%d" % number,
            Tag.SENDER_COMP_ID: settings.sender.encode("ascii"),
            Tag.SENDING_TIME: format_stamp(now.utc, settings.stamp_digits),
            Tag.TARGET_COMP_ID: settings.target.encode("ascii"),
        }
        if settings.tells_last_processed:
            fields[Tag.LAST_PROCESSED] = b"%d" % (self.memory.next_in - 1)
        fields.update(head)
        return written(settings.begin, type, sorted(fields.items()), body)

    def let_out(self, data: bytes, type: str, number: int, now: Instant) -> None:
        self.sent_at = now.monotonic
        self._out.append(Outgoing(data, type, number))

    def say_goodbye(self, now: Instant, text: str = "") -> None:
        body = [*self.settings.logout_fields]
        if text:
            body.append((Tag.TEXT, text.encode("ascii")))
        self.emit(Type.LOGOUT, sorted(body), now)
        self.move(Phase.LOGOUT_SENT, now)

    def logon_moment(self, now: Instant) -> Moment:
        """Of a Logon that is emitted next."""
        settings = self.settings
        return Moment(
            sender=settings.sender.encode("ascii"),
            target=settings.target.encode("ascii"),
            number=self.memory.next_out,
            stamp=format_stamp(now.utc, settings.stamp_digits),
            utc=now.utc,
        )

    def logon_sent(self, now: Instant) -> None:
        self.move(Phase.LOGON_SENT, now)

    def logged_on(self, heartbeat_seconds: int, now: Instant) -> None:
        self.heartbeat = Nanos(heartbeat_seconds * NANOS_PER_SECOND)
        self.move(Phase.ACTIVE, now)

    def close(self, reason: str, now: Instant) -> None:
        """Ends the connection; numbers and what was sent stay, as the settings say."""
        if self.phase is Phase.DISCONNECTED:
            return
        reason = self.settings.mask.text(reason)
        self.forget_connection(now, reason)
        self._out.append(Closed(reason))

    def taken(self) -> list[Output]:
        taken, self._out = self._out, []
        return taken

    def move(self, phase: Phase, now: Instant) -> None:
        self.phase, self.phase_at = phase, now.monotonic

    def begin_anew(self, reason: str) -> None:
        """Both numbers are 1 again; what waited for numbers of before waits no more."""
        if (self.memory.next_in, self.memory.next_out) != (1, 1):
            self.note(f"both numbers begin at 1: {reason}")
            self.resets += 1
        self.memory.reset()
        self.queued.clear()
        self.missing = None

    def stop(self, reason: str) -> None:
        """An initiator waits for a person; an acceptor waits for whoever connects anyway."""
        if self.settings.is_initiator:
            self.stopped = self.settings.mask.text(reason)
            self.note(f"{reason}; it does not connect again until a person has looked at it")

    def forget_connection(self, now: Instant, reason: str) -> None:
        self.note(f"disconnected: {reason}")
        self.ended_by = reason
        self.move(Phase.DISCONNECTED, now)
        self.queued.clear()
        self.missing = None
        self.repeats = Repeats()
        self.sent_reset = False
        self.application.ended()
        if self.settings.resets_on_disconnect:
            self.begin_anew("the connection ended")
        elif self.reset_wanted:
            self.begin_anew(BY_HAND)
