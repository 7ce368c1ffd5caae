"""What strategies execute is remembered, and which of them are disabled."""

from collections.abc import Callable
from typing import Any

from engine.domain.commands import SubmitOrder
from engine.domain.orders import Order
from engine.domain.state import State
from engine.domain.strategy_facts import (
    REPEATS_COUNTED_MAX,
    REPEATS_KEPT_MAX,
    StrategyDisabled,
    StrategyEnabled,
    StrategyHold,
    repeats_key,
    strategy_of,
)
from engine.values import Nanos, Side


def count_execution(state: State, order: SubmitOrder, side: Side, at: Nanos) -> None:
    """One entry of a strategy; nothing for a hand, nor where no limit counts."""
    limit = state.limits.repeated_execution_max
    if limit > REPEATS_COUNTED_MAX or not (strategy := strategy_of(order)):
        return
    key, repeats = repeats_key(order, strategy, side), state.repeats
    times = repeats.pop(key, [])
    times.append(at)
    if len(times) > limit:
        # A tighter limit may come, a looser one counts from here on.
        del times[: -max(limit, 1)]
    repeats[key] = times
    if len(repeats) > REPEATS_KEPT_MAX:
        del repeats[next(iter(repeats))]


def executes_later(state: State, order: Order, now: Nanos) -> bool:
    """Whether a first fill is an execution of its own: the order left before the window began."""
    if now - order.created_at < state.limits.repeated_execution_window:
        return False  # nearly every one, so that is asked first
    return not order.fills and order.reserved_total != 0 and strategy_of(order.order) != ""


def _disabled(state: State, event: StrategyDisabled) -> None:
    hold = StrategyHold(event.at, event.reason, state.run)
    state.accounts[event.account].strategies[event.strategy] = hold


def _enabled(state: State, event: StrategyEnabled) -> None:
    state.accounts[event.account].strategies.pop(event.strategy, None)
    start = f"{event.account}|{event.strategy}|"
    state.repeats = {k: v for k, v in state.repeats.items() if not k.startswith(start)}


STRATEGY_CHANGES: dict[type, Callable[[State, Any], None]] = {
    StrategyDisabled: _disabled,
    StrategyEnabled: _enabled,
}
"""Event type → what it changes."""
