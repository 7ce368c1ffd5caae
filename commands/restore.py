"""A backup into a home that has no journal, under a new epoch of order ids."""

from argparse import Namespace

from commands.exit_codes import ExitCode
from commands.json_lines import json_line
from data.backup import restore
from data.home import Home


def run(options: Namespace) -> int:
    """Counts, the new epoch and the file's SHA-256 on stdout."""
    copied = restore(Home.prepare(options.home), options.file)
    if options.json:
        fields = {"blocks": copied.blocks, "records": copied.records, "epoch": copied.epoch}
        print(json_line({**fields, "digest": copied.digest}))
    else:
        print(f"{copied.records:,} records restored as epoch {copied.epoch}, {copied.digest}")
    return ExitCode.DONE
