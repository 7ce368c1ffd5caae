"""One FIX message as its fields in wire order, and the bytes of one that will leave."""

from collections.abc import Iterable
from zlib import adler32

import msgspec

from connectors.fix.tags import DATA_LENGTHS, SOH

Field = tuple[int, bytes]

_LENGTH_TAGS = frozenset(str(tag).encode() for tag in DATA_LENGTHS)
_TAG_DIGITS_MAX = 9
_KNOWN_TAGS = {str(tag).encode(): tag for tag in range(1, 5_000)}
_FRAME_TAGS = frozenset({8, 9, 10})
"""They stand around the others, once."""
_USUAL_TAGS = {
    name: tag
    for name, tag in _KNOWN_TAGS.items()
    if name not in _LENGTH_TAGS and tag not in _FRAME_TAGS
}
_MSG_TYPE = 35
_NO_MARKS = bytes(byte for byte in range(256) if byte not in b"=\x01")
_ALTERNATING = b"=\x01" * 1_000
"""What is left of a message when all but its marks are taken out, where no value holds one."""
_CHECKED_AT_ONCE = 256
"""So many bytes cannot add up to the modulus of Adler-32."""


class FieldValueError(ValueError):
    """A value that would break its message: it holds a separator, or is empty."""


class Message(msgspec.Struct, gc=False):
    """What came: `fields` as they stood on the wire, without 8, 9 and 10."""

    begin: bytes
    type: str
    fields: list[Field]
    raw: bytes = b""
    firsts: dict[int, bytes] | None = None
    """The first value of each field, once somebody has asked for one."""

    def __repr__(self) -> str:
        """Without its values: some of them are secrets, and a repr ends up in every log."""
        return f"Message({self.type!r}, {len(self.fields)} fields)"

    def get(self, tag: int) -> bytes | None:
        """The first value of that field; None where it is not there."""
        firsts = self.firsts
        if firsts is None:
            # A message is asked some twenty times on its way, and its fields do not change.
            firsts = self.firsts = dict(reversed(self.fields))
        return firsts.get(tag)

    def text(self, tag: int) -> str:
        """The same as text, empty where it is not there; bytes that are no ASCII are latin-1."""
        return (self.get(tag) or b"").decode("latin-1")

    def number(self, tag: int) -> int | None:
        """The same as a whole number; None where it is none."""
        return whole(self.get(tag))

    def is_set(self, tag: int) -> bool:
        return self.get(tag) == b"Y"


WHOLE_DIGITS_MAX = 18
"""Longer numbers are none: no venue counts that far, and 64 bits end there."""


def whole(value: bytes | None) -> int | None:
    """A whole number of plain digits, with a minus at most; None for anything else."""
    if not value:
        return None
    digits = value[1:] if value[:1] == b"-" else value
    if not digits.isdigit() or len(digits) > WHOLE_DIGITS_MAX:
        return None
    return int(value)


def read_usual(frame: bytes, begin: bytes, first: int, cut: int) -> Message | None:
    """The message of a frame whose head, length and end were looked at; None where `parse` is to.

    `first`: where its fields begin, behind 8 and 9; `cut`: the separator before 10. A message that
    holds data fields, unusual tags or a mistake is left to `parse`: this is the quick way for all
    others.
    """
    stated = frame[cut + 4 : -1]
    if len(stated) != 3 or not stated.isdigit() or byte_sum(frame[: cut + 1]) % 256 != int(stated):
        return None
    content = frame[first:cut]
    marks = content.translate(None, _NO_MARKS)
    if marks != _ALTERNATING[: len(marks)] or not marks.endswith(b"="):
        return None
    words = iter(content.replace(b"=", SOH).split(SOH))
    try:
        fields = list(zip(map(_USUAL_TAGS.__getitem__, words), words, strict=True))
    except KeyError:
        return None
    tag, type = fields[0]
    return Message(begin, type.decode("latin-1"), fields, frame) if tag == _MSG_TYPE else None


def byte_sum(data: bytes) -> int:
    """The sum of all bytes: the low half of Adler-32, which adds them up in C, begun at 0."""
    if len(data) <= _CHECKED_AT_ONCE:
        return adler32(data, 0) & 0xFFFF
    pieces = range(0, len(data), _CHECKED_AT_ONCE)
    return sum(adler32(data[at : at + _CHECKED_AT_ONCE], 0) & 0xFFFF for at in pieces)


