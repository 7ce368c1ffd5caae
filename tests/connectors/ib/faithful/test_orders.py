"""Orders of every type that the desk sends, their groups, and what the broker refuses."""

from decimal import Decimal
from typing import Any

import pytest

from tests.connectors.ib.faithful.conftest import Client, connected, until
from tests.connectors.ib.gateway import Gateway, Margins

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


# ── groups ─────────────────────────────────────────────────────────────────────────────────────


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


# ── refusals ───────────────────────────────────────────────────────────────────────────────────


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
