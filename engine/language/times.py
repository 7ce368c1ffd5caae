"""Words that carry a time of day or a duration; each is read or says why not."""

import re

from engine.instruments import parse_exact
from engine.language.figures import decimal
from engine.language.problems import Misread
from engine.values import NANOS_PER_SECOND, Nanos

WAIT_NANOS_MAX = Nanos(24 * 3600 * NANOS_PER_SECOND)

_TIME = re.compile(r"(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?", re.ASCII)
_DURATION = re.compile(r"([\d.]+)(ms|s|m)", re.ASCII)


def read_time(word: str) -> Nanos | Misread:
    """`09:31`, `09:31:00`, `09:31:00.250` as nanoseconds since midnight."""
    match = _TIME.fullmatch(word)
    if match is None or int(match[1]) > 23 or int(match[2]) > 59 or int(match[3] or 0) > 59:
        return Misread(f"'{word}' is no time of day", "write it as 09:31:00 or 09:31:00.250")
    seconds = int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3] or 0)
    return Nanos(seconds * NANOS_PER_SECOND + int((match[4] or "0").ljust(9, "0")))


_DURATION_UNITS = {"ms": (6, 1), "s": (9, 1), "m": (9, 60)}
"""Unit: decimal places down to one nanosecond, and a factor."""


def read_duration(word: str) -> Nanos | Misread:
    """`5s`, `500ms`, `2m`: above zero, up to a day."""
    match = _DURATION.fullmatch(word.lower())
    digits = decimal(match[1]) if match else None
    if match is None or digits is None:
        return Misread(f"'{word}' is no duration", "write it as 5s, 500ms or 2m")
    places, factor = _DURATION_UNITS[match[2]]
    if len(digits.partition(".")[2]) > places:
        return Misread(f"'{word}' is finer than a nanosecond")
    nanos = parse_exact(digits, places) * factor
    if not 0 < nanos <= WAIT_NANOS_MAX:
        return Misread("a duration is above zero and at most 24 hours")
    return Nanos(nanos)
