"""Orders of every type that the desk sends, their groups, and what the broker refuses."""

from decimal import Decimal
from typing import Any

import pytest

from tests.connectors.ib.faithful.conftest import connected, until
from tests.connectors.ib.gateway import Gateway

TYPES: dict[str, dict[str, Any]] = {
    "market": {"orderType": "MKT"},
    "limit": {"orderType": "LMT", "lmtPrice": 190.1},
    "stop": {"orderType": "STP", "auxPrice": 189.5},
    "stop limit": {"orderType": "STP LMT", "auxPrice": 189.5, "lmtPrice": 189.4},
    "trail": {"orderType": "TRAIL", "auxPrice": 0.5, "trailStopPrice": 189.5},
    "trail by percent": {"orderType": "TRAIL", "trailingPercent": 1.5},
    "trail limit": {
        "orderType": "TRAIL LIMIT",
        "auxPrice": 0.5,
        "trailStopPrice": 189.5,
        "lmtPriceOffset": 0.1,
    },
    "on close": {"orderType": "MOC"},
    "limit on close": {"orderType": "LOC", "lmtPrice": 190.1},
    "on open": {"orderType": "MKT", "tif": "OPG"},
    "limit on open": {"orderType": "LMT", "lmtPrice": 190.1, "tif": "OPG"},
    "if touched": {"orderType": "MIT", "auxPrice": 189.5},
    "limit if touched": {"orderType": "LIT", "auxPrice": 189.5, "lmtPrice": 189.4},
    "relative": {"orderType": "REL", "auxPrice": 0.02, "lmtPrice": 190.5},
    "iceberg": {"displaySize": 10},
    "hidden": {"hidden": True},
    "good till date": {"tif": "GTD", "goodTillDate": "20261218 23:59:59 US/Eastern"},
    "good till cancelled": {"tif": "GTC"},
    "immediate": {"tif": "IOC"},
    "all or nothing at once": {"tif": "FOK"},
    "outside hours": {"outsideRth": True},
    "good after": {"goodAfterTime": "20261201 10:00:00 US/Eastern"},
    "all or none": {"allOrNone": True},
    "least quantity": {"minQty": 10},
}


@pytest.mark.parametrize("name", TYPES)
async def test_the_broker_holds_what_was_sent(gateway: Gateway, name: str) -> None:
    said = TYPES[name]
    async with connected(gateway) as client:
        await client.place("A1", **said)
        echoed = client.told("openOrder")[-1][2]
    terms = gateway.broker.order("A1").terms
    for field, value in said.items():
        if isinstance(value, bool | str):
            assert terms.text(field) == (str(int(value)) if value is True else value)
            assert getattr(echoed, field) == value
        else:
            assert terms.number(field) == Decimal(str(value))
            if field != "auxPrice" or value:
                assert getattr(echoed, field) == value


async def test_an_algo_keeps_its_parameters(gateway: Gateway) -> None:
    async with connected(gateway) as client:
        params = [client.lib.TagValue("adaptivePriority", "Patient")]
        await client.place("A1", algoStrategy="Adaptive", algoParams=params)
        echoed = client.told("openOrder")[-1][2]
        assert [(one.tag, one.value) for one in echoed.algoParams] == [
            ("adaptivePriority", "Patient")
        ]
    terms = gateway.broker.order("A1").terms
    assert (terms.text("algoStrategy"), terms.algo_params) == (
        "Adaptive",
        (("adaptivePriority", "Patient"),),
    )


async def test_conditions_are_read_and_echoed(gateway: Gateway) -> None:
    async with connected(gateway) as client:
        conditions = [
            client.lib.PriceCondition(price=191.5, conId=265598, exch="SMART"),
            client.lib.TimeCondition(time="20261201 10:00:00 US/Eastern"),
            client.lib.VolumeCondition(volume=1000, conId=265598, exch="SMART"),
            client.lib.MarginCondition(percent=30),
            client.lib.ExecutionCondition(secType="STK", exch="SMART", symbol="AAPL"),
            client.lib.PercentChangeCondition(changePercent=2.0, conId=265598, exch="SMART"),
        ]
        await client.place("A1", conditions=conditions)
        echoed = client.told("openOrder")[-1][2]
        assert [type(one).__name__ for one in echoed.conditions] == [
            type(one).__name__ for one in conditions
        ]
        assert echoed.conditions[0].price == 191.5
    assert len(gateway.broker.order("A1").terms.conditions) == 6


async def test_an_echo_is_no_template(gateway: Gateway) -> None:
    async with connected(gateway) as client:
        await client.place("A1")
        ghost = client.told("openOrder")[-1][2]
        assert (ghost.auxPrice, ghost.trailStopPrice, ghost.ocaType) == (0.0, 191.12, 3)
        assert (ghost.displaySize, ghost.deltaNeutralOrderType) == (2147483647, "None")
        assert ghost.dontUseAutoPriceForHedge


