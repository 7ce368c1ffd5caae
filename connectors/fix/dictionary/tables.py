"""A FIX version as tables: fields with their kinds and values, messages with their groups."""

from collections.abc import Iterable
from enum import IntEnum

import msgspec


class FieldKind(IntEnum):
    """How the bytes of a value must look."""

    TEXT = 1
    CHAR = 2
    INT = 3
    FLOAT = 4
    BOOLEAN = 5
    STAMP = 6
    DATE = 7
    TIME = 8
    MONTH = 9
    DAY = 10
    DATA = 11
    MANY = 12
    """Several values with spaces between."""


KINDS: dict[str, FieldKind] = {
    "CHAR": FieldKind.CHAR,
    "INT": FieldKind.INT,
    "LENGTH": FieldKind.INT,
    "SEQNUM": FieldKind.INT,
    "NUMINGROUP": FieldKind.INT,
    "TAGNUM": FieldKind.INT,
    "FLOAT": FieldKind.FLOAT,
    "PRICE": FieldKind.FLOAT,
    "PRICEOFFSET": FieldKind.FLOAT,
    "QTY": FieldKind.FLOAT,
    "AMT": FieldKind.FLOAT,
    "PERCENTAGE": FieldKind.FLOAT,
    "BOOLEAN": FieldKind.BOOLEAN,
    "UTCTIMESTAMP": FieldKind.STAMP,
    "TIME": FieldKind.STAMP,
    "UTCDATE": FieldKind.DATE,
    "UTCDATEONLY": FieldKind.DATE,
    "LOCALMKTDATE": FieldKind.DATE,
    "DATE": FieldKind.DATE,
    "UTCTIMEONLY": FieldKind.TIME,
    "MONTHYEAR": FieldKind.MONTH,
    "DAYOFMONTH": FieldKind.DAY,
    "DATA": FieldKind.DATA,
    "XMLDATA": FieldKind.DATA,
    "MULTIPLEVALUESTRING": FieldKind.MANY,
    "MULTIPLESTRINGVALUE": FieldKind.MANY,
    "MULTIPLECHARVALUE": FieldKind.MANY,
}
"""By the names that dictionaries use; every other name is plain text."""


class FieldSpec(msgspec.Struct, frozen=True):
    """One field."""

    tag: int
    name: str
    kind: FieldKind
    values: frozenset[bytes] = frozenset()
    """Empty: any value of its kind."""


_FRAME = frozenset({8, 9, 10, 35})
"""Without these nothing was parsed."""


class Part(msgspec.Struct, frozen=True):
    """Fields that stand together: a message's body, a header, one entry of a group."""

    fields: tuple[int, ...]
    required: tuple[int, ...]
    groups: dict[int, "Part"]
    """By the field that counts their entries; an entry begins with the first of `fields`."""
    members: frozenset[int]
    """The same as `fields`, for asking."""
    needed: frozenset[int]
    """What is required and can be missing of a message that was read."""

    @staticmethod
    def of(
        fields: Iterable[int] = (),
        required: Iterable[int] = (),
        groups: dict[int, "Part"] | None = None,
    ) -> "Part":
        ordered, asked = tuple(fields), tuple(required)
        needed = frozenset(asked) - _FRAME
        return Part(ordered, asked, groups or {}, frozenset(ordered), needed)

    def has(self, tag: int) -> bool:
        return tag in self.members


class MessageSpec(msgspec.Struct, frozen=True):
    """One message type."""

    type: str
    name: str
    body: Part
    allowed: frozenset[int]


class Dictionary(msgspec.Struct, frozen=True):
    """One version, or one layer of it."""

    version: str
    types: frozenset[str]
    """Every message type that the version knows, supported here or not."""
    tags: frozenset[int]
    """Every field that it knows."""
    header: Part
    trailer: Part
    messages: dict[str, MessageSpec]
    fields: dict[int, FieldSpec]

    def name(self, tag: int) -> str:
        """The name of a field, `Tag N` where nobody gave it one."""
        spec = self.fields.get(tag)
        return spec.name if spec is not None else f"Tag {tag}"
