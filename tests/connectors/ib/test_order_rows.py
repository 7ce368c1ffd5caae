"""More rows of the failure table for orders, foreign orders and accounts: the broker's book is the
truth, a reference has one order there, and nothing is sent a second time.
"""

from collections.abc import Callable

import pytest

from engine.domain.reports import (
    VenueAccepted,
    VenueCancelled,
    VenueCancelRefused,
    VenueFilled,
    VenueRejected,
    VenueReplaced,
    VenueReplaceRefused,
    VenueTradeCorrected,
)
from engine.domain.requests import (
    CashRequest,
    ExecutionsRequest,
    OpenOrdersRequest,
    PositionsRequest,
    StatusRequest,
)
from engine.domain.statements import VenueCash, VenueExecutions, VenueOpenOrders, VenuePositions
from engine.values import Nanos, Price
from tests.connectors.contract.conftest import LIMIT, cancel, new, only, replace
from tests.connectors.contract.ib_end import CLIENT_ID, IbEnd
from tests.connectors.ib.gateway.faults import close_after, lose, refuse

Desk = Callable[..., IbEnd]
ACCOUNT = "DU1234567"


def working(end: IbEnd, name: str = "A", quantity: int = 100) -> None:
    end.send(new(name, quantity))
    assert only(end.hear(), VenueAccepted)


def stated(end: IbEnd) -> dict[str, int]:
    """Open orders as the desk is told them: what is open of each."""
    end.send(OpenOrdersRequest(1))
    (told,) = only(end.hear(), VenueOpenOrders)
    assert told.is_complete
    return {row.client_order_id: row.quantity - row.cumulative for row in told.orders}


def held(end: IbEnd) -> dict[str, int]:
    end.send(PositionsRequest(2, ACCOUNT))
    (told,) = only(end.hear(), VenuePositions)
    assert told.is_complete
    return dict(told.positions)


# ── orders that neither live nor die ───────────────────────────────────────────────────────────


def test_a_cancel_that_is_pending_for_good_leaves_an_order_that_may_fill(desk: Desk) -> None:
    end = desk(confirms_cancels=False)
    working(end)
    end.send(cancel("A"))
    told = end.hear()
    assert not only(told, VenueCancelled) and not only(told, VenueCancelRefused)
    assert stated(end) == {"A": 100}
    end.fill("A", 30)
    assert [fill.quantity for fill in only(end.hear(), VenueFilled)] == [30]
    end.gateway.confirm_cancel("A")
    (gone,) = only(end.hear(), VenueCancelled)
    assert gone.cumulative == 30 and gone.requested


def test_an_order_that_is_parked_is_no_dead_order(desk: Desk) -> None:
    """Inactive, and listed all the same: it waits for shares to be found."""
    end = desk()
    working(end)
    end.gateway.park("A")
    told = end.hear()
    assert not only(told, VenueCancelled) and not only(told, VenueRejected)
    assert stated(end) == {"A": 100}
    end.gateway.trigger("A")
    end.fill("A", 100)
    assert [fill.quantity for fill in only(end.hear(), VenueFilled)] == [100]


def test_a_new_order_that_is_parked_can_be_cancelled(desk: Desk) -> None:
    end = desk(acknowledges=False)
    end.send(new("A"))
    end.hear()
    end.gateway.park("A")
    assert not only(end.hear(), VenueRejected)
    end.send(cancel("A"))
    assert only(end.hear(), VenueCancelled)
    assert end.gateway.broker.open_orders == []


@pytest.mark.parametrize("code", [77_777, 10_999, 399_999])
def test_a_code_that_nobody_knows_is_looked_up(desk: Desk, code: int) -> None:
    end = desk()
    working(end)
    asked = end.gateway.count("reqAllOpenOrders")
    end.gateway.warn("A", code, "never heard of")
    assert not end.hear() and end.gateway.count("reqAllOpenOrders") > asked
    assert any("nothing is concluded" in note for note in end.notes)


def test_a_code_that_nobody_knows_about_a_new_order_is_no_rejection(desk: Desk) -> None:
    end = desk(acknowledges=False)
    end.send(new("A"))
    end.hear()
    end.gateway.warn("A", 77_777, "never heard of")
    assert not only(end.hear(), VenueRejected)
    end.gateway.acknowledge("A")
    end.send(cancel("A"))
    assert only(end.hear(), VenueCancelled)


