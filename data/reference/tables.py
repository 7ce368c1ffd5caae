"""Tables that a desk may have: average volume, sectors, restricted symbols, dates of earnings."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from data.errors import SettingsError
from data.reference.rows import (
    BadCell,
    Words,
    read_date,
    read_rows,
    read_scaled,
    read_symbol,
    without_repeats,
)
from data.settings.load import ReferenceSettings
from engine.domain.reference_facts import (
    NEVER,
    REFERENCE_ROWS_MAX,
    AverageVolume,
    Earnings,
    ReferenceListed,
    Restriction,
    Sector,
)

AVERAGE_VOLUME, SECTORS = "average_volume.csv", "sectors.csv"
RESTRICTED, EARNINGS = "restricted.csv", "earnings.csv"
LISTS = ("restricted", "watched")
NONE = "none"
TEXT_MAX = 80

Row = TypeVar("Row")


def load_reference(home: Path, settings: ReferenceSettings) -> ReferenceListed:
    """Each table from the file that the settings name, else from the home's own where it is there.

    A file that is named has to be there: a slip of the pen would switch its rule off. Raises
    SettingsError (exit 4) naming file and line.
    """
    return ReferenceListed(
        _table(
            home,
            AVERAGE_VOLUME,
            settings.average_volume,
            ("symbol", "as_of", "shares"),
            _volume,
            lambda row: row.symbol,
        ),
        _table(
            home,
            SECTORS,
            settings.sectors,
            ("symbol", "sector"),
            _sector,
            lambda row: row.symbol,
        ),
        _table(
            home,
            RESTRICTED,
            settings.restricted,
            ("symbol", "list", "reason"),
            _restriction,
            lambda row: row.symbol,
        ),
        _table(
            home,
            EARNINGS,
            settings.earnings,
            ("symbol", "date", "as_of"),
            _earnings,
            lambda row: f"{row.symbol} {row.date}",
        ),
    )


def _table(
    home: Path,
    own: str,
    named: str,
    columns: tuple[str, ...],
    read: Callable[[Words], Row],
    name_of: Callable[[Row], str],
) -> tuple[Row, ...] | None:
    """None where nobody named a file and the home has none."""
    path = home / named if named else home / own
    if not path.exists():
        if named:
            raise SettingsError(f"{path}: there is no such file, and [reference] names it")
        return None
    return without_repeats(path, read_rows(path, columns, REFERENCE_ROWS_MAX, read), name_of)


def _volume(words: Words) -> AverageVolume:
    shares = read_scaled(words, "shares", 0, "a whole number of shares a day, above 0", least=1)
    return AverageVolume(read_symbol(words), read_date(words, "as_of"), shares)


def _sector(words: Words) -> Sector:
    return Sector(read_symbol(words), _text(words, "sector", "a word such as energy, or none"))


def _restriction(words: Words) -> Restriction:
    if words["list"] not in LISTS:
        raise BadCell("list", f"must be one of {', '.join(LISTS)}")
    reason = _text(words, "reason", "text", is_optional=True)
    return Restriction(read_symbol(words), words["list"] == "watched", reason)


def _earnings(words: Words) -> Earnings:
    date = NEVER if words["date"] == NONE else read_date(words, "date")
    return Earnings(read_symbol(words), read_date(words, "as_of"), date)


def _text(words: Words, column: str, what: str, *, is_optional: bool = False) -> str:
    text = words[column]
    if (not text and not is_optional) or len(text) > TEXT_MAX or not text.isprintable():
        raise BadCell(column, f"must be {what}, of at most {TEXT_MAX} characters")
    return text
