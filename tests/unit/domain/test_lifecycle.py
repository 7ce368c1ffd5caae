"""The life of an order is the table of the design, row by row, and nothing else."""

import itertools

import pytest

from engine.domain.lifecycle import DONE, LIVE, TRANSITIONS, Happening, Status, next_status

# What may follow, written a second time from the outside: status, then what each happening gives.
LIFE = """
STAGED     RELEASE SENT, HOLD HELD, DISCARD CANCELLED
HELD       RELEASE SENT, DISCARD CANCELLED
SENT       ACCEPT WORKING, PARTIAL_FILL PARTIAL, FULL_FILL FILLED, CANCEL CANCELLED
SENT       REJECT REJECTED, EXPIRE EXPIRED
WORKING    ACCEPT WORKING, PARTIAL_FILL PARTIAL, FULL_FILL FILLED, CANCEL CANCELLED
WORKING    REJECT REJECTED, EXPIRE EXPIRED
PARTIAL    ACCEPT PARTIAL, PARTIAL_FILL PARTIAL, FULL_FILL FILLED, CANCEL CANCELLED
PARTIAL    REJECT REJECTED, EXPIRE EXPIRED
FILLED     ACCEPT FILLED, PARTIAL_FILL FILLED, FULL_FILL FILLED
CANCELLED  ACCEPT CANCELLED, PARTIAL_FILL CANCELLED, FULL_FILL FILLED
REJECTED   PARTIAL_FILL REJECTED, FULL_FILL FILLED
EXPIRED    PARTIAL_FILL EXPIRED, FULL_FILL FILLED
"""


def _expected() -> dict[tuple[Status, Happening], Status]:
    rows: dict[tuple[Status, Happening], Status] = {}
    for line in LIFE.strip().splitlines():
        status, _, happenings = line.partition(" ")
        for words in happenings.split(","):
            happening, following = words.split()
            rows[Status[status], Happening[happening]] = Status[following]
    return rows


EVERYTHING = list(itertools.product(Status, Happening))


@pytest.mark.parametrize(("status", "happening"), EVERYTHING, ids=lambda word: word.name.lower())
def test_a_happening_leads_where_the_table_says_or_nowhere(
    status: Status, happening: Happening
) -> None:
    assert next_status(status, happening) == _expected().get((status, happening))


def test_the_table_has_no_row_beyond_these() -> None:
    assert _expected() == TRANSITIONS


def test_nothing_that_is_done_comes_back_to_life() -> None:
    for (status, _), following in TRANSITIONS.items():
        assert status not in DONE or following in DONE


def test_what_is_done_never_counts_as_exposure() -> None:
    assert not DONE & LIVE
    assert frozenset(Status) == DONE | LIVE | {Status.STAGED, Status.HELD}


def test_a_denied_order_stays_denied_whatever_comes() -> None:
    assert not any(status is Status.DENIED for status, _ in TRANSITIONS)
