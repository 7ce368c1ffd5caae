"""What a market of quotes leaves open, and the named assumption that answers it."""

from enum import IntEnum

import msgspec

from engine.values import NANOS_PER_SECOND


class QueueModel(IntEnum):
    """Where an order stands among the size displayed at its price, and who leaves before it."""

    PESSIMISTIC = 1
    """Behind all that is displayed when it arrives; cancels come from behind it."""
    PROPORTIONAL = 2
    """Behind all that is displayed; cancels come from ahead and behind by their shares."""
    FRONT = 3
    """First at its price, and met by whoever may stand out of sight behind a level that crossed
    it. No order can do better."""

    @property
    def word(self) -> str:
        return self.name.lower()


STALE_AFTER = 30 * NANOS_PER_SECOND
"""A quote older than this fills nothing, unless its feed says otherwise."""
SLIP_TICKS = 1
"""Ticks between the levels that an order walks beyond the only one that is known."""
SLIP_LEVELS_MAX = 20
"""Levels beyond the only known one that an order may walk; what is left then finds nobody."""
PRINT_LAG = NANOS_PER_SECOND
"""A trade may be printed this long after the quote that it changed."""


class Assumptions(msgspec.Struct, frozen=True, gc=False):
    """What a quoted market is played with; times in nanoseconds of market time."""

    queue: QueueModel = QueueModel.PESSIMISTIC
    """The one that is booked; the others are computed beside it."""
    stale_after: int = STALE_AFTER
    slip_ticks: int = SLIP_TICKS
    print_lag: int = PRINT_LAG
    levels: int = 1
    """Levels that the feed shows a side; 1: what lies beyond the best price is assumed."""
