"""Rows of bars, checked: prices in 1/10,000 of the currency, whatever the file's own form is."""

from collections.abc import Callable, Sequence
from datetime import date
from itertools import pairwise
from typing import TypeVar

import msgspec

from connectors.feeds.lobster_lines import Place
from connectors.feeds.lobster_names import RecordingError
from engine.exchange.quoted.bars import Bar
from engine.instruments import NumberTextError, parse_scaled

Parsed = TypeVar("Parsed")
PRICE_DIGITS = 4
ROWS_AT_ONCE = 8_192
BARS_MAX = 1_000_000
"""Bars of one file; a century of days is 26,000."""
PRICE_MAX = 10**13
VOLUME_MAX = 10**15


class TimedBar(msgspec.Struct, frozen=True, gc=False):
    """`at` is milliseconds after midnight in a file of minutes, YYYYMMDD in one of days."""

    at: int
    bar: Bar


class QuoteBar(msgspec.Struct, frozen=True, gc=False):
    """The quote as a minute left it; 0 where a side was not said."""

    at: int
    bid: int
    bid_size: int
    ask: int
    ask_size: int


Fields = list[bytes]


def minute_bars(place: Place) -> list[TimedBar]:
    """`ms,open,high,low,close,volume`; with a decimal point anywhere, in whole points.

    Raises RecordingError.
    """
    plain = _is_plain(place)
    return _ascending(
        place, read_rows(place, lambda f: TimedBar(int(f[0]), _bar(f[1:6], plain=plain)))
    )


def minute_quotes(place: Place) -> list[QuoteBar]:
    """`ms,bid o,h,l,c,bid size,ask o,h,l,c,ask size`. Raises RecordingError."""

    def read(f: Fields) -> QuoteBar:
        return QuoteBar(int(f[0]), *map(_or_zero, (f[4], f[5], f[9], f[10])))

    quotes = read_rows(place, read)
    if any(later.at < before.at for before, later in pairwise(quotes)):
        raise RecordingError(f"{place.name}: its rows are not in the order of time")
    return quotes


def lean_days(place: Place) -> list[TimedBar]:
    """`YYYYMMDD HH:MM,open,high,low,close,volume`. Raises RecordingError."""
    return _ascending(
        place, read_rows(place, lambda f: TimedBar(_day(f[0][:8].decode()), _bar(f[1:6])))
    )


def nse_days(place: Place) -> list[TimedBar]:
    """`timestamp,open,high,low,close,volume,oi` under a heading; prices in rupees."""

    def read(f: Fields) -> TimedBar | None:
        if f[0] == b"timestamp":
            return None
        return TimedBar(_day(f[0][:10].decode().replace("-", "")), _bar(f[1:6], plain=True))

    bars = [row for row in read_rows(place, read) if row is not None]
    if not bars:
        raise RecordingError(f"{place.name} has a heading and no bar")
    return _ascending(place, bars)


def read_rows(place: Place, read: Callable[[Fields], Parsed]) -> list[Parsed]:
    """Every row of a file. Raises RecordingError that names the row which is none."""
    rows: list[Parsed] = []
    with place.lines() as lines:
        while taken := lines.take(ROWS_AT_ONCE):
            for line in taken:
                try:
                    rows.append(read(line.rstrip(b"\r").split(b",")))
                except (ValueError, IndexError, OverflowError) as wrong:
                    shown = ascii(line[:60].decode("utf-8", "replace"))
                    why = f": {wrong}" if isinstance(wrong, _NoBarError) else ""
                    raise RecordingError(
                        f"{place.name}, row {len(rows) + 1}: {shown} is no bar{why}"
                    ) from None
            if len(rows) > BARS_MAX:
                raise RecordingError(f"{place.name} has more than {BARS_MAX:,} rows")
    if not rows:
        raise RecordingError(f"{place.name} is empty")
    return rows


class _NoBarError(ValueError):
    """What is wrong with the figures of a row."""


def _is_plain(place: Place) -> bool:
    """Whether a file says its prices in units of the currency: one has a decimal point then."""
    with place.lines() as lines:
        while taken := lines.take(ROWS_AT_ONCE):
            if any(b"." in line for line in taken):
                return True
    return False


def _ascending(place: Place, bars: Sequence[TimedBar]) -> list[TimedBar]:
    for number, (before, later) in enumerate(pairwise(bars), start=2):
        if later.at <= before.at:
            raise RecordingError(f"{place.name}, row {number}: is not later than the row before")
    return list(bars)


def _bar(fields: Fields, *, plain: bool = False) -> Bar:
    opens, high, low, close = (_price(field, plain=plain) for field in fields[:4])
    volume = int(float(fields[4]))
    if not 0 < low <= min(opens, close) or max(opens, close) > high or high > PRICE_MAX:
        raise _NoBarError("its low, open, close and high do not fit each other")
    if volume < 0:
        raise _NoBarError("its volume is below 0")
    if volume > VOLUME_MAX:
        raise _NoBarError("its volume is no number of shares")
    return Bar(opens, high, low, close, volume)


def _price(field: bytes, *, plain: bool) -> int:
    """In 1/10,000: an integer is scaled already unless the file is `plain`."""
    text = field.decode()
    if not plain:
        return int(text)
    try:
        return parse_scaled(text, PRICE_DIGITS)
    except NumberTextError:
        raise _NoBarError(f"{text[:20]!a} is no price of {PRICE_DIGITS} decimals") from None


def _or_zero(field: bytes) -> int:
    figure = int(field) if field else 0
    if not 0 <= figure <= PRICE_MAX:
        raise _NoBarError(f"{figure} is no price and no size")
    return figure


def _day(digits: str) -> int:
    day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    return day.year * 10_000 + day.month * 100 + day.day
