"""A bad link in front of the paper venue: reports come late, twice and in another order."""

from collections.abc import Sequence
from random import Random
from typing import Any

from connectors.paper.venue import PaperVenue
from engine.domain.reports import Report, VenueCheckpoint
from engine.domain.requests import Request

HELD_BACK_CHANCE = 0.3
TWICE_CHANCE = 0.3
REMEMBERED_MAX = 20


class ShufflingVenue:
    """Passes every report on at least once before `collect` has nothing more to say.

    What was held back comes with a later call, what came once may come again much later; nothing
    is ever lost and nothing is invented. `is_orderly` keeps the order and only repeats.
    """

    def __init__(self, venue: PaperVenue, rng: Random, *, is_orderly: bool = False) -> None:
        self._venue = venue
        self._rng = rng
        self._is_orderly = is_orderly
        self._held: list[Report] = []
        self._remembered: list[Report] = []
        self.repeated = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._venue, name)

    def stage(self, requests: Sequence[Request]) -> Sequence[bytes]:
        return self._venue.stage(requests)

    def release(self, requests: Sequence[Request], staged: Sequence[bytes]) -> None:
        self._venue.release(requests, staged)

    def checkpoint(self) -> VenueCheckpoint:
        return self._venue.checkpoint()

    def has_reports(self) -> bool:
        return bool(self._held) or self._venue.has_reports()

    def collect(self) -> list[Report]:
        """Fresh reports and those held back, shuffled; some of each kind are kept or repeated."""
        fresh = self._venue.collect()
        waiting, self._held = self._held + fresh, []
        if not waiting:
            return []
        told: list[Report] = []
        for report in waiting:
            if not self._is_orderly and self._rng.random() < HELD_BACK_CHANCE:
                self._held.append(report)
            else:
                told.append(report)
        self._remembered = [*self._remembered, *told][-REMEMBERED_MAX:]
        if self._remembered and self._rng.random() < TWICE_CHANCE:
            told.append(self._rng.choice(self._remembered))
            self.repeated += 1
        if not self._is_orderly:
            self._rng.shuffle(told)
        return told or [self._held.pop()]
