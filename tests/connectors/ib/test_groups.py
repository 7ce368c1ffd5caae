"""Both exits of a position at IB at once, in one OCA group: what fills in one is taken off the
other there, and what crosses on the way is put right. The broker's book is the truth.
"""

import time
from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from engine.domain.reports import (
    Report,
    VenueAccepted,
    VenueCancelled,
    VenueFilled,
    VenueRejected,
    VenueReplaced,
    VenueRestated,
)
from engine.domain.requests import NewOrderRequest, OpenOrdersRequest, ReplaceRequest
from engine.domain.statements import VenueOpenOrders
from engine.values import Instruction, Nanos, OrderType, Price, Quantity, TimeInForce
from tests.connectors.contract.conftest import only
from tests.connectors.contract.ib_end import IbEnd
from tests.connectors.ib.gateway.faults import close_after, delay, duplicate, lose

Desk = Callable[..., IbEnd]
TARGET, STOP = Price(1_920_000), Price(1_890_000)
GROUP = "G-1-1-0"
SECONDS = 30.0
PATIENCE = 3.0
"""After so long without an answer the desk of a test takes a change for not made."""


def leg(name: str, quantity: int, *, target: bool) -> NewOrderRequest:
    return NewOrderRequest(
        name,
        "PAPER",
        "AAPL",
        Instruction.SELL,
        Quantity(quantity),
        OrderType.LIMIT if target else OrderType.STOP,
        TimeInForce.GTC,
        TARGET if target else Price(0),
        Price(0) if target else STOP,
        oca_group=GROUP,
    )


def change(name: str, to: str, quantity: int, *, stop: int = 0, price: int = 0) -> ReplaceRequest:
    return ReplaceRequest(name, to, Price(price), Quantity(quantity), Price(stop))


def pair(end: IbEnd, quantity: int = 100) -> None:
    end.send(leg("T", quantity, target=True), leg("S", quantity, target=False))
    assert len(only(end.hear(), VenueAccepted)) == 2


def left(end: IbEnd) -> dict[str, int]:
    """What each exit would still sell, by the broker's book."""
    return {order.ref: int(order.remaining) for order in end.gateway.broker.open_orders}


def put_right(end: IbEnd, told: list[Report]) -> list[Report]:
    """What the desk does of a total that IB holds otherwise: it asks for the group's own again."""
    for count in range(10):
        restated = only(told, VenueRestated)[-1:]
        if not restated:
            return told
        (row,) = restated
        order = end.ib.parts.roll.get(row.client_order_id)
        assert order is not None
        new_name = f"{order.name}x{count}"
        end.send(change(order.name, new_name, 100, stop=order.stop, price=order.price))
        told = end.hear()
    raise AssertionError("it never comes to rest")


def test_both_exits_stand_at_ib_in_one_group(desk: Desk) -> None:
    end = desk()
    pair(end)
    target, stop = (end.gateway.broker.order(name) for name in "TS")
    assert (target.terms.kind, stop.terms.kind) == ("LMT", "STP")
    assert {target.group, stop.group} == {GROUP} and target.group_type == stop.group_type == 2
    assert target.is_live and stop.is_live, "none of them waits for a word of this machine"
    assert {order.terms.parent_id for order in (target, stop)} == {0}


def test_what_one_fills_is_taken_off_the_other_and_nobody_asks_anything(desk: Desk) -> None:
    end = desk()
    pair(end)
    end.fill("T", 40)
    end.hear()
    assert left(end) == {"T": 60, "S": 60}
    asked = end.gateway.count("reqAllOpenOrders")
    end.fill("T", 10)
    told = end.hear()
    assert left(end) == {"T": 50, "S": 50} and not only(told, VenueRestated)
    assert end.gateway.count("reqAllOpenOrders") == asked, "once it was looked at, it is believed"
    assert end.gateway.count("placeOrder") == 2


def test_the_last_fill_ends_the_other(desk: Desk) -> None:
    end = desk()
    pair(end)
    end.fill("T", 100)
    told = end.hear()
    (gone,) = only(told, VenueCancelled)
    assert (gone.client_order_id, gone.requested) == ("S", False)
    assert "filled all that it was for" in gone.text
    assert left(end) == {}


