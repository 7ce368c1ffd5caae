"""Whether the bytes of a value look as their kind wants it."""

from collections.abc import Callable

from connectors.fix.dictionary.tables import FieldKind
from connectors.fix.message import whole
from connectors.fix.stamps import is_date, parse_stamp

FLOAT_DIGITS_MAX = 30


def _int(value: bytes) -> bool:
    return whole(value) is not None


def _float(value: bytes) -> bool:
    digits = value[1:] if value[:1] == b"-" else value
    whole_part, _, fraction = digits.partition(b".")
    both = whole_part + fraction
    return both.isdigit() and len(both) <= FLOAT_DIGITS_MAX


def _date(value: bytes) -> bool:
    if len(value) != len(b"YYYYMMDD") or not value.isdigit():
        return False
    return is_date(int(value[:4]), int(value[4:6]), int(value[6:]))


def _time(value: bytes) -> bool:
    return parse_stamp(b"20000101-" + value) is not None


def _month(value: bytes) -> bool:
    """`YYYYMM`, with a day or a week (`w1` to `w5`) behind it."""
    month, rest = value[:6], value[6:]
    if len(month) != 6 or not month.isdigit() or not 1 <= int(month[4:]) <= 12:
        return False
    return not rest or rest in (b"w1", b"w2", b"w3", b"w4", b"w5") or _date(value)


def _day(value: bytes) -> bool:
    return value.isdigit() and len(value) <= 2 and 1 <= int(value) <= 31


CHECKS: dict[FieldKind, Callable[[bytes], bool]] = {
    FieldKind.CHAR: lambda value: len(value) == 1,
    FieldKind.INT: _int,
    FieldKind.FLOAT: _float,
    FieldKind.BOOLEAN: lambda value: value in (b"Y", b"N"),
    FieldKind.STAMP: lambda value: parse_stamp(value) is not None,
    FieldKind.DATE: _date,
    FieldKind.TIME: _time,
    FieldKind.MONTH: _month,
    FieldKind.DAY: _day,
}
"""By kind: of every other, any value will do. Empty values are somebody else's question."""
