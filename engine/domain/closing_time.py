"""Whether a position can be closed at this moment, and what wakes a flatten that waits for one."""

from collections.abc import Iterable

from engine.domain import events as ev
from engine.domain.commands import ALL_SYMBOLS, SubmitOrder
from engine.domain.reports import LinkState
from engine.domain.risk.rules.sessions import nothing_leaves, out_of_session
from engine.domain.state import State, flatten_timer
from engine.values import Nanos


def why_not_now(state: State, close: SubmitOrder) -> str:
    """Why this closing order could not leave now, whatever else works; empty where it could.

    Only what passes: the symbol's session, a line that is down, books that are compared.
    """
    found = out_of_session(close, state) if state.limits.market_state else None
    if found is None:
        found = nothing_leaves(state)
    return found.sentence if found is not None else ""


def wakes(state: State, events: Iterable[ev.Event], now: Nanos) -> list[ev.Event]:
    """A flatten that waits looks again after whatever could have kept it from closing."""
    waiting = [
        key.partition("/")
        for key, run in state.flattening.items()
        if run.step is ev.FlattenStep.WAITING
    ]
    if not waiting:
        return []
    symbols = {symbol for event in events for symbol in _moved(event)}
    return [
        ev.TimerSet(now, flatten_timer(account, symbol), now)
        for account, _, symbol in waiting
        if symbols & {symbol, ALL_SYMBOLS}
    ]


def _moved(event: ev.Event) -> tuple[str, ...]:
    """Symbols of which it may have changed whether they can trade."""
    if type(event) is ev.PhaseEntered:
        return (event.symbol,)
    is_line = type(event) is ev.LinkMoved and event.state is LinkState.UP
    return (ALL_SYMBOLS,) if is_line or type(event) is ev.ReconcileFinished else ()
