"""The line between desk and paper venue: messages take time and never overtake each other."""

from collections import deque

from msgspec.structs import replace as with_changes

from connectors.paper.latency import Delays
from engine.domain.reports import ORDER_REPORTS, LinkChanged, LinkState, Report
from engine.domain.requests import Request
from engine.values import Nanos


class Link:
    """One ordered lane each way; a message that would be faster waits for the one before it."""

    __slots__ = ("_back", "_back_until", "_delays", "_down_until", "_out", "_out_until")

    def __init__(self, delays: Delays) -> None:
        self._delays = delays
        self._out: deque[tuple[Nanos, Request]] = deque()
        self._back: deque[tuple[Nanos, Report]] = deque()
        self._out_until = self._back_until = self._down_until = Nanos(0)

    def send(self, request: Request, now: Nanos) -> None:
        """The desk hands a request over at `now`."""
        leaves = max(now, self._down_until)
        due = Nanos(max(leaves + self._delays.out(request), self._out_until))
        self._out_until = due
        self._out.append((due, request))

    def arrived(self, now: Nanos) -> Request | None:
        """The next request that has reached the venue by `now`."""
        if self._out and self._out[0][0] <= now:
            return self._out.popleft()[1]
        return None

    def carry(self, report: Report, now: Nanos) -> None:
        """The venue says something at `now`; a report about an order keeps when that was.

        What is about no order is public: not late by itself, but it does not overtake either.
        """
        due = now
        if isinstance(report, ORDER_REPORTS):
            due = Nanos(now + self._delays.back(report))
            report = report if report.at else with_changes(report, at=now)
        self._back_until = due = max(due, self._back_until, self._down_until)
        self._back.append((due, report))

    def heard(self, now: Nanos) -> list[Report]:
        """Everything that has reached the desk by `now`."""
        told: list[Report] = []
        while self._back and self._back[0][0] <= now:
            told.append(self._back.popleft()[1])
        return told

    def has_heard(self, now: Nanos) -> bool:
        """Whether `heard` would return anything."""
        return bool(self._back) and self._back[0][0] <= now

    def on_the_way_back(self) -> list[Report]:
        """What the desk has not heard yet."""
        return [report for _, report in self._back]

    def breaks(self, name: str, now: Nanos, until: Nanos, text: str) -> None:
        """The line is down from `now` to `until`.

        What was on its way to the venue is lost. What the venue has said and says meanwhile waits
        there, and is told in order once the line is back. What is sent meanwhile leaves then.
        """
        self._out.clear()
        self._down_until = Nanos(max(until, self._down_until))
        waiting = [(max(due, self._down_until), report) for due, report in self._back]
        down = LinkChanged(name, LinkState.DOWN, text)
        back = LinkChanged(name, LinkState.UP, "back; asking about what was on its way")
        self._back = deque([(now, down), (self._down_until, back), *waiting])
        self._back_until = Nanos(max(self._down_until, self._back_until))

    def next_at(self) -> Nanos | None:
        """When the next message arrives at either end."""
        ends = [lane[0][0] for lane in (self._out, self._back) if lane]
        return min(ends) if ends else None
