"""What goes wrong with an order at IB, and what must come of it: the broker's book is the truth.

Each test is a row of the failure table for orders. In every one of them a reference has one order
at the broker, or none where it never arrived, and nothing is ever sent a second time.
"""

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from connectors.ib.ear import Heard
from connectors.ib.outgoing import unframed
from connectors.pace import Pace
from engine.domain.reports import (
    VenueAccepted,
    VenueCancelled,
    VenueCancelRefused,
    VenueExpired,
    VenueFilled,
    VenueOrderUnknown,
    VenueRejected,
    VenueReplaced,
    VenueReplaceRefused,
    VenueTradeCorrected,
)
from engine.domain.requests import (
    ExecutionsRequest,
    OpenOrdersRequest,
    PositionsRequest,
    StatusRequest,
)
from engine.domain.statements import VenueExecutions, VenueOpenOrders, VenuePositions
from engine.values import Nanos, Price
from tests.connectors.contract.conftest import LIMIT, cancel, new, only, replace
from tests.connectors.contract.ib_end import CLIENT_ID, IbEnd
from tests.connectors.ib.gateway.faults import (
    close_after,
    close_before,
    duplicate,
    hold_for,
    lose,
    refuse,
    swallow,
)

Desk = Callable[..., IbEnd]


def back(end: IbEnd) -> list[Any]:
    """The line broke and is whole again."""
    told = end.until(lambda: not end.ib._line.is_up)
    return told + end.until(lambda: end.ib._line.is_up) + end.hear()


def working(end: IbEnd, name: str = "A", quantity: int = 100) -> None:
    end.send(new(name, quantity))
    assert only(end.hear(), VenueAccepted)


# ── codes on live orders ───────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("code", [399, 404, 2109, 10349, 201, 110, 460, 77_777])
def test_a_code_alone_ends_no_order_that_ib_has_acknowledged(desk: Desk, code: int) -> None:
    end = desk()
    working(end)
    end.gateway.warn("A", code, "something about it")
    told = end.hear()
    assert not only(told, VenueRejected) and not only(told, VenueCancelled)
    assert end.ib.parts.roll.get("A") in list(end.ib.parts.roll.open())
    assert any(str(code) in note for note in end.notes)
    end.fill("A", 100)
    assert only(end.hear(), VenueFilled)[0].quantity == 100


@pytest.mark.parametrize("code", [201, 110, 103, 105, 200, 387, 434, 435, 460, 10243])
def test_a_refusal_of_what_was_never_acknowledged_is_a_rejection(desk: Desk, code: int) -> None:
    end = desk()
    end.gateway.script(refuse("placeOrder", code, "it cannot be", json='{"why": "so"}'))
    end.send(new("A"))
    (rejected,) = only(end.hear(), VenueRejected)
    assert str(code) in rejected.text and "it cannot be" in rejected.text
    assert end.gateway.broker.of("A") == []
    assert end.gateway.orders_sent == 1


def test_what_ib_says_of_a_rejection_beside_its_words_is_kept(desk: Desk) -> None:
    end = desk()
    end.gateway.script(refuse("placeOrder", 201, "no", json='{"rejectCode": "X7"}'))
    end.send(new("A"))
    (rejected,) = only(end.hear(), VenueRejected)
    assert "X7" in rejected.text


@pytest.mark.parametrize("code", [201, 110, 103, 105, 104])
def test_a_refused_change_leaves_the_order_at_its_old_terms(desk: Desk, code: int) -> None:
    end = desk()
    working(end)
    end.gateway.script(refuse("placeOrder", code, "no change"))
    end.send(replace("A", "B", 80, LIMIT - 100))
    told = end.hear()
    (refused,) = only(told, VenueReplaceRefused)
    assert refused.new_client_order_id == "B" and not only(told, VenueCancelled)
    order = end.gateway.broker.order("A")
    assert (order.quantity, order.terms.limit_price) == (100, Decimal("190.10"))
    standing = end.ib.parts.roll.get("A")
    assert standing is not None and (standing.price, standing.quantity) == (LIMIT, 100)
    end.send(OpenOrdersRequest(1))
    (stated,) = only(end.hear(), VenueOpenOrders)
    assert [(row.client_order_id, row.price) for row in stated.orders] == [("A", LIMIT)]


