"""Time in a seed: the world's, the wall's that people set, the desk's that never goes back."""

from engine.values import NANOS_PER_SECOND, Nanos

BEGINS_AT = Nanos(1_767_623_400 * NANOS_PER_SECOND)
"""2026-01-05 14:30 UTC, a Monday; never today."""


class Clock:
    """The world's time moves alone; the wall is somewhere beside it."""

    __slots__ = ("now", "wall_offset")

    def __init__(self) -> None:
        self.now = BEGINS_AT
        self.wall_offset = 0

    def move(self, span: int) -> None:
        self.now = Nanos(self.now + span)

    def step_wall(self, span: int) -> None:
        """Somebody sets the clock of the machine."""
        self.wall_offset += span

    @property
    def wall(self) -> Nanos:
        return Nanos(self.now + self.wall_offset)


class DeskClock:
    """What a process goes by: the wall when it starts, then how much time has really passed.

    A wall that is set meanwhile changes nothing, and a start is always later than the journal's
    last record: no process ends and begins in one instant.
    """

    __slots__ = ("_clock", "_offset")

    def __init__(self, clock: Clock, journal_at: Nanos) -> None:
        self._clock = clock
        self._offset = max(clock.wall, journal_at + 1) - clock.now

    @property
    def now(self) -> Nanos:
        return Nanos(self._clock.now + self._offset)
