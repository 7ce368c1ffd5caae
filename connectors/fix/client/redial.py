"""When a line that broke is dialled again, and when a person has to look first: pure."""

from random import Random

from engine.values import NANOS_PER_MILLISECOND, NANOS_PER_SECOND, Nanos

FIRST_WAIT = Nanos(250 * NANOS_PER_MILLISECOND)
LONGEST_WAIT = Nanos(30 * NANOS_PER_SECOND)
REFUSALS_MAX = 5
"""Logons in a row that were refused: more would be a war with whoever has the session."""
JITTER_PERCENT = 25
TOO_LOW = "MsgSeqNum too low"


class Redial:
    """Waits twice as long each time, up to half a minute, with jitter; a logon begins anew."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._tries = 0
        self._refusals = 0
        self.due_at = Nanos(0)
        """By the monotonic clock."""
        self.stopped = ""
        """Why it is not dialled again before a person has looked; empty while it is."""

    def is_due(self, now: Nanos) -> bool:
        return not self.stopped and now >= self.due_at

    def stood(self) -> None:
        """Somebody is logged on."""
        self._tries = self._refusals = 0

    def failed(self, now: Nanos) -> None:
        """No connection, or one that broke."""
        wait = min(FIRST_WAIT << min(self._tries, 20), LONGEST_WAIT)
        self._tries += 1
        spread = wait * JITTER_PERCENT // 100
        self.due_at = Nanos(now + wait + self._rng.randint(-spread, spread))

    def refused(self, why: str, now: Nanos) -> None:
        """A connection stood and no logon came of it."""
        self._refusals += 1
        if TOO_LOW in why:
            self.stop(why)
        elif self._refusals >= REFUSALS_MAX:
            self.stop(f"{self._refusals} logons in a row were refused, the last: {why}")
        self.failed(now)

    def stop(self, why: str) -> None:
        self.stopped = why
