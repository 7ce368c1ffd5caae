"""When bars of the past may be asked for: IB's limits on historical requests, pure but for memory.

At most 50 at a time, 60 within ten minutes, the same one every 15 s, and 5 of one contract within
2 s; requests for bid and ask count double (IB's page on the limits of historical data).
"""

from collections import deque
from typing import NamedTuple

from engine.values import NANOS_PER_SECOND, Nanos

OPEN_MAX = 50
WITHIN, WEIGHT_MAX = Nanos(600 * NANOS_PER_SECOND), 60
IDENTICAL_APART = Nanos(15 * NANOS_PER_SECOND)
OF_A_CONTRACT_WITHIN, OF_A_CONTRACT_MAX = Nanos(2 * NANOS_PER_SECOND), 5
PAUSE = Nanos(60 * NANOS_PER_SECOND)
"""Nothing is asked for so long where IB says all the same that it was too much: others who are
logged in as this user count too."""
BOTH_SIDES = "BID_ASK"


class Query(NamedTuple):
    """One request; what makes two of them identical is all of it."""

    con_id: int
    duration: str
    """As IB writes it: `1 M`."""
    size: str
    """Of a bar: `1 day`."""
    what: str
    """`TRADES`, `MIDPOINT`, `BID_ASK` …"""

    @property
    def weight(self) -> int:
        return 2 if self.what == BOTH_SIDES else 1


class BarPace:
    """`now` is monotonic."""

    def __init__(self) -> None:
        self._asked: deque[tuple[Nanos, Query]] = deque()
        self._weight = 0
        """Of all of them."""
        self._pauses_until = Nanos(0)

    def may_ask(self, query: Query, under_way: int, now: Nanos) -> bool:
        """`under_way`: requests that have no answer yet."""
        if self.is_full(under_way, now) or self._weight + query.weight > WEIGHT_MAX:
            return False
        if any(each == query and now - at < IDENTICAL_APART for at, each in self._asked):
            return False
        recent = [
            each
            for at, each in self._asked
            if each.con_id == query.con_id and now - at < OF_A_CONTRACT_WITHIN
        ]
        return sum(each.weight for each in recent) + query.weight <= OF_A_CONTRACT_MAX

    def is_full(self, under_way: int, now: Nanos) -> bool:
        """Nothing at all may be asked: who waits need not be looked at one by one."""
        while self._asked and now - self._asked[0][0] >= WITHIN:
            self._weight -= self._asked.popleft()[1].weight
        return under_way >= OPEN_MAX or now < self._pauses_until or self._weight >= WEIGHT_MAX

    def asked(self, query: Query, now: Nanos) -> None:
        self._asked.append((now, query))
        self._weight += query.weight

    def violated(self, now: Nanos) -> None:
        """IB says that it was too much."""
        self._pauses_until = Nanos(now + PAUSE)
