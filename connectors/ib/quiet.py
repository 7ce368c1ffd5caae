"""When a gateway is away as planned: its restart each night, and the login of each week."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.errors import InputError
from engine.values import NANOS_PER_SECOND, Nanos

BEFORE, AFTER = timedelta(seconds=60), timedelta(seconds=60)
"""An order that reaches the gateway within these around its restart may be lost; a gateway that
was away meanwhile has restarted."""
AWAY_AT_MOST = timedelta(minutes=10)
"""So long a line that goes at that hour is taken for what was planned."""
LOGIN_WAITS = timedelta(days=2)
"""So long after the weekly login a gateway that is not there may be waiting for it."""
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NIGHT = "the gateway restarts at {}, and orders of that minute vanish"
WEEK = "the gateway logs out at {}, as every week, and orders of that minute vanish"
AWAY_BY_NIGHT = (
    "the gateway restarts for the night, as planned; the line is dialled until it is back"
)
AWAY_BY_WEEK = (
    "the weekly login at IB is due: log the gateway in, with your second factor; the line is"
    " dialled until then"
)
MAY_WAIT = "The weekly login was due on {}: the gateway may be waiting for your second factor"


class _Hour(NamedTuple):
    """`23:45 America/New_York`, each day, or `sun 01:00 America/New_York`."""

    day: int
    """0 for Monday; −1 for every day."""
    hour: int
    minute: int
    zone: ZoneInfo

    def __str__(self) -> str:
        return f"{self.hour:02d}:{self.minute:02d}"

    def there(self, now: Nanos) -> datetime:
        return datetime.fromtimestamp(now / NANOS_PER_SECOND, UTC).astimezone(self.zone)

    def before(self, now: Nanos, ahead: timedelta) -> tuple[datetime, datetime]:
        """(now there, the newest such hour that is past or at most `ahead` away)."""
        here = self.there(now)
        soon = here + ahead
        at = soon.replace(hour=self.hour, minute=self.minute, second=0, microsecond=0)
        if at > soon:
            at -= timedelta(days=1)
        while self.day >= 0 and at.weekday() != self.day:
            at -= timedelta(days=1)
        return here, at


class Quiet:
    """Wall-clock hours of their zones; empty: nobody knows of any."""

    def __init__(self, restart: str, login: str = "") -> None:
        """Raises InputError."""
        self._night = _read("ib.restart", restart) if restart else None
        self._week = _read("ib.login", login) if login else None

    def held(self, now: Nanos, up_since: Nanos) -> str:
        """Why nothing that opens leaves now; empty where it may.

        `up_since`: a line that came up after the hour has the restart behind it.
        """
        for hour, words in ((self._night, NIGHT), (self._week, WEEK)):
            if hour is None:
                continue
            here, at = hour.before(now, BEFORE)
            if here < at + AFTER and hour.there(up_since) < at:
                return words.format(f"{hour} {at.tzname()}")
        return ""

    def planned(self, now: Nanos) -> str:
        """What is said of a line that goes now; empty where nothing was planned."""
        for hour, words in ((self._week, AWAY_BY_WEEK), (self._night, AWAY_BY_NIGHT)):
            if hour is not None:
                here, at = hour.before(now, BEFORE)
                if here < at + AWAY_AT_MOST:
                    return words
        return ""

    def may_wait(self, now: Nanos) -> str:
        """A gateway that is not there may be waiting for a person; empty where that is not so."""
        if self._week is None:
            return ""
        here, at = self._week.before(now, timedelta(0))
        return MAY_WAIT.format(f"{at:%A %H:%M}") if here < at + LOGIN_WAITS else ""


def _read(key: str, text: str) -> _Hour:
    first, _, rest = text.partition(" ")
    day = DAYS.index(first.lower()) if first.lower() in DAYS else -1
    clock, _, zone = (rest if day >= 0 else text).partition(" ")
    hour, mark, minute = clock.partition(":")
    try:
        found = _Hour(day, int(hour), int(minute), ZoneInfo(zone.strip()))
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise _unreadable(key, text) from error
    if not (mark and 0 <= found.hour < 24 and 0 <= found.minute < 60):
        raise _unreadable(key, text)
    return found


def _unreadable(key: str, text: str) -> InputError:
    such = "sun 01:00 America/New_York" if key == "ib.login" else "23:45 America/New_York"
    return InputError(f'{key}: "{text}" is no time with a zone; such as {such}')
