"""How often a message suffers what, on its way to the venue and on its way back."""

import msgspec

from engine.values import NANOS_PER_SECOND, Nanos

MILLE = 1_000
"""Chances are whole thousandths: every Python version and machine draws the same."""


class Rates(msgspec.Struct, frozen=True, gc=False):
    """Of one direction, in thousandths of its messages; 0 is never."""

    drop: int = 0
    """It is gone, and neither end hears that it is."""
    duplicate: int = 0
    """It arrives a second time, after the first."""
    delay: int = 0
    """It is late, and what comes behind it waits: nothing is overtaken."""
    reorder: int = 0
    """It is late alone: what comes behind it overtakes it."""
    delay_max: Nanos = Nanos(60 * NANOS_PER_SECOND)
    """The longest that a delay, a repeat or being overtaken takes."""

    def __post_init__(self) -> None:
        for name in ("drop", "duplicate", "delay", "reorder"):
            chance = getattr(self, name)
            if not 0 <= chance <= MILLE:
                raise ValueError(f"{name} is a chance in thousandths, and {chance} is none")
        if self.delay_max < 1:
            raise ValueError("the longest delay is a nanosecond at least")


class Faults(msgspec.Struct, frozen=True, gc=False):
    """A whole bad line; without anything set it is a perfect one."""

    requests: Rates = Rates()
    reports: Rates = Rates()
    keeps_reports: bool = True
    """Whether what the venue says while the line is down is told later (a FIX session asks for
    what it missed) or lost (an IB gateway says nothing twice)."""
    holds_requests: bool = True
    """Whether what the desk sends while the line is down leaves when it is back, or is lost."""


PERFECT = Faults()
