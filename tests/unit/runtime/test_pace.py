"""Market time follows the wall, and slips rather than hurries."""

import threading

from engine.runtime.host import STRIDE
from engine.runtime.live_time import LiveTime
from engine.runtime.pace import ClockPace, WallPace
from engine.runtime.replay import LIVE_REFUSAL
from engine.values import NANOS_PER_SECOND, Nanos

OPEN = Nanos(1_000 * NANOS_PER_SECOND)


class Wall:
    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> int:
        return self.now

    def passes(self, seconds: float) -> None:
        self.now += int(seconds * NANOS_PER_SECOND)


def paced(factor: float) -> tuple[WallPace, Wall]:
    wall = Wall()
    pace = WallPace(factor, threading.Event(), wall)
    assert pace.allowed(OPEN) == OPEN
    return pace, wall


def test_market_time_follows_the_wall_at_its_factor() -> None:
    pace, wall = paced(3)
    wall.passes(2)
    assert pace.allowed(OPEN) == OPEN + 6 * NANOS_PER_SECOND


def test_a_new_factor_counts_from_where_the_market_is() -> None:
    pace, wall = paced(1)
    wall.passes(5)
    pace.set_factor(0, Nanos(OPEN + 4))
    wall.passes(60)
    assert pace.allowed(Nanos(OPEN + 4)) == OPEN + 4


def test_a_machine_that_slept_does_not_hurry_through_what_it_missed() -> None:
    pace, wall = paced(1)
    wall.passes(3_600)
    assert pace.allowed(OPEN) == OPEN + STRIDE
    later = Nanos(OPEN + STRIDE)
    wall.passes(1)
    assert pace.allowed(later) <= later + STRIDE
    wall.passes(1)
    again = Nanos(later + NANOS_PER_SECOND)
    assert pace.allowed(again) <= again + 2 * NANOS_PER_SECOND


def test_a_night_that_is_skipped_takes_no_time_on_the_wall_and_the_day_then_follows_it() -> None:
    pace, wall = paced(1)
    dawn, now, rounds = Nanos(OPEN + 63_000 * NANOS_PER_SECOND), OPEN, 0
    pace.skip_to(dawn)
    while now < dawn:
        before, now = now, pace.allowed(now)
        assert before < now <= before + STRIDE, "work that comes up is looked at every stride"
        pace.wait(dawn)
        rounds += 1
    assert (now, rounds) == (dawn, 6_300)
    assert pace.allowed(now) == dawn
    wall.passes(2)
    assert pace.allowed(now) == dawn + 2 * NANOS_PER_SECOND


def test_a_pause_takes_back_a_skip() -> None:
    pace, _ = paced(1)
    pace.skip_to(Nanos(OPEN + 63_000 * NANOS_PER_SECOND))
    halfway = pace.allowed(OPEN)
    pace.set_factor(0, halfway)
    assert pace.allowed(halfway) == halfway


def test_a_market_that_cannot_keep_up_comes_round_every_stride_and_never_sleeps() -> None:
    pace, wall = paced(600)
    now = OPEN
    for _ in range(20):
        wall.passes(1)
        reached = pace.allowed(now)
        assert now < reached <= now + STRIDE
        pace.wait(Nanos(now + 3_600 * NANOS_PER_SECOND))
        now = reached


class Elsewhere:
    """A venue whose time is everybody's."""

    def __init__(self) -> None:
        self.at, self.rings = OPEN, []

    def clock(self) -> Nanos:
        return self.at

    def wake_with(self, ring) -> None:
        self.rings.append(ring)


def test_the_time_of_a_venue_beyond_a_line_is_its_clocks_and_never_goes_back() -> None:
    venue, wake = Elsewhere(), threading.Event()
    pace = ClockPace(venue, wake)
    assert pace.allowed(Nanos(0)) == OPEN
    pace.set_factor(600, OPEN)
    venue.at = Nanos(OPEN + 5)
    assert pace.allowed(OPEN) == OPEN + 5
    assert pace.allowed(Nanos(OPEN + 9)) == OPEN + 9


def test_what_comes_over_the_line_ends_the_wait() -> None:
    venue, wake = Elsewhere(), threading.Event()
    pace = ClockPace(venue, wake)
    venue.rings[0]()
    pace.wait(Nanos(OPEN + 60 * NANOS_PER_SECOND))
    assert not wake.is_set(), "the wait took the ring"


class Anywhere:
    """As much of a host as its time needs."""

    def __init__(self) -> None:
        self.venue, self.session, self.now, self.pace = self, self, OPEN, None
        self.live = Elsewhere()

    def listen(self, listener) -> None:
        return None


def test_nobody_sets_the_speed_of_a_venue_whose_time_is_everybodys() -> None:
    host, said = Anywhere(), []
    time = LiveTime(host, 1.0, threading.Event(), said.append)
    time.set_speed(600)
    time.set_speed(0)
    assert said == [LIVE_REFUSAL, LIVE_REFUSAL] and (time.word, time.factor) == ("live", 1.0)
    host.live.at = Nanos(OPEN + 7)
    assert host.pace.allowed(OPEN) == OPEN + 7