@pytest.mark.parametrize("code", [10148, 161])
def test_a_cancel_that_cannot_be_leaves_the_order_alive(desk: Desk, code: int) -> None:
    end = desk()
    working(end)
    end.gateway.script(refuse("cancelOrder", code, "cannot be cancelled, state: PreSubmitted"))
    end.send(cancel("A"))
    told = end.hear()
    assert only(told, VenueCancelRefused) and not only(told, VenueCancelled)
    assert end.gateway.broker.order("A").is_live
    end.send(cancel("A"))
    assert only(end.hear(), VenueCancelled)


def test_not_found_is_looked_up_before_anything_is_concluded(desk: Desk) -> None:
    end = desk()
    working(end)
    end.gateway.script(refuse("cancelOrder", 10147, "is not found"))
    end.send(cancel("A"))
    told = end.hear()
    (refused,) = only(told, VenueCancelRefused)
    assert "stands there all the same" in refused.text and not only(told, VenueCancelled)
    assert end.gateway.count("reqAllOpenOrders") == 2, "at the start, and for this"


def test_a_cancel_of_what_was_filled_unheard_brings_the_fill(desk: Desk) -> None:
    """10148 with the state Filled, and the execution that was lost is asked for."""
    end = desk()
    working(end)
    end.gateway.script(lose("execDetails"), lose("orderStatus"), lose("openOrder"))
    end.fill("A", 100)
    end.send(cancel("A"))
    told = end.hear()
    assert only(told, VenueCancelRefused) and not only(told, VenueCancelled)
    assert [fill.quantity for fill in only(told, VenueFilled)] == [100]


def test_a_rejection_after_it_was_taken_is_an_end_and_not_a_fill(desk: Desk) -> None:
    end = desk()
    working(end)
    end.gateway.reject("A", 201, "Order rejected - reason: margin")
    told = end.hear()
    (gone,) = only(told, VenueCancelled)
    assert "margin" in gone.text and not gone.requested
    assert not only(told, VenueFilled)


@pytest.mark.parametrize("says", [True, False])
def test_inactive_of_a_new_order_is_its_rejection(desk: Desk, says: bool) -> None:
    end = desk(acknowledges=False, inactive_on_reject=says)
    end.send(new("A"))
    end.hear()
    end.gateway.reject("A", 201, "no funds")
    (rejected,) = only(end.hear(), VenueRejected)
    assert "no funds" in rejected.text


def test_what_was_not_sent_is_looked_up_and_then_rejected(desk: Desk) -> None:
    """504: the request did not happen, and the lists say so too."""
    end = desk()
    end.gateway.script(refuse("placeOrder", 504, "Not connected"))
    end.send(new("A"))
    (rejected,) = only(end.hear(), VenueRejected)
    assert "nothing was placed" in rejected.text and end.gateway.broker.of("A") == []
    assert end.gateway.orders_sent == 1


def test_an_id_that_was_used_is_never_used_again_and_nothing_is_sent_twice(desk: Desk) -> None:
    end = desk()
    end.gateway.script(refuse("placeOrder", 103, "Duplicate order id"))
    end.send(new("A"))
    assert "nothing was placed" in only(end.hear(), VenueRejected)[0].text
    assert end.gateway.orders_sent == 1
    working(end, "B")
    assert end.gateway.broker.order("B").order_id > 1


def test_the_end_of_the_day_is_an_expiry_of_what_nobody_cancelled(desk: Desk) -> None:
    end = desk()
    working(end)
    end.gateway.warn("A", 399, "Order will expire at the end of day")
    end.gateway.expire("A")
    told = end.hear()
    assert only(told, VenueExpired) or only(told, VenueCancelled)[0].requested is False


