"""A new epoch for a paper home: the old one is archived whole, and nothing is ever erased."""

import sys
from argparse import Namespace

from commands.exit_codes import ExitCode
from commands.json_lines import json_line
from data.errors import ArchiveError
from data.home import Home
from data.journal import Journal
from data.journal.archive import Archive, archives, reset
from engine.domain.modes import is_simulated
from engine.domain.state import State
from engine.errors import InputError
from engine.runtime.recovery import replay

WORD = "reset"
"""Modes whose orders stand at no venue but the home's own."""


def run(options: Namespace) -> int:
    """Asks for the word at a terminal, unless `--yes` was said; exit 3 where an engine runs."""
    home = Home.existing(options.home)
    if options.list:
        return _list(home, as_json=options.json)
    home.own()
    try:
        state = _state(home)
        _refuse_or_confirm(state, is_agreed=options.yes)
        # The journal that was read is closed again; nobody else got the home in between, or `own`
        # says who did.
        home.own()
        archive = reset(home, state.trade_date)
    finally:
        home.disown()
    _tell(archive, state, as_json=options.json)
    return ExitCode.DONE


def _state(home: Home) -> State:
    """What the journal comes to, verified. Raises ArchiveError for a home without a past."""
    if not home.journal_path.exists():
        raise ArchiveError(f"the home {home.path} has no journal yet: there is nothing to archive")
    journal = Journal.open(home)
    try:
        state, _ = replay(journal.blocks(), instance=journal.instance, epoch=journal.epoch)
    finally:
        journal.close()
    if not state.events:
        raise ArchiveError("nothing has happened in this epoch yet: there is nothing to archive")
    return state


def _refuse_or_confirm(state: State, *, is_agreed: bool) -> None:
    if not is_simulated(state.mode) and state.live:
        raise ArchiveError(
            f"orders working at a venue ({state.mode}): {len(state.live):,}; cancel them, and wait"
            " until the venue has said so"
        )
    latched = [account.account for account in state.accounts.values() if account.trading.latched]
    if latched:
        raise ArchiveError(
            f"{', '.join(latched)} is {state.accounts[latched[0]].trading.state.name}, which only"
            ' a person lifts: `resume "why"` in a session first'
        )
    if is_agreed:
        return
    if not sys.stdin.isatty():
        raise InputError("a reset asks for a typed word at a terminal; in a script say --yes")
    _say(_what_goes(state))
    sys.stderr.write(f"Type {WORD} to go on: ")
    sys.stderr.flush()
    if sys.stdin.readline().strip() != WORD:
        raise InputError("nothing was changed")


def _what_goes(state: State) -> str:
    """Before it is done: asked of a person, who may still say no."""
    working, held = len(state.live), _held(state)
    orders = f"{working or 'no'} working paper order{'' if working == 1 else 's'}"
    positions = f"{held or 'no'} position{'' if held == 1 else 's'}"
    return (
        f"a reset archives epoch {state.epoch} and begins a new one with the opening cash;"
        f" behind in the archive stay {orders} and {positions}"
    )


def _held(state: State) -> int:
    return sum(
        bool(position.quantity)
        for account in state.accounts.values()
        for position in account.positions.values()
    )


def _tell(archive: Archive, state: State, *, as_json: bool) -> None:
    if as_json:
        told = {
            "result": "ok",
            "archive": archive.path.name,
            "epoch": archive.epoch + 1,
            "orders_left_behind": len(state.live),
            "positions_left_behind": _held(state),
        }
        print(json_line(told))
        return
    place = archive.path
    print(f"epoch {archive.epoch} is archived in {place}; the next session begins a new one")
    print(f'look into it:  trader query --home "{place}" SQL  (report and why work the same way)')


def _list(home: Home, *, as_json: bool) -> int:
    found = archives(home)
    if as_json:
        rows = [
            {"archive": a.path.name, "epoch": a.epoch, "trade_date": a.trade_date} for a in found
        ]
        print(json_line({"result": "ok", "archives": rows}))
        return ExitCode.DONE
    for archive in found:
        day = str(archive.trade_date)
        print(f"epoch {archive.epoch}  up to {day[:4]}-{day[4:6]}-{day[6:]}  {archive.path}")
    if not found:
        print("no epoch of this home was archived yet")
    return ExitCode.DONE


def _say(sentence: str) -> None:
    sys.stderr.write(f"trader: {sentence}\n")
