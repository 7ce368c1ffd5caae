"""The desk keeps its promises whatever traders, others and the link to the venue do."""

import pytest
from hypothesis import example, given, note, settings
from hypothesis import strategies as st

from tests.property.desk.machine import (
    DeskMachine,
    DistantDesk,
    OrderlyDesk,
    RepeatingDesk,
    ShuffledDesk,
    StubbornDesk,
)

MACHINES = [OrderlyDesk, DistantDesk, ShuffledDesk, RepeatingDesk, StubbornDesk]
STEPS = 80
STEPS_LONG = 300


def live(machine: type[DeskMachine], seed: int, steps: int) -> None:
    desk = machine(seed)
    try:
        for _ in range(steps):
            desk.step()
    except BaseException:
        note("\n".join(desk.log))
        raise


@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.__name__)
@given(seed=st.integers(0, 1 << 32))
@example(seed=20151224).via("a flatten that was at its last closing order")
def test_no_sequence_of_inputs_breaks_a_promise(machine: type[DeskMachine], seed: int) -> None:
    live(machine, seed, STEPS)


@pytest.mark.long
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("machine", MACHINES, ids=lambda machine: machine.__name__)
@settings(max_examples=5_000)
@given(seed=st.integers(0, 1 << 32))
def test_no_long_sequence_of_inputs_breaks_a_promise(machine: type[DeskMachine], seed: int) -> None:
    live(machine, seed, STEPS_LONG)