def test_more_to_protect_is_the_total_less_what_was_filled_beside_it(desk: Desk) -> None:
    end = desk()
    pair(end)
    end.fill("T", 40)
    end.hear()
    end.send(change("S", "S2", 150, stop=STOP), change("T", "T2", 150, price=TARGET))
    told = end.hear()
    assert {each.quantity for each in only(told, VenueReplaced)} == {150}
    assert left(end) == {"T": 110, "S": 110}
    end.send(OpenOrdersRequest(1))
    (stated,) = only(end.hear(), VenueOpenOrders)
    assert {row.quantity for row in stated.orders} == {150}, "in the desk's numbers"


def test_an_exit_that_joins_late_leaves_for_what_is_left(desk: Desk) -> None:
    end = desk()
    end.send(leg("T", 100, target=True))
    end.hear()
    end.fill("T", 30)
    end.hear()
    end.send(leg("S", 100, target=False))
    end.hear()
    assert left(end) == {"T": 70, "S": 70}


def test_an_exit_that_comes_after_all_was_filled_never_leaves(desk: Desk) -> None:
    end = desk()
    pair(end)
    end.fill("T", 100)
    end.hear()
    end.send(leg("U", 100, target=False))
    told = end.hear()
    assert only(told, VenueCancelled) and not only(told, VenueRejected)
    assert end.gateway.broker.of("U") == []


@pytest.mark.parametrize("fills_of", ["T", "S"])
def test_a_fill_that_crosses_a_change_is_told_and_put_right(desk: Desk, fills_of: str) -> None:
    """IB takes the change by its own number, and the fill of before it is not in it."""
    end = desk()
    pair(end)
    changed = "S" if fills_of == "T" else "T"
    price = TARGET if fills_of == "T" else STOP
    end.gateway.when(
        "placeOrder", lambda: end.gateway.fill(fills_of, 40, Decimal(price).scaleb(-4))
    )
    terms = {"stop": STOP - 100} if changed == "S" else {"price": TARGET + 100}
    end.send(change(changed, f"{changed}2", 100, **terms))
    told = end.hear()
    assert only(told, VenueReplaced)[0].quantity == 100
    (restated,) = only(told, VenueRestated)
    assert restated.quantity == 140, "100 there, and 40 that it knows nothing of"
    put_right(end, told)
    assert left(end) == {"T": 60, "S": 60}


def test_a_fill_that_crosses_the_second_exit_is_told_and_put_right(desk: Desk) -> None:
    end = desk()
    end.gateway.when("placeOrder", lambda: end.gateway.fill("T", 40), nth=2)
    end.send(leg("T", 100, target=True), leg("S", 100, target=False))
    told = end.hear()
    assert only(told, VenueFilled)
    put_right(end, told)
    assert left(end) == {"T": 60, "S": 60}


def test_it_is_put_right_where_the_line_breaks_in_between(desk: Desk) -> None:
    end = desk()
    pair(end)
    end.gateway.when("placeOrder", lambda: end.gateway.fill("T", 40))
    end.gateway.script(close_after("placeOrder"))
    end.send(change("S", "S2", 100, stop=STOP - 100))
    told = end.until(lambda: not end.ib._line.is_up)
    told += end.until(lambda: end.ib._line.is_up)
    end.ib._recheck()
    told += end.hear()
    put_right(end, told)
    assert left(end) == {"T": 60, "S": 60}


def test_a_desk_that_dies_leaves_both_and_finds_both(desk: Desk) -> None:
    end = desk()
    pair(end)
    end.fill("T", 40)
    end.dies()
    assert left(end) == {"T": 60, "S": 60}
    end.gateway.fill("S", 10, "189.00")
    told = end.hear()
    assert {fill.client_order_id for fill in only(told, VenueFilled)} == {"T", "S"}
    end.send(change("S", "S2", 120, stop=STOP))
    end.hear()
    assert left(end)["S"] == 70, "120, of which 40 are gone beside it and 10 are its own"


