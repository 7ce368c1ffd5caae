"""What the desk has said while this engine runs, so that whoever comes back can be told."""

from collections import deque

import msgspec

from engine.attachment import Missed, SinceYouLeft
from engine.ports import Notice
from engine.values import NANOS_PER_SECOND, Money

KEPT_MAX = 5_000
TOLD_MAX = 400
"""More lines than these nobody reads at once; the journal has them all."""


class Left(msgspec.Struct, frozen=True):
    """When the last terminal went: kept in the home."""

    sequence: int
    """The newest record of the journal then."""
    equity: int | None
    at: int
    """Wall nanoseconds since 1970, UTC."""
    journal: str = ""
    """Which journal the number belongs to: a reset or a restore begins another."""


class Memory:
    """Notices with the number of the newest record at the time; the oldest are forgotten first."""

    def __init__(self) -> None:
        self._kept: deque[tuple[int, Missed]] = deque(maxlen=KEPT_MAX)
        self._forgotten_up_to = 0
        self._forgotten = 0

    def note(self, sequence: int, notice: Notice) -> None:
        """In the order in which things became true."""
        if len(self._kept) == KEPT_MAX:
            self._forgotten_up_to = self._kept[0][0]
            self._forgotten += 1
        told = Missed(notice.severity, notice.code, notice.text, notice.order_id)
        self._kept.append((sequence, told))

    def since(self, left: Left, now: int) -> SinceYouLeft:
        """`now`: wall nanoseconds."""
        missed = [told for sequence, told in list(self._kept) if sequence > left.sequence]
        gone = self._forgotten if self._forgotten_up_to > left.sequence else 0
        return SinceYouLeft(
            seconds=max(now - left.at, 0) // NANOS_PER_SECOND,
            equity=None if left.equity is None else Money(left.equity),
            missed=tuple(missed[-TOLD_MAX:]),
            forgotten=gone + max(len(missed) - TOLD_MAX, 0),
        )
