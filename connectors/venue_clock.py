"""The time at a venue that is everybody's: the wall's, but never backwards."""

import time
from collections.abc import Callable

from engine.values import Nanos


class VenueClock:
    """Follows the wall forwards; where that is set back it goes on steadily from where it was."""

    def __init__(
        self,
        wall: Callable[[], int] = time.time_ns,
        steady: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._wall, self._steady = wall, steady
        self._at, self._since = wall(), steady()

    def __call__(self) -> Nanos:
        wall, steady = self._wall(), self._steady()
        reached = self._at + steady - self._since
        if wall > reached:
            self._at, self._since = wall, steady
            reached = wall
        return Nanos(reached)
