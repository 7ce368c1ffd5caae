"""From the journal back to the state: replaying applies events and decides nothing."""

from collections.abc import Callable, Iterable
from itertools import compress

import msgspec

from engine.domain.apply import CHANGES, apply, state_hash
from engine.domain.lifecycle import Status
from engine.domain.orders import Order
from engine.domain.records import LESS, Record, Step, decode_events, decode_records
from engine.domain.state import State
from engine.ports import Block, Journal, Snapshot
from engine.runtime.collector import undisturbed
from engine.runtime.history import OF_ORDERS, STEPS_PER_ORDER_MAX, OrderHistory
from engine.runtime.snapshot import TOLD, SnapshotError, Tail, read_snapshot, take_snapshot
from engine.values import Nanos
from engine.values import Sequence as RecordSequence

SNAPSHOT_AFTER_RECORDS = 50_000
"""A start that replayed more takes a snapshot: measured, this many cost it a fifth of a second."""


def is_event(record: Record) -> bool:
    """An inbound is its own cause; an event has a cause before it."""
    return record.cause != record.sequence


def replay(
    blocks: Iterable[Block],
    *,
    instance: str,
    epoch: int,
    each: Callable[[Record], None] | None = None,
) -> tuple[State, str]:
    """(state, state hash) after all blocks; `each` sees every record in order."""
    state = State(instance=instance, epoch=epoch)
    replay_into(state, blocks, each)
    return state, state_hash(state)


def replay_into(
    state: State, blocks: Iterable[Block], each: Callable[[Record], None] | None = None
) -> None:
    """Applies every event; `each` sees a record after it was applied."""
    for block in blocks:
        for record in decode_records(block.payload):
            if is_event(record):
                apply(state, record.body)  # type: ignore[arg-type]
            if each is not None:
                each(record)


class Recovered(msgspec.Struct):
    """What a start has back from its journal."""

    state: State
    history: OrderHistory
    tail: Tail
    sequence: RecordSequence
    """Of the last record that is in it."""
    replayed: int
    """Records that were applied one by one."""
    left_at: Nanos = Nanos(0)
    """Market time of the last record; 0 in an empty journal."""
    remark: str = ""
    """What a person should know of how it went; empty when all was well."""

    @property
    def is_worth_a_snapshot(self) -> bool:
        return self.replayed > SNAPSHOT_AFTER_RECORDS

    def snapshot(self) -> Snapshot:
        """To be taken before anything else changes the state."""
        return take_snapshot(self.sequence, self.state, self.history, self.tail)


class Recovery:
    """`engine.ports.Replay`: brings a desk back, also while its journal is opened and verified."""

    def __init__(self) -> None:
        self.begin("", 0, None)

    def begin(self, instance: str, epoch: int, snapshot: Snapshot | None) -> None:
        """From the snapshot where it holds, else from nothing: then every block is wanted."""
        self._state, self._tail = State(instance=instance, epoch=epoch), Tail()
        self._places: dict[int, list[int]] = {}
        self._from = self._reached = RecordSequence(0)
        self._left_at, self._remark = Nanos(0), ""
        if snapshot is not None:
            try:
                self._state, self._places, self._tail = read_snapshot(snapshot)
                self._from = self._reached = snapshot.sequence
            except SnapshotError as error:
                self._remark = (
                    f"the snapshot at sequence {snapshot.sequence:,} was ignored and the whole"
                    f" journal replayed: {error}"
                )
        self._history = OrderHistory(_nothing, self._places)

    def take(self, block: Block) -> None:
        """What is known already is passed over, and so is what comes before its turn."""
        if block.first != self._reached + 1:
            return
        # Half of all records only asked: they cost a start nothing but being passed over.
        told = 0
        for step in decode_events(block.payload):
            told += _relive(self._state, step, self._history)
            self._left_at = step.at
        if told:
            self._tail.keep(block.payload, told)
        self._reached = block.last

    def done(self, journal: Journal) -> Recovered:
        """With what is still missing, once the journal is open."""
        with undisturbed():
            for block in journal.blocks(self._reached):
                self.take(block)
        assert self._reached == journal.last_sequence, "blocks of a journal are gap-free"
        self._history.read = journal.blocks
        return Recovered(
            self._state,
            self._history,
            self._tail,
            self._reached,
            self._reached - self._from,
            self._left_at or _left_at(journal),
            self._remark,
        )


def recover(journal: Journal, *, instance: str, epoch: int) -> Recovered:
    """The newest snapshot that holds and the records after it; else all records."""
    recovery = Recovery()
    recovery.begin(instance, epoch, journal.snapshot())
    return recovery.done(journal)


def _nothing(after: RecordSequence) -> Iterable[Block]:
    """What a history can read before there is a journal."""
    return ()


_CHANGES = {**CHANGES, **{less: CHANGES[kind] for kind, less in LESS.items()}}
_TOLD = TOLD | {less for kind, less in LESS.items() if kind in TOLD}
_OF_ORDERS = OF_ORDERS | {less for kind, less in LESS.items() if kind in OF_ORDERS}
"""The same for events as a replay has them."""


def _relive(state: State, step: Step, history: OrderHistory) -> int:
    """Everything that a step leaves behind, in one walk: a start has a million events, and what is
    done for each of them is most of its time. The same as `apply` and `note_step`.

    Returns how many of its facts only events can tell.
    """
    changes, first, told = _CHANGES, step.first, 0
    known, begin, kept_max = history.places.get, history.begin, STEPS_PER_ORDER_MAX
    for body in compress(step.bodies, step.backs):
        kind = type(body)
        changes[kind](state, body)
        state.events += 1  # at once: an answer of the second factor counts for the next alone
        if kind in _OF_ORDERS:
            if kind in _TOLD:
                told += 1
            order_id = body.order_id  # type: ignore[union-attr]
            kept = known(order_id)
            if kept is None:
                begin(order_id, first)
            elif kept[-1] != first and len(kept) < kept_max:
                kept.append(first)
    return told


def _left_at(journal: Journal) -> Nanos:
    """Read anew: a snapshot may hold everything up to the journal's end."""
    last = journal.last_sequence
    for block in journal.blocks(RecordSequence(last - 1)) if last else ():
        return decode_records(block.payload)[-1].at
    return Nanos(0)


def orders_at_venue(state: State) -> list[Order]:
    """Acknowledged and not done when the journal ended: a paper venue is rebuilt with these."""
    live = [state.orders[order_id] for order_id in state.live]
    stood = [order for order in live if order.status in (Status.WORKING, Status.PARTIAL)]
    # An exit whose sibling filled everything stands for nothing, and waits to hear so.
    return [order for order in stood if (order.leaves or order.taken) and not order.ending]
