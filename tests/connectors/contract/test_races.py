"""Cancels, changes and fills that cross on their way: what is told adds up in every order (F16)."""

import itertools

import pytest

from engine.domain.reports import (
    VenueCancelled,
    VenueCancelRefused,
    VenueFilled,
    VenueReplaced,
    VenueReplaceRefused,
)
from tests.connectors.contract.conftest import cancel, new, only, replace
from tests.connectors.contract.far_end import FarEnd

MOMENTS = range(7)


@pytest.mark.parametrize("size", [60, 100])
@pytest.mark.parametrize(("fill_at", "cancel_at"), list(itertools.product(MOMENTS, MOMENTS)))
def test_what_is_cancelled_is_what_was_not_filled(
    end: FarEnd, size: int, fill_at: int, cancel_at: int
) -> None:
    """All 49 orderings: at the same moment the cancel comes first."""
    end.send(new("A"))
    end.hear()
    told = []
    filled = 0
    for moment in MOMENTS:
        if moment == cancel_at:
            end.send(cancel("A"))
            told += end.hear()
        if moment == fill_at and not only(told, VenueCancelled):
            end.fill("A", size)
            filled = size
    told += end.hear()
    assert sum(fill.quantity for fill in only(told, VenueFilled)) == filled
    ends = only(told, VenueCancelled)
    if filled == 100:
        assert not ends and only(told, VenueCancelRefused)
    else:
        (gone,) = ends
        assert gone.cumulative == filled


@pytest.mark.parametrize("size", [40, 60, 100])
@pytest.mark.parametrize("total", [50, 60, 80, 150])
def test_a_change_that_meets_a_fill_is_made_or_refused_and_nothing_is_lost(
    end: FarEnd, size: int, total: int
) -> None:
    """F17: whoever comes first, the order is filled by what was traded and open for the rest."""
    end.send(new("A"))
    end.hear()
    end.fill("A", size)
    end.send(replace("A", "B", total))
    told = end.hear()
    assert sum(fill.quantity for fill in only(told, VenueFilled)) == size
    is_possible = size < 100 and total > size
    assert bool(only(told, VenueReplaced)) == is_possible
    assert bool(only(told, VenueReplaceRefused)) == (not is_possible)
    end.send(cancel("B" if is_possible else "A"))
    ends = only(end.hear(), VenueCancelled)
    assert [gone.cumulative for gone in ends] == ([size] if size < 100 else [])


def test_a_change_of_a_name_that_was_changed_already_is_refused(end: FarEnd) -> None:
    end.send(new("A"))
    end.hear()
    end.send(replace("A", "B", 80))
    end.hear()
    end.send(replace("A", "C", 70))
    told = end.hear()
    assert only(told, VenueReplaceRefused) and not only(told, VenueReplaced)
