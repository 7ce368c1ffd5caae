"""How long this machine has been up, the time it slept included."""

import time

_SLEEP_INCLUDED = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
"""Linux has a clock of its own for it; on macOS the monotonic one goes on in sleep."""


def machine_nanos() -> int:
    """The same for all processes of the machine: for what may not wait through a night."""
    return time.clock_gettime_ns(_SLEEP_INCLUDED)
