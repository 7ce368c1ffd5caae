"""The command line: every command and flag, read into one namespace or refused in one sentence."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, NoReturn

from commands.flag_values import read_date, read_market_time, read_seed, read_speed, read_symbols
from commands.flags_check_fills import add_check_fills, positive
from commands.flags_engine import add_attach, add_kill, add_stop
from commands.flags_sim import add_sim
from commands.flags_vault import add_secrets, add_totp, secrets_objection
from commands.flags_venue import add_venue

VERSION = "0.1.0"
FORCE_PAPER = "TRADER_FORCE_PAPER"
SESSION = "session"  # the command of a line that names none

NOT_YET = ("export",)
LATENCIES = ("none", "lan", "retail", "mobile")
BENCHMARKS = [
    "match",
    "path",
    "risk",
    "quotes",
    "screen",
    "halt",
    "kill",
    "store",
    "start",
    "recovery",
    "fix",
    "crash",
]  # each has its file

_COMMON_WITH_VALUE = ("--config", "--home", "--seed")


class UsageError(Exception):
    """The line cannot be read; the message is one sentence that says what would fit."""


class Command(NamedTuple):
    """One subcommand: its name, what it does in a few words, and the flags only it knows."""

    name: str
    summary: str
    add_flags: Callable[[argparse.ArgumentParser], None]


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """What a command line asks for; `command` is "session" where no subcommand is named.

    Always set: `command`, `config` and `home` (Path or None), `seed` (int or None), `json` (bool).
    A session also has `market` ("sim", a path, or None for what the settings say), `symbols` (list
    or None), `read_only`, `record`, `no_record`, `script` (path, "-" for standard input, or None),
    `exec_lines` (list, empty without `--exec`), `headless`, `watch`, `latency` (a name, or None for
    what the settings say), `speed` (times real time, `math.inf` for max, None when not given) and
    `until` (datetime.time of the market, or None). A headless session always has a seed.

    Raises UsageError; prints and raises SystemExit for `--help` and `--version`.
    """
    leading, name, following = _split(arguments)
    if name is None:
        return _read_session([*leading, *following])
    if name in NOT_YET:
        raise UsageError(_not_yet(name))
    command = next((known for known in COMMANDS if known.name == name), None)
    if command is None:
        raise UsageError(_unknown_command(name))
    parser = _Parser(prog=f"trader {name}", description=command.summary, allow_abbrev=False)
    _add_common(parser)
    command.add_flags(parser)
    options = parser.parse_args([*leading, *following], argparse.Namespace(command=name))
    _check_command(options)
    return options


class _Parser(argparse.ArgumentParser):
    """An argparse parser whose complaints are exceptions, so that one door prints them all."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (see: {self.prog} --help)")


def _split(arguments: Sequence[str]) -> tuple[list[str], str | None, list[str]]:
    """The common flags before the subcommand, its name, and everything behind it."""
    place = 0
    while place < len(arguments):
        word = arguments[place]
        if word in _COMMON_WITH_VALUE:
            place += 2
        elif word == "--json" or word.startswith(tuple(f"{flag}=" for flag in _COMMON_WITH_VALUE)):
            place += 1
        else:
            break
    if place >= len(arguments) or arguments[place].startswith("-"):
        return list(arguments), None, []
    return list(arguments[:place]), arguments[place], list(arguments[place + 1 :])


def _not_yet(what: str) -> str:
    return f"not available yet: {what}"


def _unknown_command(name: str) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, [command.name for command in COMMANDS], n=1)
    hint = f"did you mean `{close[0]}`?" if close else "`trader --help` lists the commands"
    return f"there is no command `{name}`: {hint}"


# ---- a session ---------------------------------------------------------------------------------


def _read_session(arguments: list[str]) -> argparse.Namespace:
    parser = _Parser(
        prog="trader",
        usage="trader [flags]            a session: the workstation, or a script without a screen\n"
        "       trader COMMAND [flags]    one of the commands below",
        epilog=_commands_as_text(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"trader {VERSION}")
    _add_common(parser)
    _add_session_flags(parser)
    options, left_over = parser.parse_known_args(arguments, argparse.Namespace(command=SESSION))
    _refuse_left_over(left_over)
    _check_session(options)
    return options


def _commands_as_text() -> str:
    width = max(len(command.name) for command in COMMANDS) + 2
    rows = [f"  {command.name:<{width}}{command.summary}" for command in COMMANDS]
    return "\n".join(["commands:", *rows, "", "not available yet: " + ", ".join(NOT_YET)])


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--config", metavar="FILE", type=Path, help="settings laid over those of the home"
    )
    parser.add_argument(
        "--home", metavar="DIR", type=Path, help="the folder of journal, store, settings and logs"
    )
    parser.add_argument(
        "--seed", metavar="N", type=read_seed, help="of every random choice; a script's is 1"
    )
    parser.add_argument("--json", action="store_true", help="JSON objects only on stdout")


