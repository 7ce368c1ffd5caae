"""The desk keeps its promises, whatever seed says what goes wrong."""

from pathlib import Path

import pytest

from commands.flags_sim import FAMILIES_TOLD
from simulation.families import EXITS, FAMILIES, LIMITS, LOSSES
from simulation.run import run_seed

FIRST_TIER_SEEDS = 2_000
FIRST_TIER_EXITS_SEEDS = 1_000
FIRST_TIER_LIMITS_SEEDS = 600
FIRST_TIER_LOSSES_SEEDS = 200
LONG_TIER_SEEDS = 100_000
CHUNK_SEEDS = 100
CORPUS = Path(__file__).parent / "corpus"


def run_range(first: int, count: int, only: str = "") -> None:
    outcomes = [run_seed(seed, only) for seed in range(first, first + count)]
    broken = [
        f"{each.again}  # step {each.step}: {each.broken}" for each in outcomes if each.broken
    ]
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize("first", range(1, FIRST_TIER_SEEDS + 1, CHUNK_SEEDS))
def test_no_seed_breaks_a_promise(first):
    run_range(first, CHUNK_SEEDS)


@pytest.mark.parametrize("first", range(1, FIRST_TIER_EXITS_SEEDS + 1, CHUNK_SEEDS))
def test_no_order_of_fills_and_cancels_takes_a_position_across_zero(first):
    """I-51, I-12: at a venue with groups of orders and at one without."""
    run_range(first, CHUNK_SEEDS, EXITS)


@pytest.mark.parametrize("first", range(1, FIRST_TIER_LIMITS_SEEDS + 1, CHUNK_SEEDS))
def test_no_fill_of_what_was_let_out_passes_a_limit(first):
    """I-29, by the venue's own account; the margin, the rates and the number of orders too."""
    run_range(first, CHUNK_SEEDS, LIMITS)


@pytest.mark.parametrize("first", range(1, FIRST_TIER_LOSSES_SEEDS + 1, CHUNK_SEEDS))
def test_no_day_loses_more_than_its_limit_and_opens_anything(first):
    """R21, by what the account is really worth, in a market that jumps."""
    run_range(first, CHUNK_SEEDS, LOSSES)


@pytest.mark.long
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("only", FAMILIES)
@pytest.mark.parametrize("first", range(FIRST_TIER_SEEDS + 1, LONG_TIER_SEEDS, 7_000))
def test_no_seed_of_many_breaks_a_promise(first, only):
    run_range(first, 7_000, only)


def test_the_command_line_names_every_family():
    assert sorted(FAMILIES_TOLD) == sorted(filter(None, FAMILIES))


def corpus() -> list[tuple[str, str]]:
    """Every seed that ever found something, with its family and what it found."""
    lines = [
        line.partition("#")
        for path in sorted(CORPUS.glob("*.txt"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip() and not line.startswith("#")
    ]
    return [(seed.strip(), found.strip()) for seed, _, found in lines]


@pytest.mark.parametrize(("named", "found"), corpus())
def test_what_was_found_once_stays_away(named, found):
    seed, _, only = named.partition(" ")
    outcome = run_seed(int(seed), only)
    assert not outcome.broken, f"{outcome.again}: {outcome.broken} (it once found: {found})"
