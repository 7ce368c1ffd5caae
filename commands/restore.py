"""A backup into a home that has no journal, under a new epoch of order ids."""

from argparse import Namespace
from pathlib import Path

from commands.exit_codes import ExitCode
from commands.json_lines import json_line
from connectors.fix.client.store import SessionStore
from data.backup import restore
from data.home import Home

RESTORED = (
    "the numbers were restored from a backup, and what was said since counts at the venue alone."
    ' Ask it which it expects: `link out 45 "why"`; `link go "why"` where nothing was said since'
)


def run(options: Namespace) -> int:
    """Counts, the new epoch and the file's SHA-256 on stdout."""
    copied = restore(Home.prepare(options.home), options.file, _hold)
    if options.json:
        fields = {"blocks": copied.blocks, "records": copied.records, "epoch": copied.epoch}
        print(json_line({**fields, "digest": copied.digest}))
    else:
        print(f"{copied.records:,} records restored as epoch {copied.epoch}, {copied.digest}")
        if Home.existing(options.home).fix_path.exists():
            print(f"its FIX sessions do not log on by themselves: {RESTORED}")
    return ExitCode.DONE


def _hold(path: Path) -> None:
    sessions = SessionStore(path)
    sessions.hold(RESTORED)
    sessions.close()
