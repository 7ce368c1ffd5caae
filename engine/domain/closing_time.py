"""Whether a position can be closed at this moment, and what wakes a flatten that waits for one."""

from collections.abc import Iterable

from engine.domain import events as ev
from engine.domain.commands import ALL_SYMBOLS, SubmitOrder
from engine.domain.recon_events import DifferenceKind
from engine.domain.reports import LinkState
from engine.domain.risk.rules.sessions import nothing_leaves, out_of_session
from engine.domain.state import State, flatten_timer
from engine.values import Instruction, Nanos, Quantity


def why_not_now(state: State, close: SubmitOrder) -> str:
    """Why this closing order of all that is held could not leave now, whatever else works; empty
    where it could.

    Only what passes: the symbol's session, a line that is down, books that are compared, and books
    that differ so that it would cross zero at the venue.
    """
    found = out_of_session(close, state) if state.limits.market_state else None
    if found is None:
        found = nothing_leaves(state)
    return found.sentence if found is not None else _crosses_there(state, close)


def _crosses_there(state: State, close: SubmitOrder) -> str:
    """The venue had less of it than was counted here: a person says first whose figure holds (F21).

    What was traded since moved both figures.
    """
    symbol, sign = close.symbol, 1 if close.instruction is Instruction.SELL else -1
    found = state.recon.breaks.get(f"position/{symbol}")
    if found is None or found.difference is not DifferenceKind.POSITION:
        return ""
    held = sign * close.quantity
    there = held - found.our_quantity + found.venue_quantity
    if sign * there >= close.quantity:
        return ""
    known = state.instruments[symbol]
    ours, theirs = (known.format_quantity(size, signed=True) for size in (held, Quantity(there)))
    return (
        f"{ours} {symbol} here are {theirs} at the venue, where closing them would cross zero:"
        f' `adopt position {symbol} "why"` takes its figure, an order of your own closes yours'
    )


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
    if type(event) is ev.PositionAdopted:
        return (event.symbol,)
    is_line = type(event) is ev.LinkMoved and event.state is LinkState.UP
    return (ALL_SYMBOLS,) if is_line or type(event) is ev.ReconcileFinished else ()
