"""What is looked at once more a little later, because IB tells some of it late."""

from engine.values import NANOS_PER_SECOND, Nanos

LISTS = "lists"
"""After a recovery, all orders and trades."""
POSITIONS = "positions"
"""After a position has changed: the trades that came with it may be told behind it."""
SETTLES_LATE = Nanos(5 * NANOS_PER_SECOND)


class Later:
    """Times are monotonic."""

    def __init__(self) -> None:
        self._due: dict[str, Nanos] = {}

    def looks(self, what: str, now: Nanos) -> None:
        """A little after `now`, however often it was wanted before."""
        self._due[what] = Nanos(now + SETTLES_LATE)

    def waits(self, what: str) -> bool:
        """It is to be looked at."""
        return what in self._due

    def is_due(self, what: str, now: Nanos) -> bool:
        """It is time; whoever asks looks now."""
        due = self._due.get(what)
        if due is None or now < due:
            return False
        del self._due[what]
        return True
