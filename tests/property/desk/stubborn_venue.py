"""A venue in front of the paper venue that never gives some orders back: their cancels are no."""

from collections.abc import Sequence
from random import Random
from typing import Any

from connectors.paper.venue import PaperVenue
from engine.domain.reports import Report, VenueCancelRefused
from engine.domain.requests import CancelRequest, Request

KEPT_CHANCE = 0.4
REFUSAL = "it cannot be taken back any more"


class StubbornVenue:
    """Refuses every cancel of an order that it keeps; everything else goes to the venue."""

    def __init__(self, venue: PaperVenue, rng: Random) -> None:
        self._venue = venue
        self._rng = rng
        self._keeps: dict[str, bool] = {}
        self._refused: list[Report] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._venue, name)

    def release(self, requests: Sequence[Request], staged: Sequence[bytes]) -> None:
        passed: list[tuple[Request, bytes]] = []
        for request, journaled in zip(requests, staged, strict=True):
            if isinstance(request, CancelRequest) and self._is_kept(request.client_order_id):
                self._refused.append(VenueCancelRefused(request.client_order_id, REFUSAL))
            else:
                passed.append((request, journaled))
        self._venue.release([request for request, _ in passed], [held for _, held in passed])

    def _is_kept(self, client_order_id: str) -> bool:
        if client_order_id not in self._keeps:
            self._keeps[client_order_id] = self._rng.random() < KEPT_CHANCE
        return self._keeps[client_order_id]

    def has_reports(self) -> bool:
        return bool(self._refused) or self._venue.has_reports()

    def collect(self) -> list[Report]:
        """The venue's first: what it has filled already is known before a cancel is refused."""
        told, self._refused = [*self._venue.collect(), *self._refused], []
        return told
