"""What may leave now: cancels first, evenly paced, and nothing leaves that was withdrawn before."""

import heapq
import threading
from collections import deque
from enum import IntEnum

import msgspec

from connectors.pace import Pace
from engine.values import NANOS_PER_SECOND, Nanos

MESSAGES_A_SECOND = 36
BURST = 4
"""IB takes 50 messages in any second and drops who exceeds it three times. Ours leave evenly, with
room for a gateway that reads a fifth of a second of them at once."""
WAITING_MAX = 20_000


class Lane(IntEnum):
    """Who goes first."""

    CANCEL = 0
    ORDER = 1
    RECOVERY = 2
    MARKET = 3
    HISTORY = 4


class Leaving(msgspec.Struct, frozen=True, gc=False):
    """One message; `key` names the order and request that it carries, empty for a question."""

    lane: Lane
    text: str
    key: str = ""


class Turnstile:
    """One thread offers, another takes; both may ask at any time."""

    def __init__(self, rate: int = MESSAGES_A_SECOND, burst: int = BURST) -> None:
        self._pace = Pace(rate, burst)
        self._waiting: list[tuple[int, int, Leaving]] = []
        self._count = 0
        self._lock = threading.Lock()
        self._left: deque[Nanos] = deque()
        self.rate = rate

    def offer(self, leaving: Leaving) -> bool:
        """False where too many wait already: then it never leaves."""
        with self._lock:
            if len(self._waiting) >= WAITING_MAX:
                return False
            heapq.heappush(self._waiting, (leaving.lane, self._count, leaving))
            self._count += 1
            return True

    def withdraw(self, key: str) -> bool:
        """True: it had not left, and never will."""
        with self._lock:
            kept = [each for each in self._waiting if each[2].key != key]
            if len(kept) == len(self._waiting):
                return False
            heapq.heapify(kept)
            self._waiting = kept
            return True

    def take(self, now: Nanos) -> Leaving | None:
        """The next one that may leave at `now` (monotonic); it counts as left."""
        with self._lock:
            if not self._waiting or not self._pace.may_send(now):
                return None
            self._left.append(now)
            self._forget(now)
            return heapq.heappop(self._waiting)[2]

    def wait(self, now: Nanos) -> Nanos | None:
        """How long until `take` has something; None while nothing waits."""
        with self._lock:
            return Nanos(self._pace.next_at(now) - now) if self._waiting else None

    def clear(self) -> list[str]:
        """The line is gone: the keys of what never left, in the order in which they would have."""
        with self._lock:
            keys = [each[2].key for each in sorted(self._waiting) if each[2].key]
            self._waiting.clear()
            return keys

    def used(self, now: Nanos) -> int:
        """Messages that left within the last second."""
        with self._lock:
            self._forget(now)
            return len(self._left)

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    def _forget(self, now: Nanos) -> None:
        while self._left and self._left[0] <= now - NANOS_PER_SECOND:
            self._left.popleft()
