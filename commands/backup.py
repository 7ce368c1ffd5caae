"""A consistent copy of a home's journal in one file, while an engine may be writing."""

from argparse import Namespace

from commands.exit_codes import ExitCode
from commands.json_lines import json_line
from data.backup import back_up
from data.home import Home


def run(options: Namespace) -> int:
    """Counts and the file's SHA-256 on stdout."""
    copied = back_up(Home.existing(options.home), options.file)
    if options.json:
        print(
            json_line({"blocks": copied.blocks, "records": copied.records, "digest": copied.digest})
        )
    else:
        print(f"{copied.records:,} records in {options.file}, SHA-256 {copied.digest}")
        print("the chain key is in it: keep this file as you keep the home")
    return ExitCode.DONE
