"""S06: whether a comparison with the venue after a drop was clean enough to go on by itself."""

from collections.abc import Sequence

from engine.domain import events as ev
from engine.domain.arming import reconciled
from engine.domain.arming_facts import AccountReconciled
from engine.domain.quotes import Market
from engine.domain.recon_events import DifferenceKind, ReconCause
from engine.domain.state import State
from engine.values import Nanos

EXPLAINED = (DifferenceKind.FILL, DifferenceKind.CASH)
"""A trade that was missed is booked, and each side charges its own fees: neither is a doubt."""


def follows(
    state: State,
    finished: ev.ReconcileFinished,
    found: Sequence[ev.Event],
    market: Market,
    now: Nanos,
) -> list[ev.Event]:
    """What a whole comparison after a drop means for the armings that wait for one.

    While another line is down nothing is decided: its return brings a comparison of its own.
    `found` is what the last statement brought, which the state does not have yet.
    """
    run = state.recon.run
    if run is None or not finished.is_complete or run.cause is not ReconCause.RECONNECT:
        return []
    if state.links_down:
        return []
    objection = _objection(state, finished, found)
    return reconciled(state, AccountReconciled(run.account, not objection, objection), market, now)


def _objection(state: State, finished: ev.ReconcileFinished, found: Sequence[ev.Event]) -> str:
    """Why a person has to look first; empty: nothing is open between the two books."""
    if finished.breaks:
        return finished.text
    ended = {event.key for event in found if isinstance(event, ev.BreakEnded)}
    standing = [key for key in (*state.recon.breaks, *_foreign(state)) if key not in ended]
    if standing:
        return f"{standing[0]} is still a break"
    if any(isinstance(event, ev.ForeignOrderFound) for event in found):
        return "an order of nobody's here stands there"
    told = [each for each in state.recon.differences if each.query == finished.query]
    told += [event for event in found if isinstance(event, ev.DifferenceFound)]
    if len(told) < finished.differences:
        return finished.text  # more than are remembered one by one
    for each in told:
        if each.difference not in EXPLAINED:
            return f"{each.symbol}: {each.action}"
    if state.in_doubt:
        return f"{len(state.in_doubt)} without a known outcome"
    return ""


def _foreign(state: State) -> list[str]:
    return [f"foreign/{name}" for name in state.recon.foreign]
