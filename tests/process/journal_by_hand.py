"""Reads a journal without a line of the product: SQLite, and MessagePack spelled out by hand."""

import sqlite3
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

_FIXED = {
    0xC0: None, 0xC2: False, 0xC3: True,
}  # fmt: skip
_NUMBERS = {
    0xCA: ">f", 0xCB: ">d", 0xCC: ">B", 0xCD: ">H", 0xCE: ">I", 0xCF: ">Q",
    0xD0: ">b", 0xD1: ">h", 0xD2: ">i", 0xD3: ">q",
}  # fmt: skip
_TEXTS = {0xD9: ">B", 0xDA: ">H", 0xDB: ">I"}
_BYTES = {0xC4: ">B", 0xC5: ">H", 0xC6: ">I"}
_ARRAYS = {0xDC: ">H", 0xDD: ">I"}
_MAPS = {0xDE: ">H", 0xDF: ">I"}


class Written(NamedTuple):
    """One fact of the journal: its kind, its fields by position, and whether it caused others."""

    sequence: int
    at: int
    kind: str
    fields: list[Any]
    is_inbound: bool


def written_in(journal: Path) -> Iterator[Written]:
    """Every fact, in order."""
    connection = sqlite3.connect(f"file:{journal}?mode=ro", uri=True)
    try:
        for (payload,) in connection.execute("select payload from blocks order by number"):
            version, (first, at, backs, bodies) = _read(payload, 0)[0]
            assert version == 2
            for place, (back, body) in enumerate(zip(backs, bodies, strict=True)):
                yield Written(first + place, at, body[0], body[1:], back == 0)
    finally:
        connection.close()


def _read(data: bytes, at: int) -> tuple[Any, int]:
    first, at = data[at], at + 1
    if first < 0x80:
        return first, at
    if first >= 0xE0:
        return first - 256, at
    if first in _FIXED:
        return _FIXED[first], at
    if first in _NUMBERS:
        return _number(_NUMBERS[first], data, at)
    if first < 0x90:
        return _pairs(first & 0x0F, data, at)
    if first < 0xA0:
        return _items(first & 0x0F, data, at)
    if first < 0xC0:
        return data[at : at + (first & 0x1F)].decode(), at + (first & 0x1F)
    for table, make in ((_TEXTS, bytes.decode), (_BYTES, bytes)):
        if first in table:
            size, at = _number(table[first], data, at)
            return make(data[at : at + size]), at + size
    if first in _ARRAYS:
        size, at = _number(_ARRAYS[first], data, at)
        return _items(size, data, at)
    size, at = _number(_MAPS[first], data, at)
    return _pairs(size, data, at)


def _number(form: str, data: bytes, at: int) -> tuple[Any, int]:
    return struct.unpack_from(form, data, at)[0], at + struct.calcsize(form)


def _items(count: int, data: bytes, at: int) -> tuple[list[Any], int]:
    items = []
    for _ in range(count):
        item, at = _read(data, at)
        items.append(item)
    return items, at


def _pairs(count: int, data: bytes, at: int) -> tuple[dict[Any, Any], int]:
    pairs = {}
    for _ in range(count):
        key, at = _read(data, at)
        pairs[key], at = _read(data, at)
    return pairs, at
