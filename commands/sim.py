"""`trader sim`: seeds of the deterministic simulator, and the one line that repeats a failure."""

import os
import signal
import sys
import time
from argparse import Namespace
from collections.abc import Iterator
from multiprocessing import get_context

import msgspec

from commands.exit_codes import ExitCode
from commands.flags_sim import SEEDS_DEFAULT
from commands.json_lines import json_line
from engine.runtime.collector import calm
from simulation.limits import Count
from simulation.run import Outcome, run_seed

CHUNK_SEEDS = 20
"""Seeds a process runs before it says how they went."""
PROGRESS_SECONDS = 2.0
FIRST_SEED = 1
FAILURES_TOLD_MAX = 20
"""More are counted, and not printed."""


class Tally(msgspec.Struct):
    """What has been run so far."""

    seeds: int = 0
    violations: int = 0
    events: int = 0
    deaths: int = 0
    limits: dict[str, Count] = {}
    """By rule: how often it mattered; a rule that nothing is held against was denied for alone."""

    def count(self, outcome: Outcome) -> None:
        self.seeds += 1
        self.events += outcome.events
        self.deaths += outcome.deaths
        self.violations += bool(outcome.broken)
        for rule, counted in sorted(outcome.limits.items()):
            self.limits.setdefault(rule, Count()).add(counted)


def run(options: Namespace) -> int:
    """Run the seeds; 1 when a promise was broken, 130 after Ctrl-C, with what was done."""
    first, count = _range(options)
    jobs = min(options.jobs or os.cpu_count() or 1, -(-count // CHUNK_SEEDS))
    tally, started = Tally(), time.monotonic()
    progress, code = _Progress(count, started), ExitCode.DONE
    try:
        for outcome in _outcomes(first, count, jobs, options.only):
            tally.count(outcome)
            if outcome.broken and tally.violations <= FAILURES_TOLD_MAX:
                progress.clear()
                _tell(outcome, with_trace=options.trace)
            progress.show(tally)
    except KeyboardInterrupt:
        code = ExitCode.INTERRUPTED
    progress.clear()
    _result(tally, time.monotonic() - started, as_json=options.json)
    if code is ExitCode.DONE and tally.violations:
        return ExitCode.CHECK_FAILED
    return code


def _range(options: Namespace) -> tuple[int, int]:
    first = FIRST_SEED if options.seed is None else options.seed
    if options.seeds is not None:
        return first, options.seeds
    return first, SEEDS_DEFAULT if options.seed is None else 1


def _outcomes(first: int, count: int, jobs: int, only: str) -> Iterator[Outcome]:
    """In the order of the seeds within a chunk; chunks as they come."""
    if jobs == 1:
        calm()
        for seed in range(first, first + count):
            yield run_seed(seed, only)
        return
    ends = range(first, first + count, CHUNK_SEEDS)
    chunks = [(start, min(start + CHUNK_SEEDS, first + count), only) for start in ends]
    answer = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        # Children are spawned with Ctrl-C ignored: it is this process's to answer.
        pool = get_context("spawn").Pool(jobs, initializer=calm)
    finally:
        signal.signal(signal.SIGINT, answer)
    with pool:
        for outcomes in pool.imap_unordered(_run_chunk, chunks):
            yield from outcomes


def _run_chunk(chunk: tuple[int, int, str]) -> list[Outcome]:
    first, end, only = chunk
    return [run_seed(seed, only) for seed in range(first, end)]


def _tell(outcome: Outcome, *, with_trace: bool) -> None:
    """One line that repeats it; with a trace, what happened last and where it broke."""
    print(f"{outcome.again}  # step {outcome.step}: {outcome.broken}", file=sys.stderr)
    if with_trace:
        print("\n".join(f"    {line}" for line in outcome.lines), file=sys.stderr)


def _result(tally: Tally, seconds: float, *, as_json: bool) -> None:
    per_second = round(tally.seeds / seconds, 1) if seconds else 0.0
    limits = {rule: tally.limits[rule] for rule in sorted(tally.limits)}
    tally = msgspec.structs.replace(tally, limits=limits)
    fields = {**msgspec.to_builtins(tally), "seeds_per_second": per_second}
    if as_json:
        print(json_line(fields))
        return
    print(
        f"{tally.seeds:,} seeds, {tally.violations:,} violations, {tally.events:,} events,"
        f" {tally.deaths:,} deaths, {per_second:,} seeds/s"
    )


class _Progress:
    """How far it is, on stderr: in place on a terminal, now and then elsewhere."""

    def __init__(self, count: int, started: float) -> None:
        self._count, self._started, self._next = count, started, started + PROGRESS_SECONDS
        self._in_place = sys.stderr.isatty()

    def show(self, tally: Tally) -> None:
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + (PROGRESS_SECONDS if self._in_place else 15 * PROGRESS_SECONDS)
        pace = tally.seeds / (now - self._started)
        left = (self._count - tally.seeds) / pace
        text = (
            f"trader: {tally.seeds:,} of {self._count:,} seeds, {tally.violations:,} violations,"
            f" {pace:,.0f}/s, {left:,.0f} s left"
        )
        print(f"\r\x1b[K{text}" if self._in_place else text, end="", file=sys.stderr)
        print(end="" if self._in_place else "\n", file=sys.stderr, flush=True)

    def clear(self) -> None:
        if self._in_place:
            print(end="\r\x1b[K", file=sys.stderr, flush=True)
