"""The reports and events of losses and breakers, as one member each of the closed unions."""

from engine.domain.loss_facts import EquityPeaked, EquitySeen, LossLimitReached, LossSeen

BreakerReport = LossSeen | EquitySeen
BreakerEvent = LossLimitReached | EquityPeaked
