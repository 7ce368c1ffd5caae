"""The desk's memory at one sequence as bytes and back: a start replays only what came after it."""

from collections import deque
from collections.abc import Iterable

import msgspec

from engine.domain.apply import canonical_bytes, hash_of, state_hash
from engine.domain.events import OrderCompared, OrderDenied, OrderFilled
from engine.domain.records import Record, decode_records
from engine.domain.state import State
from engine.ports import Snapshot
from engine.runtime.history import OrderHistory
from engine.values import Sequence as RecordSequence

TAIL_RECORDS_MAX = 2_000


TOLD: frozenset[type] = frozenset({OrderFilled, OrderDenied, OrderCompared})
"""Types of what only events can tell."""


class Tail:
    """The newest fills and denials, for rows of the screen that only events can tell.

    It keeps the blocks that they stand in, and reads those again when somebody asks: a start that
    kept a million fills, each until so many others came, would have none of them at hand in time.
    """

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self._before = tuple(records)
        self._blocks: deque[tuple[int, bytes]] = deque()
        """How many of them stand in a block, and its payload."""
        self._in_blocks = 0

    def keep(self, payload: bytes, told: int) -> None:
        """The next block, with so many of them; what is not among the newest any more goes."""
        self._blocks.append((told, payload))
        self._in_blocks += told
        while self._in_blocks - self._blocks[0][0] >= TAIL_RECORDS_MAX:
            self._in_blocks -= self._blocks.popleft()[0]

    @property
    def records(self) -> list[Record]:
        """Oldest first."""
        newest = deque(self._before, TAIL_RECORDS_MAX)
        for _, payload in self._blocks:
            newest.extend(each for each in decode_records(payload) if type(each.body) in TOLD)
        return list(newest)


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