def test_what_comes_up_during_a_look_is_looked_at_once_more(desk: Desk) -> None:
    end = desk()
    asked = end.gateway.count("reqAllOpenOrders")
    end.ib._recheck()
    end.ib.advance(end.ib.clock())  # that look has begun
    end.ib._recheck()
    end.ib._recheck()
    end.hear()
    assert end.gateway.count("reqAllOpenOrders") == asked + 2


class Exits:
    """One run: a position that grows and whose exits fill, over a line that loses and breaks."""

    def __init__(self, end: IbEnd, seed: int) -> None:
        self.end, self.chance = end, Random(seed)
        self.covered = 100
        self.told: list[Report] = []
        self.asked = 0
        self.asked_at: dict[str, float] = {}

    @property
    def sold(self) -> int:
        trades = self.end.gateway.broker.executions
        return int(sum(trade.shares for trade in trades))

    def step(self) -> None:
        act = self.chance.choice([self.grow, self.move, self.trade, self.trade, self.spoil])
        act()
        self.end._collected()

    def grow(self) -> None:
        self.covered += self.chance.choice([10, 50])
        self.resize()

    def move(self) -> None:
        self._ask(self._order("S"), stop=STOP - 100 * self.chance.randrange(1, 9))

    def resize(self) -> None:
        self._ask(self._order("S"))
        self._ask(self._order("T"))

    def _ask(self, order: Any, stop: int = 0) -> None:
        if order is None or order.is_done or order.change is not None:
            return
        self.asked += 1
        self.asked_at[order.ref] = time.monotonic()
        name = f"{order.ref}{self.asked}"
        terms = {"stop": stop or order.stop, "price": order.price}
        self.end.send(change(order.name, name, self.covered, **terms))

    def _order(self, ref: str) -> Any:
        return self.end.ib.parts.roll.get(ref)

    def trade(self) -> None:
        working = [one for one in self.end.gateway.broker.open_orders if one.remaining > 1]
        if working:
            one = self.chance.choice(working)
            price = one.terms.limit_price or one.terms.aux_price
            assert price is not None
            self.end.gateway.fill(one.perm_id, 1, price)

    def spoil(self) -> None:
        kind = self.chance.choice(["openOrder", "orderStatus", "execDetails"])
        faults = [lose(kind), duplicate(kind), delay(kind, 0.01), close_after("placeOrder")]
        self.end.gateway.script(self.chance.choice(faults))

    def settle(self) -> None:
        gateway = self.end.gateway
        gateway.do(gateway.hub.script.faults.clear)
        gateway.drop()
        self.end.until(lambda: not self.end.ib._line.is_up)
        self.end.until(lambda: self.end.ib._line.is_up)
        for ref in "ST":
            self._order(ref).change = None  # it had no answer: the desk takes it for not made
        wanted = self.covered - self.sold
        by = time.monotonic() + SECONDS
        while left(self.end) != {"T": wanted, "S": wanted}:
            assert time.monotonic() < by, f"{left(self.end)} at the broker, {wanted} are held"
            self.end.until(lambda: self.end.ib._line.is_up)
            self.end.ib._recheck()
            self.end.hear()
            for ref in "ST":  # and asks only where it knows of another total than it wants
                order = self._order(ref)
                if time.monotonic() - self.asked_at.get(ref, 0.0) > PATIENCE:
                    order.change = None  # a line that broke once more has taken it along
                if order.quantity != self.covered:
                    self._ask(order)
            self.end.hear()


def _run(desk: Desk, seed: int) -> None:
    run = Exits(desk(terms={"answers_within": Nanos(300_000_000)}), seed)
    pair(run.end)
    for _ in range(25):
        run.step()
        run.end.until(lambda: run.end.ib._line.is_up, seconds=20)
    run.settle()


@pytest.mark.parametrize("seed", [1, 2])
def test_totals_agree_after_a_bad_line(desk: Desk, seed: int) -> None:
    _run(desk, seed)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 140))
def test_totals_agree_after_many_bad_lines(desk: Desk, seed: int) -> None:
    _run(desk, seed)
