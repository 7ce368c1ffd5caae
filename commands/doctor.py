"""`trader doctor`: what this machine and this home can do, and what to do about the rest."""

import locale
import os
import platform
import shutil
import sqlite3
import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

import msgspec

from commands.exit_codes import ExitCode
from commands.inert import inert
from commands.json_lines import json_line
from commands.onlookers import onlookers
from data.engine_socket import owner_of
from data.errors import HomeError, JournalError, SettingsError
from data.home import Home, default_home
from data.journal import JournalReader
from data.journal.snapshots import Found
from data.settings import load_settings
from data.space import DiskSpace, space_level
from engine.domain.reports import SpaceLevel

GATEWAY = "gateway"
TERMINAL_COLUMNS_MIN, TERMINAL_LINES_MIN = 80, 24


class Check(msgspec.Struct, frozen=True):
    """`word` is ok, attention (a value is bad), degraded (an input is bad) or unavailable."""

    name: str
    word: str
    text: str


def run(options: Namespace) -> int:
    """Exit 0 when nothing keeps a session from running, 1 when something does, 6 where a venue that
    was asked about is not reached or does not let this desk in."""
    if options.keys:
        from commands.doctor_keys import run_keys

        return run_keys()
    if options.parts:
        from commands.parts import run_parts

        return run_parts()
    checks = [check for look in _LOOKS for check in look(options)]
    code = ExitCode.DONE
    if options.venue == "fix":
        from commands.doctor_venue import venue_words

        told, code = venue_words(options)
        checks += [Check(*words) for words in told]
    elif any(check.name == GATEWAY and check.word == "unavailable" for check in checks):
        code = ExitCode.VENUE_UNREACHABLE
    failed = tell(checks, bad_words=("unavailable",), as_json=options.json)
    return code or failed


def tell(checks: Sequence[Check], *, bad_words: Sequence[str], as_json: bool) -> int:
    """A line a check; with JSON the result is the last. Exit 1 when one has a bad word."""
    for check in checks:
        line = msgspec.structs.asdict(check) if as_json else None
        shown = json_line(line) if line else f"{check.word:<11} {check.name:<10} {check.text}"
        sys.stdout.write(inert(shown) + "\n")
    bad = [check for check in checks if check.word in bad_words]
    if as_json:
        result = {"result": "ok" if not bad else "failed", "checks": len(checks), "bad": len(bad)}
        sys.stdout.write(json_line(result) + "\n")
    return ExitCode.CHECK_FAILED if bad else ExitCode.DONE


def _python(options: Namespace) -> list[Check]:
    text = f"Python {platform.python_version()} on {platform.system()}, SQLite "
    text += sqlite3.sqlite_version
    return [Check("python", "ok", text)]


def _parts(options: Namespace) -> list[Check]:
    wanted = ("textual", "duckdb", "polars", "msgspec", "keyring", "pyotp", "cryptography")
    missing = [name for name in wanted if find_spec(name) is None]
    if missing:
        text = f"missing: {', '.join(missing)}; start `python3 trader.py` to install them"
        return [Check("packages", "unavailable", text)]
    return [Check("packages", "ok", "all installed")]


def _terminal(options: Namespace) -> list[Check]:
    if not sys.stdout.isatty():
        return [Check("terminal", "attention", "stdout is no terminal: only headless sessions")]
    size = shutil.get_terminal_size()
    name = os.environ.get("TERM", "")
    if name in ("", "dumb"):
        text = f"TERM is '{name}': the screen needs a terminal that moves its cursor"
        return [Check("terminal", "unavailable", text)]
    if size.columns < TERMINAL_COLUMNS_MIN or size.lines < TERMINAL_LINES_MIN:
        text = f"{size.columns}×{size.lines} is small; the desk wants 80×24 or more"
        return [Check("terminal", "attention", text)]
    warnings = [Check("terminal", "attention", words) for words in onlookers()]
    return warnings or [Check("terminal", "ok", f"{name}, {size.columns}×{size.lines}")]


def _text(options: Namespace) -> list[Check]:
    encoding = locale.getpreferredencoding(False)
    if encoding.lower().replace("-", "") != "utf8":
        text = f"the locale's encoding is {encoding}; set LANG to a UTF-8 locale"
        return [Check("locale", "attention", text)]
    return [Check("locale", "ok", encoding)]


def _settings(options: Namespace) -> list[Check]:
    try:
        home = default_home(options.home)
        load_settings(home.settings_path, options.config)
    except (SettingsError, HomeError) as error:
        return [Check("settings", "unavailable", str(error))]
    return [Check("settings", "ok", "every value can be read; `config show` lists them")]


def disk_space(options: Namespace) -> list[Check]:
    place = default_home(options.home).path
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    space = DiskSpace(free, space_level(free))
    word = {SpaceLevel.AMPLE: "ok", SpaceLevel.WARN: "attention"}.get(space.level, "unavailable")
    return [Check("disk", word, space.sentence or f"{free / (1 << 30):.1f} GiB free")]


def _journal(options: Namespace) -> list[Check]:
    path = default_home(options.home).path
    if not Path(path).is_dir():
        return [Check("journal", "ok", "there is no home yet; the first session makes it")]
    try:
        home = Home.existing(options.home)
        if not home.journal_path.exists():
            return [Check("journal", "ok", "empty")]
        with JournalReader(home) as journal:
            count = sum(1 for _ in journal.verified_blocks())
            last = journal.last_sequence()
            snapshots = _snapshots(list(journal.snapshots()), last)
    except (JournalError, HomeError) as error:
        return [Check("journal", "unavailable", str(error))]
    text = f"{count:,} blocks up to record {last:,}; the chain holds"
    return [Check("journal", "ok", text), snapshots]


def _snapshots(found: list[Found], last: int) -> Check:
    bad = "; ".join(f"{each.sentence} and is ignored" for each in found if each.problem)
    newest = next((each.snapshot for each in found if each.snapshot and not each.problem), None)
    text = f"none yet: a start replays all {last:,} records"
    if newest is not None:
        text = f"a start replays {last - newest.sequence:,} of {last:,} records"
    return Check("snapshots", "attention" if bad else "ok", f"{text}; {bad}" if bad else text)


def clock(options: Namespace) -> list[Check]:
    from commands.doctor_clock import clock_words

    return [Check("clock", *clock_words())]


def _venues(options: Namespace) -> list[Check]:
    """Nobody is called without being asked: a logon is one that a venue counts."""
    text = "paper is part of the engine: nothing to reach"
    try:
        settings = load_settings(default_home(options.home).settings_path, options.config)
    except (SettingsError, HomeError):
        return [Check("venue", "ok", text)]  # what is wrong with them is said already
    if options.venue is None:
        fix = settings.fix
        text += f"; `--venue fix` calls at {fix.host}:{fix.port} as {fix.sender}"
        text += ", `--venue ib` looks for a gateway"
    if options.venue != "ib":
        return [Check("venue", "ok", text)]
    from commands.doctor_ib import gateway_words

    is_running = bool(owner_of(default_home(options.home)))
    told = gateway_words(settings.ib, is_running=is_running)
    return [Check(GATEWAY, word, words) for word, words in told]


def _keyring(options: Namespace) -> list[Check]:
    from commands.doctor_vault import vault_words

    return [Check("keyring", *vault_words(options.home))]


_LOOKS: tuple[Callable[[Namespace], list[Check]], ...] = (
    _python,
    _parts,
    _terminal,
    _text,
    _settings,
    disk_space,
    _journal,
    clock,
    _venues,
    _keyring,
)
