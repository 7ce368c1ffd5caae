"""Groups at the paper venue: one quantity for two orders, whatever crosses on the way."""

from itertools import count

import pytest

from connectors.paper.venue import PaperVenue
from engine.domain.quotes import Phase
from engine.domain.reports import (
    VenueAccepted,
    VenueCancelled,
    VenueFilled,
    VenueRejected,
    VenueReplaced,
)
from engine.domain.requests import NewOrderRequest, ReplaceRequest
from engine.exchange.messages import NewOrder
from engine.values import Instruction, OrderType, Price, Quantity, Side, TimeInForce
from tests.harness import StillFlow

TARGET, STOP = Price(1_920_000), Price(1_890_000)


@pytest.fixture
def venue() -> PaperVenue:
    return PaperVenue(StillFlow())


def send(venue: PaperVenue, *requests: object) -> list:
    venue.release(requests, venue.stage(requests))
    return venue.collect()


def exit_request(
    name: str, quantity: int, *, target: bool, group: str = "G", price: Price = TARGET
) -> NewOrderRequest:
    return NewOrderRequest(
        name,
        "PAPER",
        "AAPL",
        Instruction.SELL,
        Quantity(quantity),
        OrderType.LIMIT if target else OrderType.STOP,
        TimeInForce.DAY,
        price if target else Price(0),
        Price(0) if target else STOP,
        oca_group=group,
    )


_others = count(1_000)


def others(venue: PaperVenue, side: Side, quantity: int, price: int) -> list:
    """Somebody else's limit order; what the desk hears of it."""
    size, at = Quantity(quantity), Price(price)
    venue.submit([NewOrder(next(_others), "AAPL", side, OrderType.LIMIT, size, at)])
    return venue.collect()


def both(venue: PaperVenue, quantity: int = 100) -> None:
    target, stop = (exit_request(n, quantity, target=n == "T") for n in ("T", "S"))
    assert len(of(send(venue, target, stop), VenueAccepted)) == 2


def of(reports: list, kind: type) -> list:
    return [report for report in reports if type(report) is kind]


def left(venue: PaperVenue, name: str) -> int:
    order = venue._clerk.roll.get(name)
    assert order is not None
    return order.open_quantity


def test_a_fill_of_one_is_taken_off_the_other_and_the_last_ends_it(venue: PaperVenue) -> None:
    both(venue)
    others(venue, Side.BUY, 30, TARGET)
    assert (left(venue, "T"), left(venue, "S")) == (70, 70)
    (gone,) = of(others(venue, Side.BUY, 70, TARGET), VenueCancelled)
    assert (gone.client_order_id, gone.requested) == ("S", False)
    assert "other exit" in gone.text


def test_a_change_of_size_that_crosses_a_fill_leaves_the_right_rest(venue: PaperVenue) -> None:
    """The desk asks for 100 in all, not knowing that 30 of the group have just been sold."""
    both(venue, 60)
    others(venue, Side.BUY, 30, TARGET)
    changes = (
        ReplaceRequest("T", "T2", TARGET, Quantity(100)),
        ReplaceRequest("S", "S2", Price(0), Quantity(100)),
    )
    assert len(of(send(venue, *changes), VenueReplaced)) == 2
    assert (left(venue, "T2"), left(venue, "S2")) == (70, 70)


def test_who_joins_a_group_that_is_filled_comes_too_late(venue: PaperVenue) -> None:
    others(venue, Side.BUY, 500, TARGET)
    told = send(venue, exit_request("T", 100, target=True), exit_request("S", 100, target=False))
    assert [f.quantity for f in of(told, VenueFilled)] == [100]
    assert [c.client_order_id for c in of(told, VenueCancelled)] == ["S"]


def test_who_joins_a_group_that_is_partly_filled_gets_the_rest(venue: PaperVenue) -> None:
    others(venue, Side.BUY, 40, TARGET)
    send(venue, exit_request("T", 100, target=True), exit_request("S", 100, target=False))
    assert (left(venue, "T"), left(venue, "S")) == (60, 60)


def test_a_triggered_stop_takes_the_target_along(venue: PaperVenue) -> None:
    both(venue)
    others(venue, Side.BUY, 110, STOP)
    told = others(venue, Side.SELL, 10, STOP)
    assert [(f.client_order_id, f.quantity) for f in of(told, VenueFilled)] == [("S", 100)]
    assert [c.client_order_id for c in of(told, VenueCancelled)] == ["T"]


def test_a_reopening_auction_that_fills_the_target_ends_the_stop(venue: PaperVenue) -> None:
    both(venue)
    venue.entered_phase("AAPL", Phase.HALTED)
    venue.entered_phase("AAPL", Phase.QUOTATION)
    others(venue, Side.BUY, 100, TARGET)
    venue.entered_phase("AAPL", Phase.OPEN)
    told = venue.collect()
    assert [(f.client_order_id, f.quantity) for f in of(told, VenueFilled)] == [("T", 100)]
    assert [c.client_order_id for c in of(told, VenueCancelled)] == ["S"]


def test_a_group_holds_one_limit_and_one_stop(venue: PaperVenue) -> None:
    both(venue)
    (no,) = of(send(venue, exit_request("T2", 100, target=True)), VenueRejected)
    assert "one limit and one stop" in no.text


def test_a_venue_without_groups_says_so() -> None:
    venue = PaperVenue(StillFlow(), has_oca=False)
    (no,) = of(send(venue, exit_request("T", 100, target=True)), VenueRejected)
    assert "no groups" in no.text


def test_two_groups_in_one_symbol_know_nothing_of_each_other(venue: PaperVenue) -> None:
    both(venue)
    send(venue, exit_request("S3", 50, target=False, group="H"))
    others(venue, Side.BUY, 100, TARGET)
    assert left(venue, "S3") == 50
