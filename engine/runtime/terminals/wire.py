"""Messages on a stream: four bytes of length, one of kind, then MessagePack, none without limit."""

import struct
from collections.abc import Iterator
from enum import IntEnum

from engine.errors import TraderError

HEADER = struct.Struct(">IB")
REQUEST_BYTES_MAX = 64 * 1024
"""What a terminal may say at once: the longest line, or cancels of some thousand orders."""
MESSAGE_BYTES_MAX = 16 * 1024 * 1024
"""What an engine may say at once: a view with everything that works."""
STAMP_BYTES = 8
"""Before a request: nanoseconds on the machine's clock."""
READ_BYTES = 256 * 1024


class Kind(IntEnum):
    """What a message is. Numbers are never given a new meaning."""

    HELLO = 1
    WELCOME = 2
    REFUSED = 3
    """A sentence, then the end of the connection."""
    VIEW = 4
    ANSWER = 5
    REQUEST = 6


class WireError(TraderError):
    """What came is no message of ours; the sentence says why."""


def packed(kind: Kind, payload: bytes) -> bytes:
    """One message as it leaves."""
    return HEADER.pack(len(payload), kind) + payload


class Unpacker:
    """Whole messages out of whatever pieces arrive; holds no more than one beyond a read."""

    def __init__(self, bytes_max: int) -> None:
        self._bytes_max = bytes_max
        self._held = bytearray()

    def feed(self, data: bytes) -> Iterator[tuple[Kind, bytes]]:
        """Raises WireError for a message that is too long or of no known kind."""
        held = self._held
        held += data
        at = 0
        try:
            while len(held) - at >= HEADER.size:
                length, number = HEADER.unpack_from(held, at)
                kind = self._kind(number, length)
                end = at + HEADER.size + length
                if len(held) < end:
                    return
                payload = bytes(held[at + HEADER.size : end])
                at = end
                yield kind, payload
        finally:
            del held[:at]

    def _kind(self, number: int, length: int) -> Kind:
        if length > self._bytes_max:
            raise WireError(f"a message of {length:,} bytes; at most {self._bytes_max:,} are read")
        try:
            return Kind(number)
        except ValueError:
            raise WireError(f"a message of the unknown kind {number}") from None
