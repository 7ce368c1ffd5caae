"""I-50: the same seed and code give the same trace, in every process."""

import os
import subprocess
import sys

import pytest

from simulation.plan import plan_of
from simulation.run import run_seed

SEEDS = range(1, 21)
PROGRAM = """
from simulation.run import run_seed
for seed in range(1, 21):
    print(run_seed(seed).trace)
"""


def traces_of(hash_seed: str) -> list[str]:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=100,
    )
    return done.stdout.split()


def test_the_same_seed_gives_the_same_trace_whatever_the_order_of_sets():
    here = [run_seed(seed).trace for seed in SEEDS]
    assert traces_of("1") == traces_of("2") == here
    assert len(set(here)) == len(here)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_ran_before_changes_nothing(seed):
    alone = run_seed(seed)
    run_seed(seed + 1)
    assert run_seed(seed) == alone


def test_a_swarm_has_seeds_with_few_faults_and_seeds_with_many():
    plans = [plan_of(seed) for seed in range(200)]
    for fault in ("crash", "disconnect", "disk_full", "disk_error", "rot", "suspend", "busy"):
        with_it = sum(getattr(plan, fault) > 0 for plan in plans)
        assert 20 < with_it < 180, fault
