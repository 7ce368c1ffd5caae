"""The real library connects, trades and recovers, at every version of the protocol."""

import pytest

from tests.connectors.ib.faithful.conftest import Client, connected, until
from tests.connectors.ib.gateway import Gateway


@pytest.mark.parametrize("version", range(157, 179))
async def test_an_order_lives_through_every_version(version: int) -> None:
    with Gateway(server_version=version) as gateway:
        async with connected(gateway) as client:
            trade = await client.place("A1", outsideRth=True)
            gateway.fill("A1", 40, "190.1")
            await until(lambda: client.told("commissionReport"))
            trade.order.lmtPrice = 190.2
            client.ib.placeOrder(trade.contract, trade.order)
            await until(lambda: gateway.broker.order("A1").revisions)
            client.ib.cancelOrder(trade.order)
            await until(lambda: trade.orderStatus.status == "Cancelled")
            (completed,) = await client.ib.reqCompletedOrdersAsync(False)
            (fill,) = await client.ib.reqExecutionsAsync()
        truth = gateway.broker.order("A1")
        assert (truth.status, truth.filled, str(truth.terms.limit_price)) == (
            "Cancelled",
            40,
            "190.2",
        )
        assert completed.order.orderRef == fill.execution.orderRef == "A1"
        assert (completed.order.permId, completed.order.filledQuantity) == (truth.perm_id, 40)
        assert completed.order.lmtPrice == 190.2
        assert gateway.bad == []


async def test_what_was_open_is_open_after_a_reconnection(gateway: Gateway) -> None:
    client = await Client().connect(gateway)
    await client.place("A1")
    gateway.drop()
    await until(lambda: not client.ib.isConnected())
    await client.connect(gateway)
    (order,) = client.ib.openOrders()
    assert (order.orderRef, order.permId) == ("A1", gateway.broker.order("A1").perm_id)
    client.ib.disconnect()
