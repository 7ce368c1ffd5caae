"""When a gateway is dialled again: longer and longer waits, and never without an end in sight."""

from random import Random

from engine.values import NANOS_PER_SECOND, Nanos

SECOND = Nanos(NANOS_PER_SECOND)
WAITS = (1, 2, 5, 10, 30, 60)
"""Seconds after the first, second … failure in a row."""
JITTER_PERCENT = 20
STEADY_AFTER = Nanos(30 * NANOS_PER_SECOND)
"""A connection that stood for less was no more than another failure."""


class BackOff:
    """Monotonic time is an argument; `stopped` says why a person has to look first."""

    def __init__(self, rng: Random, unit: Nanos = SECOND) -> None:
        """`unit`: how long a second of the waits is; tests have shorter ones."""
        self._rng, self._unit = rng, unit
        self.failures = 0
        self.due_at = Nanos(0)
        self.stopped = ""
        self._stood_at: Nanos | None = None

    def is_due(self, now: Nanos) -> bool:
        return not self.stopped and now >= self.due_at

    def stood(self, now: Nanos) -> None:
        """The session is whole: recovered and ready."""
        self._stood_at = now

    def failed(self, now: Nanos) -> None:
        """No connection came of it, or the one that stood is gone."""
        if self._stood_at is not None and now - self._stood_at >= STEADY_AFTER:
            self.failures = 0
        self._stood_at = None
        wait = WAITS[min(self.failures, len(WAITS) - 1)] * self._unit
        self.failures += 1
        spread = wait * JITTER_PERCENT // 100
        self.due_at = Nanos(now + wait + self._rng.randint(-spread, spread))

    def go(self, now: Nanos) -> None:
        """A person has looked: it is due at once."""
        self.stopped, self.failures, self.due_at = "", 0, now

    def stop(self, why: str) -> None:
        self.stopped = why
