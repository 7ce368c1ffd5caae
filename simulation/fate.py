"""Where the process dies: at the n-th point from now at which a real one could."""

from simulation.chance import Chance

POINTS_AHEAD_MAX = 8
"""A death that is decided on comes within so many points."""


class ProcessDied(BaseException):
    """Past every handler that a process has: a dead one handles nothing."""


class Fate:
    """Asked at every point where a kill -9 would leave something half done."""

    __slots__ = ("_ahead", "_chance", "_dies_at", "deaths", "passed")

    def __init__(self, chance: Chance, dies_at: frozenset[int] = frozenset()) -> None:
        """`dies_at`: numbers of the points at which it ends whatever chance says, from 1."""
        self._chance, self._dies_at = chance, dies_at
        self._ahead = 0
        self.deaths = self.passed = 0

    def seal(self) -> None:
        """From now on the process has only so many points to live."""
        if not self._ahead:
            self._ahead = self._chance.between(1, POINTS_AHEAD_MAX)

    def spare(self) -> None:
        self._ahead = 0

    def passes(self, point: str) -> None:
        """Raises ProcessDied where it ends here."""
        self.passed += 1
        if self._ahead:
            self._ahead -= 1
            ends = not self._ahead
        else:
            ends = self.passed in self._dies_at
        if ends:
            self.deaths += 1
            raise ProcessDied(point)
