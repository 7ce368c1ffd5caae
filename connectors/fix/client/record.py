"""The messages of a session as they crossed the line: bounded, with names, requests paired."""

from collections import deque
from collections.abc import Callable, Iterator

import msgspec

from connectors.fix.dictionary.tables import Dictionary
from connectors.fix.message import Message, parse
from connectors.fix.tags import Tag, Type
from engine.values import NANOS_PER_MILLISECOND, NANOS_PER_SECOND, Nanos

KEPT_MAX = 2_000
MARKET_DATA_KEPT_MAX = 40
"""Market data would push out everything else, and is seen better in the depth."""
TOLD_MAX = 200
VALUE_MAX = 120
MASKED = frozenset({554, 925, 96, 89})
"""Password, NewPassword, RawData, Signature: never shown, wherever they stand."""
MASK = "***"
_MARKET_DATA = (Type.MARKET_DATA_SNAPSHOT, Type.MARKET_DATA_INCREMENT)
_REFERENCES = (
    Tag.CL_ORD_ID,
    Tag.MASS_STATUS_REQ_ID,
    Tag.MD_REQ_ID,
    Tag.SECURITY_REQ_ID,
    Tag.TEST_REQ_ID,
)
"""What a request is called, and its answer repeats."""
_IN_THE_HEAD = frozenset(
    {
        Tag.BEGIN_STRING,
        Tag.BODY_LENGTH,
        Tag.MSG_TYPE,
        Tag.MSG_SEQ_NUM,
        Tag.SENDER_COMP_ID,
        Tag.TARGET_COMP_ID,
        Tag.SENDING_TIME,
        Tag.CHECK_SUM,
    }
)
DAY_SECONDS = 86_400


class Crossed(msgspec.Struct, frozen=True, gc=False):
    """One message, and when it crossed."""

    at: Nanos
    is_ours: bool
    data: bytes


class Record:
    """Keeps the newest; what is looked at is read then."""

    def __init__(
        self,
        session: Dictionary,
        application: Dictionary,
        masked: frozenset[int] = MASKED,
        wall: Callable[[Nanos], str] | None = None,
    ) -> None:
        """`masked`: fields whose values nobody sees. `wall`: a time as people read it."""
        self._session, self._application, self._masked = session, application, masked
        self._wall = wall or utc_clock
        self._kept: deque[Crossed] = deque(maxlen=KEPT_MAX)
        self._market: deque[Crossed] = deque(maxlen=MARKET_DATA_KEPT_MAX)

    def note(self, type: str, data: bytes, at: Nanos, *, is_ours: bool) -> None:
        """A heartbeat that answers nothing says nothing and is not kept."""
        if type == Type.HEARTBEAT and b"\x01112=" not in data:
            return
        kept = self._market if type in _MARKET_DATA else self._kept
        kept.append(Crossed(at, is_ours, data))

    def lines(self, label: Callable[[str], str]) -> tuple[str, ...]:
        """The newest last, market data before all else: a line a message, its fields on lines that
        are set in.

        `label`: what the desk calls the order of that name; empty for none.
        """
        told: list[list[str]] = []
        asked: dict[tuple[int, bytes], tuple[Nanos, str]] = {}
        for crossed, message in self._messages():
            head = self._head(crossed, message, asked) + _of_order(message, label)
            told.append([head, *self._fields(message)])
        return tuple(line for lines in told[-TOLD_MAX:] for line in lines)

    def _messages(self) -> Iterator[tuple[Crossed, Message]]:
        for crossed in (*self._market, *self._kept):
            message = parse(crossed.data)
            if isinstance(message, Message):
                yield crossed, message

    def _head(
        self,
        crossed: Crossed,
        message: Message,
        asked: dict[tuple[int, bytes], tuple[Nanos, str]],
    ) -> str:
        number = message.text(Tag.MSG_SEQ_NUM)
        way = "→" if crossed.is_ours else "←"
        line = f"{self._wall(crossed.at)} {way} #{number} {message.type} {self._name(message.type)}"
        if crossed.is_ours:
            for tag in _REFERENCES:
                if value := message.get(tag):
                    asked[tag, value] = crossed.at, number
            asked[Tag.REF_SEQ_NUM, number.encode("latin-1")] = crossed.at, number
            return line
        question = None if message.type in _MARKET_DATA else self._question(message, asked)
        if question is not None:
            took = (crossed.at - question[0]) / NANOS_PER_MILLISECOND
            line += f" — answers #{question[1]} after {took:,.1f} ms"
        return line

    def _question(
        self, message: Message, asked: dict[tuple[int, bytes], tuple[Nanos, str]]
    ) -> tuple[Nanos, str] | None:
        for tag in (Tag.REF_SEQ_NUM, *_REFERENCES):
            value = message.get(tag)
            if value and (tag, value) in asked:
                return asked[tag, value]
        return None

    def _fields(self, message: Message) -> Iterator[str]:
        """Tag, name and value of each field beyond the header, as many to a line as are short."""
        row = ""
        for tag, value in message.fields:
            if tag in _IN_THE_HEAD:
                continue
            shown = MASK if tag in self._masked else value.decode("latin-1")[:VALUE_MAX]
            text = f"{tag} {self._field(tag)}={shown}"
            if row and len(row) + len(text) > VALUE_MAX // 2:
                yield f"    {row}"
                row = ""
            row = f"{row}  {text}" if row else text
        if row:
            yield f"    {row}"

    def _field(self, tag: int) -> str:
        known = self._session if tag in self._session.fields else self._application
        return known.name(tag)

    def _name(self, type: str) -> str:
        for known in (self._application, self._session):
            if type in known.messages:
                return known.messages[type].name
        return "a type that nobody knows"


def _of_order(message: Message, label: Callable[[str], str]) -> str:
    for tag in (Tag.CL_ORD_ID, Tag.ORIG_CL_ORD_ID):
        told = label(message.text(tag))
        if told:
            return f" — order {told}"
    return ""


def utc_clock(at: Nanos) -> str:
    """HH:MM:SS.mmm of UTC."""
    seconds, nanos = divmod(at, NANOS_PER_SECOND)
    second = seconds % DAY_SECONDS
    clock = f"{second // 3_600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
    return f"{clock}.{nanos // NANOS_PER_MILLISECOND:03d}"
