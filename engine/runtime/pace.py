"""How market time follows the wall, or hurries to a goal that somebody has set."""

import math
import threading
import time
from collections.abc import Callable
from typing import Protocol

from engine.hosted import LiveVenue
from engine.runtime.host import STRIDE, AsFastAsItGoes
from engine.values import NANOS_PER_SECOND, Nanos

TICK_SECONDS = 0.02
"""The market is let on in steps of this; a key press interrupts the wait."""
AS_FAST_AS_IT_GOES = AsFastAsItGoes()


class WallPace:
    """Market time follows the wall at a factor: 1 is real time, 0 stands still.

    A market that cannot keep up, or whose machine slept, slips: it goes on from where it is, in
    strides, and never hurries through what it missed while nobody could act.
    """

    def __init__(
        self,
        factor: float,
        wake: threading.Event,
        clock: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        """`clock`: steady nanoseconds."""
        self._wake = wake
        self._clock = clock
        self._factor = factor
        self._market: Nanos | None = None
        self._wall = clock()
        self._is_behind = False
        self._skips_to: Nanos | None = None

    @classmethod
    def alone(cls, factor: float) -> "WallPace":
        """For a host that nobody wakes: a headless session at a speed."""
        return cls(factor, threading.Event())

    @property
    def factor(self) -> float:
        return self._factor

    def set_factor(self, factor: float, now: Nanos) -> None:
        """Takes back a skip that is on its way."""
        self._factor, self._market, self._wall = factor, now, self._clock()
        self._skips_to = None

    def skip_to(self, at: Nanos) -> None:
        """What lies before `at` is hurried through, in strides without a wait between them."""
        self._skips_to = at

    def allowed(self, now: Nanos) -> Nanos:
        if math.isinf(self._factor):
            return AS_FAST_AS_IT_GOES.allowed(now)
        if self._skips_to is not None:
            if now < self._skips_to:
                self._is_behind = True
                return Nanos(min(self._skips_to, now + STRIDE))
            self._market = self._skips_to = None
        wall = self._clock()
        if self._market is None:
            self._market, self._wall = now, wall
        allowed, stride = self._market + int((wall - self._wall) * self._factor), now + STRIDE
        self._is_behind = allowed > stride
        if self._is_behind:
            self._market, self._wall = now, wall
        return Nanos(min(allowed, stride))

    def wait(self, target: Nanos) -> None:
        if not math.isinf(self._factor) and not self._is_behind:
            self._wake.wait(TICK_SECONDS)
        self._wake.clear()


class ClockPace:
    """Of a venue whose time is everybody's: what the clock says has come, and no factor is there.

    Whoever waits is woken by what comes.
    """

    factor = 1.0

    def __init__(self, venue: LiveVenue, wake: threading.Event) -> None:
        self._clock = venue.clock
        self._wake = wake
        venue.wake_with(wake.set)

    def set_factor(self, factor: float, now: Nanos) -> None:
        """Nobody can."""

    def skip_to(self, at: Nanos) -> None:
        """Nobody can."""

    def allowed(self, now: Nanos) -> Nanos:
        return max(now, self._clock())

    def wait(self, target: Nanos) -> None:
        left = (target - self._clock()) / NANOS_PER_SECOND
        self._wake.wait(min(max(left, 0.0), TICK_SECONDS))
        self._wake.clear()


class Aim(Protocol):
    """Where market time hurries to, whatever the speed."""

    def next_stop(self, now: Nanos) -> Nanos | None:
        """The market time up to which it may run at once; None while there is no goal."""


class HurryingPace:
    """A wall pace that a goal overrides for as long as there is one."""

    def __init__(self, wall: WallPace | ClockPace, aim: Aim) -> None:
        self.wall = wall
        self._aim = aim

    def allowed(self, now: Nanos) -> Nanos:
        stop = self._aim.next_stop(now)
        return self.wall.allowed(now) if stop is None else Nanos(min(stop, now + STRIDE))

    def wait(self, target: Nanos) -> None:
        self.wall.wait(target)