async def test_states_come_in_the_order_of_tws(gateway: Gateway) -> None:
    gateway.set(first_without_perm_id=True, echoes=2)
    async with connected(gateway) as client:
        await client.place("A1")
        await until(lambda: len(client.told("orderStatus")) == 4)
        said = [(one[1], bool(one[5])) for one in client.told("orderStatus")]
        assert said == [("PreSubmitted", False)] * 2 + [("Submitted", True)] * 2


async def test_an_order_can_be_taken_and_not_acknowledged(gateway: Gateway) -> None:
    gateway.set(acknowledges=False)
    async with connected(gateway) as client:
        trade = client.ib.placeOrder(await client.stock(), client.order("A1"))
        await until(lambda: gateway.broker.of("A1"))
        await client.ib.reqCurrentTimeAsync()
        assert client.told("openOrder") == []
        gateway.acknowledge("A1")
        await until(lambda: trade.orderStatus.status == "Submitted")


# ── ends ───────────────────────────────────────────────────────────────────────────────────────


async def test_a_cancel_may_stay_pending_and_be_overtaken_by_a_fill(gateway: Gateway) -> None:
    gateway.set(confirms_cancels=False)
    async with connected(gateway) as client:
        trade = await client.place("A1")
        client.ib.cancelOrder(trade.order)
        await until(lambda: gateway.broker.order("A1").status == "PendingCancel")
        gateway.fill("A1", 40)
        assert gateway.broker.order("A1").status == "PendingCancel"
        gateway.fill("A1")
        await until(lambda: trade.orderStatus.status == "Filled")


async def test_everything_can_be_cancelled_at_once(gateway: Gateway) -> None:
    gateway.place_elsewhere("AAPL", "BUY", 5, "180", ref="by hand")
    async with connected(gateway) as client:
        await client.place("A1")
        client.ib.reqGlobalCancel()
        await until(lambda: not gateway.broker.open_orders)


async def test_orders_of_others_are_listed_and_those_of_tws_are_bound(gateway: Gateway) -> None:
    gateway.place_elsewhere("AAPL", "BUY", 5, "180", ref="by hand")
    gateway.place_elsewhere("MSFT", "BUY", 5, "180", ref="other", client_id=7, order_id=3)
    async with connected(gateway, 1) as client:
        orders = {one.order.orderRef: one.order for one in await client.ib.reqAllOpenOrdersAsync()}
        assert (orders["by hand"].orderId, orders["by hand"].clientId) == (0, 0)
        assert (orders["other"].orderId, orders["other"].clientId) == (3, 7)
        assert await client.ib.reqOpenOrdersAsync() == []
    async with connected(gateway, 0) as client:
        await until(lambda: client.told("openOrder"))
        bound = client.told("openOrder")[0][2]
        assert (bound.orderRef, bound.orderId) == ("by hand", -1)
        client.ib.client.cancelOrder(-1, "")
        await until(lambda: gateway.broker.order("by hand").status == "Cancelled")


async def test_a_rejection_after_acceptance_ends_the_order(gateway: Gateway) -> None:
    async with connected(gateway) as client:
        await client.place("A1")
        gateway.reject("A1", 201, "Order rejected - reason:margin", '{"rejects": []}')
        await until(lambda: client.errors)
        assert client.told("error")[-1][1:] == (
            201,
            "Order rejected - reason:margin",
            '{"rejects": []}',
        )
    assert gateway.broker.order("A1").status == "Inactive"


async def test_a_held_order_can_be_cancelled(gateway: Gateway) -> None:
    async with connected(gateway) as client:
        trade = client.ib.placeOrder(await client.stock(), client.order("A1", transmit=False))
        await until(lambda: gateway.broker.of("A1"))
        client.ib.client.cancelOrder(trade.order.orderId, "")
        await until(lambda: (trade.order.orderId, 202) in client.errors)
    assert gateway.broker.order("A1").status == "Cancelled"


async def test_a_parked_order_is_inactive_and_alive(gateway: Gateway) -> None:
    async with connected(gateway) as client:
        trade = await client.place("A1", action="SELL")
        gateway.park("A1")
        await until(lambda: trade.orderStatus.status == "Inactive")
        assert trade.orderStatus.whyHeld == "locate"
        assert len(await client.ib.reqAllOpenOrdersAsync()) == 1
        gateway.trigger("A1")
        gateway.fill("A1")
        await until(lambda: trade.orderStatus.status == "Filled")


async def test_a_fill_of_a_person_at_tws_has_no_order_id(gateway: Gateway) -> None:
    perm_id = gateway.place_elsewhere("AAPL", "BUY", 5, "180", ref="by hand")
    async with connected(gateway) as client:
        gateway.fill(perm_id)
        assert client.told("execDetails") == []
        (fill,) = await client.ib.reqExecutionsAsync()
        assert (fill.execution.orderId, fill.execution.permId) == (0, perm_id)


async def test_a_parked_order_that_fills_is_over(gateway: Gateway) -> None:
    async with connected(gateway) as client:
        await client.place("A1", action="SELL")
        gateway.park("A1")
        gateway.fill("A1")
    assert gateway.broker.order("A1").is_done
    assert gateway.broker.open_orders == []
