"""Two sides with the same hours over days of sleep, cuts and orders: numbers begin anew once a day,
on both sides alike, and every report of the last day arrives."""

import pytest

from connectors.fix.line import Instant, Phase
from connectors.fix.link.schedule import Hours, read_hours
from connectors.fix.session import Session
from connectors.fix.settings import SessionSettings, ShortMemory
from engine.values import NANOS_PER_SECOND, Nanos
from tests.connectors.fix.test_two_sides import NEVER_RESENT, Pair

HOURS = "mon-fri 09:30-16:00 America/New_York"
ROUNDS = 150
START = Nanos(1_793_361_600 * NANOS_PER_SECOND)
"""2026-10-30 12:00 New York, a Friday: the clocks go back on the Sunday after it."""


class PairOverDays(Pair):
    """A pair that keeps hours, and knows in which period each thing was said and heard."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed, "FIX.4.4")
        self.now = START
        self.hours = read_hours(HOURS)
        assert isinstance(self.hours, Hours)
        self.sessions = (self._with_hours(0), self._with_hours(1))
        self.said: dict[tuple[int, int], Nanos | None] = {}

    def _with_hours(self, side: int) -> Session:
        names = ("DESK", "VENUE")[:: 1 if side == 0 else -1]
        settings = SessionSettings(
            version="FIX.4.4",
            sender=names[0],
            target=names[1],
            is_initiator=side == 0,
            schedule=self.hours,
            never_resent=NEVER_RESENT if side == 0 else frozenset(),
            latency_max=Nanos(0),
        )
        return Session(settings, ShortMemory(), self.desks[side])

    def connect(self) -> None:
        """Who keeps hours does not call outside them; who does is sent away."""
        if self.rng.random() < 0.9 and self.sessions[0].why_not(self.instant):
            return
        super().connect()

    def say(self, side: int) -> None:
        super().say(side)
        period = self.hours.period_at(self.now)
        self.said[side, self.sent[side]] = period.opens if period is not None else None

    def misfortune(self) -> None:
        if self.rng.random() < 0.06:
            self.sleep(self.rng.choice((60, 600, 7_200, 66_000)) * self.rng.random())
        else:
            super().misfortune()

    def sleep(self, seconds: float) -> None:
        """Nothing runs on either side; what is under way arrives when it is over."""
        self.now = Nanos(self.now + int(seconds * NANOS_PER_SECOND))

    @property
    def instant(self) -> Instant:
        return Instant(self.now, self.now)


@pytest.mark.parametrize("seed", range(40))
def test_days_come_and_go_and_both_sides_count_alike(seed: int) -> None:
    pair = PairOverDays(seed)
    pair.connect()
    for _ in range(ROUNDS):
        pair.misfortune()
    following = pair.hours.period_at(pair.now) or pair.hours.next_after(pair.now)
    assert following is not None
    pair.now = Nanos(max(pair.now, following.opens) + NANOS_PER_SECOND)
    pair.settle()
    here, there = pair.sessions
    assert here.phase is there.phase is Phase.ACTIVE
    assert (here.memory.next_in, here.memory.next_out) == (
        there.memory.next_out,
        there.memory.next_in,
    )
    days = {
        period.opens
        for moment in range(START, pair.now, 600 * NANOS_PER_SECOND)
        if (period := pair.hours.period_at(Nanos(moment))) is not None
    }
    for side, desk in enumerate(pair.desks):
        assert desk.taken == sorted(set(desk.taken)), "something came twice or out of turn"
        assert pair.sessions[side].resets <= len(days), "numbers began anew within a day"
    today = following.opens
    reports = [number for (side, number), day in pair.said.items() if side == 1 and day == today]
    assert set(reports) <= set(pair.desks[0].taken), "a report of today is lost"
