"""One benchmark by name, or all that there are, each in a file of its own beside this one."""

import importlib
from argparse import Namespace
from importlib.util import find_spec

from commands.exit_codes import ExitCode
from commands.flags import BENCHMARKS, UsageError

BY_NAME_ONLY = ("crash",)
"""What takes many minutes runs when it is asked for."""


def run(options: Namespace) -> int:
    """Run `commands.bench_NAME`; without a name all of them, ending with the first code not 0."""
    there = [name for name in BENCHMARKS if find_spec(_module(name))]
    if options.name is not None and options.name not in there:
        raise UsageError(f"not available yet: bench {options.name}")
    chosen = [options.name]
    if options.name is None:
        chosen = [name for name in there if name not in BY_NAME_ONLY]
    codes = [int(importlib.import_module(_module(name)).run(options.json)) for name in chosen]
    return next((code for code in codes if code), ExitCode.DONE)


def _module(name: str) -> str:
    return f"commands.bench_{name}"
