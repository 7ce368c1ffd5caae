"""I-35, I-38: a snapshot at any place and what came after it is the whole journal, bit for bit."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.apply import state_hash
from engine.domain.state import State
from engine.runtime.history import OrderHistory
from engine.runtime.recovery import recover, replay_into
from engine.runtime.snapshot import Tail, read_snapshot, take_snapshot
from tests.harness import MemoryJournal
from tests.property.desk.machine import DeskMachine, OrderlyDesk, RepeatingDesk, ShuffledDesk

MACHINES = [OrderlyDesk, ShuffledDesk, RepeatingDesk]
STEPS = 60


def traded(machine: type[DeskMachine], seed: int) -> MemoryJournal:
    desk = machine(seed)
    for _ in range(STEPS):
        desk.step()
    return desk.bench.journal


def recovered(journal: MemoryJournal) -> tuple[str, dict[int, list[int]], list[object]]:
    found = recover(journal, instance="TEST", epoch=1)
    return state_hash(found.state), found.history.places, list(found.tail.records)


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.__name__)
@settings(max_examples=30)
@given(seed=st.integers(0, 1 << 32))
def test_a_state_that_goes_through_a_snapshot_after_every_block_stays_the_same(
    machine: type[DeskMachine], seed: int
) -> None:
    journal = traded(machine, seed)
    whole, through = State(instance="TEST", epoch=1), State(instance="TEST", epoch=1)
    for block in journal.kept:
        replay_into(whole, [block])
        replay_into(through, [block])
        taken = take_snapshot(block.last, through, OrderHistory(journal.blocks), Tail())
        assert taken.state_hash == state_hash(whole), f"after block {block.number}"
        through, _, _ = read_snapshot(taken)


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.__name__)
@settings(max_examples=30)
@given(seed=st.integers(0, 1 << 32), places=st.lists(st.floats(0, 1), min_size=1, max_size=4))
def test_a_start_from_a_snapshot_has_what_a_start_from_the_first_block_has(
    machine: type[DeskMachine], seed: int, places: list[float]
) -> None:
    """Also where a snapshot was itself taken by a start from one, and a crash came in between."""
    journal = traded(machine, seed)
    kept, expected = journal.kept, recovered(journal)
    for place in sorted(places):
        journal.kept = kept[: 1 + int(place * (len(kept) - 1))]
        journal.kept_snapshot = recover(journal, instance="TEST", epoch=1).snapshot()
    journal.kept = kept
    assert recovered(journal) == expected
