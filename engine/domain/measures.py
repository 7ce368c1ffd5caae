"""What was measured beside the trading: mids after fills, the tape, and what it lost to us.

Nothing here changes an order or a figure of the account: it says how far a paper session can be
believed.
"""

import msgspec

from engine.domain.facts import Fact
from engine.values import Nanos, Quantity

BEFORE = 0
"""The mark taken just before the fill; the others are so many seconds of market time after it."""
MARK_SECONDS = (1, 10, 60)
"""When the mid is looked at again after a fill."""


class Mark(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """The mid so many seconds after one execution, doubled so that it is exact.

    A mark that could not be taken is not there: it is unknown, never guessed.
    """

    execution_id: str
    symbol: str
    seconds: int
    twice_mid: int


class Tape(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What printed in one symbol since the run began, the trader's own executions included."""

    symbol: str
    volume: Quantity
    trades: int
    own_volume: Quantity


class Displaced(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """How far the trader changed a recording since the run began."""

    executions: int
    """Recorded executions that did not, or not wholly, happen to their recorded order."""
    shares: int
    unfilled: int
    """Shares of recorded aggressors that found nobody any more."""


class FillsMarked(Fact, frozen=True, tag="marked"):
    at: Nanos
    marks: tuple[Mark, ...]


class TapeMeasured(Fact, frozen=True, tag="tape_measured"):
    """Totals of the run so far: the newest of a run replaces those before it."""

    at: Nanos
    tape: tuple[Tape, ...]
    displaced: Displaced | None = None
    """None where nothing recorded is being replayed order by order."""
