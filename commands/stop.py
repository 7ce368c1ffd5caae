"""`trader stop`: ends a home's engine in order, and says what stays and where it lives."""

import sys
import time
from argparse import Namespace

from commands.engine_door import find_engine
from commands.engine_shell import EngineShell, nobody_there, working
from commands.exit_codes import ExitCode
from commands.json_lines import json_line
from data.engine_socket import owner_of
from data.home import Home
from engine.attachment import StopEngine
from engine.domain.residence import FATES, place_in_words, residence_of
from engine.errors import InputError, MachineError
from engine.runtime.terminals.messages import Role

TICKET = "stop"
STOP_SECONDS_MAX = 15.0
"""Cancels may take five of them."""
FREE_SECONDS_MAX = 5.0
LOOK_SECONDS = 0.02


def run(options: Namespace) -> int:
    """Exit 1 when no engine runs; 7 when it does not stop."""
    home = Home.existing(options.home)
    attached = find_engine(home, Role.SHELL)
    if attached is None:
        owner = owner_of(home)
        if options.json:
            print(json_line({"result": "in_process" if owner else "none"}))
        else:
            print(f"a session without an engine of its own runs here: {owner}; end it there"
                  if owner else nobody_there(home))  # fmt: skip
        return ExitCode.CHECK_FAILED
    shell = EngineShell(attached)
    try:
        _ask_first(options, shell)
        return _stop(options, home, shell)
    finally:
        shell.close()


def _ask_first(options: Namespace, shell: EngineShell) -> None:
    orders = working(shell.view)
    if not orders or options.yes:
        return
    count = f"{len(orders)} order works" if len(orders) == 1 else f"{len(orders)} orders work"
    for row in orders:
        place = residence_of(row, shell.view.mode)
        where = place_in_words(row, shell.view.mode)
        sys.stderr.write(f"  {shell.words_of(row)} — {where}; {FATES[place]}\n")
    if not sys.stdin.isatty():
        raise InputError(f"{count}: say --yes to stop all the same")
    what = "cancel them and stop" if options.cancel else "stop, they stay"
    sys.stderr.write(f"{count}; {what}? y or Enter: ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise InputError("the engine runs on")


def _stop(options: Namespace, home: Home, shell: EngineShell) -> int:
    shell.ask(StopEngine(cancel=options.cancel, ticket=TICKET))
    end = shell.until_the_end(STOP_SECONDS_MAX)
    until = time.monotonic() + FREE_SECONDS_MAX
    while owner_of(home) and time.monotonic() < until:
        time.sleep(LOOK_SECONDS)
    if owner_of(home) or (end is None and not shell.is_over):
        raise MachineError(
            f"the engine (process {shell.welcome.process}) has not stopped: look with"
            f" `trader status`, or end the process; its journal is made for that"
        )
    text = end.text if end is not None else "the engine has ended"
    orders = working(shell.view)
    if options.json:
        stays = [
            {
                "order": row.label,
                "symbol": row.symbol,
                "lives": residence_of(row, shell.view.mode).name.lower(),
            }
            for row in orders
        ]
        print(json_line({"result": "stopped", "text": text, "orders": stays}))
    else:
        print(text)
    return ExitCode.DONE
