"""How orders fill against bars: four prices and a volume are all that is known of their time."""

from enum import IntEnum

import msgspec

from engine.values import Side

SHARE_OF_BAR_BPS = 1_000
"""Of a bar's volume, at most this much goes to the trader: 10 %, in basis points."""
BPS = 10_000
SLIP_TICKS = 1
UNCAPPED = 0
"""As a share: no order is short of volume in a bar in which anything traded."""
_ENDLESS = 1 << 60


class BarPath(IntEnum):
    """Which came first inside a bar, its high or its low: nobody knows."""

    WORST_FIRST = 1
    """For each order the one that hurts: stops are reached before limits get anything."""
    LOW_FIRST = 2
    HIGH_FIRST = 3

    @property
    def word(self) -> str:
        return self.name.lower()


class BarAssumptions(msgspec.Struct, frozen=True, gc=False):
    """What a market of bars is played with."""

    path: BarPath = BarPath.WORST_FIRST
    fills_at_touch: bool = False
    """Whether a limit fills when the bar only reaches its price and does not trade through it."""
    slip_ticks: int = SLIP_TICKS
    """Ticks that a market order, or a triggered stop, pays beyond the price it meets."""
    share_bps: int = SHARE_OF_BAR_BPS
    stop_limits_meet_their_bar: bool = False
    """Whether a stop-limit may fill in the bar that triggers it, and not from the next one on."""


class Bar(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Prices in the instrument's scale; volume 0 where nothing is traded, as with an index."""

    open: int
    high: int
    low: int
    close: int
    volume: int

    def room(self, share_bps: int) -> int:
        """Shares that the trader may get out of this bar."""
        if share_bps == UNCAPPED:
            return _ENDLESS if self.volume else 0
        return self.volume * share_bps // BPS

    def extreme(self, side: Side) -> int:
        """The price that a resting order of this side waits for."""
        return self.low if side is Side.BUY else self.high

    def reaches(self, side: Side, limit: int, *, at_touch: bool) -> bool:
        """Whether a resting limit fills: the bar trades through it, or reaches it by setting."""
        past = (limit - self.extreme(side)) * side
        return past > 0 or (at_touch and past == 0)

    def triggers(self, side: Side, stop: int) -> bool:
        """Whether a stop is reached: a buy by the high, a sell by the low."""
        return (self.high - stop if side is Side.BUY else stop - self.low) >= 0
