"""Every type of order with every life: what IB's book holds of it, or why it never left."""

from collections.abc import Callable

import pytest

from engine.domain.reports import VenueAccepted, VenueRejected
from engine.domain.requests import NewOrderRequest
from engine.values import Instruction, OrderType, Price, Quantity, TimeInForce, Trigger
from tests.connectors.contract.conftest import only
from tests.connectors.contract.ib_end import IbEnd

Desk = Callable[..., IbEnd]
LIMIT, STOP = Price(1_901_000), Price(1_905_000)
NO_STOPS_AT_THE_CLOSE = "IB takes limit and market orders for the close, and no stops"
NO_STOPS_AT_THE_OPENING = "IB takes limit and market orders for the opening, and no stops"
HELD = "is at IB, which holds it until its price is reached"
WORKS = "works at IB"
THERE: dict[tuple[str, str], tuple[str, str, str, str] | str] = {
    # (ours) -> orderType, tif, lmtPrice, auxPrice at IB; or the sentence of what never leaves
    ("LIMIT", "DAY"): ("LMT", "DAY", "190.1", ""),
    ("LIMIT", "GTC"): ("LMT", "GTC", "190.1", ""),
    ("LIMIT", "IOC"): ("LMT", "IOC", "190.1", ""),
    ("LIMIT", "FOK"): ("LMT", "FOK", "190.1", ""),
    ("LIMIT", "OPG"): ("LMT", "OPG", "190.1", ""),
    ("LIMIT", "CLS"): ("LOC", "DAY", "190.1", ""),
    ("MARKET", "DAY"): ("MKT", "DAY", "", ""),
    ("MARKET", "GTC"): ("MKT", "GTC", "", ""),
    ("MARKET", "IOC"): ("MKT", "IOC", "", ""),
    ("MARKET", "FOK"): ("MKT", "FOK", "", ""),
    ("MARKET", "OPG"): ("MKT", "OPG", "", ""),
    ("MARKET", "CLS"): ("MOC", "DAY", "", ""),
    ("STOP", "DAY"): ("STP", "DAY", "", "190.5"),
    ("STOP", "GTC"): ("STP", "GTC", "", "190.5"),
    ("STOP", "IOC"): ("STP", "IOC", "", "190.5"),
    ("STOP", "FOK"): ("STP", "FOK", "", "190.5"),
    ("STOP", "OPG"): NO_STOPS_AT_THE_OPENING,
    ("STOP", "CLS"): NO_STOPS_AT_THE_CLOSE,
    ("STOP_LIMIT", "DAY"): ("STP LMT", "DAY", "190.1", "190.5"),
    ("STOP_LIMIT", "GTC"): ("STP LMT", "GTC", "190.1", "190.5"),
    ("STOP_LIMIT", "IOC"): ("STP LMT", "IOC", "190.1", "190.5"),
    ("STOP_LIMIT", "FOK"): ("STP LMT", "FOK", "190.1", "190.5"),
    ("STOP_LIMIT", "OPG"): NO_STOPS_AT_THE_OPENING,
    ("STOP_LIMIT", "CLS"): NO_STOPS_AT_THE_CLOSE,
}
TRIGGER_METHODS = {Trigger.LAST: "2", Trigger.QUOTE: "4", Trigger.MID: "8"}
ACTIONS = {
    Instruction.BUY: "BUY",
    Instruction.SELL: "SELL",
    Instruction.SHORT: "SELL",
    Instruction.COVER: "BUY",
}


def order(
    kind: OrderType,
    life: TimeInForce,
    instruction: Instruction = Instruction.BUY,
    trigger: Trigger = Trigger.LAST,
) -> NewOrderRequest:
    return NewOrderRequest(
        "A",
        "PAPER",
        "AAPL",
        instruction,
        Quantity(100),
        kind,
        life,
        LIMIT if kind.has_limit else Price(0),
        STOP if kind.has_stop else Price(0),
        trigger,
    )


def send(end: IbEnd, request: NewOrderRequest) -> list[object]:
    """Past the end of the contract, which ends what may not rest: here it is looked at."""
    end.venue.release([request], end.venue.stage([request]))
    return list(end.hear())


def test_the_table_has_every_type_and_every_life() -> None:
    every = {(kind.name, life.name) for kind in OrderType for life in TimeInForce}
    assert set(THERE) == every


@pytest.mark.parametrize(("kind", "life"), THERE, ids="-".join)
def test_each_stands_at_ib_in_its_own_words_or_never_leaves(
    desk: Desk, kind: str, life: str
) -> None:
    end, there = desk(), THERE[kind, life]
    told = send(end, order(OrderType[kind], TimeInForce[life]))
    if isinstance(there, str):
        assert [each.text for each in only(told, VenueRejected)] == [there]
        assert end.gateway.broker.orders == [] and end.gateway.count("placeOrder") == 0
        return
    assert only(told, VenueAccepted)
    terms = end.gateway.broker.order("A").terms
    used = ("orderType", "tif", "lmtPrice", "auxPrice")
    assert tuple(terms.text(name) for name in used) == there
    assert (terms.text("totalQuantity"), terms.action, terms.transmit) == ("100", "BUY", True)
    place = end.ib.place("A")
    assert place is not None and place.word == "IB"
    assert place.text == (HELD if OrderType[kind].has_stop else WORKS)


@pytest.mark.parametrize("trigger", Trigger)
def test_a_stop_watches_what_was_asked(desk: Desk, trigger: Trigger) -> None:
    end = desk()
    send(end, order(OrderType.STOP, TimeInForce.DAY, trigger=trigger))
    terms = end.gateway.broker.order("A").terms
    assert terms.text("triggerMethod") == TRIGGER_METHODS[trigger]


@pytest.mark.parametrize("instruction", Instruction)
def test_each_side_in_ibs_word_for_it(desk: Desk, instruction: Instruction) -> None:
    end = desk()
    send(end, order(OrderType.LIMIT, TimeInForce.DAY, instruction))
    assert end.gateway.broker.order("A").terms.action == ACTIONS[instruction]


def test_an_order_says_where_it_is_on_its_way_and_there(desk: Desk) -> None:
    end = desk(acknowledges=False)
    send(end, order(OrderType.LIMIT, TimeInForce.DAY))
    place = end.ib.place("A")
    assert place is not None and place.word == "sent"
    end.gateway.acknowledge("A")
    end.hear()
    end.gateway.park("A", "locate")
    end.hear()
    place = end.ib.place("A")
    assert place is not None and "inactive" in place.text
    end.gateway.trigger("A")
    end.hear()
    assert end.ib.place("A") is not None and end.ib.place("A").text == WORKS  # type: ignore[union-attr]
    end.gateway.fill("A")
    end.hear()
    assert end.ib.place("A") is None


def test_an_order_that_ib_parks_is_not_asked_about_for_ever(desk: Desk) -> None:
    end = desk()
    send(end, order(OrderType.LIMIT, TimeInForce.DAY))
    end.gateway.park("A", "locate")
    end.hear()
    asked = end.gateway.count("reqAllOpenOrders")
    for _ in range(3):
        end.hear()
    assert end.gateway.count("reqAllOpenOrders") == asked
