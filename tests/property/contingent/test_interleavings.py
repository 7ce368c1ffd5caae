"""Stop fills, cancel acknowledgements, target fills, resizes and crashes in any order."""

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from tests.property.contingent.machine import BracketMachine

STEPS = 40
seeds = st.integers(0, 1 << 32)
both = pytest.mark.parametrize("has_oca", [True, False], ids=["groups", "no groups"])


def live(seed: int, *, has_oca: bool, meddles: bool, steps: int = STEPS) -> BracketMachine:
    machine = BracketMachine(seed, has_oca=has_oca, meddles=meddles)
    try:
        for _ in range(steps):
            machine.step()
        machine.settle()
        if not meddles:
            machine.everything_is_protected()
    except BaseException:
        note("\n".join(machine.log))
        raise
    return machine


@both
@given(seed=seeds)
@settings(max_examples=40, deadline=None)
def test_no_order_of_events_sells_more_than_was_bought(seed: int, has_oca: bool) -> None:
    live(seed, has_oca=has_oca, meddles=True)


@both
@given(seed=seeds)
@settings(max_examples=40, deadline=None)
def test_in_the_end_all_that_was_bought_has_its_stop(seed: int, has_oca: bool) -> None:
    live(seed, has_oca=has_oca, meddles=False)


@pytest.mark.long
@pytest.mark.timeout(1_800)
@both
@pytest.mark.parametrize("meddles", [True, False], ids=["meddling", "alone"])
@given(seed=seeds)
@settings(max_examples=1_500, deadline=None)
def test_the_same_for_fifteen_hundred_seeds(seed: int, has_oca: bool, meddles: bool) -> None:
    live(seed, has_oca=has_oca, meddles=meddles, steps=120)
