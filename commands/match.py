"""`trader match FILE`: a file of orders through the paper matching engine, and nothing else."""

import os
import sys
import tempfile
from pathlib import Path
from time import perf_counter

from commands.exit_codes import ExitCode
from commands.json_lines import json_line
from data.home import refuse_inside_a_home
from engine.errors import InputError, MachineError
from engine.exchange.matchfile import MatchFileError, MatchResult, parse, result_of, run_operations


def run(file: Path, trades: Path | None, json_output: bool) -> int:
    """Plays FILE and prints what became of it.

    Raises InputError (exit 2) for a file that cannot be read or played and for an OUT inside a
    home, MachineError (exit 3) when OUT cannot be written; OUT is whole or not there.
    """
    if trades is not None:
        refuse_inside_a_home(trades)
    text = _text_of(file)
    if trades is not None and trades.exists() and trades.samefile(file):
        raise InputError(f"{trades} is the file to play; name another file for its trades")
    try:
        parsed = parse(text)
        began = perf_counter()
        book, events = run_operations(parsed)
        seconds = perf_counter() - began
        result = result_of(parsed, book, events)
    except MatchFileError as error:
        raise InputError(f"{file}: {error}") from error
    if trades is not None:
        _write_whole(trades, result.trades_text)
    _report(result, round(result.operations / seconds), json_output)
    return ExitCode.DONE


def _text_of(file: Path) -> str:
    try:
        # The signature is what spreadsheets put before UTF-8.
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{file}: byte {error.start} is no UTF-8 text") from error
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}") from error


def _write_whole(out: Path, text: str) -> None:
    """Writes beside OUT and renames, so that nobody ever finds half a file."""
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{out.name}.", dir=out.parent)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as beside:
                beside.write(text)
            # mkstemp lets only the owner read; a result file is as readable as any new file.
            Path(name).chmod(0o666 & ~_umask())
            Path(name).replace(out)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise MachineError(f"{out} cannot be written: {error.strerror}") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _report(result: MatchResult, ops_per_second: int, json_output: bool) -> None:
    if json_output:
        answer = {
            "operations": result.operations,
            "trades": result.trades,
            "missed": result.missed,
            "resting": result.resting,
            "ops_per_second": ops_per_second,
            "trades_digest": result.digest,
        }
        sys.stdout.write(json_line(answer) + "\n")
        return
    sys.stdout.write(
        f"{result.operations:,} operations at {ops_per_second:,} a second: "
        f"{result.trades:,} trades, {result.missed:,} missed, {result.resting:,} resting\n"
        f"SHA-256 of the trades file: {result.digest}\n"
    )
