"""A desk at a gateway that loses, repeats, delays, reorders and breaks by seed: both sides agree.

Whatever happens on the way, at the end the broker has one order a reference, the desk has heard of
each trade once and of no other, and what it takes for over is over there.
"""

from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from random import Random

import pytest

from engine.domain.reports import (
    Report,
    VenueCancelled,
    VenueExpired,
    VenueFilled,
    VenueRejected,
    VenueTradeCorrected,
)
from engine.domain.requests import ExecutionsRequest, OpenOrdersRequest, StatusRequest
from engine.domain.statements import VenueExecutions, VenueOpenOrders
from engine.values import Nanos, Price
from tests.connectors.contract.conftest import LIMIT, cancel, new, only, replace
from tests.connectors.contract.ib_end import IbEnd
from tests.connectors.ib.gateway.faults import (
    close_after,
    close_before,
    delay,
    duplicate,
    hold_for,
    lose,
)

Desk = Callable[..., IbEnd]
STEPS = 40
ANSWERS = ("openOrder", "orderStatus", "execDetails", "commissionReport")
"""Errors are spoilt in tests of their own: a lost 1102 is a line that stays down."""
PATIENCE = Nanos(300_000_000)


class Chaos:
    """One run: what the desk has been told, and what it asked for."""

    def __init__(self, end: IbEnd, seed: int) -> None:
        self.end, self.chance = end, Random(seed)
        self.told: list[Report] = []
        self.names: dict[str, str] = {}
        """Root → the newest name that was asked for."""
        self.released = 0
        self.count = 0

    def step(self) -> None:
        often = [self.order, self.trade, self.spoil] * 2
        act = self.chance.choice(
            [*often, self.change, self.take_back, self.wait, self.correct, self.break_line]
        )
        act()
        self.hear()

    def hear(self) -> None:
        self.told += self.end._collected()

    def wait(self) -> None:
        self.told += self.end.hear()

    def order(self) -> None:
        self.count += 1
        name = f"S-1-{self.count}-0"
        self.names[name] = name
        self._send(new(name, self.chance.choice([10, 100])))

    def change(self) -> None:
        root = self._some_root()
        if root is None:
            return
        self.count += 1
        to = f"{root.rpartition('-')[0]}-{self.count}"
        price = LIMIT - 100 * self.chance.randrange(1, 50)
        self._send(replace(self.names[root], to, self.chance.choice([20, 60, 150]), price))
        if self.end.ib.parts.roll.get(to) is not None:
            order = self.end.ib.parts.roll.get(to)
            assert order is not None
            self.names[root] = order.name

    def take_back(self) -> None:
        root = self._some_root()
        if root is not None:
            self._send(cancel(self._in_force(root)))

    def trade(self) -> None:
        broker = self.end.gateway.broker
        working = [order for order in broker.open_orders if order.is_live and order.remaining > 0]
        if working:
            order = self.chance.choice(working)
            size = self.chance.randint(1, int(order.remaining))
            with suppress(ValueError):  # a cancel on its way was faster
                self.end.gateway.fill(order.perm_id, size)

    def correct(self) -> None:
        trades = self.end.gateway.broker.executions
        if trades:
            trade = self.chance.choice(trades)
            self.end.gateway.correct(trade.base, trade.shares, trade.price - Decimal("0.01"))

    def spoil(self) -> None:
        kind = self.chance.choice(ANSWERS)
        fault = self.chance.choice(
            [
                lose(kind),
                duplicate(kind),
                delay(kind, 0.02),
                hold_for(kind, self.chance.choice(ANSWERS)),
                close_before("placeOrder"),
                close_after("placeOrder"),
                close_after("cancelOrder"),
            ]
        )
        self.end.gateway.script(fault)

    def break_line(self) -> None:
        act = self.chance.choice(
            [
                self.end.gateway.drop,
                lambda: self.end.gateway.restart(roll_ids_back=True),
                lambda: (self.end.gateway.system(1100), self.end.gateway.system(1102)),
                lambda: (self.end.gateway.system(1100), self.end.gateway.system(1101)),
            ]
        )
        act()
        self.hear()
        self.whole()

    def whole(self) -> None:
        self.told += self.end.until(lambda: self.end.ib._line.is_up, seconds=20)

    def _send(self, request: object) -> None:
        self.end.send(request)  # type: ignore[arg-type]

    def _some_root(self) -> str | None:
        return self.chance.choice(list(self.names)) if self.names else None

    def _in_force(self, root: str) -> str:
        order = self.end.ib.parts.roll.get(root)
        return order.name if order is not None else root

    # At the end.

    def settle(self) -> None:
        """Nothing goes wrong any more; what is not known is asked for, as the desk does."""
        gateway = self.end.gateway
        gateway.do(gateway.hub.script.faults.clear)
        gateway.restart()
        self.told += self.end.until(lambda: not self.end.ib._line.is_up)
        self.whole()
        self.wait()
        for root in self.names:
            self.end.send(StatusRequest(self._in_force(root), 1))
        self.wait()
        self.end.send(OpenOrdersRequest(1), ExecutionsRequest(2, Nanos(0)))
        self.wait()

    def fills(self) -> dict[str, tuple[int, int]]:
        """Trade → (size, price) as the desk has it: the first report, or the newest correction."""
        booked: dict[str, tuple[int, int, int]] = {}
        for each in self.told:
            revision = each.revision if isinstance(each, VenueTradeCorrected) else 0
            if isinstance(each, VenueFilled | VenueTradeCorrected):
                known = booked.get(each.execution_id)
                if known is None or revision > known[0]:
                    booked[each.execution_id] = revision, each.quantity, each.price
        return {trade: (size, price) for trade, (_, size, price) in booked.items()}


