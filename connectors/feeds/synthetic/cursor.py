"""Where the synthetic market stands, in a few kilobytes: enough to go on, not to repeat."""

import msgspec

from engine.errors import TraderError

CURSOR_VERSION = 1


class SymbolCursor(msgspec.Struct, frozen=True, array_like=True):
    """One symbol: what it is worth (in ticks) and the figures of its day (in price units)."""

    symbol: str
    fair: float
    mood: float
    previous_close: int
    last: int
    open: int
    high: int
    low: int
    volume: int
    trades: int
    phase: int = 0
    """`Phase`; 0 in places kept before phases were: then the clock tells."""
    next_phase_at: int = 0
    """Of a halt: when orders may line up, or when it reopens."""
    reopens_at: int = 0
    halted_for: str = ""


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """The whole market at one market time.

    A market opened from it has new books around the same values, and new chance drawn from the
    seed and this time: it goes on, but not as it would have gone without the interruption.
    """

    version: int
    at: int
    trade_date: int
    next_order_id: int
    factor: float
    mood: float
    symbols: tuple[SymbolCursor, ...]


class CursorError(TraderError):
    """A recorded place in the synthetic market cannot be read: the record is damaged."""


def encode_cursor(cursor: Cursor) -> bytes:
    return msgspec.msgpack.encode(cursor)


def decode_cursor(data: bytes) -> Cursor:
    """Raises CursorError."""
    try:
        cursor = msgspec.msgpack.decode(data, type=Cursor)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise CursorError(f"the synthetic market's place cannot be read: {error}") from error
    if cursor.version != CURSOR_VERSION:
        raise CursorError(
            f"the synthetic market's place has version {cursor.version}, not {CURSOR_VERSION}"
        )
    return cursor
