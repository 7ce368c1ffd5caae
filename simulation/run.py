"""Runs seeds: one at a time for a person, or a range as fast as it goes."""

import traceback
from collections.abc import Iterator

import msgspec

from simulation.broken import Broken
from simulation.families import EVERYTHING, FAMILIES
from simulation.limits import Count
from simulation.plan import Plan
from simulation.trace import Trace
from simulation.world import World

FRAMES_TOLD = 3
"""Innermost, of where our own code raised."""


class Outcome(msgspec.Struct, frozen=True):
    """What one seed came to."""

    seed: int
    events: int
    """That became durable."""
    deaths: int
    points: int
    """At which the process could have died."""
    trace: str
    """Hash over everything that happened: the same seed and code give the same."""
    broken: str = ""
    """The promise that was not kept, and what was seen; empty when all were."""
    step: int = 0
    lines: tuple[str, ...] = ()
    """The last things that happened, of a seed that broke something."""
    only: str = EVERYTHING
    """The family that the seed is of."""
    limits: dict[str, Count] = {}
    """By rule: how often it was held against the venue's truth, nearly passed, and denied for."""

    @property
    def again(self) -> str:
        """The one line that repeats it."""
        family = f" --only {self.only}" if self.only else ""
        return f"trader sim --seed {self.seed}{family}"


def run_seed(seed: int, only: str = EVERYTHING) -> Outcome:
    """The whole life of one seed."""
    return msgspec.structs.replace(run_plan(FAMILIES[only](seed)), only=only)


def run_plan(plan: Plan) -> Outcome:
    """The same of a plan that was changed by hand."""
    trace = Trace()
    world = World(plan, trace)
    broken = ""
    lines: tuple[str, ...] = ()
    try:
        world.run()
    except Broken as finding:
        broken, lines = str(finding), trace.lines
    except Exception as error:
        # A door: whatever our own code raises is a finding too (F42), told with its seed.
        broken = f"F42: {type(error).__name__}: {error}"
        where = traceback.format_tb(error.__traceback__)[-FRAMES_TOLD:]
        lines = (*trace.lines, *(line.rstrip() for line in where))
    return Outcome(
        plan.seed,
        world.promises.evidence.events,
        world.fate.deaths,
        world.fate.passed,
        trace.hexdigest(),
        broken,
        world.step,
        lines,
        limits=world.promises.limits.counts,
    )


def run_seeds(first: int, count: int, only: str = EVERYTHING) -> Iterator[Outcome]:
    """Seeds `first`, `first + 1` … in order."""
    for seed in range(first, first + count):
        yield run_seed(seed, only)
