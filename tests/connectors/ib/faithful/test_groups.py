"""Brackets and OCA groups: what orders do to each other at the broker."""

import pytest

from tests.connectors.ib.faithful.conftest import Client, connected, until
from tests.connectors.ib.gateway import Gateway


async def bracket(client: Client) -> None:
    contract = await client.stock()
    parent, target, stop = client.ib.bracketOrder("BUY", 100, 190.1, 191.1, 189.1)
    for ref, order in (("P", parent), ("T", target), ("S", stop)):
        order.orderRef, order.tif = ref, "GTC"
        client.ib.placeOrder(contract, order)
    await until(lambda: len(client.told("orderStatus")) >= 4)


def states(gateway: Gateway) -> dict[str, tuple[str, str]]:
    return {order.ref: (order.status, order.why_held) for order in gateway.broker.orders}


async def test_a_bracket_waits_for_its_parent(gateway: Gateway) -> None:
    async with connected(gateway) as client:
        await bracket(client)
        assert states(gateway) == {
            "P": ("Submitted", ""),
            "T": ("PreSubmitted", "child"),
            "S": ("PreSubmitted", "child,trigger"),
        }
        gateway.fill("P")
        assert states(gateway) == {
            "P": ("Filled", ""),
            "T": ("Submitted", ""),
            "S": ("PreSubmitted", "trigger"),
        }
        gateway.fill("T", 40)
        assert gateway.broker.order("S").quantity == 60
        gateway.fill("T")
        assert gateway.broker.order("S").status == "Cancelled"
        group = str(gateway.broker.order("P").perm_id)
        await until(lambda: client.told("orderStatus")[-1][1] == "Cancelled")
        assert {one[2].ocaGroup for one in client.told("openOrder")} == {"", group}
    assert gateway.broker.positions == {}


async def test_a_bracket_is_held_until_its_last_leg(gateway: Gateway) -> None:
    async with connected(gateway) as client:
        contract = await client.stock()
        parent, target, stop = client.ib.bracketOrder("BUY", 100, 190.1, 191.1, 189.1)
        for ref, order in (("P", parent), ("T", target)):
            order.orderRef, order.tif = ref, "GTC"
            client.ib.placeOrder(contract, order)
        await until(lambda: len(gateway.broker.orders) == 2)
        assert {order.status for order in gateway.broker.orders} == {"ApiPending"}
        assert client.told("openOrder") == []
        with pytest.raises(ValueError, match="ApiPending"):
            gateway.fill("P")
        stop.orderRef, stop.tif = "S", "GTC"
        client.ib.placeOrder(contract, stop)
        await until(lambda: gateway.broker.order("P").status == "Submitted")


async def test_children_end_with_a_parent_that_is_cancelled(gateway: Gateway) -> None:
    async with connected(gateway) as client:
        await bracket(client)
        gateway.cancel("P")
    assert {order.status for order in gateway.broker.orders} == {"Cancelled"}


async def test_a_child_of_nobody_is_refused(gateway: Gateway) -> None:
    async with connected(gateway) as client:
        client.ib.placeOrder(await client.stock(), client.order("A1", parentId=4711))
        await until(lambda: [code for _, code in client.errors] == [135])
    assert gateway.broker.orders == []


@pytest.mark.parametrize(("kind", "left"), [(1, "Cancelled"), (2, "Submitted"), (3, "Submitted")])
async def test_one_cancels_or_reduces_the_others(gateway: Gateway, kind: int, left: str) -> None:
    async with connected(gateway) as client:
        for ref in ("A1", "A2"):
            await client.place(ref, ocaGroup="G", ocaType=kind)
        gateway.fill("A1", 30)
        other = gateway.broker.order("A2")
        assert (other.status, other.quantity) == (left, 100 if kind == 1 else 70)
        gateway.fill("A1")
        assert gateway.broker.order("A2").status == "Cancelled"
