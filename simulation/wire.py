"""Between desk and line: every request that leaves is written down, and is a point to die at."""

from collections.abc import Sequence
from typing import Any

import msgspec

from connectors.faults.venue import FaultyVenue
from engine.domain.records import Inbound, decode_records
from engine.domain.reports import LinkChanged, Report
from engine.domain.requests import Request
from engine.domain.statements import VenueExecutions
from engine.values import Nanos
from simulation.disk import Disk, Row, SimJournal
from simulation.fate import Fate


class Sent(msgspec.Struct, frozen=True, gc=False):
    """One request that left the process, and how far the journal had come then."""

    request: Request
    bytes: bytes
    committed: int
    """Blocks on the disk."""
    from_memory: bool
    """The journal had failed: only cancels may leave then."""
    at: Nanos
    """By the desk's clock."""
    of_a_stop: bool
    """The desk takes back what it can because a step of its own broke."""


class Wire:
    """The venue port that the desk holds. It outlives the desk, as a tap in the cable would."""

    def __init__(self, line: FaultyVenue, fate: Fate, disk: Disk) -> None:
        self.name, self.has_oca = line.name, line.has_oca
        self.line = line
        self.log: list[Sent] = []
        self.journal: SimJournal | None = None
        """Of the process that holds this end."""
        self.now = Nanos(0)
        """Its time."""
        self.is_stopping = False
        self._fate, self._disk = fate, disk
        self._told: list[Report] = []
        self._told_at = 0

    def stage(self, requests: Sequence[Request]) -> Sequence[bytes]:
        return self.line.stage(requests)

    def release(self, requests: Sequence[Request], staged: Sequence[bytes]) -> None:
        for request, sent in zip(requests, staged, strict=True):
            self._fate.passes("before a request leaves")
            has_failed = self.journal is not None and self.journal.is_closed
            blocks = len(self._disk.rows)
            self.log.append(Sent(request, sent, blocks, has_failed, self.now, self.is_stopping))
            self.line.release([request], [sent])
        self._fate.passes("after the requests left")

    def collect(self) -> list[Report]:
        self._told, self._told_at = self.line.collect(), len(self._disk.rows)
        return self._told

    def desk_died(self) -> None:
        """What the process had taken and not made durable, it has not acknowledged either."""
        unheard = [r for r in self._not_durable() if type(r) is not LinkChanged]
        self._told, self.is_stopping = [], False
        self.line.desk_died(unheard)

    def _not_durable(self) -> list[Report]:
        """The rest of what it took last: a step can die between two commits."""
        kept = iter([body for row in self._disk.rows[self._told_at :] for body in inbounds_of(row)])
        for place, report in enumerate(self._told):
            if all(body != report for body in kept):
                return self._told[place:]
        return []

    def queue_ahead(self, client_order_id: str) -> int:
        return self.line.queue_ahead(client_order_id)


def inbounds_of(row: Row) -> list[Inbound]:
    """What the step had heard, as it was told: what a list had brought is noted by the desk."""
    bodies: list[Any] = [r.body for r in decode_records(row.block.payload) if r.cause == r.sequence]
    return [
        msgspec.structs.replace(body, missed=()) if type(body) is VenueExecutions else body
        for body in bodies
    ]
