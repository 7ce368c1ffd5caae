"""F01, F51: kill -9 at every point of a session, and again at every point of the way back."""

import msgspec
import pytest

from connectors.faults.rates import Faults
from simulation.plan import NEVER, Plan, plan_of
from simulation.run import Outcome, run_plan

CALM = {
    "crash": NEVER,
    "crash_again": NEVER,
    "disk_full": NEVER,
    "disk_error": NEVER,
    "rot": NEVER,
    "bug": NEVER,
    "leaves": NEVER,
    "steps": 30,
    "line": Faults(),
}
"""Nothing else ends a process, so that the points are the same in every run."""
WAY_BACK_POINTS = 10
"""More than a start passes before the desk trades again."""


def session(seed: int) -> Plan:
    return msgspec.structs.replace(plan_of(seed), **CALM)


def dies(plan: Plan, *points: int) -> Outcome:
    outcome = run_plan(msgspec.structs.replace(plan, dies_at=frozenset(points)))
    assert not outcome.broken, f"seed {plan.seed}, dead at {points}: {outcome.broken}"
    return outcome


def kill_everywhere(seed: int) -> None:
    plan = session(seed)
    points = dies(plan).points
    assert points > 40
    for point in range(1, points + 1):
        assert dies(plan, point).deaths == 1


def kill_everywhere_twice(seed: int, every: int) -> None:
    plan = session(seed)
    for first in range(1, dies(plan).points + 1, every):
        for second in range(first + 1, first + WAY_BACK_POINTS + 1):
            dies(plan, first, second)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_process_can_die_at_every_point(seed):
    kill_everywhere(seed)


@pytest.mark.parametrize("seed", [3])
def test_a_process_can_die_again_at_every_point_of_its_way_back(seed):
    kill_everywhere_twice(seed, every=11)


@pytest.mark.long
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("first", range(10, 110, 10))
def test_a_process_can_die_at_every_point_of_many_sessions(first):
    for seed in range(first, first + 10):
        kill_everywhere(seed)
        kill_everywhere_twice(seed, every=5)
