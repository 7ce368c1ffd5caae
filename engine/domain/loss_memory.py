"""What the desk remembers of equity and losses, so that a restart forgets none of them."""

import msgspec

from engine.domain.loss_facts import EquityPeaked, LossLevel, LossLimitReached, LossMeasure
from engine.values import Money

DATES_MAX = 20
"""Trade dates over which R22 looks back, the present one included."""
_LASTS = (LossMeasure.DRAWDOWN,)
"""Measures that are not over with the day."""
_PASSES = (LossMeasure.VELOCITY, LossMeasure.SWING)
"""Measures of a minute: the next minute is another one."""


class LossMemory(msgspec.Struct):
    """Of one account."""

    peaks: dict[int, Money] = {}
    """The most that was ever earned by then, by trade date, in the order of the visits."""
    told: dict[str, int] = {}
    """Share in basis points at which a loss was told last, by `key_of`: told again further on."""

    @property
    def peak(self) -> Money | None:
        """The most of all remembered dates; None before the first."""
        return max(self.peaks.values(), default=None)


def key_of(measure: LossMeasure, level: LossLevel, symbol: str) -> str:
    """Key of `LossMemory.told`."""
    return f"{measure.value}/{level.value}/{symbol}"


def note_peak(memory: LossMemory, event: EquityPeaked) -> None:
    """A date that is visited again keeps the higher of its peaks and counts as the newest."""
    before = memory.peaks.pop(event.trade_date, event.earned)
    memory.peaks[event.trade_date] = max(before, event.earned)
    while len(memory.peaks) > DATES_MAX:
        del memory.peaks[next(iter(memory.peaks))]


def note_loss(memory: LossMemory, event: LossLimitReached) -> None:
    """Told at this share; what is measured over a minute is told every time."""
    if event.measure in _PASSES:
        return
    memory.told[key_of(event.measure, event.level, event.symbol)] = event.share


def turn_day(memory: LossMemory) -> None:
    """A new day's losses begin at nothing; a drawdown over many days goes on."""
    lasts = tuple(f"{measure.value}/" for measure in _LASTS)
    memory.told = {key: share for key, share in memory.told.items() if key.startswith(lasts)}
