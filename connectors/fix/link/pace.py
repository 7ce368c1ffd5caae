"""How fast a session may speak: a bucket of tokens, counted in whole numbers, time an argument."""

from engine.values import NANOS_PER_SECOND, Nanos

RATE_MAX = 100_000


class Pace:
    """`rate` messages a second for good, and `burst` of them at once after a silence."""

    def __init__(self, rate: int, burst: int = 0) -> None:
        """`burst` 0: as many as in a second."""
        assert 0 < rate <= RATE_MAX and burst >= 0, "a pace is above zero and has a bound"
        self.rate, self.burst = rate, burst or rate
        self._credit = self.burst * NANOS_PER_SECOND
        """In messages × nanoseconds, so that no share of a message is ever lost or gained."""
        self._at: Nanos | None = None

    def may_send(self, now: Nanos) -> bool:
        """Whether one more may leave at `now` (monotonic); it is counted then."""
        self._refill(now)
        if self._credit < NANOS_PER_SECOND:
            return False
        self._credit -= NANOS_PER_SECOND
        return True

    def next_at(self, now: Nanos) -> Nanos:
        """When the next one may leave; `now` where it may at once."""
        self._refill(now)
        missing = NANOS_PER_SECOND - self._credit
        return now if missing <= 0 else Nanos(now - -missing // self.rate)

    def _refill(self, now: Nanos) -> None:
        elapsed = 0 if self._at is None else max(0, now - self._at)
        self._at = now if self._at is None else max(self._at, now)
        self._credit = min(self._credit + elapsed * self.rate, self.burst * NANOS_PER_SECOND)
