"""The hour at which a gateway restarts itself: orders of that minute vanish, so none is sent."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from engine.errors import InputError
from engine.values import NANOS_PER_SECOND, Nanos

BEFORE = timedelta(seconds=60)
AFTER = timedelta(seconds=30)
"""An order that reaches the gateway within these around its restart may be lost."""
AWAY_AT_MOST = timedelta(minutes=10)
"""So long a line that goes at that hour is taken for the planned restart."""


class Quiet:
    """`23:45 America/New_York`, each night; empty: nobody knows of a restart."""

    def __init__(self, text: str) -> None:
        """Raises InputError."""
        self._zone: ZoneInfo | None = None
        self._hour = self._minute = 0
        if not text:
            return
        clock, _, zone = text.partition(" ")
        hour, mark, minute = clock.partition(":")
        try:
            self._zone = ZoneInfo(zone.strip())
            self._hour, self._minute = int(hour), int(minute)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise _unreadable(text) from error
        if not (mark and 0 <= self._hour < 24 and 0 <= self._minute < 60):
            raise _unreadable(text)

    def why_not(self, now: Nanos) -> str:
        """Why no new order leaves now; empty where it may."""
        if not self._is_within(now, BEFORE, AFTER):
            return ""
        at = f"{self._hour:02d}:{self._minute:02d}"
        return f"it never left: the gateway restarts at {at}, and orders of that minute vanish"

    def planned(self, now: Nanos) -> str:
        """What is said of a line that goes now; empty where nothing was planned."""
        if not self._is_within(now, BEFORE, AWAY_AT_MOST):
            return ""
        return (
            "planned: the gateway restarts for the night, and the line is dialled until it is back"
        )

    def _is_within(self, now: Nanos, before: timedelta, after: timedelta) -> bool:
        if self._zone is None:
            return False
        here = datetime.fromtimestamp(now / NANOS_PER_SECOND, UTC).astimezone(self._zone)
        restart = here.replace(hour=self._hour, minute=self._minute, second=0, microsecond=0)
        nights = (restart - timedelta(days=1), restart, restart + timedelta(days=1))
        return any(night - before <= here < night + after for night in nights)


def _unreadable(text: str) -> InputError:
    return InputError(
        f'ib.restart: "{text}" is no time with a zone; such as 23:45 America/New_York'
    )