@pytest.mark.parametrize("code", [103, 104, 105, 110, 135, 201, 321])
def test_a_change_that_is_refused_is_asked_about(desk: Desk, code: int) -> None:
    end = desk()
    working(end)
    asked = end.gateway.count("reqAllOpenOrders")
    end.gateway.script(refuse("placeOrder", code, "no change"))
    end.send(replace("A", "B", 80, LIMIT - 100))
    (refused,) = only(end.hear(), VenueReplaceRefused)
    assert str(code) in refused.text and end.gateway.count("reqAllOpenOrders") > asked
    assert stated(end) == {"A": 100}
    end.send(replace("A", "C", 70, LIMIT - 100))
    assert only(end.hear(), VenueReplaced) and end.gateway.broker.order("A").quantity == 70


def test_104_to_a_change_brings_the_fill_that_nobody_heard(desk: Desk) -> None:
    end = desk()
    working(end)
    end.gateway.script(lose("execDetails"), lose("orderStatus"), lose("openOrder"))
    end.fill("A", 100)
    end.send(replace("A", "B", 120))
    told = end.hear()
    assert only(told, VenueReplaceRefused)
    assert [fill.quantity for fill in only(told, VenueFilled)] == [100]
    assert held(end) == {"AAPL": 100} and len(end.gateway.broker.of("A")) == 1


@pytest.mark.parametrize("code", [135, 161, 10147, 10148])
def test_codes_about_an_order_that_filled_unheard_end_in_its_fill(desk: Desk, code: int) -> None:
    end = desk()
    working(end)
    end.gateway.script(
        lose("execDetails"),
        lose("orderStatus"),
        lose("openOrder"),
        refuse("cancelOrder", code, "OrderId 1 cannot be cancelled, state: Filled"),
    )
    end.fill("A", 100)
    end.send(cancel("A"))
    told = end.hear()
    assert [fill.quantity for fill in only(told, VenueFilled)] == [100]
    assert not only(told, VenueCancelled) and stated(end) == {}


# ── ids ────────────────────────────────────────────────────────────────────────────────────────


def test_103_reads_the_next_id_anew_and_the_next_order_has_a_free_one(desk: Desk) -> None:
    """Somebody else with this client id has used up what the gateway had promised."""
    end = desk()
    end.gateway.do(lambda: end.gateway.hub.broker._highest.update({CLIENT_ID: 40}))
    end.send(new("A"))
    assert "nothing was placed" in only(end.hear(), VenueRejected)[0].text
    working(end, "B")
    assert end.gateway.broker.order("B").order_id == 41
    assert end.gateway.broker.of("A") == [] and end.gateway.count("placeOrder") == 2


def test_a_change_that_became_a_second_order_in_an_outage_is_cancelled_with_the_first(
    desk: Desk,
) -> None:
    end = desk()
    working(end)
    end.gateway.script(close_after("placeOrder"))
    end.send(replace("A", "B", 80))
    end.until(lambda: not end.ib._line.is_up)
    second = end.gateway.place_elsewhere(
        "AAPL", "BUY", 80, "190.10", client_id=CLIENT_ID, order_id=7_000, ref="A"
    )
    end.until(lambda: end.ib._line.is_up)
    end.hear()
    assert any("more than once" in note for note in end.notes)
    name = end.ib.parts.roll.get("A").name  # type: ignore[union-attr]
    end.send(cancel(name))
    told = end.hear()
    assert all(order.is_done for order in end.gateway.broker.of("A"))
    assert len(only(told, VenueCancelled)) == 1, "two at the broker, one for the desk"
    # The fixture holds every reference to one order; this test made a second on purpose.
    end.gateway.do(lambda: end.gateway.hub.broker.orders.pop(second))


# ── executions ─────────────────────────────────────────────────────────────────────────────────


def test_a_correction_whose_first_report_was_lost_is_one_trade(desk: Desk) -> None:
    end = desk()
    working(end)
    end.gateway.script(lose("execDetails"), lose("orderStatus", times=2), lose("openOrder"))
    end.gateway.fill("A", 100)
    exec_id = end.gateway.broker.executions[0].exec_id
    end.gateway.correct(exec_id, 90, "190.00")
    told = end.hear()
    (corrected,) = only(told, VenueTradeCorrected)
    assert (corrected.quantity, corrected.revision) == (90, 1) and not only(told, VenueFilled)
    end.send(ExecutionsRequest(3, Nanos(0)))
    (listed,) = only(end.hear(), VenueExecutions)
    assert [(e.execution_id, e.quantity, e.price) for e in listed.executions] == [
        (corrected.execution_id, 90, Price(1_900_000))
    ]
    assert held(end) == {"AAPL": 90}


def test_three_corrections_are_one_trade_at_its_last_terms(desk: Desk) -> None:
    end = desk()
    working(end)
    end.fill("A", 100)
    (fill,) = only(end.hear(), VenueFilled)
    exec_id = end.gateway.broker.executions[0].exec_id
    for size in (90, 95, 80):
        end.gateway.correct(exec_id, size, "190.00")
        exec_id = end.gateway.broker.executions[0].exec_id
        end.hear()
    assert end.ib.parts.trades.told_of("A") == 80 and held(end) == {"AAPL": 80}
    (trade,) = end.ib.parts.trades.every()
    assert (trade.base, trade.revision) == (fill.execution_id, 3)


