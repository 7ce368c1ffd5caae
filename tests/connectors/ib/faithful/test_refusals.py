"""What the broker refuses, with the code and the words of TWS."""

from decimal import Decimal
from typing import Any

import pytest

from tests.connectors.ib.faithful.conftest import connected, until
from tests.connectors.ib.gateway import Gateway, Margins


@pytest.mark.parametrize(
    ("code", "terms"),
    [
        (434, {"quantity": 0}),
        (10243, {"quantity": 1.5}),
        (10244, {"quantity": 0, "cashQty": 1000.0}),
        (110, {"lmtPrice": 190.001}),
        (110, {"orderType": "STP", "auxPrice": 190.001}),
        (387, {"orderType": "PEG STK"}),
        (321, {"account": "DU9999999"}),
        (442, {"algoStrategy": "Adaptive", "algoParams": [("speed", "high")]}),
        (439, {"algoStrategy": "Stealth"}),
        (391, {"tif": "GTD"}),
    ],
)
async def test_what_is_wrong_is_refused(gateway: Gateway, code: int, terms: dict[str, Any]) -> None:
    async with connected(gateway) as client:
        if "algoParams" in terms:
            pairs = [client.lib.TagValue(*pair) for pair in terms["algoParams"]]
            terms = terms | {"algoParams": pairs}
        trade = client.ib.placeOrder(await client.stock(), client.order("A1", **terms))
        await until(lambda: client.errors)
        assert client.errors == [(trade.order.orderId, code)]
    assert gateway.broker.orders == []


async def test_an_order_must_name_one_of_several_accounts() -> None:
    with Gateway(accounts=("DU1", "DU2")) as gateway:
        async with connected(gateway) as client:
            client.ib.placeOrder(await client.stock(), client.order("A1"))
            await until(lambda: [code for _, code in client.errors] == [435])
            await client.place("A2", account="DU2")
        assert [(order.ref, order.account) for order in gateway.broker.orders] == [("A2", "DU2")]


async def test_ticks_follow_the_bands_of_the_rule(gateway: Gateway) -> None:
    async with connected(gateway) as client:
        option = client.lib.Option("AAPL", "20261218", 200, "C", "SMART", currency="USD")
        (contract,) = await client.ib.qualifyContractsAsync(option)
        for ref, price in (("A1", 2.91), ("A2", 3.05), ("A3", 3.01)):
            client.ib.placeOrder(contract, client.order(ref, lmtPrice=price, quantity=1))
        await until(lambda: client.errors)
        assert [code for _, code in client.errors] == [110]
    assert [order.ref for order in gateway.broker.orders] == ["A1", "A2"]


async def test_fractions_where_the_listing_has_them(gateway: Gateway) -> None:
    async with connected(gateway) as client:
        (coin,) = await client.ib.qualifyContractsAsync(client.lib.Crypto("BTC", "PAXOS", "USD"))
        client.ib.placeOrder(coin, client.order("A1", quantity=0.00000001, lmtPrice=60000))
        client.ib.placeOrder(
            coin, client.order("A2", quantity=0, orderType="MKT", cashQty=500.0, tif="IOC")
        )
        await until(lambda: len(gateway.broker.orders) == 2)
    assert gateway.broker.order("A1").quantity == Decimal("1E-8")


async def test_only_so_many_orders_work_on_one_side_of_a_contract(gateway: Gateway) -> None:
    gateway.set(active_orders_max=2)
    async with connected(gateway) as client:
        for ref in ("A1", "A2"):
            await client.place(ref)
        client.ib.placeOrder(await client.stock(), client.order("A3"))
        await until(lambda: [code for _, code in client.errors] == [201])
        await client.place("A4", action="SELL")
    assert not gateway.broker.of("A3")


async def test_an_id_is_used_once(gateway: Gateway) -> None:
    async with connected(gateway) as client:
        trade = await client.place("A1")
        gateway.cancel("A1")
        order = client.order("A2")
        order.orderId = trade.order.orderId
        client.ib.client.placeOrder(order.orderId, trade.contract, order)
        await until(lambda: 103 in [code for _, code in client.errors])
    assert not gateway.broker.of("A2")


@pytest.mark.parametrize("change", [{"action": "SELL"}, {"contract": "MSFT"}])
async def test_a_modification_of_another_order_is_refused(
    gateway: Gateway, change: dict[str, str]
) -> None:
    async with connected(gateway) as client:
        trade = await client.place("A1")
        contract = await client.stock(change.get("contract", "AAPL"))
        trade.order.action = change.get("action", "BUY")
        client.ib.placeOrder(contract, trade.order)
        await until(lambda: 105 in [code for _, code in client.errors])
    assert gateway.broker.order("A1").revisions == []


async def test_cancels_of_what_is_not_there_or_over(gateway: Gateway) -> None:
    async with connected(gateway) as client:
        trade = await client.place("A1")
        gateway.fill("A1")
        client.ib.client.cancelOrder(trade.order.orderId, "")
        client.ib.client.cancelOrder(4711, "")
        await until(lambda: len(client.errors) == 2)
        assert client.errors == [(trade.order.orderId, 10148), (4711, 10147)]
        assert "state: Filled" in client.told("error")[-2][2]


async def test_a_preview_leaves_no_order(gateway: Gateway) -> None:
    gateway.set(margins=Margins(change=("1234.5", "1000.0", "0.0"), commission="2.5"))
    async with connected(gateway) as client:
        state = await client.ib.whatIfOrderAsync(await client.stock(), client.order("A1"))
        assert (state.initMarginChange, state.commission) == ("1234.5", 2.5)
    assert gateway.broker.orders == []


async def test_an_order_in_what_is_gone_or_ambiguous_is_refused(gateway: Gateway) -> None:
    async with connected(gateway) as client:
        apple = await client.stock()
        gateway.delist("AAPL")
        client.ib.placeOrder(apple, client.order("A1"))
        client.ib.placeOrder(client.lib.Stock("VOD", "SMART", ""), client.order("A2"))
        await until(lambda: [code for _, code in client.errors] == [200, 200])
        texts = [said[2] for said in client.told("error") if said[1] == 200]
        assert ["No security definition" in texts[0], "ambiguous" in texts[1]] == [True, True]
    assert gateway.broker.orders == []
