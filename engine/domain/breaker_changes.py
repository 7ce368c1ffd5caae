"""What the events of losses and breakers change."""

from collections.abc import Callable
from typing import Any

from engine.domain.loss_facts import EquityPeaked, LossLimitReached
from engine.domain.loss_memory import LossMemory, note_loss, note_peak
from engine.domain.state import State


def _memory_of(state: State, account: str) -> LossMemory:
    return state.losses.setdefault(account, LossMemory())


def _equity_peaked(state: State, event: EquityPeaked) -> None:
    note_peak(_memory_of(state, event.account), event)


def _loss_limit(state: State, event: LossLimitReached) -> None:
    note_loss(_memory_of(state, event.account), event)


BREAKER_CHANGES: dict[type, Callable[[State, Any], None]] = {
    EquityPeaked: _equity_peaked,
    LossLimitReached: _loss_limit,
}
"""Event type → what it changes."""
