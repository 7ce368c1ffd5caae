"""Where the libraries' state lies, measured against the broker's: the table of the specification.

A gateway under which the real libraries did not lie in these ways would not be like TWS. Each row
names what ib_insync and ib_async then believe; the truth is always the gateway's.
"""

import asyncio
from typing import Any

import pytest

from tests.connectors.ib.faithful.conftest import LIBRARY, Client, connected, until
from tests.connectors.ib.gateway import UNSET, Gateway, hold_for, refuse

OLD = LIBRARY == "ib_insync"


def believed(insync: Any, other: Any) -> Any:
    """What this Python's library believes."""
    return insync if OLD else other


@pytest.mark.parametrize(
    ("code", "insync", "other"),
    [
        (399, "Submitted", "ValidationError"),
        (404, "Submitted", "ValidationError"),
        (2109, "Submitted", "ValidationError"),
        (10349, "Cancelled", "Cancelled"),
    ],
)
async def test_a_warning_on_a_live_order(
    gateway: Gateway, code: int, insync: str, other: str
) -> None:
    async with connected(gateway) as client:
        trade = await client.place("A1")
        gateway.warn("A1", code, "something that does not end an order")
        await until(lambda: (trade.order.orderId, code) in told(client))
        assert trade.orderStatus.status == believed(insync, other)
    assert gateway.broker.order("A1").status == "Submitted"


def told(client: Client) -> list[tuple[int, int]]:
    return [(said[0], said[1]) for said in client.told("error")]


async def test_a_preset_time_in_force_looks_like_a_cancel_of_the_new_order(
    gateway: Gateway,
) -> None:
    async with connected(gateway) as client:
        contract = await client.stock()
        trade = client.ib.placeOrder(contract, client.order("A1", tif=""))
        statuses: list[str] = []
        trade.statusEvent += lambda one: statuses.append(one.orderStatus.status)
        await until(lambda: "Submitted" in statuses)
        assert statuses[0] == "Cancelled"
    truth = gateway.broker.order("A1")
    assert (truth.status, truth.terms.tif) == ("Submitted", "DAY")


@pytest.mark.parametrize("code", [10147, 10148, 161])
async def test_a_cancel_that_fails_looks_like_one_that_succeeded(
    gateway: Gateway, code: int
) -> None:
    gateway.script(refuse("cancelOrder", code, "OrderId that needs to be cancelled"))
    async with connected(gateway) as client:
        trade = await client.place("A1")
        client.ib.cancelOrder(trade.order)
        await until(lambda: client.errors)
        assert trade.orderStatus.status == "Cancelled"
    assert gateway.broker.order("A1").status == "Submitted"


@pytest.mark.parametrize(
    ("code", "insync", "other"),
    [(201, "Cancelled", "Cancelled"), (110, "Submitted", "ValidationError")],
)
async def test_a_refused_modification(gateway: Gateway, code: int, insync: str, other: str) -> None:
    gateway.script(refuse("placeOrder", code, "no", nth=2))
    async with connected(gateway) as client:
        trade = await client.place("A1")
        trade.order.lmtPrice = 191
        client.ib.placeOrder(trade.contract, trade.order)
        await until(lambda: client.errors)
        assert trade.orderStatus.status == believed(insync, other)
        assert trade.order.lmtPrice == 191
    truth = gateway.broker.order("A1")
    assert (truth.status, str(truth.terms.limit_price)) == ("Submitted", "190.12")


async def test_a_price_off_the_tick_on_a_new_order(gateway: Gateway) -> None:
    async with connected(gateway) as client:
        trade = client.ib.placeOrder(await client.stock(), client.order("A1", lmtPrice=190.123))
        await until(lambda: client.errors)
        assert client.errors == [(trade.order.orderId, 110)]
        assert trade.orderStatus.status == believed("PendingSubmit", "Cancelled")
    assert gateway.broker.orders == []


async def test_a_read_only_gateway_on_a_new_order() -> None:
    with Gateway(read_only=True) as gateway:
        async with connected(gateway, readonly=True) as client:
            trade = client.ib.placeOrder(await client.stock(), client.order("A1"))
            await until(lambda: client.errors)
            assert client.errors == [(trade.order.orderId, 321)]
            assert trade.orderStatus.status == believed("Cancelled", "ValidationError")
            assert trade.isDone() is believed(True, False)
        assert gateway.broker.orders == []


async def test_a_rejected_order_that_is_inactive(gateway: Gateway) -> None:
    gateway.set(inactive_on_reject=True)
    async with connected(gateway) as client:
        trade = await client.place("A1")
        gateway.reject("A1", 201, "Order rejected - reason:insufficient funds", '{"why": "funds"}')
        await until(lambda: trade.orderStatus.status == "Inactive")
        assert trade.advancedError == '{"why": "funds"}'
        assert trade.isDone() is believed(False, True)


