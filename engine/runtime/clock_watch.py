"""Compares the machine's clocks while a desk runs: one that was set, a machine that slept."""

import time
from collections.abc import Callable
from typing import NamedTuple

from engine.domain.reports import ClockStepped, MachineSlept
from engine.runtime.host import Host
from engine.values import NANOS_PER_MILLISECOND, NANOS_PER_SECOND, Nanos

STEP_NANOS_MIN = 128 * NANOS_PER_MILLISECOND
"""From here on ntpd sets a clock instead of slewing it (its default `step` threshold)."""
SLEEP_NANOS_MIN = 2 * NANOS_PER_SECOND
"""Longer than any step of the engine; a screen calls an engine stalled at the same span."""
READINGS_MAX = 3


class Reading(NamedTuple):
    """Three clocks at one moment, in nanoseconds, and how far apart that moment may be read."""

    wall: int
    """UTC; anybody may set it."""
    steady: int
    """Never set; stands still while the machine sleeps."""
    waking: int
    """Never set; goes on while the machine sleeps."""
    doubt: int = 0


ReadClocks = Callable[[], Reading]


def waking_nanos() -> int:
    """The clock by which something has an age, whatever slept in between."""
    return time.clock_gettime_ns(_WAKING) if _WAKING is not None else time.monotonic_ns()


# Linux has CLOCK_BOOTTIME. On macOS Python's monotonic clock stands still in sleep, and
# CLOCK_MONOTONIC does not. Elsewhere a sleep is not told from a wall clock that was set.
_WAKING: int | None = getattr(time, "CLOCK_BOOTTIME", None) or (
    time.CLOCK_MONOTONIC if hasattr(time, "CLOCK_UPTIME_RAW") else None
)


def machine_clocks() -> Reading:
    """The most exact of some readings: between two clocks the machine may do something else."""
    best: Reading | None = None
    for _ in range(READINGS_MAX):
        before = time.monotonic_ns()
        wall, waking = time.time_ns(), waking_nanos()
        doubt = time.monotonic_ns() - before
        if best is None or doubt < best.doubt:
            best = Reading(wall, before, waking, doubt)
        if doubt < NANOS_PER_MILLISECOND:
            break
    assert best is not None
    return best


class ClockWatch:
    """`look` once a round of the engine, before anything that waits is served."""

    def __init__(self, host: Host, read: ReadClocks = machine_clocks) -> None:
        self._host = host
        self._read = read
        self._last = read()

    def look(self) -> None:
        """Tells the desk what the clocks say happened since the last look."""
        last, new = self._last, self._read()
        self._last = new
        doubt = last.doubt + new.doubt
        slept = (new.waking - last.waking) - (new.steady - last.steady)
        # What passed for nobody: asleep, or stopped, between two looks that are moments apart.
        gone = new.waking - last.waking
        stepped = (new.wall - last.wall) - gone
        if abs(stepped) >= STEP_NANOS_MIN + doubt:
            self._host.submit(ClockStepped(Nanos(stepped)))
        if gone >= SLEEP_NANOS_MIN:
            self._wake_up(Nanos(gone), is_suspend=slept >= SLEEP_NANOS_MIN)

    def _wake_up(self, gone: Nanos, *, is_suspend: bool) -> None:
        """Every price is from before; what had no answer is asked about, nothing is sent again."""
        market = self._host.session.market
        market.doubted_at = self._host.now
        self._host.submit(MachineSlept(gone, is_suspend))
        self._host.ask_about_orders_in_doubt(may_cancel=False)
