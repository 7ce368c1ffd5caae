"""What a venue does by itself: busts, corrections, restatements, cancels, foreign orders."""

from engine.domain.reports import (
    VenueCancelled,
    VenueFilled,
    VenueRestated,
    VenueTradeBusted,
    VenueTradeCorrected,
)
from engine.domain.requests import (
    CashRequest,
    ExecutionsRequest,
    OpenOrdersRequest,
    PositionsRequest,
)
from engine.domain.statements import (
    Statement,
    VenueCash,
    VenueExecutions,
    VenueOpenOrders,
    VenuePositions,
)
from engine.values import Instruction, Nanos, Price, Quantity
from tests.connectors.contract.conftest import LIMIT, cancel, new, only
from tests.connectors.contract.far_end import FarEnd

SINCE = Nanos(0)


def filled(end: FarEnd, quantity: int) -> VenueFilled:
    end.send(new("A"))
    end.hear()
    end.fill("A", quantity)
    (fill,) = only(end.hear(), VenueFilled)
    return fill


def holds(end: FarEnd, expected: dict[str, int]) -> bool:
    """Where the venue states positions at all."""
    if Statement.POSITIONS not in end.states:
        return True
    end.send(PositionsRequest(1, "PAPER"))
    (stated,) = only(end.hear(), VenuePositions)
    assert stated.is_complete and stated.query == 1
    return dict(stated.positions) == expected


def test_a_bust_names_the_trade_and_what_is_open_after_it(end: FarEnd) -> None:
    fill = filled(end, 100)
    assert holds(end, {"AAPL": 100})
    end.bust(fill.execution_id)
    if not end.tells_busts:
        assert not only(end.hear(), VenueTradeBusted) and holds(end, {})
        return
    (busted,) = only(end.hear(), VenueTradeBusted)
    assert (busted.execution_id, busted.quantity, busted.leaves) == (fill.execution_id, 100, 0)
    assert holds(end, {})


def test_a_correction_names_the_first_report_and_its_own_revision(end: FarEnd) -> None:
    fill = filled(end, 100)
    end.correct(fill.execution_id, Price(LIMIT - 100), 90)
    end.correct(fill.execution_id, Price(LIMIT - 200), 80)
    first, second = sorted(only(end.hear(), VenueTradeCorrected), key=lambda each: each.revision)
    assert (first.revision, second.revision) == (1, 2)
    assert {first.execution_id, second.execution_id} == {fill.execution_id}
    assert (second.price, second.quantity) == (LIMIT - 200, 80)
    assert holds(end, {"AAPL": 80})


def test_a_list_of_executions_has_each_trade_once_as_it_stands_now(end: FarEnd) -> None:
    if Statement.EXECUTIONS not in end.states:
        return
    fill = filled(end, 100)
    end.correct(fill.execution_id, Price(LIMIT - 100), 90)
    end.hear()
    end.send(ExecutionsRequest(7, SINCE))
    (stated,) = only(end.hear(), VenueExecutions)
    (trade,) = stated.executions
    assert (stated.query, stated.is_complete) == (7, True)
    assert (trade.execution_id, trade.revision, trade.quantity) == (fill.execution_id, 1, 90)
    assert (trade.symbol, trade.instruction) == ("AAPL", Instruction.BUY)


def test_a_cancel_that_nobody_asked_for_says_so(end: FarEnd) -> None:
    filled(end, 30)
    end.let_go("A")
    (gone,) = only(end.hear(), VenueCancelled)
    assert (gone.requested, gone.cumulative) == (False, 30) and gone.text


def test_a_restated_order_is_told_and_is_what_a_cancel_meets(end: FarEnd) -> None:
    end.send(new("A"))
    end.hear()
    end.restate("A", Price(LIMIT - 100), 60)
    (restated,) = only(end.hear(), VenueRestated)
    assert (restated.price, restated.quantity) == (LIMIT - 100, 60)
    end.fill("A", 60)
    told = end.hear()
    assert [fill.quantity for fill in only(told, VenueFilled)] == [60]
    end.send(cancel("A"))
    assert not only(end.hear(), VenueCancelled)


def test_open_orders_are_stated_whole_with_foreign_ones_under_a_name_to_cancel(
    end: FarEnd,
) -> None:
    filled(end, 30)
    end.enter("THEIRS", Instruction.BUY, 20, Price(LIMIT - 500))
    end.hear()
    end.send(OpenOrdersRequest(3))
    (stated,) = only(end.hear(), VenueOpenOrders)
    rows = {row.client_order_id: row for row in stated.orders}
    assert (stated.query, stated.is_complete, set(rows)) == (3, True, {"A", "THEIRS"})
    assert (rows["A"].quantity, rows["A"].cumulative, rows["A"].price) == (100, 30, LIMIT)
    end.send(cancel("THEIRS"))
    (gone,) = only(end.hear(), VenueCancelled)
    assert gone.client_order_id == "THEIRS"
    end.send(OpenOrdersRequest(4))
    (stated,) = only(end.hear(), VenueOpenOrders)
    assert [row.client_order_id for row in stated.orders] == ["A"]


def test_cash_is_stated_with_what_it_counts(end: FarEnd) -> None:
    if Statement.CASH not in end.states:
        return
    filled(end, 30)
    end.send(CashRequest(5, "PAPER"))
    (stated,) = only(end.hear(), VenueCash)
    amounts = dict(stated.cash)
    assert stated.is_complete and amounts["USD"] == -30 * LIMIT * 100


def test_an_empty_venue_states_nothing_and_says_that_this_is_all(end: FarEnd) -> None:
    end.send(OpenOrdersRequest(1), ExecutionsRequest(2, SINCE), PositionsRequest(3, "PAPER"))
    told = end.hear()
    (orders,) = only(told, VenueOpenOrders)
    assert orders.orders == () and orders.is_complete
    if end.states != frozenset(Statement):
        return
    (executions,) = only(told, VenueExecutions)
    (positions,) = only(told, VenuePositions)
    assert (orders.orders, executions.executions, positions.positions) == ((), (), ())
    assert orders.is_complete and executions.is_complete and positions.is_complete
    assert Quantity(0) == sum(q for _, q in positions.positions)
