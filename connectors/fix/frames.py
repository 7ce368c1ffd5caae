"""Cuts a stream of bytes into FIX messages, whatever the chunks; what is garbled is dropped."""

import re

import msgspec

from connectors.fix.message import Message, parse, read_usual
from connectors.fix.tags import SOH

MESSAGE_BYTES_MAX = 1 << 20
"""A longer message is dropped: nobody may make us keep what never ends."""
LENGTH_DIGITS_MAX = 9
_BEGIN = b"8="
_LENGTH = SOH + b"9="
_TRAILER = SOH + b"10="
_HEAD = re.compile(rb"8=([^\x01]{1,20})\x019=(\d{1,9})\x01")


class Garbled(msgspec.Struct, frozen=True, gc=False):
    """Bytes that were no message; its number was not used."""

    reason: str
    size: int


class Framer:
    """Keeps what has come of the next message, never more than `size_max` bytes and one chunk.

    A frame goes from `8=` over the length that `9=` says to the next `10=` and its SOH, as the FIX
    session tests want it: a length that is too long swallows the message behind it as well.
    """

    def __init__(self, size_max: int = MESSAGE_BYTES_MAX) -> None:
        self._size_max = size_max
        self._held = bytearray()
        self._searched = 0
        """Up to here the end of the frame was looked for already."""

    @property
    def held(self) -> int:
        """Bytes that wait for the rest of their message."""
        return len(self._held)

    def feed(self, chunk: bytes) -> list[Message | Garbled]:
        """What became complete with this chunk, in order."""
        self._held += chunk
        found: list[Message | Garbled] = []
        self._take_usual(found)
        while (taken := self._take()) is not None:
            found.append(taken)
            self._take_usual(found)
        return found

    def _take_usual(self, found: list[Message | Garbled]) -> None:
        """Messages with nothing to find fault with, as long as one follows the other."""
        held, at = self._held, 0
        while (head := _HEAD.match(held, at)) is not None:
            body, length = head.end(), int(head[2])
            cut = body + length - 1
            if length > self._size_max or held[cut : cut + 4] != _TRAILER:
                break
            end = held.find(SOH, cut + 4) + 1
            if not end:
                break
            message = read_usual(bytes(held[at:end]), bytes(head[1]), body - at, cut - at)
            if message is None:
                break
            found.append(message)
            at = end
        if at:
            self._drop(at)

    def _take(self) -> Message | Garbled | None:
        held = self._held
        start = held.find(_BEGIN)
        if start < 0:
            return self._junk()
        if start > 0:
            del held[:start]
            return Garbled("bytes before a message", start)
        body = self._body()
        if isinstance(body, Garbled):
            return body
        end = self._end(body) if body else 0
        if end:
            frame = bytes(held[:end])
            self._drop(end)
            message = parse(frame)
            return Garbled(message, end) if isinstance(message, str) else message
        if len(held) > self._size_max:
            return self._skip(f"a message of more than {self._size_max:,} bytes")
        return None

    def _junk(self) -> Garbled | None:
        """No message begins in what is held; its last byte may be half of a beginning."""
        size = len(self._held) - self._held.endswith(_BEGIN[:1])
        if size < 1:
            return None
        self._drop(size)
        return Garbled("bytes before a message", size)

    def _body(self) -> int | Garbled:
        """Where the body would end; 0 while its length is not known yet."""
        held = self._held
        at = held.find(_LENGTH, 0, self._size_max)
        if at < 0:
            return 0
        stop = held.find(SOH, at + len(_LENGTH))
        digits = bytes(held[at + len(_LENGTH) : stop if stop >= 0 else None])
        if digits and not (digits.isdigit() and len(digits) <= LENGTH_DIGITS_MAX):
            return self._skip("a length that is no number")
        if stop < 0:
            return 0
        if not digits:
            return self._skip("a message without a length")
        length = int(digits)
        if length > self._size_max:
            return self._skip(f"a message of {length:,} bytes")
        return stop + 1 + length

    def _end(self, body: int) -> int:
        """Where the frame ends; 0 while that has not come."""
        held = self._held
        if len(held) < body:
            return 0
        at = held.find(_TRAILER, max(body - 1, self._searched))
        if at < 0:
            self._searched = max(body - 1, len(held) - len(_TRAILER) + 1)
            return 0
        stop = held.find(SOH, at + len(_TRAILER))
        if stop < 0:
            self._searched = at
        return stop + 1

    def _skip(self, reason: str) -> Garbled:
        """Past the beginning that led nowhere, up to the next one."""
        following = self._held.find(_BEGIN, len(_BEGIN))
        size = following if following > 0 else len(self._held)
        self._drop(size)
        return Garbled(reason, size)

    def _drop(self, size: int) -> None:
        del self._held[:size]
        self._searched = 0
