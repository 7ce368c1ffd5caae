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
FILLED     ACCEPT FILLED, PARTIAL_FILL FILLED, FULL_FILL FILLED, CANCEL CANCELLED
FILLED     EXPIRE EXPIRED, REJECT REJECTED
FILLED     BUST_TO_PART PARTIAL, BUST_TO_NOTHING WORKING
PARTIAL    BUST_TO_PART PARTIAL, BUST_TO_NOTHING WORKING
CANCELLED  ACCEPT CANCELLED, PARTIAL_FILL CANCELLED, FULL_FILL FILLED
CANCELLED  BUST_AFTER_END CANCELLED
REJECTED   ACCEPT REJECTED, PARTIAL_FILL REJECTED, FULL_FILL FILLED
REJECTED   BUST_AFTER_END REJECTED
EXPIRED    ACCEPT EXPIRED, PARTIAL_FILL EXPIRED, FULL_FILL FILLED
EXPIRED    BUST_AFTER_END EXPIRED
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


def test_only_a_trade_taken_back_opens_what_was_filled_and_nothing_opens_the_rest() -> None:
    busts = (Happening.BUST_TO_PART, Happening.BUST_TO_NOTHING)
    for (status, happening), following in TRANSITIONS.items():
        opens = status in DONE and following not in DONE
        assert opens == (status is Status.FILLED and happening in busts)


def test_what_is_done_never_counts_as_exposure() -> None:
    assert not DONE & LIVE
    assert frozenset(Status) == DONE | LIVE | {Status.STAGED, Status.HELD}


def test_a_denied_order_stays_denied_whatever_comes() -> None:
    assert not any(status is Status.DENIED for status, _ in TRANSITIONS)
