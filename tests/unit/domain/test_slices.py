"""A market exit beyond R02 leaves as several orders that are each within it."""

import pytest
from msgspec import structs

from engine.domain import events as ev
from engine.domain.apply import state_hash
from engine.domain.commands import ExitTerm
from engine.domain.reasons import Verdict
from engine.domain.slices import ORDERS_MAX
from engine.values import Price, Quantity, Side
from tests.harness import DeskBench
from tests.unit.runtime.desk import say

BID, ASK = 1_899_900, 1_900_100


def holds(quantity: int = 600, limit: int = 50_000) -> DeskBench:
    """So many AAPL, worth 190 each, and from then on one order may be worth `limit`."""
    desk = DeskBench()
    desk.quotes("AAPL", BID, ASK, 100_000)
    for part in range(0, quantity, 600):
        say(desk, f"buy {min(600, quantity - part)} AAPL 190.01")
        desk.pass_time(1)
    say(desk, f"set order_notional_max {limit}")
    assert desk.position("AAPL") == quantity
    return desk


def released(events: list[ev.Event]) -> list[ev.OrderReleased]:
    return [event for event in events if isinstance(event, ev.OrderReleased)]


def sizes(events: list[ev.Event]) -> list[int]:
    return [event.order.quantity for event in released(events)]


def test_it_leaves_as_orders_within_the_limit_all_at_once() -> None:
    desk = holds()
    sent = released(say(desk, "sell 600 AAPL mkt"))
    assert [event.order.quantity for event in sent] == [200, 200, 200]
    assert [event.number for event in sent] == [2, 3, 4]
    assert len({event.client_order_id for event in sent}) == 3
    assert all(event.protection and event.reserved == 0 for event in sent)
    desk.pass_time(1)
    assert desk.position("AAPL") == 0
    assert desk.replayed_hash() == state_hash(desk.state)


def test_it_says_so_and_why() -> None:
    desk = holds()
    for event in released(say(desk, "sell 600 AAPL mkt")):
        (found,) = event.findings
        assert (found.rule, found.verdict) == ("R02", Verdict.WARN)
        assert found.sentence.startswith("Leaves as 3 orders of 200 at most: ")
        assert "50,000" in found.sentence


def test_what_is_left_over_is_spread_so_that_no_order_is_tiny() -> None:
    desk = holds()
    assert sizes(say(desk, "sell 527 AAPL mkt")) == [176, 176, 175]


@pytest.mark.parametrize(
    "line", ["sell 250 AAPL mkt", "sell 600 AAPL 189.99", "sell 600 AAPL mkt fok"]
)
def test_what_is_within_it_or_cannot_be_parted_leaves_as_it_is(line: str) -> None:
    desk = holds()
    assert len(released(say(desk, line))) == 1


def test_an_entry_is_never_sliced() -> None:
    desk = holds()
    events = say(desk, "buy 600 AAPL mkt")
    assert not released(events)
    assert any(isinstance(event, ev.OrderDenied) for event in events)


def test_it_is_never_more_orders_than_a_person_could_look_through() -> None:
    desk = holds(limit=200)
    sent = sizes(say(desk, "sell 600 AAPL mkt"))
    assert len(sent) == ORDERS_MAX
    assert sum(sent) == 600


def test_a_share_that_is_worth_more_than_the_limit_leaves_alone() -> None:
    desk = holds(quantity=3, limit=100)
    assert sizes(say(desk, "sell 3 AAPL mkt")) == [1, 1, 1]


def test_the_same_ticket_twice_is_one_exit() -> None:
    desk = holds()
    ticket = released(say(desk, "sell 600 AAPL mkt"))[0].order
    assert not released(desk.submit(ticket))


def test_a_flatten_closes_in_slices_and_waits_for_all_of_them() -> None:
    desk = holds()
    say(desk, "flatten AAPL")
    desk.pass_time(2)
    assert desk.position("AAPL") == 0
    assert not desk.state.flattening
    closing = [order for order in desk.state.orders.values() if order.side is Side.SELL]
    assert [order.quantity for order in closing] == [200, 200, 200]
    assert desk.replayed_hash() == state_hash(desk.state)


def test_each_of_them_waits_for_an_own_order_that_it_would_meet() -> None:
    desk = holds()
    say(desk, "buy 10 AAPL 190.00")
    events = say(desk, "sell 600 AAPL mkt")
    sent = [event.order_id for event in released(events)]
    queued = [event.order_id for event in events if isinstance(event, ev.MessageQueued)]
    assert sent == queued
    desk.pass_time(2)
    assert desk.position("AAPL") == 0
    assert desk.replayed_hash() == state_hash(desk.state)


def test_what_exits_hang_on_stays_one_order_with_them() -> None:
    """The language lets no closing order have exits; one that opened when it was read may close
    by the time it is decided, and its exits are not lost."""
    desk = holds()
    order = released(say(desk, "sell 200 AAPL mkt"))[0].order
    target = ExitTerm(Price(1_950_000))
    asked = structs.replace(order, ticket="x", quantity=Quantity(400), target=target)
    events = desk.submit(asked)
    assert sizes(events) == [400]
    assert sum(isinstance(event, ev.OrderHeld) for event in events) == 1
