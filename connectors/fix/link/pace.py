"""How fast a session may speak: a bucket of tokens, counted in whole numbers, time an argument."""

from collections import deque
from typing import Generic, TypeVar

from engine.values import NANOS_PER_SECOND, Nanos

RATE_MAX = 100_000
WAITING_MAX = 10_000

Item = TypeVar("Item")


class Pace:
    """`rate` messages a second for good, and `burst` of them at once after a silence."""

    def __init__(self, rate: int, burst: int = 0) -> None:
        """`burst` 0: as many as in a second."""
        assert 0 < rate <= RATE_MAX and burst >= 0, "a pace is above zero and has a bound"
        self.rate, self.burst = rate, burst or rate
        self._credit = self.burst * NANOS_PER_SECOND
        """In messages × nanoseconds, so that no share of a message is ever lost or gained."""
        self._at: Nanos | None = None

    def may_send(self, now: Nanos) -> bool:
        """Whether one more may leave at `now` (monotonic); it is counted then."""
        self._refill(now)
        if self._credit < NANOS_PER_SECOND:
            return False
        self._credit -= NANOS_PER_SECOND
        return True

    def next_at(self, now: Nanos) -> Nanos:
        """When the next one may leave; `now` where it may at once."""
        self._refill(now)
        missing = NANOS_PER_SECOND - self._credit
        return now if missing <= 0 else Nanos(now - -missing // self.rate)

    def _refill(self, now: Nanos) -> None:
        elapsed = 0 if self._at is None else max(0, now - self._at)
        self._at = now if self._at is None else max(self._at, now)
        self._credit = min(self._credit + elapsed * self.rate, self.burst * NANOS_PER_SECOND)


class Queue(Generic[Item]):
    """What has to wait for its turn, in order and with a bound; nothing overtakes it."""

    def __init__(self, pace: Pace, waiting_max: int = WAITING_MAX) -> None:
        """`waiting_max` 0: nothing waits, what is too fast is refused at once."""
        self._pace = pace
        self._waiting_max = waiting_max
        self._waiting: deque[Item] = deque()

    def __len__(self) -> int:
        return len(self._waiting)

    def offer(self, item: Item, now: Nanos) -> str:
        """Takes it, for `due` to give back when it may leave; or the sentence why it is refused."""
        if not self._waiting_max:
            if self._pace.next_at(now) > now:
                return f"more than {self._pace.rate:,} messages a second, which is agreed on"
        elif len(self._waiting) >= self._waiting_max:
            return f"{len(self._waiting):,} messages wait already for their turn"
        self._waiting.append(item)
        return ""

    def due(self, now: Nanos) -> list[Item]:
        """What may leave now, the oldest first."""
        found: list[Item] = []
        while self._waiting and self._pace.may_send(now):
            found.append(self._waiting.popleft())
        return found

    def next_at(self, now: Nanos) -> Nanos | None:
        """When `due` has something; None while nothing waits."""
        return self._pace.next_at(now) if self._waiting else None

    def forget(self) -> list[Item]:
        """The line is gone: what still waited never left, and whoever asked has to know."""
        kept = list(self._waiting)
        self._waiting.clear()
        return kept
