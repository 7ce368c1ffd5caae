"""Counts what clients send: how many messages in any second, and of what kinds.

A message is read some time after it arrived, later still where the machine is busy, and late
reading would press two seconds into one. So each has two times: when its socket was last seen
empty, and when it was read. Only what must have come within one second, whatever the delays, counts
as such: nobody is told off because this process was slow. `lag_max` says how slow it was; without a
stall it is the 5 ms by which `watch` looks at the sockets.
"""

import selectors
from collections import Counter, deque
from time import monotonic

WINDOW = 1.0
LOOKS_EVERY = 0.005


class Watch(selectors.DefaultSelector):
    """A selector that looks at least every 5 ms, and knows when it looked before this time."""

    def __init__(self) -> None:
        super().__init__()
        self.looked_at = self._newest = monotonic()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        short = LOOKS_EVERY if timeout is None else min(timeout, LOOKS_EVERY)
        ready = super().select(short)
        self.looked_at, self._newest = self._newest, monotonic()
        return ready

    def lag(self) -> float:
        """How long ago what is being read now may have arrived, at most; in seconds."""
        return monotonic() - self.looked_at


class Pace:
    """Of one session; times are of a monotonic clock, in seconds."""

    def __init__(self) -> None:
        self.times: list[float] = []
        """When each message was read."""
        self.kinds: list[str] = []
        self.peak = 0
        """The most messages that certainly fell into one second."""
        self.lag_max = 0.0
        self.violations = 0
        self._recent: deque[float] = deque()
        self._forgiven_until = 0.0

    def count(self, kind: str, read_at: float, lag: float, maximum: int) -> bool:
        """Note a message; true where it breaks the limit anew.

        One burst is one violation: the next can come a second later. How TWS itself tells one
        from the next is not published.
        """
        self.times.append(read_at)
        self.kinds.append(kind)
        self.lag_max = max(self.lag_max, lag)
        recent = self._recent
        recent.append(read_at - lag)
        while read_at - recent[0] >= WINDOW and len(recent) > 1:
            recent.popleft()
        self.peak = max(self.peak, len(recent))
        if not maximum or len(recent) <= maximum or read_at < self._forgiven_until:
            return False
        self.violations += 1
        self._forgiven_until = read_at + WINDOW
        return True

    def by_kind(self) -> Counter[str]:
        return Counter(self.kinds)
