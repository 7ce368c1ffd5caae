"""What the name of a LOBSTER file says: symbol, date, session and levels; and which file belongs.

`GOOG_2012-06-21_34200000_57600000_message_10.csv`: symbol, date, start and end in milliseconds
after midnight in New York, kind, levels (LOBSTER sample files, readme of 1 September 2013).
"""

import re
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from engine.errors import InputError
from engine.values import NANOS_PER_MILLISECOND, NANOS_PER_SECOND, Nanos

EXCHANGE_ZONE = ZoneInfo("America/New_York")
OPENS_AT_MS, CLOSES_AT_MS = 34_200_000, 57_600_000
"""09:30 and 16:00, where the name says nothing."""
DAY_MS = 86_400_000

_NAME = re.compile(
    r"(?P<symbol>[A-Za-z0-9.&-]{1,12})_(?P<date>\d{4}-\d\d-\d\d)_"
    r"(?:(?P<start>\d{1,8})_(?P<end>\d{1,8})_)?"
    r"(?P<kind>message|orderbook)_(?P<levels>\d{1,4})(?:_.*)?\.csv(?:\.gz)?"
)


class RecordingError(InputError):
    """A recording that cannot be read; names file, and row and column where there is one."""


class Identity(msgspec.Struct, frozen=True):
    """What was recorded, from the file's name."""

    symbol: str
    day: date
    starts_at: Nanos
    ends_at: Nanos
    levels: int

    @property
    def trade_date(self) -> int:
        """YYYYMMDD."""
        return self.day.year * 10_000 + self.day.month * 100 + self.day.day

    @property
    def midnight(self) -> Nanos:
        """00:00 New York of the day, as UTC nanoseconds; row times count from here."""
        start = datetime(self.day.year, self.day.month, self.day.day, tzinfo=EXCHANGE_ZONE)
        return Nanos(int(start.timestamp()) * NANOS_PER_SECOND)


def identify(name: str) -> Identity:
    """Raises RecordingError when the name does not follow the pattern."""
    match = _NAME.fullmatch(name)
    if match is None:
        raise RecordingError(
            f"{name}: symbol, date and levels come from the name, which must look like"
            " GOOG_2012-06-21_34200000_57600000_message_10.csv"
        )
    try:
        day = date.fromisoformat(match["date"])
    except ValueError:
        raise RecordingError(f"{name}: {match['date']} is no date") from None
    starts, ends = int(match["start"] or OPENS_AT_MS), int(match["end"] or CLOSES_AT_MS)
    if not starts < ends <= DAY_MS:
        raise RecordingError(f"{name}: the session {starts} to {ends} ms is no part of a day")
    identity = Identity(match["symbol"].upper(), day, Nanos(0), Nanos(0), int(match["levels"]))
    return msgspec.structs.replace(
        identity,
        starts_at=Nanos(identity.midnight + starts * NANOS_PER_MILLISECOND),
        ends_at=Nanos(identity.midnight + ends * NANOS_PER_MILLISECOND),
    )


def is_book_name(name: str) -> bool:
    return "_orderbook_" in name


def is_message_name(name: str) -> bool:
    return "_message_" in name


def book_beside(messages: Path) -> Path | None:
    """The orderbook file that lies beside a message file; None when there is none."""
    if not is_message_name(messages.name):
        return None
    name = messages.name.replace("_message_", "_orderbook_")
    twin = name.removesuffix(".gz") if name.endswith(".gz") else f"{name}.gz"
    for candidate in (messages.with_name(name), messages.with_name(twin)):
        if candidate.is_file():
            return candidate
    return None
