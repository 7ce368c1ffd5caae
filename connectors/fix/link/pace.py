"""Who waits until a session may speak again: a queue with a bound, in order."""

from collections import deque
from typing import Generic, TypeVar

from connectors.pace import Pace
from engine.values import Nanos

WAITING_MAX = 10_000

Item = TypeVar("Item")


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
