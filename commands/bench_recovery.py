"""`trader bench recovery`: how soon a start has everything back, with a snapshot and without.

A command is one inbound of the journal, an order or a report of the venue, with all that it caused:
here with one event each. Its bytes are read and hashed once, its events decoded and applied; the
last two alone are the `replay`, all of it is the start.
"""

import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from commands.bench_path import IN_FLIGHT, open_host, orders_over
from commands.exit_codes import ExitCode
from commands.json_lines import json_line
from data.home import Home
from data.journal import Journal
from engine.domain.apply import state_hash
from engine.ports import Block
from engine.runtime.collector import undisturbed
from engine.runtime.recovery import Recovery, recover

EVENTS = 1_000_000
EVENTS_AN_ORDER = 3
"""Released, working, filled; with its command and the venue's two reports six records."""
TAIL_ORDERS = 16_000
"""After the snapshot: about as much as a start replays before it takes another."""


class _Start(NamedTuple):
    seconds: float
    cpu_seconds: float
    """In this process: what a quiet machine would need."""
    records: int
    state_hash: str
    replay_seconds: float
    """Of `seconds`, what went into decoding and applying blocks that were read and verified."""


class _TimedRecovery(Recovery):
    """Adds up the seconds in which blocks are decoded and applied: twice a look at a clock a block,
    which holds hundreds of records."""

    seconds = 0.0

    def take(self, block: Block) -> None:
        started = time.perf_counter()
        super().take(block)
        self.seconds += time.perf_counter() - started


def run(json_output: bool) -> int:
    """Seconds of a whole start and of one from a snapshot; 1 where their states differ."""
    with tempfile.TemporaryDirectory(prefix="trader-bench-") as folder:
        home = Path(folder) / "home"
        _say(f"writing a journal of {EVENTS:,} events")
        orders, events, take_seconds, snapshot_bytes = _build(home)
        by_snapshot = _start(home)
        for file in Home.existing(home).snapshots_path.iterdir():
            file.unlink()
        whole = _start(home)
    result = {
        "name": "recovery",
        "events": events,
        "orders": orders,
        "records": whole.records,
        "whole_seconds": round(whole.seconds, 2),
        "whole_cpu_seconds": round(whole.cpu_seconds, 2),
        "commands": whole.records - events,
        "replay_seconds": round(whole.replay_seconds, 2),
        "replay_commands_per_second": round((whole.records - events) / whole.replay_seconds),
        "commands_per_second": round((whole.records - events) / whole.seconds),
        "commands_per_cpu_second": round((whole.records - events) / whole.cpu_seconds),
        "events_per_cpu_second": round(events / whole.cpu_seconds),
        "records_per_cpu_second": round(whole.records / whole.cpu_seconds),
        "snapshot_bytes": snapshot_bytes,
        "snapshot_take_seconds": round(take_seconds, 2),
        "snapshot_seconds": round(by_snapshot.seconds, 2),
        "snapshot_cpu_seconds": round(by_snapshot.cpu_seconds, 2),
        "snapshot_tail_records": by_snapshot.records,
        "same_state": by_snapshot.state_hash == whole.state_hash,
    }
    if json_output:
        sys.stdout.write(json_line(result) + "\n")
    else:
        for key, value in result.items():
            sys.stdout.write(f"{key:24} {value}\n")
    return ExitCode.DONE if result["same_state"] else ExitCode.CHECK_FAILED


def _build(home: Path) -> tuple[int, int, float, int]:
    """(orders, events, seconds for taking the snapshot, its bytes): all through the real path."""
    host, journal = open_host(home)
    orders = orders_over(EVENTS // EVENTS_AN_ORDER, IN_FLIGHT)
    for at in range(0, len(orders) - TAIL_ORDERS, IN_FLIGHT):
        host.submit(*orders[at : at + IN_FLIGHT])
    recovered = recover(journal, instance=journal.instance, epoch=journal.epoch)
    started = time.perf_counter()
    journal.keep_snapshot(recovered.snapshot())
    seconds = time.perf_counter() - started
    del recovered
    for at in range(len(orders) - TAIL_ORDERS, len(orders), IN_FLIGHT):
        host.submit(*orders[at : at + IN_FLIGHT])
    journal.close()
    kept = sum(file.stat().st_size for file in journal.home.snapshots_path.iterdir())
    return len(orders), host.session.state.events, seconds, kept


def _start(home: Path) -> _Start:
    """As every session does it: the home is owned, the chain verified, the state brought back."""
    recovery = _TimedRecovery()
    started, cpu_started = time.perf_counter(), time.process_time()
    with undisturbed():
        journal = Journal.open(Home.prepare(home), replay=recovery)
    recovered = recovery.done(journal)
    ended, cpu_seconds = time.perf_counter(), time.process_time() - cpu_started
    found = state_hash(recovered.state)
    journal.close()
    return _Start(ended - started, cpu_seconds, recovered.replayed, found, recovery.seconds)


def _say(what: str) -> None:
    print(f"trader: {what}", file=sys.stderr)
