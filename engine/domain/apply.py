"""The only hand that changes the state: one small function per event, and none of them refuses."""

import hashlib
from collections.abc import Callable
from typing import Any

import msgspec

from engine.domain import events as ev
from engine.domain.desk_changes import DESK_CHANGES
from engine.domain.order_changes import ORDER_CHANGES
from engine.domain.state import State


def apply(state: State, event: ev.Event) -> None:
    """Makes the event true. Replaying the journal calls only this."""
    _CHANGES[type(event)](state, event)
    state.events += 1


def state_hash(state: State) -> str:
    """BLAKE2b-128 over the canonical bytes of the whole state, in hexadecimal."""
    return hashlib.blake2b(_canonical.encode(state), digest_size=16).hexdigest()


_canonical = msgspec.msgpack.Encoder()
# Dictionaries keep their order of insertion, and the events alone determine that order.


def _nothing(state: State, event: ev.Event) -> None:
    """A fact for the audit trail that changes no figure."""


_FOR_THE_TRAIL_ONLY = (
    ev.CancelDenied,
    ev.ReplaceDenied,
    ev.StatusRequested,
    ev.CommandRefused,
    ev.ReportOrphaned,
    ev.EntriesCancelled,
)
_CHANGES: dict[type, Callable[[State, Any], None]] = {
    **ORDER_CHANGES,
    **DESK_CHANGES,
    **dict.fromkeys(_FOR_THE_TRAIL_ONLY, _nothing),
}