def _add_session_flags(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--venue",
        choices=("paper", "fix", "ib"),
        default="paper",
        help="paper, or by the settings: fix by [fix], ib (Interactive Brokers) by [ib]",
    )
    add("--market", metavar="sim|PATH", help="the synthetic market (sim) or a recording")
    add("--symbols", metavar="A,B,…", type=read_symbols, help="only these symbols of the market")
    add("--live", action="store_true", help="real money, at --venue ib: the account is asked for")
    # That a person typed the account when it was asked for, told on to the engine.
    add("--live-typed", metavar="DIGEST", default="", help=argparse.SUPPRESS)
    add("--read-only", action="store_true", help="nothing can be sent, cancels included")
    record = parser.add_mutually_exclusive_group()
    record.add_argument("--record", action="store_true", help="keep what the session saw")
    record.add_argument("--no-record", action="store_true", help="do not, on the screen either")
    lines = parser.add_mutually_exclusive_group()
    lines.add_argument("--script", metavar="FILE", help="order language from a file, - for stdin")
    lines.add_argument(
        "--exec",
        metavar="LINE",
        dest="exec_lines",
        nargs="+",
        action="extend",
        default=[],
        help="order language from the command line",
    )
    add("--headless", action="store_true", help="no screen")
    add("--watch", action="store_true", help="show a script on the screen")
    add(
        "--latency",
        choices=LATENCIES,
        help="of messages to and from the paper venue; retail at the screen, none in scripts",
    )
    add("--speed", metavar="X|max", type=read_speed, help="times real time, or as fast as it goes")
    add("--until", metavar="HH:MM[:SS]", type=read_market_time, help="ends a headless session")
    # How a screen starts its engine: the descriptor on which it waits for the word.
    add("--engine", type=int, help=argparse.SUPPRESS)


def _refuse_left_over(words: list[str]) -> None:
    if not words:
        return
    known = [command.name for command in COMMANDS]
    if words[0] in known or words[0] in NOT_YET:
        raise UsageError(
            f"flags of a session do not go with the command `{words[0]}`"
            " (before a command stand only --config, --home, --seed and --json)"
        )
    raise UsageError(f"unknown: {' '.join(words)} (see: trader --help)")


def _check_session(options: argparse.Namespace) -> None:
    """Refuse what does not go together, and fill in what one flag implies about another."""
    if os.environ.get(FORCE_PAPER) == "1" and (options.live or options.venue != "paper"):
        raise UsageError(f"{FORCE_PAPER}=1: this machine trades on paper, whatever the flags say")
    if options.live and options.venue != "ib":
        raise UsageError("--live is real money, which is at --venue ib alone")
    scripted = options.script is not None or bool(options.exec_lines)
    if options.watch and options.headless:
        raise UsageError("--watch shows the screen and --headless has none: choose one")
    if options.watch and not scripted:
        raise UsageError("--watch shows a script: add --script FILE or --exec LINE")
    options.headless = options.headless or (scripted and not options.watch)
    if options.headless and options.seed is None:
        options.seed = 1
    if options.headless or options.engine is not None:
        return
    if options.json:
        raise UsageError("--json needs stdout, which the screen uses: add --headless")
    if options.until is not None:
        raise UsageError("--until ends a headless session: add --headless, --script or --exec")


# ---- the other commands ------------------------------------------------------------------------


def _add_match(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=Path, help="CSV: op,order_id,side,…")
    parser.add_argument("--trades", metavar="OUT.csv", type=Path, help="write every trade")


