"""What margin calls and good-faith violations change in an account's memory."""

from collections.abc import Callable
from typing import Any

from engine.domain.margin_facts import (
    GoodFaithViolated,
    MarginCalled,
    MarginCallLate,
    MarginCallMet,
    MarginMoved,
)
from engine.domain.margin_kept import MarginCall
from engine.domain.settling import violate
from engine.domain.state import State


def _moved(state: State, event: MarginMoved) -> None:
    state.accounts[event.account].margin.level = event.level


def _called(state: State, event: MarginCalled) -> None:
    call = MarginCall(event.amount, event.trade_date, event.due_date, event.due_at)
    state.accounts[event.account].margin.calls[event.call] = call


def _met(state: State, event: MarginCallMet) -> None:
    state.accounts[event.account].margin.calls.pop(event.call, None)


def _late(state: State, event: MarginCallLate) -> None:
    memory = state.accounts[event.account].margin
    memory.calls[event.call].is_late = True
    memory.closing_only_until = max(memory.closing_only_until, event.closing_only_until)


def _violated(state: State, event: GoodFaithViolated) -> None:
    violate(state.accounts[event.account].margin, event.order_id, state.trade_date)


MARGIN_CHANGES: dict[type, Callable[[State, Any], None]] = {
    MarginMoved: _moved,
    MarginCalled: _called,
    MarginCallMet: _met,
    MarginCallLate: _late,
    GoodFaithViolated: _violated,
}
"""Event type → what it changes."""