def parse(frame: bytes) -> Message | str:
    """The message of one frame, or why it is none: then nothing of it may be believed."""
    if frame[-1:] != SOH:
        return "no end"
    cut = frame.rfind(b"\x0110=")
    stated = frame[cut + 4 : -1]
    if len(stated) != 3 or not stated.isdigit() or byte_sum(frame[: cut + 1]) % 256 != int(stated):
        return "a wrong checksum"
    parts = frame[: cut + 1].split(SOH)
    parts.pop()
    if not _is_headed(parts):
        return "its first fields are not 8, 9 and 35"
    length = whole(parts[1][2:])
    if length != cut + 1 - len(parts[0]) - len(parts[1]) - 2:
        return "a wrong length"
    fields = _fields(parts)
    if isinstance(fields, str):
        return fields
    if any(tag in _FRAME_TAGS for tag, _ in fields):
        return "a second 8, 9 or 10"
    return Message(parts[0][2:], fields[0][1].decode("latin-1"), fields, frame)


def _is_headed(parts: list[bytes]) -> bool:
    return (
        len(parts) > 2
        and parts[0][:2] == b"8="
        and parts[1][:2] == b"9="
        and parts[2][:3] == b"35="
    )


def _fields(parts: list[bytes]) -> list[Field] | str:
    fields: list[Field] = []
    known, add = _KNOWN_TAGS, fields.append
    has_data = False
    for part in parts[2:]:
        name, mark, value = part.partition(b"=")
        tag = known.get(name)
        if tag is None:
            if not mark or has_data:
                return _fields_with_data(parts)
            tag = _unusual_tag(name)
            if tag is None:
                return "a field whose tag is no number"
        has_data = has_data or name in _LENGTH_TAGS
        add((tag, value))
    return _fields_with_data(parts) if has_data else fields


def _unusual_tag(name: bytes) -> int | None:
    digits = name[1:] if name[:1] == b"-" else name
    if not digits.isdigit() or len(digits) > _TAG_DIGITS_MAX:
        return None
    return int(name)


def _fields_with_data(parts: list[bytes]) -> list[Field] | str:
    """The same where values may hold separators: their length says how far they go."""
    fields: list[Field] = []
    at, size_next = 2, -1
    while at < len(parts):
        name, mark, value = parts[at].partition(b"=")
        at += 1
        tag = _unusual_tag(name)
        if not mark or tag is None:
            return "a field without a tag"
        if size_next >= 0 and fields and tag == DATA_LENGTHS[fields[-1][0]]:
            while len(value) < size_next and at < len(parts):
                value += SOH + parts[at]
                at += 1
            if len(value) != size_next:
                return "a data field that is not as long as it says"
        size = whole(value) if tag in DATA_LENGTHS else None
        size_next = -1 if size is None else size
        fields.append((tag, value))
    return fields


def encode(begin: str, type: str, head: Iterable[Field], body: Iterable[Field]) -> bytes:
    """The bytes of an everyday message: 8, 9, 35, the header as given, the body as given, 10.

    All that leaves goes through `encoding.written`. Raises FieldValueError for a value that is
    empty or holds a separator where it may not.
    """
    fields = [*head, *body]
    content = b"35=%b\x01%b\x01" % (
        type.encode("ascii"),
        SOH.join([b"%d=%b" % field for field in fields]),
    )
    if content.count(SOH) != len(fields) + 1 or b"=\x01" in content:
        guard(fields)
    start = b"8=%b\x019=%d\x01" % (begin.encode("ascii"), len(content))
    checksum = (byte_sum(start) + byte_sum(content)) % 256
    return b"%b%b10=%03d\x01" % (start, content, checksum)


def guard(fields: list[Field]) -> None:
    """Raises FieldValueError for the first field that would break its message."""
    data_tag, data_size = 0, -1
    for tag, value in fields:
        is_data = tag == data_tag and len(value) == data_size
        if not value or (SOH in value and not is_data):
            # The value is not shown: it may be a password.
            wrong = "a separator in its value" if value else "an empty value"
            raise FieldValueError(f"field {tag} cannot have {wrong}")
        data_tag = DATA_LENGTHS.get(tag, 0)
        data_size = (whole(value) or 0) if data_tag else -1
