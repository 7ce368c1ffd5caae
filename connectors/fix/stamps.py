"""FIX timestamps and nanoseconds since the epoch, both ways, without time zones."""

from functools import lru_cache

from engine.values import NANOS_PER_SECOND, Nanos

SECONDS_PER_DAY = 86_400
_FORMAT_BYTES = len("YYYYMMDD-HH:MM:SS")
_FRACTION_DIGITS = (1, 2, 3, 4, 5, 6, 7, 8, 9)
LEAP_SECOND = 60


def days_from_civil(year: int, month: int, day: int) -> int:
    """Days since 1970-01-01 of a Gregorian date (H. Hinnant, chrono-compatible date algorithms)."""
    year -= month <= 2
    era = year // 400
    year_of_era = year - era * 400
    day_of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    day_of_era = year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year
    return era * 146_097 + day_of_era - 719_468


def civil_from_days(days: int) -> tuple[int, int, int]:
    """(year, month, day) of so many days since 1970-01-01; same source."""
    days += 719_468
    era = days // 146_097
    day_of_era = days - era * 146_097
    year_of_era = (
        day_of_era - day_of_era // 1_460 + day_of_era // 36_524 - day_of_era // 146_096
    ) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * day_of_year + 2) // 153
    month = shifted + (3 if shifted < 10 else -9)
    return year_of_era + era * 400 + (month <= 2), month, day_of_year - (153 * shifted + 2) // 5 + 1


def format_stamp(at: Nanos, digits: int = 3) -> bytes:
    """`YYYYMMDD-HH:MM:SS` and so many digits of a second, cut off; `at` is UTC."""
    seconds, nanos = divmod(at, NANOS_PER_SECOND)
    text = _second_in_words(seconds)
    if not digits:
        return text
    return b"%b.%b" % (text, (b"%09d" % nanos)[:digits])


@lru_cache(maxsize=16)
def _second_in_words(seconds: int) -> bytes:
    """Of a busy session nearly every message is of the second of the one before."""
    days, second = divmod(seconds, SECONDS_PER_DAY)
    return b"%04d%02d%02d-%02d:%02d:%02d" % (
        *civil_from_days(days),
        second // 3_600,
        second // 60 % 60,
        second % 60,
    )


def parse_stamp(value: bytes) -> Nanos | None:
    """Nanoseconds of a UTC timestamp with up to nine digits of a second; None where it is none."""
    whole, mark, fraction = value.partition(b".")
    seconds = _seconds_of(whole)
    if seconds is None:
        return None
    if not mark:
        return Nanos(seconds * NANOS_PER_SECOND)
    if len(fraction) not in _FRACTION_DIGITS or not fraction.isdigit():
        return None
    return Nanos(seconds * NANOS_PER_SECOND + int(fraction.ljust(9, b"0")))


@lru_cache(maxsize=256)
def _seconds_of(whole: bytes) -> int | None:
    """Since the epoch; None where it is no time."""
    if len(whole) != _FORMAT_BYTES:
        return None
    if whole[8:9] != b"-" or whole[11:12] != b":" or whole[14:15] != b":":
        return None
    parts = (whole[:4], whole[4:6], whole[6:8], whole[9:11], whole[12:14], whole[15:17])
    if not all(part.isdigit() for part in parts):
        return None
    year, month, day, hour, minute, second = (int(part) for part in parts)
    if not is_date(year, month, day) or hour > 23 or minute > 59 or second > LEAP_SECOND:
        return None
    days = days_from_civil(year, month, day)
    return days * SECONDS_PER_DAY + hour * 3_600 + minute * 60 + second


def is_date(year: int, month: int, day: int) -> bool:
    """Whether the Gregorian calendar has it."""
    if not (1 <= month <= 12 and day >= 1 and year >= 1):
        return False
    return civil_from_days(days_from_civil(year, month, day)) == (year, month, day)
