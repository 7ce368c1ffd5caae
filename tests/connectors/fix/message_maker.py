"""Messages that a dictionary allows, filled with what is usual and with what nobody expects."""

import random
from collections.abc import Mapping, Sequence

from connectors.fix.dictionary.tables import Dictionary, FieldKind, Part
from connectors.fix.message import Field
from connectors.fix.tags import DATA_LENGTHS

ODD_NUMBERS = (
    *(b"0", b"-1", b"-0", b"1", b"00100", b"+5", b".5", b"1.", b"1e9", b"NaN", b"0.000000000001"),
    *(b"99999999999999999999", b"999999999999999999", b"-100", b"1000000000", b"190.123456"),
)
ODD_STAMPS = (
    *(
        b"99991231-23:59:59",
        b"00010101-00:00:00",
        b"20261231-23:59:60.999999999",
        b"20260231-10:00",
    ),
    *(b"21991231-00:00:00", b"19691231-23:59:59.999", b"20260105"),
)
ODD_TEXTS = (b"\xff\xfe", b"\x1b[2J", b"\x00", b"x" * 3_000, b" ", b"8=FIX.4.4", b"NONE", b"[N/A]")
USUAL: Mapping[FieldKind, Sequence[bytes]] = {
    FieldKind.INT: (b"1", b"2", b"3", b"100"),
    FieldKind.FLOAT: (b"1", b"10", b"100", b"190.12", b"189.99", b"0"),
    FieldKind.STAMP: (b"20260105-15:00:00.000", b"20260105-15:00:01"),
    FieldKind.DATE: (b"20260105", b"20260106"),
    FieldKind.TIME: (b"15:00:00", b"15:00:00.123"),
    FieldKind.MONTH: (b"202601",),
    FieldKind.DAY: (b"5",),
    FieldKind.BOOLEAN: (b"Y", b"N"),
    FieldKind.CHAR: (b"1", b"2", b"0", b"A"),
    FieldKind.MANY: (b"6", b"1 6"),
    FieldKind.TEXT: (b"A", b"text"),
    FieldKind.DATA: (b"data",),
}
ODD: Mapping[FieldKind, Sequence[bytes]] = {
    FieldKind.INT: ODD_NUMBERS,
    FieldKind.FLOAT: ODD_NUMBERS,
    FieldKind.STAMP: ODD_STAMPS,
}
DATA = DATA_LENGTHS.keys() | DATA_LENGTHS.values()
ODD_MESSAGES = 0.4
"""Of these some field may be odd or missing; the others are as usual."""
ODD_SHARE, MISSING_SHARE, OPTIONAL_SHARE = 0.06, 0.02, 0.3
ENTRIES_MAX = 3


class Maker:
    """By chance, the same for the same seed."""

    def __init__(
        self, rng: random.Random, known: Dictionary, names: Mapping[int, Sequence[bytes]]
    ) -> None:
        """`names`: values of fields that mean something to who reads them."""
        self._rng, self._known, self._names = rng, known, names
        self._is_odd = False

    def body(self, type: str) -> list[Field]:
        self._is_odd = self._rng.random() < ODD_MESSAGES
        return self._part(self._known.messages[type].body)

    def _part(self, part: Part) -> list[Field]:
        rng, fields = self._rng, list[Field]()
        for place, tag in enumerate(part.fields):
            if tag in DATA:
                continue  # what is said of its length has tests of its own
            is_needed = tag in part.needed or tag in self._names or not place
            missing = MISSING_SHARE * self._is_odd
            if rng.random() < (missing if is_needed else 1 - OPTIONAL_SHARE):
                continue
            if tag not in part.groups:
                fields.append((tag, self._value(tag)))
                continue
            entries = [self._part(part.groups[tag]) for _ in range(rng.randint(0, ENTRIES_MAX))]
            count = rng.choice((0, 7, 10**9)) if self._odd_now() else len(entries)
            fields.append((tag, b"%d" % count))
            fields += [field for entry in entries for field in entry]
        return fields

    def _odd_now(self) -> bool:
        return self._is_odd and self._rng.random() < ODD_SHARE

    def _value(self, tag: int) -> bytes:
        rng, spec = self._rng, self._known.fields.get(tag)
        kind = spec.kind if spec is not None else FieldKind.TEXT
        if self._odd_now():
            return rng.choice(ODD.get(kind, ODD_TEXTS))
        if tag in self._names:
            return rng.choice(self._names[tag])
        if spec is not None and spec.values and kind is not FieldKind.BOOLEAN:
            return rng.choice(sorted(spec.values))
        return rng.choice(USUAL[kind])
