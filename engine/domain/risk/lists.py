"""Limits that are lists: names with commas between them, and windows of the exchange's day."""

import re
from functools import lru_cache

from engine.domain.risk.controls import Names
from engine.instruments import NumberTextError

NONE, ANY = "none", "any"
EVERYTHING = (ANY,)
"""The value of a list that allows everything."""
NAMES_MAX = 100
"""Longer lists belong in a file."""
WINDOWS_MAX = 24
DAY_MINUTES = 24 * 60
LISTS_KEPT_MAX = 256
"""Windows whose coverage is remembered."""

Windows = tuple[tuple[int, int], ...]
"""(from, to) in minutes of the exchange's day, in order and apart; `to` belongs to none."""

_WINDOW = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")


def read_names(text: str, names: Names) -> tuple[str, ...]:
    """Sorted. Raises NumberTextError that says which name is none, and what one looks like."""
    if text == NONE:
        return ()
    if text == ANY and names.has_any:
        return EVERYTHING
    found = text.split(",")
    if len(found) > NAMES_MAX:
        raise NumberTextError(f"more than {NAMES_MAX} names")
    for name in found:
        if not re.fullmatch(names.pattern, name) or name in (NONE, ANY):
            raise NumberTextError(f"'{name}' is no name such as {names.like}{_or(names)}")
        if names.choices and name not in names.choices:
            raise NumberTextError(f"'{name}' is none of {', '.join(names.choices)}")
    if len(set(found)) != len(found):
        raise NumberTextError("a name stands there twice")
    return tuple(sorted(found))


def _or(names: Names) -> str:
    return f", nor {NONE} or {ANY}" if names.has_any else f", nor {NONE}"


def names_text(names: tuple[str, ...]) -> str:
    """As `read_names` reads them."""
    return ",".join(names) or NONE


def are_wider(names: tuple[str, ...], than: tuple[str, ...]) -> bool:
    """Whether these hold all of the others and something more."""
    if names == EVERYTHING or than == EVERYTHING:
        return names == EVERYTHING and than != EVERYTHING
    return set(names) > set(than)


def read_windows(text: str) -> Windows:
    """What touches or overlaps becomes one. Raises NumberTextError."""
    if text == NONE:
        return ()
    found = text.split(",")
    if len(found) > WINDOWS_MAX:
        raise NumberTextError(f"more than {WINDOWS_MAX} windows")
    merged: list[tuple[int, int]] = []
    for start, end in sorted(_window(each) for each in found):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


def _window(text: str) -> tuple[int, int]:
    match = _WINDOW.fullmatch(text) if text.isascii() else None
    if match is None:
        raise NumberTextError(f"'{text}' is no window such as 12:00-13:00, nor {NONE}")
    hours, minutes, end_hours, end_minutes = (int(digits) for digits in match.groups())
    start, end = 60 * hours + minutes, 60 * end_hours + end_minutes
    if minutes > 59 or end_minutes > 59 or not start < end <= DAY_MINUTES:
        raise NumberTextError(f"'{text}' does not end after it begins, on one day")
    return start, end


def windows_text(windows: Windows) -> str:
    """As `read_windows` reads them."""
    return ",".join(f"{clock_text(start)}-{clock_text(end)}" for start, end in windows) or NONE


def clock_text(minutes: int) -> str:
    """'09:35'."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def covers_more(windows: Windows, than: Windows) -> bool:
    """Whether these cover every minute of the others and at least one more."""
    mine, others = _minutes(windows), _minutes(than)
    return mine & others == others and mine != others


@lru_cache(maxsize=LISTS_KEPT_MAX)
def _minutes(windows: Windows) -> int:
    """One bit a minute of the day."""
    covered = 0
    for start, end in windows:
        covered |= (1 << end) - (1 << start)
    return covered
