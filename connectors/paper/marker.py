"""Looks at the mid before each own fill, and again when market time has moved on."""

from collections import deque
from collections.abc import Container

from engine.domain.measures import BEFORE, MARK_SECONDS, Mark
from engine.domain.quotes import Market, Phase
from engine.values import NANOS_PER_SECOND, Nanos

FILLS_WAITING_MAX = 10_000
"""Fills that wait for their next mark; one more is not looked at again, and its marks unknown."""
MARKS_HELD_MAX = 4_000
"""Marks that wait for the next checkpoint; with more they go with the next reports."""
NEVER = Nanos(1 << 62)
_FIRST = MARK_SECONDS[0] * NANOS_PER_SECOND

_Waiting = tuple[Nanos, str, str]
"""(market time of the fill, execution id, symbol)."""


class Marker:
    """Fills come in the order of time, so each horizon is a queue and no heap is needed."""

    __slots__ = ("_lanes", "_market", "next_at", "taken")

    def __init__(self, market: Market) -> None:
        self._market = market
        self._lanes: tuple[deque[_Waiting], ...] = tuple(deque() for _ in MARK_SECONDS)
        self.taken: list[Mark] = []
        self.next_at = NEVER
        """When the next mark is due: it is taken before the market goes beyond that time."""

    @property
    def is_full(self) -> bool:
        return len(self.taken) >= MARKS_HELD_MAX

    def filled(self, execution_id: str, symbol: str, twice_mid: int, now: Nanos) -> None:
        """One own execution; `twice_mid` is bid plus ask just before it, 0 without both."""
        if twice_mid:
            self.taken.append(Mark(execution_id, symbol, BEFORE, twice_mid))
        lane = self._lanes[0]
        if len(lane) >= FILLS_WAITING_MAX:
            return
        lane.append((now, execution_id, symbol))
        due = now + _FIRST
        if due < self.next_at:
            self.next_at = Nanos(due)

    def pass_to(self, at: Nanos) -> None:
        """The market is about to go to `at`: everything that was due before it is taken now."""
        lanes = self._lanes
        for place, seconds in enumerate(MARK_SECONDS):
            lane, later = lanes[place], place + 1
            while lane and lane[0][0] + seconds * NANOS_PER_SECOND < at:
                waiting = lane.popleft()
                self._take(waiting, seconds)
                if later < len(lanes) and len(lanes[later]) < FILLS_WAITING_MAX:
                    lanes[later].append(waiting)
        due = [
            lane[0][0] + seconds * NANOS_PER_SECOND
            for lane, seconds in zip(lanes, MARK_SECONDS, strict=True)
            if lane
        ]
        self.next_at = Nanos(min(due, default=NEVER))

    def tell(self, unheard: Container[str]) -> tuple[Mark, ...]:
        """Marks of fills that the desk has heard of; the others wait until it has.

        A mark in the journal without its fill would belong to another fill after a crash, when
        the number of the execution is given again.
        """
        told = tuple(mark for mark in self.taken if mark.execution_id not in unheard)
        self.taken = [mark for mark in self.taken if mark.execution_id in unheard]
        return told

    def _take(self, waiting: _Waiting, seconds: int) -> None:
        _, execution_id, symbol = waiting
        quote = self._market.quotes[symbol]
        if quote.phase is Phase.OPEN and quote.is_two_sided:
            twice_mid = quote.bid + quote.ask
            self.taken.append(Mark(execution_id, symbol, seconds, twice_mid))
