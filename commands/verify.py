"""All that a home keeps held against each other: 0 clean, 1 corrupt, 2 unreadable."""

import sys
from argparse import Namespace
from collections.abc import Callable, Iterable

from commands.exit_codes import ExitCode
from commands.json_lines import json_line
from data.errors import (
    HomeError,
    JournalDamagedError,
    JournalNewerError,
    JournalUnreadableError,
    StoreError,
)
from data.home import Home
from data.journal import JournalReader
from data.journal.audit import Audit, audit
from data.journal.snapshots import Found
from data.store.compare import differences
from engine.domain.apply import state_hash
from engine.domain.records import Record
from engine.domain.state import State
from engine.ports import Block
from engine.runtime.recovery import replay_into
from engine.runtime.snapshot import SnapshotError, read_snapshot

UNREADABLE = 2
"""As the exit code of this command says it; the general table calls 2 a usage error."""


def run(options: Namespace) -> int:
    """One line on stdout; what is wrong names the first sequence that cannot be trusted."""
    try:
        home = Home.existing(options.home)
        with JournalReader(home) as journal:
            snapshots = list(journal.snapshots())
            found, problems = _audited(journal, snapshots)
            problems += differences(home, journal)
    except JournalDamagedError as error:
        return _wrong(options, str(error), error.sequence, ExitCode.CHECK_FAILED)
    except (HomeError, JournalUnreadableError, JournalNewerError, StoreError) as error:
        return _wrong(options, str(error), None, UNREADABLE)
    if problems:
        return _wrong(options, "; ".join(problems), None, ExitCode.CHECK_FAILED)
    if options.json:
        print(json_line({"ok": True, **_fields(found)}))
    else:
        print(
            f"clean: {found.events:,} events in {found.records:,} records,"
            f" journal {found.journal_digest}, state {found.state_hash}"
        )
    return ExitCode.DONE


def _audited(journal: JournalReader, snapshots: list[Found]) -> tuple[Audit, list[str]]:
    """What the journal holds, and what is wrong with its snapshots: its own replay says so."""
    bad = [found for found in snapshots if found.problem and not found.is_outdated]
    problems = [f"{found.sentence}; a start ignores it" for found in bad]
    good = {found.snapshot.sequence: found for found in snapshots if found.snapshot is not None}

    def replayed(blocks: Iterable[Block], see: Callable[[Record], None]) -> str:
        state = State(instance=journal.instance, epoch=journal.epoch)
        for block in blocks:
            replay_into(state, [block], see)
            found = good.get(block.last)
            if found is not None:
                problems.extend(_differences(found, state))
        return state_hash(state)

    return audit(journal, replayed), problems


def _differences(found: Found, state: State) -> list[str]:
    assert found.snapshot is not None
    if found.snapshot.state_hash != state_hash(state):
        return [f"{found._replace(problem='is of another state than the replay gives').sentence}"]
    try:
        read_snapshot(found.snapshot)
    except SnapshotError as error:
        return [f"the snapshot {found.path.name}: {error}"]
    return []


def _fields(found: Audit) -> dict[str, str | int]:
    return {
        "events": found.events,
        "journal_digest": found.journal_digest,
        "state_hash": found.state_hash,
    }


def _wrong(options: Namespace, problem: str, sequence: int | None, code: int) -> int:
    if options.json:
        print(json_line({"ok": False, "sequence": sequence, "problem": problem}))
    print(f"trader: {problem}", file=sys.stderr)
    return code
