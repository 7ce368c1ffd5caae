"""Looks at the market on behalf of breakers and loss limits, at a bounded rate of market time."""

from engine.domain.breaker_events import BreakerReport
from engine.domain.margin_facts import MarginSeen
from engine.domain.quotes import Market
from engine.domain.standing_rows import BY_ITSELF, condition
from engine.domain.standing_view import Severity, StandingRow
from engine.domain.state import State
from engine.runtime.loss_watch import LossWatch
from engine.runtime.margin_watch import MarginWatch
from engine.runtime.symbol_watch import SymbolWatch
from engine.values import NANOS_PER_SECOND, Nanos

LOOK_EVERY = NANOS_PER_SECOND
"""Market time between two looks: three of them in the time that a loss has to hold."""


class Watch:
    """Between quotes and decisions: no quote costs anything, and a look costs what is held."""

    def __init__(self) -> None:
        self.losses = LossWatch()
        self.margin = MarginWatch()
        self.symbols = SymbolWatch()
        self._look_at = Nanos(0)

    def next_at(self, market_at: Nanos | None, now: Nanos) -> Nanos | None:
        """When to look again; None while nothing can have changed.

        `market_at`: when the market itself goes on, None after its end.
        """
        due = Nanos(max(self._look_at, now + 1))
        if self.losses.is_holding or self.margin.is_holding:
            return due
        return None if market_at is None else max(due, market_at)

    def look(self, state: State, market: Market, now: Nanos) -> list[BreakerReport | MarginSeen]:
        """What the desk should decide on; empty between two looks."""
        if now < self._look_at <= now + LOOK_EVERY:
            return []
        self._look_at = Nanos(now + LOOK_EVERY)
        found = [*self.losses.look(state, market, now), *self.symbols.look(state, market, now)]
        return [*found, *self.margin.look(state, market, now)]

    def standings(self, account: str) -> tuple[StandingRow, ...]:
        """What the watch itself cannot see now."""
        why = self.losses.unjudged(account)
        if not why:
            return ()
        text = f"losses not judged: {why}"
        severity = Severity.DEGRADED
        return (condition("unjudged", "loss limits", text, severity=severity, ends_by=BY_ITSELF),)