def test_a_change_that_never_came_stands_in_the_way_of_no_other(desk: Desk) -> None:
    """It was asked about and IB's list shows the old terms: every later change had been refused."""
    end = desk()
    working(end)
    end.gateway.script(close_before("placeOrder"))
    end.send(replace("A", "B", 80, LIMIT - 100))
    back(end)
    end.send(replace("A", "C", 60, LIMIT - 200))
    assert "no answer yet" in only(end.hear(), VenueReplaceRefused)[0].text, "nobody has looked"
    end.send(StatusRequest("B", 1))
    assert only(end.hear(), VenueOrderUnknown)[0].client_order_id == "B"
    end.send(replace("A", "D", 60, LIMIT - 200))
    assert only(end.hear(), VenueReplaced)[0].new_client_order_id == "D"
    order = end.gateway.broker.order("A")
    assert (order.quantity, order.terms.limit_price) == (60, Decimal("190.08"))


# ── ids ────────────────────────────────────────────────────────────────────────────────────────


def test_ids_that_a_gateway_rolls_back_are_not_given_again(desk: Desk) -> None:
    end = desk()
    for name in "ABC":
        working(end, name)
    end.gateway.restart(roll_ids_back=True)
    back(end)
    working(end, "D")
    ids = [end.gateway.broker.order(name).order_id for name in "ABCD"]
    assert ids == sorted(set(ids)), "each its own, and always higher"


def test_ids_survive_the_process(desk: Desk) -> None:
    end = desk()
    working(end)
    end.gateway.restart(roll_ids_back=True)
    end.dies()
    end.hear()
    working(end, "B")
    assert end.gateway.broker.order("B").order_id > end.gateway.broker.order("A").order_id


def test_a_perm_id_may_come_late(desk: Desk) -> None:
    end = desk(first_without_perm_id=True)
    working(end)
    end.fill("A", 40)
    end.send(cancel("A"))
    (gone,) = only(end.hear(), VenueCancelled)
    assert gone.cumulative == 40


def test_answers_that_come_three_times_count_once(desk: Desk) -> None:
    end = desk(echoes=3)
    working(end)
    end.gateway.script(duplicate("execDetails", copies=2))
    end.fill("A", 40)
    told = end.hear()
    assert [fill.quantity for fill in only(told, VenueFilled)] == [40]
    assert sum(isinstance(each, VenueFilled) for each in told) == 1


def test_two_orders_of_one_reference_are_told_and_both_cancelled() -> None:
    end = IbEnd()
    try:
        working(end)
        end.gateway.place_elsewhere(
            "AAPL", "BUY", 100, "190.10", client_id=7, order_id=500, ref="A"
        )
        end.send(OpenOrdersRequest(1))
        end.hear()
        assert any("more than once" in note for note in end.notes)
        end.send(cancel("A"))
        end.hear()
        assert all(order.is_done for order in end.gateway.broker.of("A"))
    finally:
        end.close()


# ── answers that are lost ──────────────────────────────────────────────────────────────────────


def test_an_order_lost_before_the_broker_took_it_is_asked_about_and_never_sent_again(
    desk: Desk,
) -> None:
    end = desk()
    end.gateway.script(close_before("placeOrder"))
    end.send(new("A"))
    told = back(end)
    assert not only(told, VenueRejected) and not only(told, VenueAccepted), "nobody knows yet"
    end.send(StatusRequest("A", 1))
    told = end.hear()
    assert only(told, VenueOrderUnknown) and end.gateway.broker.of("A") == []
    assert end.gateway.orders_sent == 1


def test_an_order_lost_after_the_broker_took_it_is_found_by_its_reference(desk: Desk) -> None:
    end = desk()
    end.gateway.script(close_after("placeOrder"))
    end.send(new("A"))
    told = back(end)
    (accepted,) = only(told, VenueAccepted)
    assert accepted.venue_order_id == str(end.gateway.broker.order("A").perm_id)
    assert end.gateway.orders_sent == 1
    end.fill("A", 100)
    assert only(end.hear(), VenueFilled)