def test_a_fill_of_before_midnight_that_no_list_tells_any_more_is_never_called_nothing(
    desk: Desk,
) -> None:
    """reqExecutions knows today alone: the order is in no list, and was at work. A person looks."""
    end = desk()
    working(end)
    end.gateway.down()
    end.gateway.fill("A", 100)
    end.until(lambda: not end.ib._line.is_up)
    end.gateway.come_back(new_day=True)
    told = end.until(lambda: end.ib._line.is_up) + end.hear()
    end.send(StatusRequest("A", 1))
    told += end.hear()
    assert told == [each for each in told if not isinstance(each, VenueRejected | VenueCancelled)]
    assert held(end) == {"AAPL": 100}, "the position says it"


def test_a_list_is_answered_from_though_the_next_has_begun(desk: Desk) -> None:
    """Something makes the connector look again in the moment in which a list came to its end."""
    end = desk()
    working(end)
    end.fill("A", 40)
    end.hear()
    end.send(OpenOrdersRequest(1), ExecutionsRequest(2, Nanos(0)))
    end._collected()
    ear = end.ib._wire.ear
    assert ear is not None
    end.gateway.when("execDetailsEnd", lambda: end.gateway.warn("A", 77_777, "look again"))
    end.gateway.wait(lambda: any(heard.name == "execDetailsEnd" for heard in list(ear._heard)))
    told = end._collected() + end.hear()
    (orders,), (trades,) = only(told, VenueOpenOrders), only(told, VenueExecutions)
    assert orders.is_complete and [row.client_order_id for row in orders.orders] == ["A"]
    assert trades.is_complete and [each.quantity for each in trades.executions] == [40]


# ── orders and positions of others ─────────────────────────────────────────────────────────────


def test_an_order_by_hand_at_tws_is_seen_and_taken_back_by_client_0_alone(desk: Desk) -> None:
    end = desk(terms={"client_id": 0})
    end.gateway.place_elsewhere("AAPL", "BUY", 50, "190.00")
    end.gateway.drop()
    end.until(lambda: not end.ib._line.is_up)
    end.until(lambda: end.ib._line.is_up)
    end.hear()
    (name,) = stated(end)
    end.send(cancel(name))
    end.hear()
    assert end.gateway.broker.open_orders == []


def test_an_order_of_another_client_is_seen_and_left_to_it(desk: Desk) -> None:
    end = desk()
    end.gateway.place_elsewhere("AAPL", "SELL", 50, "191.00", client_id=99, order_id=4, ref="HIS")
    (name,) = stated(end)
    end.send(cancel(name))
    (refused,) = only(end.hear(), VenueCancelRefused)
    assert "only that one takes it back" in refused.text or "take it back" in refused.text
    assert len(end.gateway.broker.open_orders) == 1
    end.gateway.fill("HIS", 50)
    told = end.hear()
    assert held(end) == {"AAPL": -50}
    assert all(fill.client_order_id == name for fill in only(told, VenueFilled))


def test_a_position_that_no_trade_made_is_stated_as_it_is(desk: Desk) -> None:
    """A split, an exercise, a transfer: the desk's own books decide nothing about it."""
    end = desk()
    working(end)
    end.fill("A", 100)
    end.hear()
    end.gateway.set_position("AAPL", 400, "47.53")
    told = end.hear()
    assert not only(told, VenueFilled) and held(end) == {"AAPL": 400}
    end.send(ExecutionsRequest(3, Nanos(0)), CashRequest(4, ACCOUNT))
    told = end.hear()
    assert [e.quantity for e in only(told, VenueExecutions)[0].executions] == [100]
    assert only(told, VenueCash)[0].is_complete


def test_an_account_must_be_named_where_there_are_several(desk: Desk) -> None:
    """435 to an order that names none: the desk's always do, changes included."""
    end = desk(accounts=("DU1000001", "DU1000002"), terms={"account": "DU1000002"})
    working(end)
    end.send(replace("A", "B", 80))
    assert only(end.hear(), VenueReplaced)
    assert end.gateway.broker.order("A").account == "DU1000002"
    assert end.gateway.broker.order("A").terms.text("account") == "DU1000002"


def test_repeats_of_everything_change_nothing(desk: Desk) -> None:
    end = desk(echoes=3)
    working(end)
    end.fill("A", 40)
    end.hear()
    for _ in range(5):
        end.gateway.restate("A")
    assert end.hear() == [] and stated(end) == {"A": 60} and held(end) == {"AAPL": 40}
