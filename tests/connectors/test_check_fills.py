"""The queue assumptions bound the order-by-order truth of a recorded day."""

from itertools import pairwise

import pytest

from connectors.feeds.lobster_file import open_recording
from connectors.paper.fills_check import (
    Compared,
    Result,
    Trial,
    check_fills,
    lanes_of,
    trials_of,
)
from connectors.paper.fills_summary import is_beyond, played_alone, summary_of
from engine.values import NANOS_PER_SECOND, Nanos, Price, Side

GOOG = "lobster/LOBSTER_SampleFile_GOOG_2012-06-21_10.zip"
MINUTE = 60 * NANOS_PER_SECOND
TRIAL = Trial(1, Nanos(0), Nanos(10), Side.BUY, "best", Price(100), 100)


def compared(truth: int, pessimistic: int, front: int, *times: int) -> Compared:
    done = iter(times or (5, 5, 5))
    results = [
        Result(True, filled, at, at)
        for filled, at in zip((truth, pessimistic, front), done, strict=True)
    ]
    return Compared(TRIAL, results[0], {"pessimistic": results[1], "front": results[2]})


@pytest.mark.parametrize(
    ("case", "beyond"),
    [
        (compared(100, 100, 100), False),
        (compared(50, 0, 100), False),
        (compared(50, 60, 100), True),
        (compared(50, 0, 40), True),
        (compared(100, 100, 100, 5, 4, 3), True),
        (compared(100, 100, 100, 5, 6, 6), True),
        (compared(100, 100, 100, 5, 6, 4), False),
    ],
)
def test_an_order_is_beyond_a_bound_by_quantity_or_by_time(case, beyond):
    assert is_beyond(case) is beyond
    assert summary_of([case]).is_bounded is not beyond


def test_orders_of_one_lane_never_stand_at_the_same_time(market_data):
    trials = trials_of(open_recording(market_data / GOOG), orders=50, seed=3)
    for lane in lanes_of(trials):
        assert all(first.until < second.at for first, second in pairwise(lane))
    assert sorted(trial.number for lane in lanes_of(trials) for trial in lane) == [
        trial.number for trial in trials
    ]


def checked(recording, **options):
    trials = trials_of(recording, orders=options.pop("orders"), seed=1, ends_at=options.pop("ends"))
    options = {"levels": 10, "tells_aggressor": True, **options}
    results = check_fills(recording, trials, **options)
    return summary_of(results, played_alone(recording, results, **options))


@pytest.mark.parametrize("levels", [10, pytest.param(1, marks=pytest.mark.long)])
def test_the_bounds_hold_in_the_first_minutes_of_goog(morning_recording, levels):
    ends = Nanos(morning_recording.identity().starts_at + 8 * MINUTE)
    result = checked(morning_recording, orders=24, ends=ends, levels=levels)
    assert result.is_bounded and result.orders > 20
    filled = result.shares_filled
    assert 0 < filled["pessimistic"] <= filled["truth"] <= filled["front"]
    assert filled["pessimistic"] < filled["front"]


@pytest.mark.long
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("levels", [10, 1])
def test_the_bounds_hold_over_the_whole_day_of_goog(market_data, levels):
    result = checked(open_recording(market_data / GOOG), orders=240, ends=None, levels=levels)
    assert result.is_bounded and result.orders > 200
