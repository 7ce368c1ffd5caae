"""Random sessions by seed: whatever happened, what a recovery is told is what the broker holds."""

from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from tests.connectors.ib.faithful.conftest import Client, connected, until
from tests.connectors.ib.gateway import Gateway, delay, duplicate, lose, swallow
from tests.connectors.ib.gateway.orders import BrokerOrder

ACTS = 120
KINDS = ("LMT", "MKT", "STP", "MOC")
SPOILT = ("openOrder", "orderStatus", "execDetails", "commissionReport", "error")


class Chaos:
    """A client that places, changes and cancels, and a broker that fills, rejects and corrects."""

    def __init__(self, gateway: Gateway, client: Client, contract: Any, seed: int) -> None:
        self.gateway, self.client, self.contract = gateway, client, contract
        self.chance = Random(seed)
        self.sent: list[Any] = []

    def act(self) -> None:
        acts: list[Callable[[], Any]] = [
            self.place,
            self.place,
            self.modify,
            self.cancel,
            self.spoil,
        ]
        acts += [self.fill, self.fill, self.correct, self.end]
        with suppress(KeyError, ValueError):
            # What cannot be done to an order in its state is refused to the test as well.
            self.chance.choice(acts)()

    def place(self) -> None:
        kind = self.chance.choice(KINDS)
        number = len(self.sent) + 1
        order = self.client.order(
            f"R{number}",
            self.chance.choice(("BUY", "SELL")),
            self.chance.randint(1, 9) * 10,
            orderType=kind,
            lmtPrice=round(190 + self.chance.randint(-50, 50) / 100, 2),
            auxPrice=189.5 if kind == "STP" else 0.0,
            tif=self.chance.choice(("DAY", "GTC", "")),
            ocaGroup=self.chance.choice(("", "", "", "G1")),
            parentId=self.chance.choice([0, 0, 0] + [one.orderId for one in self.sent[-2:]]),
            transmit=self.chance.random() > 0.1,
        )
        order.orderId = self.client.ib.client.getReqId()
        self.sent.append(order)
        self.client.ib.client.placeOrder(order.orderId, self.contract, order)

    def modify(self) -> None:
        if self.sent:
            order = self.chance.choice(self.sent)
            order.totalQuantity = self.chance.randint(1, 9) * 10
            self.client.ib.client.placeOrder(order.orderId, self.contract, order)

    def cancel(self) -> None:
        if self.sent:
            self.client.ib.client.cancelOrder(self.chance.choice(self.sent).orderId, "")

    def fill(self) -> None:
        ref = f"R{self.chance.randint(1, len(self.sent) + 1)}"
        quantity = self.chance.randint(1, 5) * 10
        self.gateway.fill(ref, quantity, f"190.{self.chance.randint(10, 99)}")

    def correct(self) -> None:
        standing = self.gateway.broker.executions
        if standing:
            fill = self.chance.choice(standing)
            self.gateway.correct(fill.exec_id, fill.shares, "190.55")

    def end(self) -> None:
        ref = f"R{self.chance.randint(1, len(self.sent) + 1)}"
        ways = (self.gateway.reject, self.gateway.expire, self.gateway.cancel, self.gateway.park)
        if self.gateway.broker.of(ref) and not self.gateway.broker.order(ref).is_done:
            self.chance.choice(ways)(ref)

    def spoil(self) -> None:
        kind = self.chance.choice(SPOILT)
        ways = (lose(kind), duplicate(kind), delay(kind, 0.002), swallow("placeOrder"))
        self.gateway.script(self.chance.choice(ways))


async def recovered(gateway: Gateway) -> dict[str, Any]:
    """What a fresh client is told of orders, executions and positions."""
    async with connected(gateway, 1) as client:
        opened = await client.ib.reqAllOpenOrdersAsync()
        fills = await client.ib.reqExecutionsAsync()
        done = await client.ib.reqCompletedOrdersAsync(False)
        return {
            "open": {one.order.permId: one.order.totalQuantity for one in opened},
            "fills": sorted(one.execution.execId for one in fills),
            "done": {one.order.permId: float(one.order.filledQuantity) for one in done},
            "positions": {one.contract.symbol: one.position for one in client.ib.positions()},
        }


def held(gateway: Gateway) -> dict[str, Any]:
    orders = gateway.broker.orders
    return {
        "open": {one.perm_id: float(one.quantity) for one in orders if not one.is_done},
        "fills": sorted(one.exec_id for one in gateway.broker.executions),
        "done": {one.perm_id: float(one.filled) for one in orders if one.is_done},
        "positions": {name: float(size) for (_, name), size in gateway.broker.positions.items()},
    }


def filled_by_executions(gateway: Gateway, order: BrokerOrder) -> Decimal:
    fills = [one.shares for one in gateway.broker.executions if one.perm_id == order.perm_id]
    return sum(fills, Decimal(0))


async def session(seed: int) -> None:
    with Gateway(messages_max=0) as gateway:
        async with connected(gateway) as client:
            client.ib.client.MaxRequests = 0
            chaos = Chaos(gateway, client, await client.stock(), seed)
            for _ in range(ACTS):
                chaos.act()
            asked = len(gateway.received)
            client.ib.client.reqCurrentTime()
            await until(lambda: "reqCurrentTime" in gateway.received[asked:] or None)
        await until(lambda: not gateway.clients)
        gateway.do(gateway.hub.script.faults.clear)
        assert await recovered(gateway) == held(gateway), f"seed {seed}"
        assert gateway.bad == [], f"seed {seed}"
        for order in gateway.broker.orders:
            assert order.filled == filled_by_executions(gateway, order), f"seed {seed}"
            assert order.filled <= order.quantity, f"seed {seed}"


@pytest.mark.parametrize("seed", range(8))
async def test_a_recovery_is_told_what_the_broker_holds(seed: int) -> None:
    await session(seed)


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_a_recovery_is_told_what_the_broker_holds_in_many_sessions() -> None:
    for seed in range(8, 400):
        await session(seed)
