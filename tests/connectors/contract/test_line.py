"""A line that breaks with orders at work: they stay, and what happened meanwhile is told later."""

from engine.domain.reports import (
    LinkChanged,
    LinkState,
    VenueAccepted,
    VenueFilled,
    VenueOrderUnknown,
)
from engine.domain.requests import OpenOrdersRequest, StatusRequest
from engine.domain.statements import VenueOpenOrders
from tests.connectors.contract.conftest import new, only
from tests.connectors.contract.far_end import FarEnd


def heard_until_up(end: FarEnd) -> list[object]:
    told: list[object] = []
    for _ in range(100):
        told += end.hear()
        if any(isinstance(r, LinkChanged) and r.state is LinkState.UP for r in told):
            return told + end.hear()
    raise AssertionError("the line never came back")


def test_a_broken_line_says_so_and_says_when_it_is_back(end: FarEnd) -> None:
    end.disconnect(5)
    states = [each.state for each in only(heard_until_up(end), LinkChanged)]
    assert states == [LinkState.DOWN, LinkState.UP]


def test_orders_stay_and_their_fills_are_told_when_the_line_is_back(end: FarEnd) -> None:
    end.send(new("A"))
    end.hear()
    end.disconnect(5)
    end.fill("A", 40)
    told = heard_until_up(end)
    assert [fill.quantity for fill in only(told, VenueFilled)] == [40]
    end.send(OpenOrdersRequest(1))
    (stated,) = only(end.hear(), VenueOpenOrders)
    assert [(row.client_order_id, row.cumulative) for row in stated.orders] == [("A", 40)]


def test_a_question_after_the_break_tells_whether_an_order_arrived(end: FarEnd) -> None:
    end.send(new("A"))
    end.hear()
    end.disconnect(5)
    heard_until_up(end)
    end.send(StatusRequest("A"), StatusRequest("LOST"))
    told = end.hear()
    assert [each.client_order_id for each in only(told, VenueAccepted)] == ["A"]
    assert [each.client_order_id for each in only(told, VenueOrderUnknown)] == ["LOST"]