def test_an_order_that_filled_while_the_line_was_down_is_booked_once(desk: Desk) -> None:
    end = desk()
    end.gateway.script(close_after("placeOrder"))
    end.send(new("A"))
    end.until(lambda: not end.ib._line.is_up)
    end.gateway.wait(lambda: end.gateway.broker.of("A"))
    end.gateway.fill("A")
    end.until(lambda: end.ib._line.is_up)
    told = end.hear()
    end.send(StatusRequest("A", 1))
    told += end.hear()
    assert not only(told, VenueOrderUnknown)
    end.send(PositionsRequest(2, "DU1234567"), ExecutionsRequest(3, Nanos(0)))
    told = end.hear()
    assert dict(only(told, VenuePositions)[0].positions) == {"AAPL": 100}
    assert [each.quantity for each in only(told, VenueExecutions)[0].executions] == [100]


def test_a_lost_acknowledgement_is_found_by_asking(desk: Desk) -> None:
    end = desk()
    end.gateway.script(swallow("placeOrder"))
    end.send(new("A"))
    assert end.hear() == []
    end.send(StatusRequest("A", 1))
    assert only(end.hear(), VenueAccepted)
    assert end.gateway.orders_sent == 1 and end.gateway.broker.order("A").is_live


@pytest.mark.parametrize("fault", [close_before, close_after])
def test_a_change_that_met_the_break_is_told_as_the_broker_has_it(desk: Desk, fault: Any) -> None:
    end = desk()
    working(end)
    end.gateway.script(fault("placeOrder"))
    end.send(replace("A", "B", 80))
    told = back(end)
    end.send(StatusRequest("B", 1))
    told += end.hear()
    is_made = end.gateway.broker.order("A").quantity == 80
    assert bool(only(told, VenueReplaced)) == is_made
    assert bool(only(told, VenueOrderUnknown)) == (not is_made)
    assert is_made == (fault is close_after) and end.gateway.orders_sent == 2


def test_a_question_without_an_end_proves_nothing(desk: Desk) -> None:
    end = desk(terms={"answers_within": Nanos(200_000_000)})
    end.gateway.script(swallow("placeOrder"), lose("execDetailsEnd", times=1))
    end.send(new("A"), StatusRequest("A", 1), StatusRequest("NEVER", 2))
    end.gateway.script(lose("openOrderEnd", times=1))
    told = end.until(lambda: not end.ib.parts.books._asked)
    assert not only(told, VenueOrderUnknown), "one of its three lists did not come to its end"


def test_a_crash_between_two_processes_finds_the_order_again(desk: Desk) -> None:
    end = desk()
    working(end)
    end.fill("A", 30)
    end.dies()
    told = end.hear()
    end.send(OpenOrdersRequest(1))
    (stated,) = only(told + end.hear(), VenueOpenOrders)
    assert [(row.client_order_id, row.cumulative) for row in stated.orders] == [("A", 30)]
    end.send(cancel("A"))
    assert only(end.hear(), VenueCancelled)[0].cumulative == 30


# ── executions ─────────────────────────────────────────────────────────────────────────────────


def test_a_status_before_its_execution_counts_once(desk: Desk) -> None:
    end = desk()
    working(end)
    end.gateway.script(hold_for("execDetails", "orderStatus"))
    end.fill("A", 100)
    assert [fill.quantity for fill in only(end.hear(), VenueFilled)] == [100]


def test_filled_without_an_execution_is_asked_for(desk: Desk) -> None:
    end = desk()
    working(end)
    end.gateway.script(lose("execDetails"))
    end.fill("A", 100)
    assert [fill.quantity for fill in only(end.hear(), VenueFilled)] == [100]
    assert end.gateway.count("reqExecutions") >= 2


