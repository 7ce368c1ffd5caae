"""The desk's memory at one sequence as bytes and back: a start replays only what came after it."""

from collections import deque
from collections.abc import Iterable

import msgspec

from engine.domain.apply import canonical_bytes, hash_of, state_hash
from engine.domain.events import OrderCompared, OrderDenied, OrderFilled
from engine.domain.records import Body, Record
from engine.domain.state import State
from engine.ports import Snapshot
from engine.runtime.history import OrderHistory
from engine.values import Nanos
from engine.values import Sequence as RecordSequence

TAIL_RECORDS_MAX = 2_000


TOLD: frozenset[type] = frozenset({OrderFilled, OrderDenied, OrderCompared})
"""Types of what only events can tell."""


class Tail:
    """The newest fills and denials, for rows of the screen that only events can tell."""

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self.facts: deque[tuple[int, int, Nanos, Body]] = deque(
            [(r.sequence, r.sequence - r.cause, r.at, r.body) for r in records],
            maxlen=TAIL_RECORDS_MAX,
        )
        """Sequence, how far before it its cause stands, when, and what: most are pushed out again,
        so only what stays to the end becomes a record."""

    @property
    def records(self) -> list[Record]:
        """Oldest first."""
        return [Record(sequence, sequence - back, at, b) for sequence, back, at, b in self.facts]


class SnapshotError(ValueError):
    """A snapshot that does not decode to the state it was taken of."""


class _Body(msgspec.Struct, frozen=True, array_like=True):
    state: msgspec.Raw
    """Exactly the bytes that the state hash is taken over."""
    places: dict[int, list[int]]
    tail: tuple[Record, ...]


_encoder = msgspec.msgpack.Encoder()
_body = msgspec.msgpack.Decoder(_Body)
_state = msgspec.msgpack.Decoder(State)


def take_snapshot(
    sequence: RecordSequence, state: State, history: OrderHistory, tail: Tail
) -> Snapshot:
    """Of what replaying the journal up to and including `sequence` has given."""
    canonical = canonical_bytes(state)
    body = _Body(msgspec.Raw(canonical), history.places, tuple(tail.records))
    return Snapshot(sequence, hash_of(canonical), _encoder.encode(body))


def read_snapshot(snapshot: Snapshot) -> tuple[State, dict[int, list[int]], Tail]:
    """State, the places of each order's events, and the newest fills and denials.

    Raises SnapshotError unless the state that comes back has the hash that the snapshot carries.
    """
    try:
        body = _body.decode(snapshot.body)
        state = _state.decode(body.state)
    except (msgspec.MsgspecError, ValueError) as error:
        raise SnapshotError(f"it cannot be read ({error})") from error
    # Of the decoded state, not of the bytes: a field lost on the way back must not go unnoticed.
    if state_hash(state) != snapshot.state_hash:
        raise SnapshotError("it does not come back as the state that it was taken of")
    return state, body.places, Tail(body.tail)
