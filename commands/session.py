"""A trading session: from a script without a screen, or at the workstation."""

import sys
from argparse import Namespace
from pathlib import Path

from commands.hardening import harden
from engine.errors import InputError
from engine.language import syntax as syn
from engine.language.parser import parse_script

SCRIPT_BYTES_MAX = 8 * 1024 * 1024


def run(options: Namespace) -> int:
    """Exit codes of the command line's table; a script is read whole before anything is opened."""
    harden()
    script = _script(options)
    if options.live and options.engine is None:
        from commands.live_gate import ask_for_the_account

        options.live_typed = ask_for_the_account(options)
    if options.headless:
        from commands.headless import run_headless

        return run_headless(options, script)
    if options.engine is not None:
        from commands.engine_process import run_engine

        return run_engine(options)
    from commands.screen import run_screen

    return run_screen(options, script)


def _script(options: Namespace) -> syn.Script | None:
    """The lines of `--script` or `--exec`. Raises InputError naming line and column."""
    if options.script is None and not options.exec_lines:
        return None
    text, name = "\n".join(options.exec_lines), "--exec"
    if options.script is not None:
        name = str(options.script)
        text = sys.stdin.read() if name == "-" else _read(Path(name))
    parsed = parse_script(text)
    if isinstance(parsed, list):
        first = "\n".join(problem.render() for problem in parsed)
        raise InputError(f"{name}: nothing was sent\n{first}")
    return parsed


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > SCRIPT_BYTES_MAX:
            raise InputError(f"{path}: a script has at most {SCRIPT_BYTES_MAX:,} bytes")
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: byte {error.start + 1:,} is not UTF-8 text") from error
