"""L9: the simulator notices every known bug of the industry, soon."""

from pathlib import Path

import pytest

from simulation.run import run_seed
from tests.simulation.mutants import MUTANTS, Mutant

SEEDS_MAX = 1_000
"""Within so many seeds each has to be caught; most are within ten."""
KNOWN = Path(__file__).parent / "known_mutants.txt"


def known_seeds() -> dict[str, int]:
    lines = [line for line in KNOWN.read_text().splitlines() if not line.startswith("#")]
    return {name: int(seed) for name, _, seed in (line.rpartition(": ") for line in lines)}


def caught(mutant: Mutant, known: int = 1) -> tuple[int, str]:
    """A seed that notices it, `known` first, then all in their order; and what it says."""
    with mutant.alive():
        for seed in (known, *range(1, SEEDS_MAX + 1)):
            outcome = run_seed(seed, mutant.only)
            if outcome.broken:
                return seed, outcome.broken
    raise AssertionError(f"{mutant.name} lived through {SEEDS_MAX} seeds")


@pytest.mark.parametrize("mutant", MUTANTS, ids=[mutant.name for mutant in MUTANTS])
def test_a_known_bug_is_caught(mutant):
    """And the same seed finds nothing in the desk as it is."""
    seed, said = caught(mutant, known_seeds().get(mutant.name, 1))
    assert said.startswith(mutant.caught_by), f"seed {seed}: {said}"
    assert run_seed(seed, mutant.only).broken == ""


def test_every_mutant_is_dead_again_afterwards():
    before = run_seed(3)
    for mutant in MUTANTS:
        with mutant.alive():
            pass
    assert run_seed(3) == before
