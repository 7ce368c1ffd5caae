"""Rows of LOBSTER files: text to integers, with row and column for what cannot be right."""

from collections.abc import Sequence
from typing import Annotated

import msgspec

from connectors.feeds.lobster_names import RecordingError
from engine.values import NANOS_PER_SECOND

SUBMITTED, REDUCED, DELETED, EXECUTED, EXECUTED_HIDDEN, CROSSED, HALTED = 1, 2, 3, 4, 5, 6, 7
"""Message types: a new limit order, a part or all of one gone, executions of a visible and of a
hidden order, an auction's trade, a change of the trading status."""
NO_ASK, NO_BID = 9_999_999_999, -9_999_999_999
"""Prices of levels that are not there; their size is 0."""

ORDER_ID_LIMIT = 1 << 50
"""Recorded order ids are below this; what a replay numbers itself is not."""

Message = tuple[int, int, int, int, int, int]
"""(nanoseconds after midnight, type, order id, size, price × 10,000, 1 buy or −1 sell order)."""
BookRow = list[int]
"""ask price 1, ask size 1, bid price 1, bid size 1, ask price 2 …"""

_COLUMNS = ("time", "type", "order id", "size", "price", "direction")
_DAY_SECONDS = 86_400
TOO_LARGE = "from here on something is no list of prices and sizes"
FIGURE_MAX = 10**13
"""A billion of a currency in 1/10,000: no price and no size of a row is larger."""
_Figure = Annotated[int, msgspec.Meta(ge=-FIGURE_MAX, le=FIGURE_MAX)]
_messages = msgspec.json.Decoder(list[tuple[float, int, int, _Figure, _Figure, int]])
_book_rows = msgspec.json.Decoder(list[list[_Figure]])


def decode_messages(lines: Sequence[bytes], name: str, row: int, last_at: int) -> list[Message]:
    """`row` rows came before these, the last at `last_at`. Raises RecordingError."""
    # A line of numbers with commas is the inside of a JSON array, and the JSON decoder is the
    # fastest reader at hand. A double holds seconds of a day to 0.01 ns, so rounding is exact.
    try:
        decoded = _messages.decode(b"[[" + b"],[".join(lines) + b"]]")
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _first_bad_message(lines, name, row) from None
    if len(decoded) != len(lines):
        raise _first_bad_message(lines, name, row)
    messages: list[Message] = []
    for seconds, kind, order_id, size, price, direction in decoded:
        if not 0 <= seconds < _DAY_SECONDS:
            raise _at(name, row + len(messages), 0, f"{seconds} is no time of a day in seconds")
        at = round(seconds * NANOS_PER_SECOND)
        if at < last_at:
            raise _at(name, row + len(messages), 0, "is earlier than the row before")
        last_at = at
        if not SUBMITTED <= kind <= HALTED:
            raise _at(name, row + len(messages), 1, f"{kind} is no type that LOBSTER describes")
        if kind <= EXECUTED_HIDDEN and (size <= 0 or price <= 0 or direction * direction != 1):
            raise _bad_figures(name, row + len(messages), size, price)
        if kind <= EXECUTED and not 0 < order_id < ORDER_ID_LIMIT:
            raise _at(name, row + len(messages), 2, f"{order_id} is no order's number")
        messages.append((at, kind, order_id, size, price, direction))
    return messages


def decode_book_rows(lines: Sequence[bytes], name: str, row: int, width: int) -> list[BookRow]:
    """Rows of `width` columns (0: as many as the first has). Raises RecordingError."""
    try:
        decoded = _book_rows.decode(b"[[" + b"],[".join(lines) + b"]]")
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise _first_bad_book_row(lines, name, row) from None
    if len(decoded) != len(lines):
        raise _first_bad_book_row(lines, name, row)
    width = width or len(decoded[0])
    if width == 0 or width % 4:
        raise _row(name, row, f"{width} columns are no whole number of levels (4 a level)")
    for offset, figures in enumerate(decoded):
        if len(figures) != width:
            raise _row(name, row + offset, f"{len(figures)} columns where {width} are expected")
    return decoded


def _first_bad_message(lines: Sequence[bytes], name: str, row: int) -> RecordingError:
    for offset, line in enumerate(lines):
        fields = line.strip().split(b",")
        if len(fields) != len(_COLUMNS):
            text = f"{len(fields)} columns where {len(_COLUMNS)} are expected"
            return _row(name, row + offset, text)
        for column, field in enumerate(fields):
            if not _is_number(field, whole=column > 0):
                kind = "whole number" if column else "time in seconds"
                return _at(name, row + offset, column, f"{_shown(field)} is no {kind}")
    return _row(name, row, TOO_LARGE)


def _first_bad_book_row(lines: Sequence[bytes], name: str, row: int) -> RecordingError:
    for offset, line in enumerate(lines):
        for column, field in enumerate(line.strip().split(b",")):
            if not _is_number(field, whole=True):
                text = f"column {column + 1}: {_shown(field)} is no whole number"
                return _row(name, row + offset, text)
    return _row(name, row, TOO_LARGE)


def _bad_figures(name: str, row: int, size: int, price: int) -> RecordingError:
    if size <= 0:
        return _at(name, row, 3, f"{size} shares are no order")
    if price <= 0:
        return _at(name, row, 4, f"{price} is no price")
    return _at(name, row, 5, "must be 1 or -1")


def _is_number(field: bytes, *, whole: bool) -> bool:
    try:
        msgspec.json.decode(field, type=int if whole else float)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return True


def _at(name: str, row: int, column: int, text: str) -> RecordingError:
    return _row(name, row, f"column {column + 1} ({_COLUMNS[column]}): {text}")


def _row(name: str, row: int, text: str) -> RecordingError:
    return RecordingError(f"{name}, row {row + 1}, {text}")


def _shown(field: bytes) -> str:
    """A field as it may be shown: foreign text without control characters, and short."""
    return ascii(field.decode("utf-8", "replace")[:40])
