"""The line between desk and paper venue: messages take time and never overtake each other."""

from collections import deque

from msgspec.structs import replace as with_changes

from connectors.paper.latency import Delays
from engine.domain.reports import ORDER_REPORTS, Report
from engine.domain.requests import Request
from engine.values import Nanos


class Link:
    """One ordered lane each way; a message that would be faster waits for the one before it."""

    __slots__ = ("_back", "_back_until", "_delays", "_out", "_out_until")

    def __init__(self, delays: Delays) -> None:
        self._delays = delays
        self._out: deque[tuple[Nanos, Request]] = deque()
        self._back: deque[tuple[Nanos, Report]] = deque()
        self._out_until = self._back_until = Nanos(0)

    def send(self, request: Request, now: Nanos) -> None:
        """The desk hands a request over at `now`."""
        due = Nanos(max(now + self._delays.out(request), self._out_until))
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
        self._back_until = due = max(due, self._back_until)
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

    def next_at(self) -> Nanos | None:
        """When the next message arrives at either end."""
        ends = [lane[0][0] for lane in (self._out, self._back) if lane]
        return min(ends) if ends else None
