"""What IB charges for an execution: told once for each word of it, whenever it comes."""

from collections.abc import Callable

import pytest

from engine.domain.reports import Report, VenueFeeCharged, VenueFilled, VenueTradeCorrected
from engine.domain.requests import ExecutionsRequest
from engine.domain.statements import VenueExecutions
from engine.values import MONEY_SCALE, Nanos
from tests.connectors.contract.conftest import new
from tests.connectors.contract.ib_end import IbEnd
from tests.connectors.ib.gateway import UNSET
from tests.connectors.ib.gateway.faults import duplicate, hold_for, lose

Desk = Callable[..., IbEnd]
CENT = MONEY_SCALE // 100


def charged(told: list[Report]) -> list[tuple[str, int, int]]:
    """(order, revision, cents) of every report, in order, also of repeated ones."""
    return [
        (each.client_order_id, each.revision, each.fee // CENT)
        for each in told
        if isinstance(each, VenueFeeCharged)
    ]


def working(desk: Desk, **ways: object) -> IbEnd:
    end = desk(commission="0.35", **ways)
    end.send(new("A"))
    end.hear()
    return end


def test_each_execution_is_charged_behind_its_fill(desk: Desk) -> None:
    end = working(desk)
    end.fill("A", 40)
    told = end.hear()
    kinds = [type(each) for each in told]
    assert kinds.index(VenueFilled) < kinds.index(VenueFeeCharged)
    assert charged(told) == [("A", 0, 35)]


def test_one_that_comes_before_its_execution_waits_for_it(desk: Desk) -> None:
    end = working(desk)
    end.gateway.fill("A", 40, says=("commission", "execution", "status"))
    told = end.hear()
    kinds = [type(each) for each in told]
    assert kinds.index(VenueFilled) < kinds.index(VenueFeeCharged)
    assert charged(told) == [("A", 0, 35)]


def test_one_that_comes_twice_is_told_once(desk: Desk) -> None:
    end = working(desk)
    end.gateway.script(duplicate("commissionReport", copies=3))
    end.fill("A", 40)
    assert charged(end.hear()) == [("A", 0, 35)]


def test_another_amount_later_is_told_as_it_is_now(desk: Desk) -> None:
    end = working(desk)
    end.fill("A", 40)
    end.hear()
    (trade,) = end.gateway.broker.executions
    end.gateway.charge(trade.exec_id, commission="0.30")
    assert charged(end.hear()) == [("A", 0, 30)]


@pytest.mark.parametrize("amount", [UNSET, "nan"])
def test_an_amount_that_is_none_is_no_word_at_all(desk: Desk, amount: str) -> None:
    end = working(desk)
    end.gateway.fill("A", 40, commission=amount)
    assert charged(end.hear()) == []
    (trade,) = end.gateway.broker.executions
    end.gateway.charge(trade.exec_id, commission="0.35")
    assert charged(end.hear()) == [("A", 0, 35)]


def test_another_currency_is_told_to_a_person_and_not_booked(desk: Desk) -> None:
    end = working(desk)
    end.gateway.script(lose("commissionReport"))
    end.fill("A", 40)
    end.hear()
    (trade,) = end.gateway.broker.executions
    end.gateway.charge(trade.exec_id, commission="0.35", commission_currency="EUR")
    assert charged(end.hear()) == []
    assert any("0.35 EUR" in note and "not booked" in note for note in end.notes)


def test_a_lost_one_comes_with_the_next_list_of_executions(desk: Desk) -> None:
    end = working(desk)
    end.gateway.script(lose("commissionReport"))
    end.fill("A", 40)
    assert charged(end.hear()) == []
    end.ib._recheck()
    assert charged(end.hear()) == [("A", 0, 35)]
    end.ib._recheck()
    assert charged(end.hear()) == [], "and every later list says nothing new"


def test_a_correction_is_charged_anew_and_a_late_word_of_before_is_void(desk: Desk) -> None:
    end = working(desk)
    end.gateway.script(hold_for("commissionReport", "commissionReport"))
    end.fill("A", 40)
    end.hear()
    (trade,) = end.gateway.broker.executions
    end.correct(trade.base, trade.price.scaleb(4).__int__(), 50)  # type: ignore[arg-type]
    told = end.hear()
    assert [each.revision for each in told if isinstance(each, VenueTradeCorrected)] == [1]
    assert {(name, revision) for name, revision, _ in charged(told)} == {("A", 1)}


def test_a_desk_that_was_away_hears_what_it_cost(desk: Desk) -> None:
    end = working(desk)
    end.dies()
    end.fill("A", 40)
    end.hear()
    end.dies()
    assert charged(end.hear()) == [("A", 0, 35)], "again: whoever has it knows it by its execution"


def test_the_cost_of_an_order_that_was_over_before_is_told_by_its_first_name(desk: Desk) -> None:
    end = working(desk)
    end.gateway.script(lose("commissionReport"))
    end.fill("A", 100)
    end.hear()
    end.dies()
    told = end.hear()
    assert charged(told) == [("A", 0, 35)]
    assert not any(isinstance(each, VenueFilled) for each in told)


def test_a_list_of_executions_has_what_each_of_them_cost(desk: Desk) -> None:
    """Also of an order of another hand, which may be taken over later."""
    end = working(desk)
    end.fill("A", 40)
    end.hear()
    other = end.gateway.place_elsewhere("AAPL", "BUY", 10, "190.00")
    end.gateway.fill(other, 10)
    end.hear()
    end.send(ExecutionsRequest(3, Nanos(0)))
    (stated,) = [each for each in end.hear() if isinstance(each, VenueExecutions)]
    assert [each.fee for each in stated.executions] == [35 * CENT, 35 * CENT]
