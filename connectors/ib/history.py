"""Bars of the past: asked for at IB's pace, remembered for the day, and never waited for."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from connectors.ib.bar_pace import BarPace, Query
from connectors.ib.speaker import Speaker
from connectors.ib.turnstile import Lane
from engine.values import NANOS_PER_SECOND, Nanos

ANSWERS_WITHIN = Nanos(60 * NANOS_PER_SECOND)
WAITING_MAX = 2_000
ANSWERS_KEPT_MAX = 1_000
SINCE_1970 = 2
"""Times of bars below a day as seconds: as text they would be in the gateway's own zone."""
SERVICE, STILL_AT_IT, NO_SUCH_QUERY = 162, 165, 366
TOO_FAST, NOTHING = "pacing violation", "no data"
"""How IB's one code 162 says which of several it is."""
SILENT = "IB does not answer with bars of the past"
Told = Callable[[Sequence[Any], str], None]
"""(bars of the library, the oldest first; why there are none)."""


class _Asked(msgspec.Struct):
    """One query, and who wants to know."""

    query: Query
    contract: Any
    told: list[Told]
    question: int = 0
    asked_at: Nanos = Nanos(0)
    bars: list[Any] = []


class History:
    """`why_not`: why nothing can be asked now, empty where it can."""

    def __init__(self, speaker: Speaker, why_not: Callable[[], str]) -> None:
        self._speaker, self._why_not = speaker, why_not
        self._pace = BarPace()
        self._waiting: dict[Query, _Asked] = {}
        self._under_way: dict[int, _Asked] = {}
        self._known: dict[Query, tuple[Any, ...]] = {}
        self._now = Nanos(0)

    def want(self, query: Query, contract: Any, told: Told, *, anew: bool = False) -> None:
        """Once IB has told it: what was told today is told again at once, unless it is wanted
        `anew`."""
        known = None if anew else self._known.get(query)
        if known is not None:
            told(known, "")
            return
        for asked in (*self._under_way.values(), self._waiting.get(query)):
            if asked is not None and asked.query == query:
                asked.told.append(told)
                return
        if len(self._waiting) >= WAITING_MAX:
            told((), f"{WAITING_MAX:,} questions for bars wait already")
            return
        self._waiting[query] = _Asked(query, contract, [told], bars=[])

    def new_day(self) -> None:
        """What was told yesterday lacks a day."""
        self._known.clear()

    # What is heard.

    def look(self, now: Nanos) -> None:
        """`now`: monotonic. Asks what may be asked, and gives up what takes too long."""
        self._now = now
        for asked in list(self._under_way.values()):
            if now - asked.asked_at >= ANSWERS_WITHIN:
                self._speaker.ask(Lane.HISTORY, "cancelHistoricalData", asked.question)
                self._over(asked, SILENT)
        if not self._waiting or self._why_not():
            return
        for query, asked in list(self._waiting.items()):
            if self._pace.is_full(len(self._under_way), now):
                return
            if self._pace.may_ask(query, len(self._under_way), now):
                del self._waiting[query]
                self._ask(asked)

    def _ask(self, asked: _Asked) -> None:
        query = asked.query
        asked.question, asked.asked_at = self._speaker.new_id(self._refused), self._now
        asked.bars.clear()
        self._pace.asked(query, self._now)
        self._under_way[asked.question] = asked
        self._speaker.ask(
            Lane.HISTORY,
            "reqHistoricalData",
            *(asked.question, asked.contract, "", query.duration, query.size, query.what),
            *(True, SINCE_1970, False, []),
        )

    def bar(self, question: int, bar: Any) -> None:
        asked = self._under_way.get(question)
        if asked is not None:
            asked.bars.append(bar)

    def end(self, question: int, first: str, last: str) -> None:
        asked = self._under_way.get(question)
        if asked is None:
            return
        self._known[asked.query] = tuple(asked.bars)
        if len(self._known) > ANSWERS_KEPT_MAX:
            del self._known[next(iter(self._known))]
        self._over(asked, "")

    def lost(self) -> None:
        """The line is gone: what had no answer is asked over the next one."""
        for asked in self._under_way.values():
            self._speaker.forget(asked.question)
            self._waiting[asked.query] = asked
        self._under_way.clear()

    def _refused(self, question: int, code: int, text: str) -> None:
        asked = self._under_way.get(question)
        if asked is None or code == STILL_AT_IT:
            return
        words = text.lower()
        if code == SERVICE and TOO_FAST in words:
            self._pace.violated(self._now)
            self._under_way.pop(question)
            self._speaker.forget(question)
            self._waiting[asked.query] = asked
        elif code == SERVICE and NOTHING in words:
            asked.bars.clear()
            self._known[asked.query] = ()
            self._over(asked, "")
        else:
            self._over(asked, f"{text} ({code})")

    def _over(self, asked: _Asked, trouble: str) -> None:
        self._under_way.pop(asked.question, None)
        self._speaker.forget(asked.question)
        bars = () if trouble else tuple(asked.bars)
        for told in asked.told:
            told(bars, trouble)
