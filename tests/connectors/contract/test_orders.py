"""What every venue must do with orders, cancels, changes and questions, and when things leave."""

import pytest
from msgspec import structs

from engine.domain.reports import (
    VenueAccepted,
    VenueCancelled,
    VenueCancelRefused,
    VenueFilled,
    VenueOrderUnknown,
    VenueRejected,
    VenueReplaced,
    VenueReplaceRefused,
)
from engine.domain.requests import OpenOrdersRequest, ReplaceRequest, StatusRequest
from engine.domain.statements import VenueOpenOrders
from engine.values import OrderType, Price, Quantity, TimeInForce
from tests.connectors.contract.conftest import LIMIT, cancel, new, only, replace
from tests.connectors.contract.far_end import FarEnd


def test_an_order_that_rests_is_accepted_under_its_own_name(end: FarEnd) -> None:
    end.send(new("A"))
    (accepted,) = only(end.hear(), VenueAccepted)
    assert accepted.client_order_id == "A" and accepted.venue_order_id


def test_an_order_that_it_cannot_take_is_rejected_with_words(end: FarEnd) -> None:
    end.send(new("A", symbol="NONE"))
    told = end.hear()
    (rejected,) = only(told, VenueRejected)
    assert rejected.client_order_id == "A" and rejected.text and not only(told, VenueAccepted)


def test_fills_add_up_each_with_an_id_of_its_own(end: FarEnd) -> None:
    end.send(new("A"))
    end.hear()
    end.fill("A", 30)
    end.fill("A", 70)
    fills = only(end.hear(), VenueFilled)
    assert sorted(fill.quantity for fill in fills) == [30, 70]
    assert len({fill.execution_id for fill in fills}) == 2
    assert {fill.price for fill in fills} == {LIMIT}


def test_a_cancel_ends_the_order_and_says_what_was_filled(end: FarEnd) -> None:
    end.send(new("A"))
    end.hear()
    end.fill("A", 40)
    end.send(cancel("A"))
    (gone,) = only(end.hear(), VenueCancelled)
    assert (gone.client_order_id, gone.requested, gone.cumulative) == ("A", True, 40)


def test_a_cancel_of_what_is_filled_is_refused(end: FarEnd) -> None:
    end.send(new("A"))
    end.hear()
    end.fill("A", 100)
    end.hear()
    end.send(cancel("A"))
    told = end.hear()
    assert only(told, VenueCancelRefused) and not only(told, VenueCancelled)


def test_a_cancel_of_nothing_is_refused_and_invents_nothing(end: FarEnd) -> None:
    end.send(cancel("NONE"))
    (refused,) = only(end.hear(), VenueCancelRefused)
    assert refused.client_order_id == "NONE"


def test_what_may_not_rest_ends_by_itself(end: FarEnd) -> None:
    end.send(new("A", lives=TimeInForce.IOC))
    (gone,) = only(end.hear(), VenueCancelled)
    assert (gone.requested, gone.cumulative) == (False, 0)


def test_a_change_brings_a_new_name_and_keeps_what_is_filled(end: FarEnd) -> None:
    end.send(new("A"))
    end.hear()
    end.fill("A", 40)
    end.hear()
    end.send(replace("A", "B", 80))
    (replaced,) = only(end.hear(), VenueReplaced)
    assert (replaced.client_order_id, replaced.new_client_order_id) == ("A", "B")
    assert replaced.quantity == 80
    end.fill("B", 40)
    (fill,) = only(end.hear(), VenueFilled)
    assert fill.client_order_id == "B" and fill.quantity == 40
    end.send(cancel("B"))
    assert only(end.hear(), VenueCancelRefused), "80 of 80 are filled"


@pytest.mark.parametrize("moves_limit", [False, True], ids=["the stop alone", "both"])
def test_the_stop_of_a_stop_limit_can_be_moved(end: FarEnd, moves_limit: bool) -> None:
    far, farther = Price(LIMIT + 50_000), Price(LIMIT + 70_000)
    limit = Price(LIMIT + 90_000 if moves_limit else LIMIT + 80_000)
    asked = structs.replace(new("A", price=LIMIT + 80_000), type=OrderType.STOP_LIMIT, stop=far)
    end.send(asked)
    end.hear()
    end.send(ReplaceRequest("A", "B", limit, Quantity(100), farther))
    (replaced,) = only(end.hear(), VenueReplaced)
    assert (replaced.price, replaced.stop) == (limit, farther)
    end.send(OpenOrdersRequest(1))
    (stated,) = only(end.hear(), VenueOpenOrders)
    (row,) = stated.orders
    assert row.price == limit and row.stop in (farther, 0), "0: it states no stops"


def test_a_change_below_what_is_filled_is_refused_and_the_order_stays(end: FarEnd) -> None:
    end.send(new("A"))
    end.hear()
    end.fill("A", 40)
    end.hear()
    end.send(replace("A", "B", 40))
    assert only(end.hear(), VenueReplaceRefused)
    end.send(cancel("A"))
    (gone,) = only(end.hear(), VenueCancelled)
    assert gone.cumulative == 40


def test_a_question_is_answered_with_all_that_is_known_or_with_never_had_it(end: FarEnd) -> None:
    end.send(new("A"))
    end.hear()
    end.fill("A", 30)
    end.hear()
    end.send(StatusRequest("A"), StatusRequest("NONE"))
    told = end.hear()
    assert only(told, VenueAccepted)
    if end.tells_fills_again:
        assert [f.quantity for f in only(told, VenueFilled)] == [30]
    (unknown,) = only(told, VenueOrderUnknown)
    assert unknown.client_order_id == "NONE"


def test_the_same_name_again_is_the_same_order_and_never_a_second_one(end: FarEnd) -> None:
    end.send(new("A"))
    end.hear()
    end.send(new("A"))
    end.hear()
    end.fill("A", 100)
    end.hear()
    end.send(cancel("A"))
    told = end.hear()
    assert only(told, VenueCancelRefused), "there was one order, and it is filled"


def test_nothing_leaves_before_its_release(end: FarEnd) -> None:
    request = new("A")
    staged = end.venue.stage([request])
    assert end.hear() == []
    end.venue.release([request], staged)
    assert only(end.hear(), VenueAccepted)


def test_the_same_request_is_staged_in_the_same_bytes(end: FarEnd) -> None:
    requests = [new("A"), replace("A", "B", 50), cancel("B"), StatusRequest("A")]
    assert end.venue.stage(requests) == end.venue.stage(requests)
    assert end.venue.stage([]) in ([], ())