def test_a_correction_replaces_and_is_never_added(desk: Desk) -> None:
    end = desk()
    working(end)
    end.fill("A", 100)
    (fill,) = only(end.hear(), VenueFilled)
    end.correct(fill.execution_id, Price(LIMIT - 100), 90)
    (corrected,) = only(end.hear(), VenueTradeCorrected)
    assert (corrected.execution_id, corrected.revision) == (fill.execution_id, 1)
    assert end.ib.parts.trades.told_of("A") == 90
    end.send(PositionsRequest(1, "DU1234567"))
    assert dict(only(end.hear(), VenuePositions)[0].positions) == {"AAPL": 90}


def test_a_correction_that_was_missed_comes_as_a_correction(desk: Desk) -> None:
    end = desk()
    working(end)
    end.fill("A", 100)
    (fill,) = only(end.hear(), VenueFilled)
    end.gateway.script(lose("execDetails"))
    end.correct(fill.execution_id, Price(LIMIT - 100), 90)
    end.gateway.drop()
    told = back(end)
    (corrected,) = only(told, VenueTradeCorrected)
    assert (corrected.quantity, corrected.revision) == (90, 1)
    assert not only(told, VenueFilled)


@pytest.mark.parametrize("style", ["named US/Eastern", "bare US/Eastern", "utc", "named Mars/Base"])
def test_a_trade_counts_whatever_its_time_looks_like(desk: Desk, style: str) -> None:
    end = desk()
    working(end)
    if style == "named Mars/Base":
        end.gateway.set(time_style="named US/Eastern")
        end.ib._wire.ear.reads(strange := ["11", *["0"] * 14, "20261130 09:30:00 Mars/Base"])
        end.hear()
        assert strange[15].isdigit() and any("Mars" in note for note in end.notes)
        return
    end.gateway.set(time_style=style)
    end.fill("A", 10)
    (fill,) = only(end.hear(), VenueFilled)
    assert fill.quantity == 10 and fill.at


def test_a_commission_comes_later_twice_or_without_a_number(desk: Desk) -> None:
    end = desk()
    working(end)
    end.gateway.script(duplicate("commissionReport"))
    end.gateway.fill("A", 10, unset=True)
    end.hear()
    (trade,) = end.ib.parts.trades.every()
    assert end.ib.parts.trades.commissions[trade.exec_id].amount == 1.0
    end.gateway.script(lose("commissionReport"))
    end.fill("A", 10)
    end.hear()
    assert len(end.ib.parts.trades.commissions) == 1, "pending until it is told"


# ── what is checked before anything leaves ─────────────────────────────────────────────────────


def test_a_price_between_the_steps_of_its_market_rule_does_not_leave(desk: Desk) -> None:
    end = desk(symbols=("PENY",))
    end.send(new("A", symbol="PENY", price=10_050))
    (rejected,) = only(end.hear(), VenueRejected)
    assert "110" in rejected.text and end.gateway.orders_sent == 0


def test_an_order_that_waits_for_its_turn_is_withdrawn_by_its_cancel(desk: Desk) -> None:
    end = desk()
    end.ib._wire.turnstile._pace = Pace(1, 1)
    assert end.ib._wire.turnstile._pace.may_send(Nanos(time.monotonic_ns()))
    end.send(new("A"))
    end.send(cancel("A"))
    told = end._collected()
    (gone,) = only(told, VenueCancelled)
    assert gone.requested and end.gateway.broker.of("A") == []


def test_what_ib_would_refuse_as_the_twenty_first_does_not_leave(desk: Desk) -> None:
    end = desk()
    end.send(*(new(f"N{n}", 1) for n in range(20)))
    assert len(only(end.hear(), VenueAccepted)) == 20
    end.send(new("ONE MORE", 1))
    assert "20 active orders" in only(end.hear(), VenueRejected)[0].text
    assert end.gateway.orders_sent == 20
    end.send(cancel("N0"))
    end.hear()
    end.send(new("INSTEAD", 1))
    assert only(end.hear(), VenueAccepted)