async def test_modifying_after_a_false_cancel_raises_though_the_message_went_out(
    gateway: Gateway,
) -> None:
    async with connected(gateway) as client:
        trade = await client.place("A1")
        gateway.warn("A1", 10349, "Order TIF was set to DAY based on order preset.")
        await until(lambda: trade.orderStatus.status == "Cancelled")
        trade.order.lmtPrice = 191
        with pytest.raises(AssertionError):
            client.ib.placeOrder(trade.contract, trade.order)
        await until(lambda: gateway.broker.order("A1").revisions)
    assert str(gateway.broker.order("A1").terms.limit_price) == "191"


async def test_a_what_if_that_is_answered_twice(gateway: Gateway) -> None:
    gateway.set(what_if_twice=True)
    async with connected(gateway) as client:
        state = await client.ib.whatIfOrderAsync(await client.stock(), client.order("A1"))
        assert state.initMarginChange == believed(UNSET, "500.0")
    assert gateway.broker.orders == []


async def test_a_correction_is_counted_twice(gateway: Gateway) -> None:
    async with connected(gateway) as client:
        trade = await client.place("A1", quantity=10)
        fill = gateway.fill("A1")
        gateway.correct(fill.exec_id, 10, "190.05")
        await until(lambda: len(client.told("commissionReport")) == 2)
        assert trade.filled() == 20
        first, second = [said[2].execId for said in client.told("execDetails")]
        assert (first[-3:], second[-3:], first[:-3]) == (".01", ".02", second[:-3])
    (standing,) = gateway.broker.executions
    assert (standing.shares, str(standing.price)) == (10, "190.05")
    assert gateway.broker.positions == {("DU1234567", "AAPL"): 10}


async def test_fills_of_a_request_raise_no_event(gateway: Gateway) -> None:
    async with connected(gateway) as client:
        trade = await client.place("A1")
        # The live report is late: the answer to a request tells of the fill before it.
        gateway.script(hold_for("execDetails", "execDetailsEnd"))
        events: list[Any] = []
        client.ib.execDetailsEvent += lambda *said: events.append(said)
        gateway.fill("A1", 10)
        await until(lambda: trade.orderStatus.filled == 10)
        assert len(await client.ib.reqExecutionsAsync()) == 1
        await until(lambda: len(client.told("execDetails")) == 2)
        assert events == []
        assert len(trade.fills) == 1


async def test_a_lost_socket_wipes_what_the_library_knew(gateway: Gateway) -> None:
    client = await Client().connect(gateway)
    trade = await client.place("A1")
    gateway.drop()
    await until(lambda: not client.ib.isConnected())
    assert client.ib.trades() == []
    assert trade.orderStatus.status == "Submitted"
    client.ib.disconnect()


async def test_a_client_id_in_use_is_a_bare_timeout(
    gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    async with connected(gateway):
        second = Client()
        with pytest.raises((asyncio.TimeoutError, ConnectionError)):
            await second.connect(gateway, timeout=0.2)
        assert "Peer closed connection" in caplog.text
        assert second.errors == [(-1, 326)]
        assert gateway.sockets == 1
    await until(lambda: gateway.clients == [])


async def test_contracts_that_cannot_be_qualified(gateway: Gateway) -> None:
    async with connected(gateway) as client:
        stocks = [client.lib.Stock(name, "SMART", "") for name in ("VOD", "NONE", "AAPL")]
        found = await client.ib.qualifyContractsAsync(*stocks)
        names = [one.symbol if one else None for one in found]
        assert names == believed(["AAPL"], [None, None, "AAPL"])
        assert [code for _, code in client.errors] == [200]


async def test_rows_that_are_inserted_and_deleted_in_the_middle(gateway: Gateway) -> None:
    gateway.book("AAPL", bids=[("190.10", 1, "A"), ("190.08", 2, "B"), ("190.06", 3, "C")])
    async with connected(gateway) as client:
        ticker = client.ib.reqMktDepth(await client.stock(), numRows=5)
        await until(lambda: len(ticker.domBids) == 3)
        gateway.book("AAPL", bids=[("190.10", 1, "A"), ("190.09", 9, "D"), ("190.06", 3, "C")])
        await until(lambda: len(client.told("updateMktDepthL2")) == 5)
        prices = [level.price for level in ticker.domBids]
        assert (prices == [190.10, 190.09, 190.06]) is believed(True, False)


@pytest.mark.skipif(not OLD, reason="only ib_insync keeps a list that it can run off")
async def test_a_depth_that_is_out_of_step_is_an_index_error(
    gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    async with connected(gateway) as client:
        client.ib.reqMktDepth(await client.stock(), numRows=5)
        await until(lambda: gateway.count("reqMktDepth"))
        gateway.depth_row("AAPL", "bid", 1, 4, ("190.10", 1, "A"))
        await until(lambda: client.told("updateMktDepthL2"))
        assert "IndexError" in caplog.text
    caplog.clear()
