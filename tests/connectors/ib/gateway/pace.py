"""Counts what clients send: how many messages in any second, and of what kinds."""

from collections import Counter, deque

WINDOW = 1.0


class Pace:
    """Of one session; times are of a monotonic clock, in seconds, when the message was read."""

    def __init__(self) -> None:
        self.times: list[float] = []
        self.kinds: list[str] = []
        self.peak = 0
        """The most messages that fell into any window of one second, its end excluded."""
        self.violations = 0
        self._recent: deque[float] = deque()
        self._forgiven_until = 0.0

    def count(self, kind: str, at: float, maximum: int) -> bool:
        """Note a message; true where it breaks the limit anew.

        One burst is one violation: the next can come a second later. How TWS itself tells one
        from the next is not published.
        """
        self.times.append(at)
        self.kinds.append(kind)
        recent = self._recent
        recent.append(at)
        while at - recent[0] >= WINDOW:
            recent.popleft()
        self.peak = max(self.peak, len(recent))
        if not maximum or len(recent) <= maximum or at < self._forgiven_until:
            return False
        self.violations += 1
        self._forgiven_until = at + WINDOW
        return True

    def by_kind(self) -> Counter[str]:
        return Counter(self.kinds)
