"""IB's own preview of an order in the ticket: figures with their age, and never an order."""

from collections.abc import Callable
from typing import Any

import pytest

from engine.domain.commands import SubmitOrder
from engine.domain.reports import VenueAccepted
from engine.domain.requests import NewOrderRequest
from engine.errors import MachineError
from engine.hosted import VenueEstimate
from engine.runtime.preview_venue import venue_says
from engine.values import (
    MONEY_SCALE,
    NANOS_PER_SECOND,
    Instruction,
    Nanos,
    OrderType,
    Price,
    Quantity,
    TimeInForce,
)
from tests.connectors.contract.conftest import new, only
from tests.connectors.contract.ib_end import IbEnd
from tests.connectors.ib.gateway import Margins
from tests.connectors.ib.gateway.faults import lose, refuse

Desk = Callable[..., IbEnd]


class Ticket:
    """A ticket that asks for its figures again and again, at times that the test sets."""

    def __init__(self, end: IbEnd) -> None:
        self.end, self.at = end, 1_000 * NANOS_PER_SECOND
        end.ib.parts.what_ifs._clock = lambda: Nanos(self.at)

    def look(self, seconds: float = 0.5, **terms: Any) -> VenueEstimate | None:
        """What it shows so much later; the answer to its question comes before the next look."""
        self.at += int(seconds * NANOS_PER_SECOND)
        told = self.end.ib.what_if(wanted(**terms))
        self.end.hear()
        return told

    @property
    def asked(self) -> int:
        return self.end.gateway.count("placeOrder")


def wanted(quantity: int = 100, price: int = 1_901_000) -> NewOrderRequest:
    return NewOrderRequest(
        "",
        "PAPER",
        "AAPL",
        Instruction.BUY,
        Quantity(quantity),
        OrderType.LIMIT,
        TimeInForce.DAY,
        Price(price),
    )


def dollars(amount: int | None) -> float | None:
    return None if amount is None else amount / MONEY_SCALE


def test_a_ticket_that_rests_is_asked_about_and_nothing_is_placed(desk: Desk) -> None:
    end = desk()
    ticket = Ticket(end)
    assert ticket.look() is None and ticket.asked == 0, "who is still typing asks nothing"
    assert ticket.look() is None and ticket.asked == 1
    told = ticket.look()
    assert told is not None
    assert (dollars(told.margin), dollars(told.margin_after)) == (500.0, 1500.0)
    assert (dollars(told.fee), told.currency, told.problem) == (1.0, "USD", "")
    assert ticket.look() is not None and ticket.asked == 1
    assert end.gateway.broker.orders == [] and list(end.ib.parts.roll.open()) == []


def test_typing_on_asks_again_but_no_more_than_once_a_second(desk: Desk) -> None:
    ticket = Ticket(desk())
    for quantity in range(100, 120):
        ticket.look(0.1, quantity=quantity)
    assert ticket.asked == 0
    for _ in range(30):
        ticket.look(0.1, quantity=500)
        ticket.look(0.0, quantity=500, price=1_902_000)
    assert ticket.asked == 1, "a price that follows the market asks nothing anew"


def test_an_answer_grows_old_in_sight_and_is_asked_for_again(desk: Desk) -> None:
    end = desk()
    ticket = Ticket(end)
    for _ in range(3):
        ticket.look()
    end.gateway.set(margins=Margins(change=("700.0", "600.0", "0.0")))
    old = ticket.look(31)
    assert old is not None and dollars(old.margin) == 500.0
    fresh = ticket.look()
    assert fresh is not None and dollars(fresh.margin) == 700.0
    assert fresh.at > old.at and ticket.asked == 2


def test_an_empty_first_answer_is_waited_out(desk: Desk) -> None:
    ticket = Ticket(desk(what_if_twice=True))
    for _ in range(2):
        ticket.look()
    told = ticket.look()
    assert told is not None and dollars(told.margin) == 500.0


