"""What the events of losses and breakers change, and what other events mean for them."""

from collections.abc import Callable
from typing import Any

from engine.domain import breaker_facts as facts
from engine.domain.breaker_memory import RESTRICTIONS_MAX, MarketHalt, Restriction, Slow, Tripped
from engine.domain.desk_events import ReportOrphaned
from engine.domain.loss_facts import EquityPeaked, LossLimitReached
from engine.domain.loss_memory import LossMemory, note_loss, note_peak, turn_day
from engine.domain.state import State

ALL = "*"


def _memory_of(state: State, account: str) -> LossMemory:
    return state.losses.setdefault(account, LossMemory())


def _equity_peaked(state: State, event: EquityPeaked) -> None:
    note_peak(_memory_of(state, event.account), event)


def _loss_limit(state: State, event: LossLimitReached) -> None:
    note_loss(_memory_of(state, event.account), event)


def _tripped(state: State, event: facts.BreakerTripped) -> None:
    key = f"{event.code}/{event.scope}/{event.account}"
    state.breakers.tripped[key] = Tripped(
        event.at, event.account, event.scope, event.code, event.text, event.actual, event.limit
    )


def forget_tripped(state: State, account: str, symbol: str) -> None:
    """A person lets it trade again: what had stopped it stands ready once more."""
    tripped = state.breakers.tripped
    if tripped:
        state.breakers.tripped = {
            key: each
            for key, each in tripped.items()
            if (each.account, each.scope) != (account, symbol)
        }


def _market_halted(state: State, event: facts.MarketHalted) -> None:
    breakers = state.breakers
    if breakers.levels_on != event.trade_date:
        breakers.levels, breakers.levels_on = [], event.trade_date
    # Who is below the second level has passed the first one too.
    breakers.levels = sorted({*breakers.levels, *range(1, event.level + 1)})
    if event.until or event.rest_of_day:
        breakers.market = MarketHalt(
            event.at, event.trade_date, event.level, event.until, event.rest_of_day, event.text
        )


def _market_resumed(state: State, event: facts.MarketResumed) -> None:
    state.breakers.market = None


def _short_restricted(state: State, event: facts.ShortSaleRestricted) -> None:
    restricted = state.breakers.restricted
    restricted.pop(event.symbol, None)
    restricted[event.symbol] = Restriction(event.at, event.trade_date, event.by_venue, event.text)
    while len(restricted) > RESTRICTIONS_MAX:
        del restricted[next(iter(restricted))]


def _short_freed(state: State, event: facts.ShortSaleFreed) -> None:
    state.breakers.restricted.pop(event.symbol, None)


def _slow_mode(state: State, event: facts.SlowModeChanged) -> None:
    state.breakers.slow = (
        Slow(event.at, event.text, event.actual, event.limit) if event.is_slow else None
    )


def _orphaned(state: State, event: ReportOrphaned) -> None:
    state.breakers.activity.note_error(event.at)


def turn_breakers(state: State, trade_date: int) -> None:
    """A new trade date: losses of the day and restrictions of the one before are over."""
    for memory in state.losses.values():
        turn_day(memory)
    state.breakers.turn_day(trade_date)


BREAKER_CHANGES: dict[type, Callable[[State, Any], None]] = {
    EquityPeaked: _equity_peaked,
    LossLimitReached: _loss_limit,
    facts.BreakerTripped: _tripped,
    facts.MarketHalted: _market_halted,
    facts.MarketResumed: _market_resumed,
    facts.ShortSaleRestricted: _short_restricted,
    facts.ShortSaleFreed: _short_freed,
    facts.SlowModeChanged: _slow_mode,
    ReportOrphaned: _orphaned,
}
"""Event type → what it changes."""