def test_what_leaves_beside_the_twenty_first_has_the_id_that_was_journaled(desk: Desk) -> None:
    end = desk(symbols=("AAPL", "MSFT"))
    end.send(*(new(f"N{n}", 1) for n in range(20)))
    end.hear()
    staged = end.send(new("ONE MORE", 1), new("BESIDE IT", 1, symbol="MSFT"))
    told = end.hear()
    assert [each.client_order_id for each in only(told, VenueRejected)] == ["ONE MORE"]
    assert [each.client_order_id for each in only(told, VenueAccepted)] == ["BESIDE IT"]
    (text,) = unframed(staged[1])
    assert text.split("\0")[1] == str(end.gateway.broker.order("BESIDE IT").order_id)


def test_twenty_active_orders_a_side_are_ibs_limit_and_told_as_such(desk: Desk) -> None:
    end = desk(active_orders_max=2)
    end.send(*(new(name, 1) for name in ("A", "B", "C")))
    told = end.hear()
    assert len(only(told, VenueAccepted)) == 2
    assert "maximum" in only(told, VenueRejected)[0].text


def test_a_change_behind_ids_that_were_rolled_back_cannot_become_a_second_order(
    desk: Desk,
) -> None:
    """The order is over, nobody has heard of it, and its id counts as unused: seed 585 of chaos."""
    end = desk(previews_use_ids=False)
    working(end)
    end.gateway.restart(roll_ids_back=True)
    back(end)
    end.gateway.script(lose("orderStatus", times=5), lose("error"), lose("openOrder", times=5))
    end.gateway.cancel("A")
    end.send(replace("A", "B", 80))
    (refused,) = only(end.hear(), VenueReplaceRefused)
    assert "could become a second order" in refused.text
    assert len(end.gateway.broker.of("A")) == 1


def test_ids_that_were_rolled_back_are_brought_up_again_by_a_preview(desk: Desk) -> None:
    """Else the exits of a bracket could not follow what they protect after a night."""
    end = desk()
    working(end)
    end.gateway.restart(roll_ids_back=True)
    back(end)
    assert end.gateway.orders_sent == 1 and len(end.gateway.broker.orders) == 1
    end.send(replace("A", "B", 80))
    assert only(end.hear(), VenueReplaced)
    end.gateway.script(lose("orderStatus", times=5), lose("error"), lose("openOrder", times=5))
    end.gateway.cancel("A")
    end.send(replace("B", "C", 70))
    assert not only(end.hear(), VenueReplaced)
    assert len(end.gateway.broker.of("A")) == 1, "what is over is no new order by being changed"


def test_an_order_of_after_the_roll_back_makes_changes_safe_again(desk: Desk) -> None:
    end = desk(previews_use_ids=False)
    working(end)
    end.gateway.restart(roll_ids_back=True)
    back(end)
    working(end, "C")
    end.send(replace("A", "B", 80))
    assert only(end.hear(), VenueReplaced)


def test_ids_of_orders_that_nobody_remembers_are_not_given_again(desk: Desk) -> None:
    """Rolled back over a night: neither lists nor executions name them any more."""
    end = desk()
    for name in "ABC":
        working(end, name)
        end.send(cancel(name))
        end.hear()
    end.gateway.restart(roll_ids_back=True, new_day=True)
    end.dies()
    end.hear()
    working(end, "D")
    ids = [end.gateway.broker.order(name).order_id for name in "ABCD"]
    assert ids == sorted(set(ids))


def test_a_late_repeat_of_a_status_raises_nothing_from_the_dead(desk: Desk) -> None:
    end = desk()
    working(end)
    end.fill("A", 100)
    end.hear()
    order = end.gateway.broker.order("A")
    late = ("Submitted", 0.0, 100.0, 0.0, order.perm_id, 0, 0.0, CLIENT_ID, "", 0.0)
    told = end.ib._dispatch.hear(Heard("orderStatus", (order.order_id, *late)))
    assert told == [] and list(end.ib.parts.roll.open()) == []
