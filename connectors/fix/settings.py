"""What two counterparties agreed on before they speak, and what a session keeps of its past."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Protocol, runtime_checkable

import msgspec

from connectors.fix.dictionary.reading import shipped
from connectors.fix.dictionary.tables import Dictionary
from connectors.fix.link.masking import Mask
from connectors.fix.link.moment import Moment
from connectors.fix.link.schedule import Schedule
from connectors.fix.link.skew import WARNING
from connectors.fix.message import Field, Message
from connectors.fix.tags import ADMIN_TYPES
from engine.values import NANOS_PER_SECOND, Nanos

FIXT = "FIXT.1.1"
VERSIONS = ("FIX.4.2", "FIX.4.4", "FIX.5.0SP2")
APPL_VER_IDS = {"FIX.5.0SP2": "9"}
"""DefaultApplVerID (1137) of what travels over FIXT."""
HEARTBEAT_MAX_SECONDS = 3_600
MESSAGES_KEPT_MAX = 100_000


class UnaskedReset(StrEnum):
    """What an initiator makes of a Logon in answer that begins both numbers anew (141=Y) though it
    did not ask for that. Venues differ in which number they expect next."""

    COUNT = "count"
    """Our Logon was number 1: the next is 2."""
    RECOUNT = "recount"
    """Our Logon is not counted: the next is 1."""
    ANSWER = "answer"
    """A second Logon with 141=Y is number 1, as QuickFIX sends it."""
    REFUSE = "refuse"
    """The session ends until a person has said what to do."""


class SessionSettings(msgspec.Struct, frozen=True, kw_only=True):
    """One session, seen from one side."""

    version: str
    sender: str
    target: str
    is_initiator: bool
    heartbeat_seconds: int = 30
    is_tolerant: bool = False
    """Lets fields and values pass that the dictionary does not know."""
    latency_max: Nanos = Nanos(120 * NANOS_PER_SECOND)
    """How far a sending time may be from our clock; 0: it is not looked at."""
    skew_warning: Nanos = WARNING
    """From which difference of the clocks a person is told; 0: never."""
    rate_max: int = 0
    """Application messages a second that are taken; what is beyond is refused. 0: any number."""
    rate_burst: int = 0
    """How many of them at once after a silence; 0: as many as in a second."""
    stamp_digits: int = 3
    resets_on_logon: bool = False
    resets_on_logout: bool = False
    resets_on_disconnect: bool = False
    resend_chunk: int = 0
    """Most messages that one ResendRequest asks for; 0: all that are missing at once."""
    never_resent: frozenset[str] = frozenset()
    """Types that are filled as a gap when they are asked for again: a stale order is no order."""
    logon_fields: tuple[Field, ...] = ()
    """What the venue wants in a Logon besides."""
    refuses_with_version: bool = False
    """BusinessMessageReject over FIXT names the application version (1137), as QuickFIX does; its
    own dictionary does not know the field there."""
    dictionaries: Mapping[str, Dictionary] = msgspec.field(default_factory=dict)
    """In place of those that ship, by version: FIXT.1.1 for what carries FIX.5.0SP2."""
    logon_wait: Nanos = Nanos(10 * NANOS_PER_SECOND)
    logout_wait: Nanos = Nanos(2 * NANOS_PER_SECOND)
    resend_wait: Nanos = Nanos(10 * NANOS_PER_SECOND)
    resend_tries_max: int = 3
    repeats_max: int = 30
    """ResendRequests within 10 s of each other that begin no later than the one before: each costs
    a walk through all that was sent, and who does not get further gets no further."""
    garbled_max: int = 3
    """So many garbled messages within 10 s end the connection; 0: however many."""
    queued_max: int = 10_000
    """Messages that came before their turn; more end the connection."""
    queued_bytes_max: int = 64 << 20
    """And so much of them."""
    schedule: Schedule | None = None
    """When the session may speak; with it, the memory is a `DatedMemory`. None: always."""
    unasked_reset: UnaskedReset = UnaskedReset.COUNT
    tells_next_expected: bool = False
    """Says in a Logon which number it expects next (789), and heeds what the other side expects,
    so that what is missing comes without a ResendRequest."""
    logon_extra: Callable[[Moment], Sequence[Field]] | None = None
    """What the venue wants in this Logon besides, such as a signature of it."""
    logon_objection: Callable[[Message], str] | None = None
    """Of an acceptor: why this Logon is not let in, which is all that it is told; empty: it is."""
    logout_fields: tuple[Field, ...] = ()
    """What the venue wants in a Logout besides."""
    mask: Mask = msgspec.field(default_factory=Mask)
    """Takes secrets out of what is noted or kept."""
    tells_last_processed: bool = False
    """Says in every message which number it has taken last (369)."""

    @property
    def begin(self) -> str:
        """BeginString (8)."""
        return FIXT if self.version in APPL_VER_IDS else self.version

    @property
    def appl_ver_id(self) -> str:
        """DefaultApplVerID (1137); empty before FIXT."""
        return APPL_VER_IDS.get(self.version, "")

    def dictionary(self, version: str) -> Dictionary:
        """Of a layer of this session. Raises KeyError for a version that is not supported."""
        return self.dictionaries.get(version) or shipped(version)


class Sent(msgspec.Struct, frozen=True, gc=False):
    """An application message as it left, for who asks for it again."""

    number: int
    type: str
    data: bytes


class Memory(Protocol):
    """The numbers of a session, and what it sent."""

    next_in: int
    next_out: int

    def keep(self, sent: Sent) -> None:
        """Before it leaves."""

    def between(self, first: int, last: int) -> Sequence[Sent]:
        """What is still known of them, in order; what is missing was administrative or is gone."""

    def reset(self) -> None:
        """Both numbers are 1 again and nothing was sent."""


@runtime_checkable
class DatedMemory(Memory, Protocol):
    """A memory that also knows when its numbers began, which hours of a session have to ask."""

    numbers_since: Nanos
    """UTC, as durable as the numbers; 0 where it is not known yet."""


class ShortMemory:
    """Lasts as long as the process, with a bound: what is older is filled as a gap."""

    def __init__(self, kept_max: int = MESSAGES_KEPT_MAX) -> None:
        self.next_in = 1
        self.next_out = 1
        self.numbers_since = Nanos(0)
        self._kept_max = kept_max
        self._sent: dict[int, Sent] = {}

    def keep(self, sent: Sent) -> None:
        if sent.type in ADMIN_TYPES:
            return
        self._sent[sent.number] = sent
        if len(self._sent) > self._kept_max:
            del self._sent[next(iter(self._sent))]

    def between(self, first: int, last: int) -> Sequence[Sent]:
        numbers: Iterable[int] = range(first, last + 1)
        if last - first > len(self._sent):
            numbers = sorted(number for number in self._sent if first <= number <= last)
        return [self._sent[number] for number in numbers if number in self._sent]

    def reset(self) -> None:
        self.next_in = self.next_out = 1
        self._sent.clear()