@pytest.mark.parametrize("code", [110, 201, 321, 435])
def test_a_refusal_is_told_in_ibs_words_and_ends_nothing(desk: Desk, code: int) -> None:
    end = desk()
    end.gateway.script(refuse("placeOrder", code, "it cannot be"))
    ticket = Ticket(end)
    for _ in range(2):
        ticket.look()
    told = ticket.look()
    assert told is not None and told.problem == f"it cannot be ({code})" and told.margin is None
    assert not end.ib.is_view_only
    end.send(new("A"))
    assert only(end.hear(), VenueAccepted)


def test_no_answer_within_five_seconds_is_told_and_asked_again_later(desk: Desk) -> None:
    end = desk()
    end.gateway.script(lose("openOrder"))
    ticket = Ticket(end)
    for _ in range(3):
        ticket.look()
    assert ticket.look(4) is None
    told = ticket.look(1)
    assert told is not None and "did not answer" in told.problem
    for _ in range(2):
        told = ticket.look(31)
    assert told is not None and dollars(told.margin) == 500.0


def test_a_question_that_a_broken_line_has_taken_is_forgotten(desk: Desk) -> None:
    end = desk()
    end.gateway.script(lose("openOrder"))
    ticket = Ticket(end)
    for _ in range(2):
        ticket.look()
    end.gateway.drop()
    end.until(lambda: not end.ib._line.is_up)
    assert ticket.look() is None and ticket.asked == 1, "over a line that is down nothing is asked"
    end.until(lambda: end.ib._line.is_up)
    for _ in range(3):
        told = ticket.look(2)
    assert told is not None and dollars(told.margin) == 500.0


def test_a_preview_uses_an_id_of_its_own_and_orders_go_on_above_it(desk: Desk) -> None:
    end = desk()
    ticket = Ticket(end)
    for _ in range(3):
        ticket.look()
    end.send(new("A"))
    assert only(end.hear(), VenueAccepted)
    end.dies()
    end.hear()
    end.send(new("B"))
    assert only(end.hear(), VenueAccepted)
    ids = [end.gateway.broker.order(name).order_id for name in "AB"]
    assert ids == sorted(set(ids)) and ids[0] > 1


def test_a_desk_that_is_told_not_to_ask_asks_nothing(desk: Desk) -> None:
    ticket = Ticket(desk(terms={"asks_what_if": False}))
    for _ in range(4):
        assert ticket.look(2) is None
    assert ticket.asked == 0


def test_figures_that_ib_does_not_know_are_not_shown_as_nought(desk: Desk) -> None:
    end = desk(margins=Margins(commission="1.7976931348623157E308", warning="illiquid"))
    ticket = Ticket(end)
    for _ in range(3):
        told = ticket.look()
    assert told is not None and told.fee is None and told.problem == "illiquid"


def test_the_ticket_says_it_in_a_line_with_its_age(desk: Desk) -> None:
    end = desk()
    ticket = Ticket(end)
    order = SubmitOrder(
        ticket="t",
        account="PAPER",
        symbol="AAPL",
        instruction=Instruction.BUY,
        quantity=Quantity(100),
        type=OrderType.LIMIT,
        price=Price(1_901_000),
    )
    for _ in range(3):
        ticket.look()
    ticket.at += 3 * NANOS_PER_SECOND
    words = venue_says(order, end.ib, Nanos(ticket.at))
    assert words == "IB: margin +500.00 to 1,500.00, fee 1.00 USD, 3 s ago"


def test_a_disk_that_takes_no_more_is_told_in_the_ticket_and_ends_nothing(desk: Desk) -> None:
    end = desk()
    ticket = Ticket(end)

    def is_full(*words: Any) -> None:
        raise MachineError("the order ids cannot be kept")

    end.ib.parts.ids._store.write = is_full  # type: ignore[method-assign]
    for _ in range(3):
        told = ticket.look()
    assert told is not None and told.problem == "the order ids cannot be kept"
    assert ticket.asked == 0
