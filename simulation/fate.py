"""Where the process dies: at the n-th point from now at which a real one could."""

from simulation.chance import Chance

POINTS_AHEAD_MAX = 8
"""A death that is decided on comes within so many points."""


class ProcessDied(BaseException):
    """Past every handler that a process has: a dead one handles nothing."""


class Fate:
    """Asked at every point where a kill -9 would leave something half done."""

    __slots__ = ("_ahead", "_chance", "deaths", "last_point")

    def __init__(self, chance: Chance) -> None:
        self._chance = chance
        self._ahead = 0
        self.deaths = 0
        self.last_point = ""

    @property
    def is_near(self) -> bool:
        return self._ahead > 0

    def seal(self) -> None:
        """From now on the process has only so many points to live."""
        if not self._ahead:
            self._ahead = self._chance.between(1, POINTS_AHEAD_MAX)

    def spare(self) -> None:
        self._ahead = 0

    def passes(self, point: str) -> None:
        """Raises ProcessDied where it ends here."""
        if not self._ahead:
            return
        self._ahead -= 1
        if not self._ahead:
            self.deaths += 1
            self.last_point = point
            raise ProcessDied(point)
