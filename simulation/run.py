"""Runs seeds: one at a time for a person, or a range as fast as it goes."""

import traceback
from collections.abc import Iterator

import msgspec

from simulation.broken import Broken
from simulation.plan import plan_of
from simulation.trace import Trace
from simulation.world import World


class Outcome(msgspec.Struct, frozen=True):
    """What one seed came to."""

    seed: int
    events: int
    """That became durable."""
    deaths: int
    trace: str
    """Hash over everything that happened: the same seed and code give the same."""
    broken: str = ""
    """The promise that was not kept, and what was seen; empty when all were."""
    step: int = 0
    lines: tuple[str, ...] = ()
    """The last things that happened, of a seed that broke something."""

    @property
    def again(self) -> str:
        """The one line that repeats it."""
        return f"trader sim --seed {self.seed}"


def run_seed(seed: int) -> Outcome:
    """The whole life of one seed."""
    trace = Trace()
    world = World(plan_of(seed), trace)
    broken = ""
    lines: tuple[str, ...] = ()
    try:
        world.run()
    except Broken as finding:
        broken = str(finding)
        cause = finding.__cause__
        where = traceback.format_tb(cause.__traceback__)[-3:] if cause is not None else []
        lines = (*trace.lines, *(line.rstrip() for line in where))
    return Outcome(
        seed,
        world.promises.evidence.events,
        world.fate.deaths,
        trace.hexdigest(),
        broken,
        world.step,
        lines,
    )


def run_seeds(first: int, count: int) -> Iterator[Outcome]:
    """Seeds `first`, `first + 1` … in order."""
    for seed in range(first, first + count):
        yield run_seed(seed)
