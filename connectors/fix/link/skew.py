"""How far the other side's clock is from ours, as far as its sending times can tell: pure."""

from collections import deque

from engine.values import NANOS_PER_MILLISECOND, NANOS_PER_SECOND, Nanos

MEASURES_KEPT = 16
WARNING = Nanos(NANOS_PER_SECOND)


class Skew:
    """Of one connection. A message tells its sending time late, never early: the smallest of some
    differences is the one with the least way in it."""

    def __init__(self, warning: Nanos = WARNING) -> None:
        """`warning` 0: nobody is told."""
        self._warning = warning
        self._measures: deque[int] = deque(maxlen=MEASURES_KEPT)
        self._is_told = False

    @property
    def figure(self) -> Nanos | None:
        """Our clock less theirs, with the shortest way of late; None before the first message."""
        return Nanos(min(self._measures)) if self._measures else None

    def measured(self, *, received: Nanos, sent: Nanos) -> str:
        """One more message, by our wall clock and its own word. What a person should hear, once
        when the clocks part and once when they agree again; empty otherwise."""
        self._measures.append(received - sent)
        figure = min(self._measures)
        if not self._warning:
            return ""
        if not self._is_told and abs(figure) >= self._warning:
            self._is_told = True
            return skew_words(Nanos(figure))
        if self._is_told and abs(figure) < self._warning // 2:
            self._is_told = False
            return "the clocks of both sides agree again"
        return ""


def skew_words(figure: Nanos) -> str:
    """`the other side's clock is 1.4 s ahead of ours`; behind may be a slow way as well."""
    seconds = abs(figure) // (NANOS_PER_MILLISECOND * 100)
    amount = f"{seconds // 10:,}.{seconds % 10} s"
    if figure < 0:
        return (
            f"the other side's clock is {amount} ahead of ours; look at the clock of this machine"
        )
    return (
        f"the other side's clock is {amount} behind ours, or what it says takes that long to come;"
        " look at the clock of this machine"
    )
