"""What a paper venue does badly for practice: rejects and broken links, by name or by seed."""

from hashlib import blake2b
from typing import NamedTuple

from connectors.feeds.flow import Flow, FlowSink
from engine.values import NANOS_PER_SECOND, Nanos

REASONS = (
    "practice: the venue is busy and took nothing; send it again",
    "practice: the venue's own risk check said no; nothing is wrong with the order",
    "practice: the venue restarts its gateway; send it again",
)
"""Said to be for practice, so that nobody looks for what was wrong."""
BREAK_SECONDS_MIN, BREAK_SECONDS_MAX = 2, 30
HOURS_LOOKED_AT = 1_000
HOUR = 3_600 * NANOS_PER_SECOND
LINK_LOST = (
    "lost for practice: your orders stay at the venue and may fill; nothing new leaves, and"
    " cancels go out when the link is back"
)


class Break(NamedTuple):
    """A link that breaks at `at` for `span` nanoseconds."""

    at: Nanos
    span: int


def halt_for_practice(flow: Flow, sink: FlowSink, symbol: str, *, span: int, now: Nanos) -> str:
    """Half of `span` nanoseconds only cancels, then orders line up; why not, or empty."""
    halt = getattr(flow, "halt", None)
    if halt is None:
        return "this market halts when its record does, not for practice"
    pause = span // 2
    return str(halt(sink, symbol, pause=pause, quotation=span - pause, now=now))


class Drills:
    """Every draw depends on the seed and on what it is about, on nothing that went before."""

    def __init__(self, seed: int = 0, *, rejects: int = 0, breaks: int = 0) -> None:
        """`rejects` of a thousand orders, `breaks` of a hundred hours: 0 is never."""
        self._seed = seed
        self._rejects = rejects
        self._breaks = breaks
        self._next = 0

    def reject_next(self) -> None:
        """The next order that arrives is rejected, whatever the seed says."""
        self._next += 1

    def objection(self, client_order_id: str) -> str:
        """Why the venue rejects this order for practice; mostly empty."""
        if self._next:
            self._next -= 1
            return REASONS[0]
        if not self._rejects:
            return ""
        drawn = self._draw("reject", client_order_id)
        if drawn % 1_000 >= self._rejects:
            return ""
        return REASONS[drawn // 1_000 % len(REASONS)]

    def next_break(self, now: Nanos) -> Break | None:
        """The next broken link after `now`; None where none is drawn for a long time."""
        if not self._breaks:
            return None
        for hour in range(now // HOUR, now // HOUR + HOURS_LOOKED_AT):
            drawn = self._draw("break", str(hour))
            at = hour * HOUR + drawn // 100 % 3_600 * NANOS_PER_SECOND
            if drawn % 100 < self._breaks and at > now:
                spread = BREAK_SECONDS_MAX - BREAK_SECONDS_MIN + 1
                seconds = BREAK_SECONDS_MIN + drawn // (100 * 3_600) % spread
                return Break(Nanos(at), seconds * NANOS_PER_SECOND)
        return None

    def _draw(self, what: str, which: str) -> int:
        key = f"practice/{self._seed}/{what}/{which}".encode()
        return int.from_bytes(blake2b(key, digest_size=8).digest(), "big")
