"""A question to the store in SQL: as a table for people, as JSON, as CSV or into a Parquet file."""

import csv
import sys
from argparse import Namespace
from typing import Any

from commands.exit_codes import ExitCode
from commands.inert import REPLACED, inert
from commands.json_lines import json_line
from data.home import Home
from data.store.ask import Answer, ask, save_parquet

CELL_CHARACTERS_MAX = 80
ROWS_MEASURED = 500
"""Columns are as wide as the widest cell of these first rows."""
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
"""ASVS 1.2.10; the wide forms of East Asian keyboards are formulas to some spreadsheets too."""


def run(options: Namespace) -> int:
    """Answers on stdout; 2 for SQL that cannot be answered, with its position."""
    home = Home.existing(options.home)
    if options.parquet is not None:
        rows, fed = save_parquet(home, options.sql, options.parquet)
        _say(fed.sentence)
        if options.json:
            print(json_line({"rows": rows}))
        else:
            print(f"{rows:,} rows in {options.parquet}")
        return ExitCode.DONE
    with ask(home, options.sql) as answer:
        _say(answer.fed.sentence)
        if options.json:
            _print_json(answer)
        elif options.csv:
            _print_csv(answer)
        else:
            print_table(answer)
    return ExitCode.DONE


def _print_json(answer: Answer) -> None:
    names = _unique(answer.columns)
    for row in answer.rows:
        print(json_line(dict(zip(names, row, strict=True))))


def _unique(columns: tuple[str, ...]) -> list[str]:
    """Two columns of one name would be one key: the later ones get a number."""
    names: list[str] = []
    for column in columns:
        name, number = column, 2
        while name in names:
            name, number = f"{column}_{number}", number + 1
        names.append(name)
    return names


def _print_csv(answer: Answer) -> None:
    writer = csv.writer(_Lines(), lineterminator="\r\n")
    writer.writerow([safe_cell(column, is_text=True) for column in answer.columns])
    for row in answer.rows:
        writer.writerow(
            [
                safe_cell(value, is_text=is_text)
                for value, is_text in zip(row, answer.are_text, strict=True)
            ]
        )


class _Lines:
    """Ends lines as this system does; the writer must think of CR too, or it leaves one bare.

    A file gets every character as it is; a terminal gets none that could steer it.
    """

    def write(self, line: str) -> int:
        line = line.removesuffix("\r\n")
        return sys.stdout.write((inert(line) if sys.stdout.isatty() else line) + "\n")


def safe_cell(value: Any, *, is_text: bool) -> Any:
    """A cell that no spreadsheet takes for a formula; numbers stay numbers.

    One apostrophe more stands before such a text, also where it began with apostrophes itself: so
    `original_cell` always finds what it was.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if is_text and isinstance(value, str) and value.lstrip("'").startswith(FORMULA_STARTS):
        return f"'{value}"
    return value


def original_cell(cell: str) -> str:
    """The text that `safe_cell` was given."""
    is_marked = cell.startswith("'") and cell.lstrip("'").startswith(FORMULA_STARTS)
    return cell[1:] if is_marked else cell


def print_table(answer: Answer) -> None:
    """For people: as wide as its widest cells, foreign text inert."""
    first = [_cells(row) for _, row in zip(range(ROWS_MEASURED), answer.rows, strict=False)]
    if not answer.columns:
        return
    heads = [_clean(column) for column in answer.columns]
    widths = [
        max([len(head), *(len(row[place]) for row in first)]) for place, head in enumerate(heads)
    ]
    print(_line(heads, widths, answer.are_text))
    print("  ".join("─" * width for width in widths))
    count = 0
    for row in first:
        print(_line(row, widths, answer.are_text))
        count += 1
    for values in answer.rows:
        print(_line(_cells(values), widths, answer.are_text))
        count += 1
    print(f"{count:,} row{'' if count == 1 else 's'}", file=sys.stderr)


def _line(cells: list[str], widths: list[int], are_text: tuple[bool, ...]) -> str:
    """Text to the left, numbers to the right."""
    aligned = [
        f"{cell:<{width}}" if is_text else f"{cell:>{width}}"
        for cell, width, is_text in zip(cells, widths, are_text, strict=True)
    ]
    return "  ".join(aligned).rstrip()


def _cells(row: tuple[Any, ...]) -> list[str]:
    return [_cell(value) for value in row]


def _cell(value: Any) -> str:
    if value is None:
        return "—"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = _clean(str(value))
    return text if len(text) <= CELL_CHARACTERS_MAX else f"{text[: CELL_CHARACTERS_MAX - 1]}…"


def _clean(text: str) -> str:
    """What a venue or a person typed must not steer the terminal."""
    return inert(text).replace("\n", REPLACED)


def _say(sentence: str) -> None:
    if sentence:
        print(f"trader: {sentence}", file=sys.stderr)
