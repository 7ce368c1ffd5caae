"""Comma-separated rows of whole numbers as columns, and the sentence for the row that is wrong."""

from array import array
from collections.abc import Callable, Sequence

from connectors.feeds.lobster_lines import Place
from connectors.feeds.lobster_names import RecordingError

ROWS_AT_ONCE = 8_192
ROWS_MAX = 20_000_000
"""Of one file: the busiest symbol's day has about five million."""
FIGURE_MAX = 10**13
"""A billion of a currency in 1/10,000; no price and no size of a file is larger."""
DAY_MS = 86_400_000

Row = Sequence[int]
Reader = Callable[[list[bytes]], Row]
"""The fields of one line as numbers. Raises ValueError or IndexError where they are none."""


def read_columns(
    place: Place, read: Reader, names: Sequence[str], check: Callable[[Row], str]
) -> list["array[int]"]:
    """All rows of a file, a column each; the first column is milliseconds after midnight.

    `check` says what is wrong with the figures of a row, or nothing. Raises RecordingError that
    names file, row and what is wrong with it.
    """
    columns: list[array[int]] = [array("q") for _ in names]
    appends = [column.append for column in columns]
    row, last_at = 0, 0
    with place.lines() as lines:
        while taken := lines.take(ROWS_AT_ONCE):
            for line in taken:
                try:
                    figures = read(line.rstrip(b"\r").split(b","))
                except (ValueError, IndexError):
                    raise _unreadable(place.name, row, line, len(names)) from None
                wrong = check(figures)
                at = figures[0]
                if at < last_at:
                    wrong = "is earlier than the row before"
                elif not 0 <= at < DAY_MS:
                    wrong = f"{at} is no time of a day in milliseconds"
                if wrong:
                    raise RecordingError(f"{place.name}, row {row + 1}: {wrong}")
                last_at, row = at, row + 1
                try:
                    for append, figure in zip(appends, figures, strict=True):
                        append(figure)
                except OverflowError:
                    raise _unreadable(place.name, row - 1, line, len(names)) from None
            if row > ROWS_MAX:
                raise RecordingError(f"{place.name} has more than {ROWS_MAX:,} rows")
    if not row:
        raise RecordingError(f"{place.name} is empty")
    return columns


def _unreadable(name: str, row: int, line: bytes, columns: int) -> RecordingError:
    shown = ascii(line[:60].decode("utf-8", "replace"))
    return RecordingError(
        f"{name}, row {row + 1}: {shown} is no row of {columns} or more whole numbers"
    )
