"""LEAN's data files by name: what was recorded, of which symbol, on which day, and what belongs.

`ibm_20131007_trade.zip` holds `20131007_ibm_Trade_Tick.csv` or `20131007_ibm_minute_trade.csv`;
`aapl.zip` holds `aapl.csv`, daily bars (QuantConnect Lean, folder Data, readme files).
"""

import re
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import msgspec

from connectors.feeds.lobster_lines import MEMBERS_MAX, Place, told_in_words
from connectors.feeds.lobster_names import RecordingError

_ARCHIVE = re.compile(r"(?P<symbol>[A-Za-z0-9.&-]{1,16})_(?P<day>\d{8})_(?P<what>trade|quote)\.zip")
_TICKS = re.compile(r"(?P<day>\d{8})_.+_(?:Trade|Quote)_Tick\.csv")
_MINUTES = re.compile(r"(?P<day>\d{8})_.+_minute_(?:trade|quote)\.csv")
FILES_MAX = 10_000
"""Files of a folder that are looked at."""


class Archive(msgspec.Struct, frozen=True):
    """One zip: its symbol and day, whether trades or quotes, whether ticks or minute bars."""

    path: Path
    symbol: str
    day: date
    is_quotes: bool
    is_ticks: bool
    place: Place


class DayFiles(msgspec.Struct, frozen=True):
    """What there is of one symbol and day; a side that was not recorded is None."""

    symbol: str
    day: date
    is_ticks: bool
    trades: Place | None
    quotes: Place | None


def is_archive_name(name: str) -> bool:
    return _ARCHIVE.fullmatch(name) is not None


def archive_of(path: Path) -> Archive:
    """The zip by its name and members. Raises RecordingError."""
    match = _ARCHIVE.fullmatch(path.name)
    assert match is not None, "asked only for names that fit"
    day = _day(path.name, match["day"])
    with told_in_words(path.name), ZipFile(path) as zipped:
        names = zipped.namelist()[:MEMBERS_MAX]
    for name in names:
        for is_ticks, pattern in ((True, _TICKS), (False, _MINUTES)):
            found = pattern.fullmatch(Path(name).name)
            # A zip may hold the next day too: the member of the name's own day is meant.
            if found is not None and found["day"] == match["day"]:
                symbol, is_quotes = match["symbol"].upper(), match["what"] == "quote"
                return Archive(path, symbol, day, is_quotes, is_ticks, Place(path, name))
    raise RecordingError(
        f"{path.name}: it should hold {match['day']}_…_Tick.csv or {match['day']}_…_minute_….csv,"
        f" not {', '.join(names[:3]) or 'nothing'}"
    )


def day_beside(path: Path) -> DayFiles:
    """The archive and its other half, when that lies beside it. Raises RecordingError."""
    named = archive_of(path)
    other = "trade" if named.is_quotes else "quote"
    twin = path.with_name(path.name.rpartition("_")[0] + f"_{other}.zip")
    found = [named, *([archive_of(twin)] if twin.is_file() else [])]
    return _together(found)


def days_in(folder: Path) -> list[DayFiles]:
    """Every symbol that a folder has of its one day, by name. Raises RecordingError."""
    with told_in_words(folder.name):
        paths = sorted(folder.iterdir())[:FILES_MAX]
    archives = [archive_of(path) for path in paths if is_archive_name(path.name)]
    if not archives:
        raise RecordingError(
            f"{folder.name} holds no market: give a file, or a folder with files such as"
            " ibm_20131007_trade.zip and ibm_20131007_quote.zip"
        )
    days = sorted({archive.day for archive in archives})
    if len(days) > 1:
        listed = ", ".join(day.isoformat() for day in days[:5])
        raise RecordingError(f"{folder.name} holds {len(days)} days ({listed}): name one file")
    if len({archive.is_ticks for archive in archives}) > 1:
        raise RecordingError(f"{folder.name} mixes ticks and bars: name one file")
    symbols = sorted({archive.symbol for archive in archives})
    return [_together([a for a in archives if a.symbol == symbol]) for symbol in symbols]


def _together(archives: list[Archive]) -> DayFiles:
    first = archives[0]
    trades = next((a.place for a in archives if not a.is_quotes), None)
    quotes = next((a.place for a in archives if a.is_quotes), None)
    if any(a.is_ticks != first.is_ticks for a in archives):
        raise RecordingError(f"{first.path.name} and the file beside it are not of one kind")
    return DayFiles(first.symbol, first.day, first.is_ticks, trades, quotes)


def _day(name: str, digits: str) -> date:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise RecordingError(f"{name}: {digits} is no date") from None
