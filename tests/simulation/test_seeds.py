"""The desk keeps its promises, whatever seed says what goes wrong."""

from pathlib import Path

import pytest

from simulation.run import run_seed

FIRST_TIER_SEEDS = 2_000
LONG_TIER_SEEDS = 100_000
CHUNK_SEEDS = 100
CORPUS = Path(__file__).parent / "corpus"


def run_range(first: int, count: int) -> None:
    outcomes = [run_seed(seed) for seed in range(first, first + count)]
    broken = [
        f"{each.again}  # step {each.step}: {each.broken}" for each in outcomes if each.broken
    ]
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize("first", range(1, FIRST_TIER_SEEDS + 1, CHUNK_SEEDS))
def test_no_seed_breaks_a_promise(first):
    run_range(first, CHUNK_SEEDS)


@pytest.mark.long
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("first", range(FIRST_TIER_SEEDS + 1, LONG_TIER_SEEDS, 7_000))
def test_no_seed_of_many_breaks_a_promise(first):
    run_range(first, 7_000)


def corpus() -> list[tuple[int, str]]:
    """Every seed that ever found something, with what it found."""
    lines = [
        line.partition("#")
        for path in sorted(CORPUS.glob("*.txt"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip() and not line.startswith("#")
    ]
    return [(int(seed), found.strip()) for seed, _, found in lines]


@pytest.mark.parametrize(("seed", "found"), corpus())
def test_what_was_found_once_stays_away(seed, found):
    outcome = run_seed(seed)
    assert not outcome.broken, f"{outcome.again}: {outcome.broken} (it once found: {found})"
