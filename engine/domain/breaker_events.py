"""The reports and events of losses and breakers, as one member each of the closed unions."""

from engine.domain.breaker_facts import (
    BreakerTripped,
    IndexSeen,
    MarketHalted,
    MarketResumed,
    PriceFell,
    PriceRan,
    ShortSaleFlagged,
    ShortSaleFreed,
    ShortSaleRestricted,
    SlowModeChanged,
)
from engine.domain.loss_facts import EquityPeaked, EquitySeen, LossLimitReached, LossSeen

BreakerReport = LossSeen | EquitySeen | PriceRan | IndexSeen | PriceFell | ShortSaleFlagged
BreakerEvent = (
    LossLimitReached
    | EquityPeaked
    | BreakerTripped
    | MarketHalted
    | MarketResumed
    | ShortSaleRestricted
    | ShortSaleFreed
    | SlowModeChanged
)
