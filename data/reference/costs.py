"""Tables of borrow terms, dividends and exchange rates: the home's own, else what is shipped."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from data.errors import SettingsError
from engine.domain.cost_facts import (
    BORROW_ROWS_MAX,
    DIVIDEND_ROWS_MAX,
    EVERY_SYMBOL,
    FX_ROWS_MAX,
    BorrowTerms,
    Dividend,
    FxRate,
)
from engine.domain.ledger.days import is_date
from engine.instruments import NumberTextError, parse_scaled
from engine.values import Money, Quantity

SHIPPED = Path(__file__).resolve().parent
BORROW, DIVIDENDS, FX_RATES = "borrow.csv", "dividends.csv", "fx_rates.csv"
KINDS = ("easy", "hard")
BYTES_MAX = 4 << 20
RATE_DIGITS = 9
CURRENCY_LETTERS_MAX = 5
"""Coins that stand for a currency have names of four or five: USDT, FDUSD."""
PERCENT_DIGITS = RATE_DIGITS - 2

Row = TypeVar("Row")
Words = dict[str, str]


def load_borrow(home: Path) -> tuple[BorrowTerms, ...]:
    """`symbol,rate_percent,available,kind`. Raises SettingsError (exit 4) naming file and line."""
    path = _file(home, BORROW)
    rows = _rows(path, ("symbol", "rate_percent", "available", "kind"), BORROW_ROWS_MAX, _borrow)
    return _without_repeats(path, rows, lambda row: row.symbol)


def load_dividends(home: Path) -> tuple[Dividend, ...]:
    """`symbol,ex_date,per_share`; none are shipped: the synthetic market prices none in."""
    path = _file(home, DIVIDENDS)
    if not path.exists():
        return ()
    rows = _rows(path, ("symbol", "ex_date", "per_share"), DIVIDEND_ROWS_MAX, _dividend)
    return _without_repeats(path, rows, lambda row: f"{row.symbol} {row.ex_date}")


def load_fx_rates(home: Path, base: str) -> tuple[FxRate, ...]:
    """`from_date,currency,usd_per_unit`, the oldest first."""
    path = _file(home, FX_RATES)
    columns = ("from_date", "currency", f"{base.lower()}_per_unit")
    rows = _rows(path, columns, FX_ROWS_MAX, _fx_rate)
    named = _without_repeats(path, rows, lambda row: f"{row.currency} {row.from_date}")
    return tuple(sorted(named, key=lambda row: (row.currency, row.from_date)))


def _file(home: Path, name: str) -> Path:
    own = home / name
    return own if own.exists() else SHIPPED / name


class _BadCell(ValueError):  # noqa: N818 - a word between two functions of this file
    """(column, what it must be)."""


def _rows(
    path: Path, columns: tuple[str, ...], rows_max: int, read: Callable[[Words], Row]
) -> list[tuple[int, Row]]:
    rows: list[tuple[int, Row]] = []
    for number, words in _lines(path, columns):
        if len(rows) == rows_max:
            raise SettingsError(f"{path} line {number}: more than {rows_max:,} rows")
        try:
            rows.append((number, read(words)))
        except _BadCell as problem:
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


def _without_repeats(
    path: Path, rows: list[tuple[int, Row]], name: Callable[[Row], str]
) -> tuple[Row, ...]:
    seen: dict[str, int] = {}
    for number, row in rows:
        key = name(row)
        if key in seen:
            raise SettingsError(f"{path} line {number}: {key} stands in line {seen[key]} already")
        seen[key] = number
    return tuple(row for _, row in rows)


def _symbol(words: Words) -> str:
    symbol = words["symbol"]
    if not symbol or len(symbol) > 24 or not symbol.isascii() or not symbol.isprintable():
        raise _BadCell("symbol", "is no symbol such as AAPL, nor *")
    return symbol


def _scaled(words: Words, column: str, digits: int, what: str, *, least: int = 0) -> int:
    try:
        value = parse_scaled(words[column], digits)
    except NumberTextError as error:
        raise _BadCell(column, f"must be {what}") from error
    if value < least:
        raise _BadCell(column, f"must be {what}")
    return value


def _date(words: Words, column: str) -> int:
    digits = words[column].replace("-", "")
    if len(words[column]) != 10 or not digits.isdecimal() or not is_date(int(digits)):
        raise _BadCell(column, "must be a date such as 2026-01-05")
    return int(digits)


def _borrow(words: Words) -> BorrowTerms:
    if words["kind"] not in KINDS:
        raise _BadCell("kind", f"must be one of {', '.join(KINDS)}")
    symbol = _symbol(words)
    is_easy = words["kind"] == "easy"
    if symbol == EVERY_SYMBOL and not is_easy:
        raise _BadCell("kind", "of * must be easy: a locate is for one symbol")
    return BorrowTerms(
        symbol,
        _scaled(words, "rate_percent", PERCENT_DIGITS, "a percentage a year such as 2.5"),
        Quantity(_scaled(words, "available", 0, "a whole number of shares, 0 or more")),
        is_easy,
    )


def _dividend(words: Words) -> Dividend:
    per_share = _scaled(words, "per_share", 6, "an amount above zero such as 0.24", least=1)
    return Dividend(_symbol(words), _date(words, "ex_date"), Money(per_share))


def _fx_rate(words: Words) -> FxRate:
    currency = words["currency"]
    if (
        not 3 <= len(currency) <= CURRENCY_LETTERS_MAX
        or not currency.isascii()
        or not currency.isupper()
    ):
        raise _BadCell("currency", "must be three to five capital letters such as INR or USDT")
    column = next(name for name in words if name.endswith("_per_unit"))
    rate = _scaled(words, column, RATE_DIGITS, "a rate above zero such as 0.0111", least=1)
    return FxRate(_date(words, "from_date"), currency, rate)
