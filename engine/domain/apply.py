"""The only hand that changes the state: one small function per event, and none of them refuses."""

import hashlib
from collections.abc import Callable
from typing import Any

import msgspec

from engine.domain import events as ev
from engine.domain.breaker_changes import BREAKER_CHANGES
from engine.domain.clocks import CLOCK_CHANGES
from engine.domain.cost_changes import COST_CHANGES
from engine.domain.desk_changes import DESK_CHANGES
from engine.domain.margin_changes import MARGIN_CHANGES
from engine.domain.order_changes import ORDER_CHANGES
from engine.domain.recon_changes import RECON_CHANGES
from engine.domain.state import State


def apply(state: State, event: ev.Event) -> None:
    """Makes the event true."""
    CHANGES[type(event)](state, event)
    state.events += 1


def state_hash(state: State) -> str:
    """BLAKE2b-128 over the canonical bytes of the whole state, in hexadecimal."""
    return hash_of(canonical_bytes(state))


def canonical_bytes(state: State) -> bytes:
    """The whole state: dictionaries in their order of insertion, which the events determine."""
    return _canonical.encode(state)


def hash_of(canonical: bytes) -> str:
    """The state hash of canonical bytes."""
    return hashlib.blake2b(canonical, digest_size=16).hexdigest()


_canonical = msgspec.msgpack.Encoder()


def _nothing(state: State, event: ev.Event) -> None:
    """A fact for the audit trail that changes no figure."""


_FOR_THE_TRAIL_ONLY = (
    ev.CancelDenied,
    ev.OrderWaited,
    ev.CommandRefused,
    ev.LinkOperated,
    ev.OrderCompared,
    ev.FillsMarked,
    ev.TapeMeasured,
    ev.SecondFactorFailed,
)
CHANGES: dict[type, Callable[[State, Any], None]] = {
    **ORDER_CHANGES,
    **DESK_CHANGES,
    **COST_CHANGES,
    **RECON_CHANGES,
    **CLOCK_CHANGES,
    **BREAKER_CHANGES,
    **MARGIN_CHANGES,
    **dict.fromkeys(_FOR_THE_TRAIL_ONLY, _nothing),
}
"""Event type → what it changes. A replay, which has a million events, looks them up itself."""