def _agrees(run: Chaos) -> None:
    broker = run.end.gateway.broker
    refs = [order.ref for order in broker.orders]
    assert len(refs) == len(set(refs)), "an order was doubled"
    there = {each.base: (int(each.shares), int(each.price.scaleb(4))) for each in broker.executions}
    assert run.fills() == there
    (open_there,) = only(run.told, VenueOpenOrders)[-1:]
    rows = {row.client_order_id: row for row in open_there.orders}
    roll = run.end.ib.parts.roll
    working = {order.ref: order for order in broker.open_orders}
    assert {roll.get(name).ref for name in rows} == set(working)  # type: ignore[union-attr]
    for name, row in rows.items():
        order = working[roll.get(name).ref]  # type: ignore[union-attr]
        assert (row.quantity, row.cumulative) == (int(order.quantity), int(order.filled))
        assert row.price == Price(int(order.terms.limit_price.scaleb(4)))
    (trades,) = only(run.told, VenueExecutions)[-1:]
    assert {each.execution_id for each in trades.executions} == set(there)
    for each in run.told:
        if isinstance(each, VenueCancelled | VenueExpired | VenueRejected):
            order_here = roll.get(each.client_order_id)
            ref = order_here.ref if order_here is not None else each.client_order_id
            assert ref not in working, f"{each} of an order that works"
    assert run.end.ib._dispatch.faults == 0, run.end.notes


def _run(desk: Desk, seed: int) -> None:
    terms = {"answers_within": PATIENCE, "connect_seconds": 1.0}
    run = Chaos(desk(active_orders_max=1_000, terms=terms), seed)
    for _ in range(STEPS):
        run.step()
    run.settle()
    _agrees(run)


@pytest.mark.parametrize("seed", [1, 2])
def test_both_sides_agree_after_a_bad_line(desk: Desk, seed: int) -> None:
    _run(desk, seed)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 140))
def test_both_sides_agree_after_many_bad_lines(desk: Desk, seed: int) -> None:
    _run(desk, seed)
