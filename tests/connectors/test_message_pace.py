"""A pace is kept exactly, whatever the times; what waits for it waits in order and with a bound."""

from hypothesis import given
from hypothesis import strategies as st

from connectors.pace import Pace
from engine.values import NANOS_PER_SECOND, Nanos


def at(seconds: float) -> Nanos:
    return Nanos(int(seconds * NANOS_PER_SECOND))


def test_a_burst_may_leave_at_once_and_then_one_for_each_share_of_a_second() -> None:
    pace = Pace(10, burst=3)
    assert [pace.may_send(at(0)) for _ in range(4)] == [True, True, True, False]
    assert pace.next_at(at(0)) == at(0.1)
    assert not pace.may_send(Nanos(at(0.1) - 1))
    assert pace.may_send(at(0.1)) and not pace.may_send(at(0.1))


def test_a_silence_gives_no_more_than_the_burst() -> None:
    pace = Pace(10, burst=3)
    for _ in range(3):
        pace.may_send(at(0))
    assert sum(pace.may_send(at(3_600)) for _ in range(100)) == 3


def test_a_clock_that_goes_back_gives_nothing() -> None:
    pace = Pace(1, burst=1)
    assert pace.may_send(at(10))
    assert not pace.may_send(at(5))
    assert not pace.may_send(at(10.9)) and pace.may_send(at(11))


@given(
    st.integers(1, 1_000),
    st.integers(1, 50),
    st.lists(st.integers(0, 2 * NANOS_PER_SECOND), max_size=300),
)
def test_in_no_stretch_of_time_leaves_more_than_its_share_and_a_burst(
    rate: int, burst: int, steps: list[int]
) -> None:
    pace, now, sent = Pace(rate, burst), 0, []
    for step in steps:
        now += step
        following = pace.next_at(Nanos(now))
        may = pace.may_send(Nanos(now))
        assert may == (following == now)
        if may:
            sent.append(now)
        else:
            assert pace.next_at(Nanos(now)) > now
    for first in range(len(sent)):
        for last in range(first, len(sent)):
            share = (sent[last] - sent[first]) * rate / NANOS_PER_SECOND
            assert last - first + 1 <= burst + share
