"""What happened in a seed: a hash over everything, and the last few things in words."""

from collections import deque
from hashlib import blake2b

import msgspec

from engine.domain.commands import Command

LINES_KEPT = 60
DIGEST_BYTES = 16
_encode = msgspec.msgpack.Encoder().encode


class Trace:
    """The hash is over bytes alone, so the same seed gives it on every machine."""

    def __init__(self, *, lines_kept: int = LINES_KEPT) -> None:
        self._hash = blake2b(digest_size=DIGEST_BYTES)
        self._kept: deque[tuple[int, object]] = deque(maxlen=lines_kept)

    def note(self, fact: bytes) -> None:
        self._hash.update(len(fact).to_bytes(4, "big"))
        self._hash.update(fact)

    def say(self, step: int, what: str) -> None:
        self.note(what.encode())
        self._kept.append((step, what))

    def asked(self, step: int, command: Command) -> None:
        """Put into words only where somebody reads them."""
        self.note(_encode(command))
        self._kept.append((step, command))

    @property
    def lines(self) -> tuple[str, ...]:
        """The last things that happened, oldest first."""
        return tuple(f"{step} {what}" for step, what in self._kept)

    def hexdigest(self) -> str:
        return self._hash.hexdigest()
