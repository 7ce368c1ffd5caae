"""A table of the home as typed rows: which file, line and cell does not fit is always said."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from data.errors import SettingsError
from engine.domain.ledger.days import is_date
from engine.instruments import NumberTextError, parse_scaled

BYTES_MAX = 4 << 20

Row = TypeVar("Row")
Words = dict[str, str]


class BadCell(ValueError):  # noqa: N818 - a word between a reader of cells and that of rows
    """(column, what it must be)."""


def read_rows(
    path: Path, columns: tuple[str, ...], rows_max: int, read: Callable[[Words], Row]
) -> list[tuple[int, Row]]:
    rows: list[tuple[int, Row]] = []
    for number, words in _lines(path, columns):
        if len(rows) == rows_max:
            raise SettingsError(f"{path} line {number}: more than {rows_max:,} rows")
        try:
            rows.append((number, read(words)))
        except BadCell as problem:
            column, what = problem.args
            found = f"'{words[column]}'"
            raise SettingsError(f"{path} line {number}: {column} {found} {what}") from problem
    return rows


def _lines(path: Path, columns: tuple[str, ...]) -> Iterator[tuple[int, Words]]:
    """(line, cells by column); `#` opens a comment line, the first other line names the columns."""
    try:
        raw = path.read_bytes()
        text = raw.decode("utf-8")
    except OSError as error:
        raise SettingsError(f"{path} cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: not UTF-8 text") from error
    if len(raw) > BYTES_MAX:
        raise SettingsError(f"{path} is larger than {BYTES_MAX >> 20} MiB")
    has_header = False
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        cells = [cell.strip() for cell in next(csv.reader([line]))]
        if not has_header:
            has_header = True
            if tuple(cells) != columns:
                raise SettingsError(f"{path} line {number}: the columns are {','.join(columns)}")
            continue
        if len(cells) != len(columns):
            raise SettingsError(
                f"{path} line {number}: {len(cells)} cells where {','.join(columns)} are wanted"
            )
        yield number, dict(zip(columns, cells, strict=True))
    if not has_header:
        raise SettingsError(f"{path} is empty: its first line is {','.join(columns)}")


def without_repeats(
    path: Path, rows: list[tuple[int, Row]], name: Callable[[Row], str]
) -> tuple[Row, ...]:
    seen: dict[str, int] = {}
    for number, row in rows:
        key = name(row)
        if key in seen:
            raise SettingsError(f"{path} line {number}: {key} stands in line {seen[key]} already")
        seen[key] = number
    return tuple(row for _, row in rows)


def read_symbol(words: Words) -> str:
    symbol = words["symbol"]
    if not symbol or len(symbol) > 24 or not symbol.isascii() or not symbol.isprintable():
        raise BadCell("symbol", "is no symbol such as AAPL, nor *")
    return symbol


def read_scaled(words: Words, column: str, digits: int, what: str, *, least: int = 0) -> int:
    try:
        value = parse_scaled(words[column], digits)
    except NumberTextError as error:
        raise BadCell(column, f"must be {what}") from error
    if value < least:
        raise BadCell(column, f"must be {what}")
    return value


def read_date(words: Words, column: str) -> int:
    digits = words[column].replace("-", "")
    if len(words[column]) != 10 or not digits.isdecimal() or not is_date(int(digits)):
        raise BadCell(column, "must be a date such as 2026-01-05")
    return int(digits)
