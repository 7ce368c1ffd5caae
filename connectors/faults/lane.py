"""One direction of a bad line: messages in, messages out when they are due, by seed."""

from collections.abc import Sequence
from heapq import heappop, heappush
from random import Random
from typing import Generic, TypeVar

import msgspec

from connectors.faults.rates import MILLE, Rates
from engine.values import Nanos

Message = TypeVar("Message")


class Toll(msgspec.Struct, gc=False):
    """What became of the messages of one lane."""

    carried: int = 0
    dropped: int = 0
    duplicated: int = 0
    delayed: int = 0
    reordered: int = 0
    lost: int = 0
    """Gone because the line broke while they were on it."""


class Lane(Generic[Message]):
    """Holds what is on its way. It has no clock: whoever asks says what time it is."""

    __slots__ = ("_behind", "_number", "_on_the_way", "_random", "rates", "toll")

    def __init__(self, rates: Rates, random: Random) -> None:
        self.rates = rates
        """Replaced at will: what is on its way keeps what was drawn for it."""
        self.toll = Toll()
        self._random = random
        self._on_the_way: list[tuple[Nanos, int, Message]] = []
        self._number = 0
        self._behind = Nanos(0)
        """Nothing that keeps the order arrives before this."""

    def send(self, message: Message, now: Nanos, *, keeps_order: bool = False) -> None:
        """Draws what happens to the message; what arrives, arrives at `now` at the earliest.

        One that `keeps_order` may be lost, late and told twice, but is overtaken by nothing.
        """
        rates, toll = self.rates, self.toll
        toll.carried += 1
        if self._happens(rates.drop):
            toll.dropped += 1
            return
        due = self._due(now, keeps_order)
        self._put(message, due)
        if self._happens(rates.duplicate):
            toll.duplicated += 1
            again = self._later(due)
            self._put(message, due if keeps_order else again)

    def _due(self, now: Nanos, keeps_order: bool) -> Nanos:
        due = now
        if self._happens(self.rates.reorder):
            due = self._later(now)
            if not keeps_order:
                self.toll.reordered += 1
                return due
            self.toll.delayed += 1
        elif self._happens(self.rates.delay):
            self.toll.delayed += 1
            due = self._later(now)
        self._behind = due = max(due, self._behind)
        return due

    def arrived(self, now: Nanos) -> list[Message]:
        """Everything that is due by `now`, in the order in which it arrives."""
        due: list[Message] = []
        while self._on_the_way and self._on_the_way[0][0] <= now:
            due.append(heappop(self._on_the_way)[2])
        return due

    def next_at(self) -> Nanos | None:
        """When the next message arrives; None while nothing is on its way."""
        return self._on_the_way[0][0] if self._on_the_way else None

    def on_the_way(self) -> list[Message]:
        """Everything that has not arrived yet, in no order."""
        return [message for _, _, message in self._on_the_way]

    def lose(self) -> None:
        """Everything on its way is gone."""
        self.toll.lost += len(self._on_the_way)
        self._on_the_way.clear()

    def hurry(self, now: Nanos) -> None:
        """Whatever is on its way arrives now, in the order in which it would have."""
        waiting, self._on_the_way = sorted(self._on_the_way, key=_place), []
        for due, _, message in waiting:
            self._put(message, min(due, now))
        self._behind = min(self._behind, now)

    def hold_until(self, until: Nanos) -> None:
        """Nothing arrives before `until`; the order in which it would have arrived stays."""
        waiting, self._on_the_way = sorted(self._on_the_way, key=_place), []
        for due, _, message in waiting:
            self._put(message, max(due, until))
        self._behind = max(self._behind, until)

    def again(self, messages: Sequence[Message], now: Nanos) -> None:
        """They had arrived and were not kept: they come again, in order, before all others."""
        waiting, self._on_the_way = sorted(self._on_the_way, key=_place), []
        for message in messages:
            self._put(message, now)
        for due, _, message in waiting:
            self._put(message, max(due, now))

    def _happens(self, chance: int) -> bool:
        # Nothing is drawn for what cannot happen: a perfect lane costs nothing.
        return chance > 0 and self._random.random() * MILLE < chance

    def _later(self, now: Nanos) -> Nanos:
        return Nanos(now + 1 + int(self._random.random() * self.rates.delay_max))

    def _put(self, message: Message, due: Nanos) -> None:
        self._number += 1
        heappush(self._on_the_way, (due, self._number, message))


def _place(waiting: tuple[Nanos, int, object]) -> tuple[Nanos, int]:
    return waiting[0], waiting[1]
