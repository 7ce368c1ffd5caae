"""When a session's hours are: periods of wall-clock time in named zones, each with numbers anew."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Protocol
from zoneinfo import ZoneInfo

import msgspec

from engine.errors import InputError
from engine.values import NANOS_PER_SECOND, Nanos

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ONE_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LOOK_AHEAD_DAYS = 15
"""A weekly session opens within eight days of any moment; one more week is room for a gap."""
_LOOK_BACK_DAYS = 9


class Period(msgspec.Struct, frozen=True, gc=False):
    """One stretch in which a session may speak, in UTC: from `opens` up to, not at, `closes`."""

    opens: Nanos
    closes: Nanos


class Schedule(Protocol):
    """Periods that never overlap, the earlier first."""

    def period_at(self, now: Nanos) -> Period | None:
        """The period that `now` is in; None between two of them."""

    def next_after(self, now: Nanos) -> Period | None:
        """The first period that opens after `now`; None where none ever does."""

    def opening_words(self, now: Nanos) -> str:
        """When it opens next, for a person: `Monday 09:30 New York, in 3 h 12 min`."""


class NonStop:
    """One period without an end: nothing but a person or the other side begins numbers anew."""

    ALWAYS = Period(Nanos(0), Nanos((1 << 63) - 1))

    def period_at(self, now: Nanos) -> Period | None:
        return self.ALWAYS

    def next_after(self, now: Nanos) -> Period | None:
        return None

    def opening_words(self, now: Nanos) -> str:
        return "always open"


class Mark(msgspec.Struct, frozen=True):
    """A time of day in a zone, such as `17:00 America/New_York`."""

    at: time
    zone: ZoneInfo

    def on(self, day: date) -> Nanos:
        """That moment of that day. A time that a change of clocks leaves out is the one as far
        after the change; of a time that comes twice it is the first."""
        moment = datetime.combine(day, self.at, self.zone)
        return Nanos((moment - _EPOCH) // timedelta(seconds=1) * NANOS_PER_SECOND)


class Hours:
    """A period for each day that is named (by the day on which it opens), or one for each week.

    Start and end may be in different zones: then a period ends with the first end after its start.
    Where both are the same moment, a period lasts until the next one opens, so that numbers begin
    anew there and nowhere else.
    """

    def __init__(
        self,
        start: Mark,
        end: Mark,
        *,
        days: frozenset[int] = frozenset(range(7)),
        end_day: int | None = None,
    ) -> None:
        """`days`: of the openings, Monday 0. `end_day`: weekly, and then `days` is one day."""
        assert days and days <= set(range(7)), "days are of the week"
        assert end_day is None or (len(days) == 1 and 0 <= end_day < 7), "a week opens once"
        self.start, self.end = start, end
        self.days, self.end_day = days, end_day

    def period_at(self, now: Nanos) -> Period | None:
        found = None
        for period in self._periods(now):
            if period.opens > now:
                break
            found = period
        return found if found is not None and now < found.closes else None

    def next_after(self, now: Nanos) -> Period | None:
        return next((period for period in self._periods(now) if period.opens > now), None)

    def opening_words(self, now: Nanos) -> str:
        period = self.next_after(now)
        if period is None:
            return "never"
        opens = _local(period.opens, self.start.zone)
        city = self.start.zone.key.rpartition("/")[2].replace("_", " ")
        wait = duration_words(Nanos(period.opens - now))
        return f"{DAYS[opens.weekday()]} {opens:%H:%M} {city}, in {wait}"

    def _periods(self, now: Nanos) -> Iterator[Period]:
        """Those around `now`, the earliest first."""
        today = _local(now, self.start.zone).date()
        first = today - _LOOK_BACK_DAYS * _ONE_DAY
        days = [first + count * _ONE_DAY for count in range(_LOOK_BACK_DAYS + _LOOK_AHEAD_DAYS)]
        openings = [(day, self.start.on(day)) for day in days if day.weekday() in self.days]
        for (day, opens), (_, following) in pairwise(openings):
            closes = min(self._end_of(day, opens), following)
            if closes > opens:  # hours within the hour that clocks leave out do not come that day
                yield Period(opens, closes)

    def _end_of(self, day: date, opens: Nanos) -> Nanos:
        if self.start.zone.key == self.end.zone.key:
            return self.end.on(day + self._days_open(day) * _ONE_DAY)
        ends = _local(opens, self.end.zone).date() - _ONE_DAY
        while self.end_day not in (None, ends.weekday()) or self.end.on(ends) <= opens:
            ends += _ONE_DAY
        return self.end.on(ends)

    def _days_open(self, day: date) -> int:
        """How many days after the one of its opening a period ends."""
        ends_before = self.end.at <= self.start.at
        if self.end_day is None:
            return int(ends_before)
        between = (self.end_day - day.weekday()) % 7
        return between or 7 * ends_before


def duration_words(span: Nanos) -> str:
    """`3 h 12 min`, `2 d 4 h`, `45 s`: the two largest parts, seconds only within a minute."""
    seconds = -(-span // NANOS_PER_SECOND)
    if seconds < 60:
        return f"{seconds} s"
    minutes = -(-seconds // 60)
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    parts = [(days, "d"), (hours, "h"), (minutes, "min")]
    told = [f"{count} {word}" for count, word in parts if count]
    return " ".join(told[:2])


def _local(at: Nanos, zone: ZoneInfo) -> datetime:
    return (_EPOCH + timedelta(seconds=at // NANOS_PER_SECOND)).astimezone(zone)


def read_schedule(
    *,
    start: str = "",
    end: str = "",
    zone: str = "UTC",
    days: tuple[str, ...] = (),
    start_day: str = "",
    end_day: str = "",
) -> Schedule:
    """From words: `09:30` or `09:30:00 America/New_York`; nothing at all is non-stop.

    Raises InputError with a sentence for anything else.
    """
    if not (start or end):
        if days or start_day or end_day:
            raise InputError("a session with days needs its start and end as well: 00:00 for both")
        return NonStop()
    if not (start and end):
        raise InputError("a session with hours needs a start and an end; for both alike, the same")
    if bool(start_day) != bool(end_day):
        raise InputError("a weekly session needs the day of its start and the day of its end")
    if days and start_day:
        raise InputError("a session opens on days or once a week, not both")
    marks = _mark(start, zone), _mark(end, zone)
    if start_day:
        return Hours(*marks, days=frozenset([_day(start_day)]), end_day=_day(end_day))
    return Hours(*marks, days=frozenset(map(_day, days)) or frozenset(range(7)))


_CLOCK = r"(\d\d:\d\d(?::\d\d)?)(?: ([A-Za-z][\w+/-]+(?:/[\w+-]+)*))?"
_DAILY = re.compile(rf"(?:([a-z]+(?:[-,][a-z]+)*) )?{_CLOCK} ?- ?{_CLOCK}", re.IGNORECASE)
_WEEKLY = re.compile(rf"([a-z]+) {_CLOCK} ?- ?([a-z]+) {_CLOCK}", re.IGNORECASE)
HOURS_EXAMPLES = (
    "'mon-fri 09:30-16:00 America/New_York', 'sun 17:00 - fri 16:00 America/Chicago',"
    " '00:00-00:00 UTC', or 'non-stop'"
)


def read_hours(text: str) -> Schedule:
    """The same in one line: days, start and end, zone; a start may have a zone of its own.

    Raises InputError with examples for anything else.
    """
    words = " ".join(text.split())
    if words.lower() in ("", "non-stop"):
        return NonStop()
    if found := _WEEKLY.fullmatch(words):
        start_day, start, start_zone, end_day, end, zone = found.groups()
        days: tuple[str, ...] = ()
    elif found := _DAILY.fullmatch(words):
        named, start, start_zone, end, zone = found.groups()
        start_day = end_day = ""
        days = _days(named or "")
    else:
        raise InputError(f"'{text}' are no hours of a session; such as {HOURS_EXAMPLES}")
    zone = zone or start_zone or "UTC"
    return read_schedule(
        start=f"{start} {start_zone or zone}",
        end=f"{end} {zone}",
        days=days,
        start_day=start_day,
        end_day=end_day,
    )


def _days(text: str) -> tuple[str, ...]:
    """`mon-fri`, `mon,wed`; a stretch may go over the weekend."""
    found: list[str] = []
    for part in filter(None, text.split(",")):
        first, mark, last = part.partition("-")
        begins = _day(first)
        count = (_day(last) - begins) % 7 if mark else 0
        found += [DAYS[(begins + step) % 7] for step in range(count + 1)]
    return tuple(found)


def _mark(text: str, zone: str) -> Mark:
    clock, _, own_zone = text.strip().partition(" ")
    try:
        at = time.fromisoformat(clock)
    except ValueError:
        at = None
    if at is None or at.tzinfo is not None or at.microsecond or len(clock) not in (5, 8):
        raise InputError(f"'{clock}' is no time of day; such as 09:30 or 17:00:30")
    name = own_zone.strip() or zone
    try:
        return Mark(at, ZoneInfo(name))
    except (KeyError, ValueError, OSError):
        raise InputError(f"'{name}' is no time zone; such as America/New_York or UTC") from None


def _day(text: str) -> int:
    word = text.strip().lower()
    for number, name in enumerate(DAYS):
        if len(word) >= 3 and name.lower().startswith(word):
            return number
    raise InputError(f"'{text}' is no day of the week; such as Monday or mon")
