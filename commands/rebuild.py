"""The store made again from the journal."""

import sys
from argparse import Namespace

from commands.exit_codes import ExitCode
from commands.json_lines import json_line
from data.home import Home
from data.store.feeder import rebuild


def run(options: Namespace) -> int:
    """Counts on stdout, progress on stderr."""
    home = Home.existing(options.home)
    fed = rebuild(home, progress=_progress)
    if options.json:
        print(json_line({"records": fed.records, "rows": fed.rows, "sequence": fed.sequence}))
    else:
        print(f"{fed.rows:,} rows from {fed.records:,} records in {fed.seconds:.1f} s")
    return ExitCode.DONE


def _progress(sequence: int) -> None:
    if sys.stderr.isatty():
        print(f"\rtrader: {sequence:,} records", end="", file=sys.stderr, flush=True)
