"""What happened in a seed: a hash over everything, and the last few things in words."""

from collections import deque
from hashlib import blake2b

LINES_KEPT = 60
DIGEST_BYTES = 16


class Trace:
    """The hash is over bytes alone, so the same seed gives it on every machine."""

    def __init__(self, *, lines_kept: int = LINES_KEPT) -> None:
        self._hash = blake2b(digest_size=DIGEST_BYTES)
        self.lines: deque[str] = deque(maxlen=lines_kept)

    def note(self, fact: bytes) -> None:
        self._hash.update(len(fact).to_bytes(4, "big"))
        self._hash.update(fact)

    def say(self, line: str) -> None:
        self._hash.update(line.encode())
        self.lines.append(line)

    def hexdigest(self) -> str:
        return self._hash.hexdigest()
