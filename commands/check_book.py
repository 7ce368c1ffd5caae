"""`trader check-book`: a recording through the exchange's own book, compared with its book file."""

import sys
from pathlib import Path

import msgspec

from commands.exit_codes import ExitCode
from commands.json_lines import json_line
from connectors.feeds.lobster_check import BookCheck, check_book
from connectors.feeds.lobster_file import open_recording
from engine.errors import InputError

ROWS_EQUAL_MIN = 0.9999
"""Share of rows that must be equal at every depth."""
AGGRESSIVE_EXACT_MIN = 0.95
"""Share of arriving orders that must be filled as recorded. Low because a short recording with
many orders from before its start reaches 95.4 % (MSFT, 1,950 rows) with a correct engine."""
PROGRESS_ROWS = 20_480


def run(messages: Path, book: Path | None, levels: int | None, mode: str, json_output: bool) -> int:
    """0 when the engine agrees with the recording, 1 when less than the thresholds above.

    Raises RecordingError (exit 2) where a file cannot be read; nothing is printed on stdout then.
    """
    if book is None and messages.suffix.lower() != ".zip":
        raise InputError(f"{messages} holds messages alone: name its orderbook file behind it")
    recording = open_recording(messages, book or messages)
    result = check_book(recording, levels, strict=mode == "strict", progress=_Progress())
    if json_output:
        print(json_line(msgspec.to_builtins(result)))
    else:
        print("\n".join(_lines(result)))
    return ExitCode.DONE if is_good(result) else ExitCode.CHECK_FAILED


def is_good(result: BookCheck) -> bool:
    """Whether rows and arriving orders agree often enough, at every depth."""
    rows = all(equal >= ROWS_EQUAL_MIN * result.rows for equal in result.rows_equal.values())
    return rows and result.aggressive_exact >= AGGRESSIVE_EXACT_MIN * result.aggressive


class _Progress:
    """Rows done, on stderr, where a person looks at it."""

    def __init__(self) -> None:
        self._next = PROGRESS_ROWS
        self._is_watched = sys.stderr.isatty()

    def __call__(self, rows: int) -> None:
        if self._is_watched and rows >= self._next:
            self._next = rows + PROGRESS_ROWS
            print(f"{rows:,} rows compared", file=sys.stderr)


def _lines(result: BookCheck) -> list[str]:
    rows = [
        f"rows equal at {depth} {'level' if depth == '1' else 'levels'}: "
        + _share(equal, result.rows)
        for depth, equal in result.rows_equal.items()
    ]
    return [
        *rows,
        f"arriving orders filled as recorded: {_share(result.aggressive_exact, result.aggressive)}",
        f"executions at the front of the queue: {_share(result.queue_front, result.executions)}",
        f"{result.rows:,} rows in {result.seconds} s",
    ]


def _share(part: int, whole: int) -> str:
    percent = f" ({100 * part / whole:.2f} %)" if whole else ""
    return f"{part:,} of {whole:,}{percent}"
