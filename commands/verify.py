"""Journal, head, state and store held against each other: 0 clean, 1 corrupt, 2 unreadable."""

import json
import sys
from argparse import Namespace
from collections.abc import Callable, Iterable

from commands.exit_codes import ExitCode
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
from data.store.compare import differences
from engine.domain.records import Record
from engine.ports import Block
from engine.runtime.recovery import replay

UNREADABLE = 2
"""As the exit code of this command says it; the general table calls 2 a usage error."""


def run(options: Namespace) -> int:
    """One line on stdout; what is wrong names the first sequence that cannot be trusted."""
    try:
        home = Home.existing(options.home)
        with JournalReader(home) as journal:
            found = _audited(journal)
            problems = differences(home, journal)
    except JournalDamagedError as error:
        return _wrong(options, str(error), error.sequence, ExitCode.CHECK_FAILED)
    except (HomeError, JournalUnreadableError, JournalNewerError, StoreError) as error:
        return _wrong(options, str(error), None, UNREADABLE)
    if problems:
        return _wrong(options, "; ".join(problems), None, ExitCode.CHECK_FAILED)
    if options.json:
        print(json.dumps({"ok": True, **_fields(found)}))
    else:
        print(
            f"clean: {found.events:,} events in {found.records:,} records,"
            f" journal {found.journal_digest}, state {found.state_hash}"
        )
    return ExitCode.DONE


def _audited(journal: JournalReader) -> Audit:
    def replayed(blocks: Iterable[Block], see: Callable[[Record], None]) -> str:
        _, state_hash = replay(blocks, instance=journal.instance, epoch=journal.epoch, each=see)
        return state_hash

    return audit(journal, replayed)


def _fields(found: Audit) -> dict[str, str | int]:
    return {
        "events": found.events,
        "journal_digest": found.journal_digest,
        "state_hash": found.state_hash,
    }


def _wrong(options: Namespace, problem: str, sequence: int | None, code: int) -> int:
    if options.json:
        print(json.dumps({"ok": False, "sequence": sequence, "problem": problem}))
    print(f"trader: {problem}", file=sys.stderr)
    return code
