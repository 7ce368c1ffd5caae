"""Limits that are lists: what a name or a window is, and which of two lists is tighter."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.reasons import Refusal
from engine.domain.risk.limits import (
    Limits,
    check_pairs,
    default_pairs,
    digest,
    loosen,
    tighten,
)
from engine.domain.risk.lists import read_windows, windows_text


def with_limit(name: str, text: str) -> Limits:
    pairs = dict(default_pairs())
    pairs[f"risk.{name}"] = text
    return Limits.from_pairs(pairs.items())


@pytest.mark.parametrize(
    ("name", "text", "shown"),
    [
        ("restricted_list", "MSFT,AAPL", "AAPL,MSFT"),
        ("restricted_list", "none", "none"),
        ("venues_allowed", "any", "any"),
        ("time_lock", "15:50-16:00,12:00-13:00", "12:00-13:00,15:50-16:00"),
        ("time_lock", "12:00-12:30,12:30-13:00", "12:00-13:00"),
        ("time_lock", "12:00-13:00,12:15-12:30", "12:00-13:00"),
        ("time_lock", "00:00-24:00", "00:00-24:00"),
        ("time_lock", "none", "none"),
    ],
)
def test_a_list_is_told_in_one_way_however_it_was_written(name: str, text: str, shown: str) -> None:
    limits = with_limit(name, text)
    assert limits.text(f"risk.{name}") == shown
    assert digest(limits) == digest(with_limit(name, shown))


@pytest.mark.parametrize(
    ("name", "text", "because"),
    [
        ("restricted_list", "", "'' is no name such as AAPL, nor none"),
        ("restricted_list", "AAPL,,MSFT", "'' is no name"),
        ("restricted_list", "aapl", "'aapl' is no name such as AAPL"),
        ("restricted_list", "AAPL, MSFT", "' MSFT' is no name"),
        ("restricted_list", "AAPL,AAPL", "a name stands there twice"),
        ("restricted_list", "any", "'any' is no name"),
        ("restricted_list", "none,AAPL", "'none' is no name"),
        ("restricted_list", "ＡＡＰＬ", "is no name"),
        ("restricted_list", "A\x1b[2J", "is no name"),
        ("restricted_list", ",".join(f"S{n}" for n in range(101)), "more than 100 names"),
        ("off_accepted", "weather", "'weather' is none of average_volume, sectors"),
        ("accounts_allowed", "u1", "'u1' is no name such as U1234567, nor none or any"),
        ("venues_allowed", "paper,any", "'any' is no name such as paper"),
        ("time_lock", "", "'' is no window such as 12:00-13:00, nor none"),
        ("time_lock", "12-13", "'12-13' is no window"),
        ("time_lock", "13:00-12:00", "does not end after it begins, on one day"),
        ("time_lock", "12:00-12:00", "does not end after it begins"),
        ("time_lock", "12:60-13:00", "does not end after it begins"),
        ("time_lock", "23:00-24:01", "does not end after it begins"),
        ("time_lock", "１２:00-13:00", "is no window"),
        ("time_lock", ",".join(["12:00-13:00"] * 25), "more than 24 windows"),
    ],
)
def test_what_is_no_list_says_which_part_of_it_and_what_would_fit(
    name: str, text: str, because: str
) -> None:
    (problem,) = check_pairs([(f"risk.{name}", text)])
    assert problem.key == f"risk.{name}"
    assert problem.sentence.startswith(f"risk.{name}: ") and because in problem.sentence


@pytest.mark.parametrize(
    ("name", "before", "after", "outcome"),
    [
        ("restricted_list", "AAPL", "AAPL,MSFT", "tighter"),
        ("restricted_list", "AAPL,MSFT", "AAPL", "looser"),
        ("restricted_list", "AAPL", "MSFT", "looser"),
        ("restricted_list", "AAPL,MSFT", "MSFT,AAPL", "the same"),
        ("restricted_list", "AAPL", "none", "looser"),
        ("venues_allowed", "paper", "none", "tighter"),
        ("venues_allowed", "paper", "ib,paper", "looser"),
        ("venues_allowed", "paper", "ib", "looser"),
        ("venues_allowed", "any", "paper", "tighter"),
        ("venues_allowed", "paper", "any", "looser"),
        ("accounts_allowed", "any", "U1,U2", "tighter"),
        ("off_accepted", "none", "earnings", "looser"),
        ("off_accepted", "earnings,sectors", "earnings", "tighter"),
        ("time_lock", "12:00-13:00", "11:00-14:00", "tighter"),
        ("time_lock", "12:00-13:00", "12:00-13:00,15:00-16:00", "tighter"),
        ("time_lock", "11:00-14:00", "12:00-13:00", "looser"),
        ("time_lock", "12:00-13:00", "12:30-13:30", "looser"),
        ("time_lock", "12:00-13:00", "12:00-12:30,12:30-13:00", "the same"),
        ("no_trade_first_minutes", "5", "10", "tighter"),
        ("volume_age_max", "10", "5", "tighter"),
        ("price_min", "1", "5", "tighter"),
    ],
)
def test_a_list_that_loses_anything_it_forbids_or_gains_anything_it_allows_is_looser(
    name: str, before: str, after: str, outcome: str
) -> None:
    limits = with_limit(name, before)
    tighter, looser = tighten(limits, name, after), loosen(limits, name, after)
    assert isinstance(tighter, Limits) == (outcome == "tighter")
    assert isinstance(looser, Limits) == (outcome == "looser")
    if outcome == "the same":
        assert (tighter, looser) == (Refusal.NOT_TIGHTER, Refusal.NOT_LOOSER)


MINUTES = st.integers(0, 24 * 60 - 1)
WINDOW = st.tuples(MINUTES, st.integers(1, 240)).map(lambda w: (w[0], min(w[0] + w[1], 1440)))


@given(st.lists(WINDOW, min_size=1, max_size=8))
def test_windows_cover_the_same_minutes_once_they_are_merged(
    windows: list[tuple[int, int]],
) -> None:
    merged = read_windows(windows_text(tuple(windows)))
    covered = {minute for start, end in windows for minute in range(start, end)}
    assert {minute for start, end in merged for minute in range(start, end)} == covered
    assert all(one[1] < two[0] for one, two in pairwise(merged))
    assert read_windows(windows_text(merged)) == merged
