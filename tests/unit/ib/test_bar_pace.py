"""IB's limits on requests for bars of the past, each by itself and at its very edge."""

from types import SimpleNamespace
from typing import Any

import pytest

from connectors.ib.bar_pace import (
    IDENTICAL_APART,
    OF_A_CONTRACT_WITHIN,
    OPEN_MAX,
    PAUSE,
    WEIGHT_MAX,
    WITHIN,
    BarPace,
    Query,
)
from connectors.ib.history import History
from connectors.ib.turnstile import Lane
from engine.values import Nanos

START = Nanos(10**15)


def daily(con_id: int, what: str = "TRADES", duration: str = "1 M") -> Query:
    return Query(con_id, duration, "1 day", what)


def at(nanos: int) -> Nanos:
    return Nanos(START + nanos)


def test_sixty_leave_in_ten_minutes_and_the_next_when_the_first_is_as_old() -> None:
    pace = BarPace()
    for number in range(WEIGHT_MAX):
        assert pace.may_ask(daily(number), 0, at(number))
        pace.asked(daily(number), at(number))
    assert not pace.may_ask(daily(1_000), 0, at(WITHIN - 1))
    assert pace.may_ask(daily(1_000), 0, at(WITHIN))


def test_bid_and_ask_count_double() -> None:
    pace = BarPace()
    for number in range(WEIGHT_MAX // 2):
        assert pace.may_ask(daily(number, "BID_ASK"), 0, START)
        pace.asked(daily(number, "BID_ASK"), START)
    assert not pace.may_ask(daily(1_000), 0, at(1))


def test_the_same_request_waits_fifteen_seconds() -> None:
    pace = BarPace()
    pace.asked(daily(1), START)
    assert not pace.may_ask(daily(1), 0, at(IDENTICAL_APART - 1))
    assert pace.may_ask(daily(1, duration="2 M"), 0, at(IDENTICAL_APART - 1))
    assert pace.may_ask(daily(1), 0, at(IDENTICAL_APART))


def test_of_one_contract_five_leave_within_two_seconds() -> None:
    pace = BarPace()
    for number in range(5):
        query = daily(1, duration=f"{number} D")
        assert pace.may_ask(query, 0, START)
        pace.asked(query, START)
    assert not pace.may_ask(daily(1), 0, at(OF_A_CONTRACT_WITHIN - 1))
    assert pace.may_ask(daily(2), 0, at(1))
    assert pace.may_ask(daily(1), 0, at(OF_A_CONTRACT_WITHIN))


@pytest.mark.parametrize(("under_way", "may"), [(OPEN_MAX - 1, True), (OPEN_MAX, False)])
def test_no_more_than_fifty_are_open(under_way: int, may: bool) -> None:
    assert BarPace().may_ask(daily(1), under_way, START) is may


def test_after_a_violation_nothing_leaves_for_a_minute() -> None:
    pace = BarPace()
    pace.violated(START)
    assert not pace.may_ask(daily(1), 0, at(PAUSE - 1))
    assert pace.may_ask(daily(1), 0, at(PAUSE))


def test_of_many_that_wait_none_is_looked_at_while_nothing_may_be_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A thousand symbols wait for hours, and the desk looks many times a second."""
    questions, looked = iter(range(1, 1_000)), list[Query]()
    speaker: Any = SimpleNamespace(new_id=lambda owner: next(questions), ask=lambda *words: None)
    may_ask = BarPace.may_ask

    def count(pace: BarPace, query: Query, under_way: int, now: Nanos) -> bool:
        looked.append(query)
        return may_ask(pace, query, under_way, now)

    monkeypatch.setattr(BarPace, "may_ask", count)
    history = History(speaker, lambda: "")
    for number in range(1_000):
        history.want(daily(number), None, lambda bars, trouble: None)
    for number in range(100):
        history.look(at(number))
    assert len(looked) == OPEN_MAX


def test_bars_leave_behind_everything_else() -> None:
    lanes: list[Lane] = []

    class Listening:
        def new_id(self, owner: object) -> int:
            return 1

        def ask(self, lane: Lane, request: str, *arguments: object) -> None:
            lanes.append(lane)

    history = History(Listening(), lambda: "")  # type: ignore[arg-type]  # all that it needs
    history.want(daily(1), None, lambda bars, trouble: None)
    history.look(START)
    assert lanes == [max(Lane)]
