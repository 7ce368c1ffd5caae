"""What IB would refuse is refused here first, in words: price steps, sizes, active orders."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from engine.domain.reports import VenueAccepted, VenueRejected, VenueReplaced, VenueReplaceRefused
from engine.domain.requests import NewOrderRequest
from engine.values import Instruction, OrderType, Price, Quantity, TimeInForce
from tests.connectors.contract.conftest import new, only, replace
from tests.connectors.contract.ib_end import IbEnd

Desk = Callable[..., IbEnd]


def order(symbol: str, price: int, stop: int = 0, quantity: int = 100) -> NewOrderRequest:
    return NewOrderRequest(
        "A",
        "PAPER",
        symbol,
        Instruction.BUY,
        Quantity(quantity),
        OrderType.STOP_LIMIT if stop else OrderType.LIMIT,
        TimeInForce.DAY,
        Price(price),
        Price(stop),
    )


@pytest.mark.parametrize(
    ("price", "stop", "step"),
    [
        (9_999, 0, ""),
        (9_001, 0, ""),
        (10_100, 0, ""),
        (10_150, 0, "0.0100"),
        (10_001, 0, "0.0100"),
        (9_999, 10_001, "0.0100"),
        (9_999, 9_998, ""),
    ],
    ids=str,
)
def test_a_price_has_to_be_on_the_steps_of_its_own_band(
    desk: Desk, price: int, stop: int, step: str
) -> None:
    """0.0001 below a dollar and 0.01 from there on: the market rule, and not the smallest tick."""
    end = desk(symbols=("PENY",))
    end.send(order("PENY", price, stop))
    told = end.hear()
    if not step:
        assert only(told, VenueAccepted) and end.gateway.broker.order("A").is_live
        return
    (rejected,) = only(told, VenueRejected)
    assert f"which are {step} there (110)" in rejected.text
    assert end.gateway.count("placeOrder") == 0


def test_a_change_to_a_price_between_steps_leaves_the_order_as_it_is(desk: Desk) -> None:
    end = desk(symbols=("PENY",))
    end.send(order("PENY", 9_999))
    end.hear()
    end.send(replace("A", "B", 100, 10_001))
    assert "(110)" in only(end.hear(), VenueReplaceRefused)[0].text
    assert end.gateway.count("placeOrder") == 1
    end.send(replace("A", "C", 100, 10_000))
    assert only(end.hear(), VenueReplaced)


def test_the_steps_are_those_of_the_market_rule(desk: Desk) -> None:
    end = desk(symbols=("PENY",))
    rules = end.gateway.hub.broker.reference.rules
    assert rules[32] == (("0", "0.0001"), ("1", "0.01")), "what the broker itself goes by"
    listed = end.ib.parts.contracts.get("PENY")
    assert listed is not None
    assert [(band.from_price, band.tick) for band in listed.instrument.tick_bands] == [
        (0, 1),
        (10_000, 100),
    ]


@pytest.mark.parametrize("increment", ["1", "0.0001"])
def test_shares_are_whole_whatever_ib_says_of_parts(desk: Desk, increment: str) -> None:
    """IB tells of parts of shares and takes none by its API (10243)."""
    end = desk(stands=False)
    end.gateway.change_listing("AAPL", size_increment=increment)
    end.ib.stand_up()
    listed = end.ib.parts.contracts.get("AAPL")
    assert listed is not None and listed.instrument.quantity_digits == 0
    end.send(new("A", 1))
    assert only(end.hear(), VenueAccepted)
    assert end.gateway.broker.order("A").quantity == Decimal(1)


def test_an_order_for_nothing_never_leaves(desk: Desk) -> None:
    end = desk()
    end.send(new("A", 0))
    assert "(434)" in only(end.hear(), VenueRejected)[0].text
    assert end.gateway.count("placeOrder") == 0


def test_orders_of_another_account_leave_room_in_this_one(desk: Desk) -> None:
    end = desk(accounts=("DU1", "DU2"), terms={"account": "DU1"})
    for _ in range(20):
        end.gateway.place_elsewhere("AAPL", "BUY", 1, "190.10", client_id=9, account="DU2")
    end.ib._recheck()
    end.hear()
    assert sum(o.is_foreign for o in end.ib.parts.roll.open()) == 20
    end.send(new("A", 1))
    assert only(end.hear(), VenueAccepted)


def test_orders_of_others_in_this_account_take_its_room(desk: Desk) -> None:
    end = desk()
    for _ in range(20):
        end.gateway.place_elsewhere("AAPL", "BUY", 1, "190.10", client_id=9)
    end.ib._recheck()
    end.hear()
    end.send(new("A", 1))
    assert "20 active orders" in only(end.hear(), VenueRejected)[0].text
    assert end.gateway.broker.of("A") == []
    end.send(
        NewOrderRequest(
            "B",
            "PAPER",
            "AAPL",
            Instruction.SELL,
            Quantity(1),
            OrderType.LIMIT,
            TimeInForce.DAY,
            Price(1_950_000),
        )
    )
    assert only(end.hear(), VenueAccepted), "the other side has room of its own"