def _add_check_book(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("messages", metavar="MESSAGES", type=Path)
    parser.add_argument("book", metavar="BOOK", type=Path, nargs="?", help="not for a zip of both")
    parser.add_argument("--levels", metavar="N", type=positive, help="default: all of the file")
    parser.add_argument("--mode", choices=("reveal", "strict"), default="reveal")


def _add_query(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("sql", metavar="SQL")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--csv", action="store_true", help="CSV on stdout")
    form.add_argument("--parquet", metavar="FILE", type=Path, help="a Parquet file")


def _add_report(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", nargs="?", help="without one they are listed")
    parser.add_argument("--session", metavar="ID|last", help="realism of one session, such as R3")
    parser.add_argument("--from", metavar="DATE", dest="first", type=read_date, help="trade date")
    parser.add_argument("--to", metavar="DATE", dest="last", type=read_date, help="trade date")
    parser.add_argument("--html", metavar="OUT", type=Path, help="one file with pictures")


def _add_why(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("order", metavar="ORDER", help="7, 3-7, of an earlier day 1119-7, or all")
    parser.add_argument(
        "--screen", action="store_true", help="also what the screen showed when it was sent"
    )


def _add_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=Path)


def _add_reset(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help="asks nothing: for scripts")
    parser.add_argument("--list", action="store_true", help="the epochs that were archived")


def _add_config(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("act", metavar="show|check|set|limits", choices=_CONFIG_ACTS)
    parser.add_argument("words", metavar="KEY VALUE", nargs="*", help="for set; show takes a KEY")
    parser.add_argument("--markdown", action="store_true", help="limits: the page LIMITS.md")


def _add_bench(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", nargs="?", choices=BENCHMARKS, help="default: all")


def _add_test(parser: argparse.ArgumentParser) -> None:
    tier = parser.add_mutually_exclusive_group()
    tier.add_argument("--long", action="store_true", help="at most an hour")
    tier.add_argument("--release", action="store_true", help="everything, by hand")
    parser.add_argument(
        "pytest_arguments", metavar="-- PYTEST", nargs="*", help="passed on to pytest"
    )


def _add_doctor(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--venue", choices=("ib", "fix"), help="reach a venue as well")
    parser.add_argument("--keys", action="store_true", help="show what each key press sends")
    parser.add_argument(
        "--parts",
        action="store_true",
        help="the list of parts (CycloneDX JSON): every locked package with its hashes",
    )


def _no_flags(_parser: argparse.ArgumentParser) -> None:
    return


_CONFIG_ACTS = ("show", "check", "set", "limits")

COMMANDS = (
    Command("match", "play a file of orders through the paper matching engine", _add_match),
    Command("check-book", "replay a recording against its order book file", _add_check_book),
    Command(
        "check-fills",
        "hold the queue assumptions against a recording's order-by-order truth",
        add_check_fills,
    ),
    Command("query", "ask the store in SQL, read-only", _add_query),
    Command("why", "the life of an order", _add_why),
    Command("report", "what the store can tell ready made, such as realism", _add_report),
    Command("verify", "check journal, store and state against each other", _no_flags),
    Command("reconcile", "ours against the venue's books: every difference found", _no_flags),
    Command("recordings", "what was recorded in this home", _no_flags),
    Command("rebuild", "make the store again from the journal", _no_flags),
    Command("backup", "a consistent copy, while running", _add_file),
    Command("restore", "a backup into an empty home", _add_file),
    Command("reset", "archive this paper epoch, begin a new one", _add_reset),
    Command("attach", "a screen on the engine that runs in this home", add_attach),
    Command("status", "how the engine of this home stands", _no_flags),
    Command("ready", "what wants doing before the open: exit 0, or 1", _no_flags),
    Command("stop", "end the engine; what works stays where it lives", add_stop),
    Command("kill", "the kill switch, from any shell", add_kill),
    Command("secrets", "keep, list, rotate and delete secrets", add_secrets),
    Command("totp", "set up the second factor, try a code", add_totp),
    Command("config", "settings in effect and where each comes from", _add_config),
    Command("venue", "a FIX venue on this machine, to practise against", add_venue),
    Command("sim", "prove the desk against faults, a seed at a time", add_sim),
    Command("bench", "measure", _add_bench),
    Command("test", "run the test suite", _add_test),
    Command("doctor", "check this machine", _add_doctor),
)


def _check_command(options: argparse.Namespace) -> None:
    if options.command == "report":
        _check_report(options)
    if options.command == "secrets":
        objection = secrets_objection(options.act, options.name)
        if objection:
            raise UsageError(objection)
    if options.command != "config":
        return
    words = {"set": (2,), "show": (0, 1)}.get(options.act, (0,))
    if len(options.words) not in words:
        takes = {"set": "a key and a value", "show": "one key, or a part of one"}
        raise UsageError(f"config {options.act} takes {takes.get(options.act, 'nothing more')}")
    if options.markdown and options.act != "limits":
        raise UsageError("--markdown goes with config limits")


def _check_report(options: argparse.Namespace) -> None:
    if options.name is None and (options.html or options.session or options.first or options.last):
        raise UsageError("say which report: `trader report` lists them")
    if options.session is not None and options.name != "realism":
        raise UsageError("--session goes with the report realism")
