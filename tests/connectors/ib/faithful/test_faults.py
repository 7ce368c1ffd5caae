"""Every scripted fault does what it says, seen from the real library and from the broker."""

import asyncio
from time import monotonic

import pytest

from tests.connectors.ib.faithful.conftest import Client, connected, until
from tests.connectors.ib.gateway import (
    Gateway,
    close_after,
    close_before,
    delay,
    duplicate,
    hold_for,
    lose,
    refuse,
    swallow,
)
from tests.connectors.ib.gateway.hub import HANDLERS
from tests.connectors.ib.gateway.wire import REQUESTS


async def test_a_lost_answer_never_comes(gateway: Gateway) -> None:
    gateway.script(lose("execDetails", ref="A1"))
    async with connected(gateway) as client:
        await client.place("A1")
        await client.place("A2")
        gateway.fill("A1")
        gateway.fill("A2")
        await until(lambda: len(client.told("commissionReport")) == 2)
        assert [said[2].orderRef for said in client.told("execDetails")] == ["A2"]
    assert gateway.waiting_faults == []


async def test_a_lost_request_was_never_there(gateway: Gateway) -> None:
    gateway.script(lose("placeOrder"))
    async with connected(gateway) as client:
        client.ib.placeOrder(await client.stock(), client.order("A1"))
        await client.place("A2")
    assert [order.ref for order in gateway.broker.orders] == ["A2"]


async def test_a_late_answer_is_overtaken(gateway: Gateway) -> None:
    gateway.script(delay("execDetails", 0.05))
    async with connected(gateway) as client:
        await client.place("A1")
        gateway.fill("A1")
        await until(lambda: client.told("execDetails"))
        kinds = [kind for kind, _ in client.heard]
        assert kinds.index("commissionReport") < kinds.index("execDetails")


async def test_a_late_request_is_overtaken(gateway: Gateway) -> None:
    gateway.script(delay("placeOrder", 0.05))
    async with connected(gateway) as client:
        client.ib.placeOrder(await client.stock(), client.order("A1"))
        await client.place("A2")
        # The id of the late one is below one already used.
        await until(lambda: 103 in [code for _, code in client.errors])
    assert [order.ref for order in gateway.broker.orders] == ["A2"]


async def test_an_answer_comes_more_than_once(gateway: Gateway) -> None:
    gateway.script(duplicate("execDetails", copies=3))
    async with connected(gateway) as client:
        trade = await client.place("A1")
        gateway.fill("A1")
        await until(lambda: len(client.told("execDetails")) == 4)
        assert trade.filled() == 100
    assert gateway.broker.order("A1").filled == 100


async def test_two_answers_change_places(gateway: Gateway) -> None:
    gateway.script(hold_for("execDetails", "commissionReport"))
    async with connected(gateway) as client:
        await client.place("A1")
        gateway.fill("A1")
        await until(lambda: client.told("execDetails"))
        kinds = [kind for kind, _ in client.heard if kind in ("execDetails", "commissionReport")]
        assert kinds == ["commissionReport", "execDetails"]


@pytest.mark.parametrize(("fault", "taken"), [(close_before, 0), (close_after, 1)])
async def test_the_socket_dies_around_a_new_order(gateway: Gateway, fault, taken: int) -> None:
    gateway.script(fault("placeOrder"))
    client = await Client().connect(gateway)
    contract = await client.stock()
    client.ib.placeOrder(contract, client.order("A1"))
    await until(lambda: not client.ib.isConnected())
    assert client.told("openOrder") == []
    assert len(gateway.broker.of("A1")) == taken
    client.ib.disconnect()


async def test_the_socket_dies_after_an_answer(gateway: Gateway) -> None:
    gateway.script(close_after("orderStatus", ref="A1"))
    client = await Client().connect(gateway)
    client.ib.placeOrder(await client.stock(), client.order("A1"))
    await until(lambda: not client.ib.isConnected())
    assert [said[1] for said in client.told("orderStatus")] == ["PreSubmitted"]
    client.ib.disconnect()


async def test_an_order_is_taken_in_silence(gateway: Gateway) -> None:
    gateway.script(swallow("placeOrder"))
    async with connected(gateway) as client:
        client.ib.placeOrder(await client.stock(), client.order("A1"))
        await until(lambda: gateway.broker.of("A1"))
        (trade,) = await client.ib.reqOpenOrdersAsync()
        assert trade.order.orderRef == "A1"
        assert len(client.told("openOrder")) == 1


async def test_a_request_is_refused_with_any_code(gateway: Gateway) -> None:
    gateway.script(refuse("placeOrder", 504, "Not connected", times=2))
    async with connected(gateway) as client:
        contract = await client.stock()
        for ref in ("A1", "A2", "A3"):
            client.ib.placeOrder(contract, client.order(ref))
        await until(lambda: len(client.errors) == 2)
        assert [code for _, code in client.errors] == [504, 504]
        await until(lambda: gateway.broker.of("A3"))
    assert [order.ref for order in gateway.broker.orders] == ["A3"]


async def test_the_nth_message_is_struck_and_no_other(gateway: Gateway) -> None:
    gateway.script(lose("orderStatus", nth=3, times=2))
    async with connected(gateway) as client:
        await client.place("A1")
        gateway.restate("A1")
        gateway.restate("A1")
        gateway.restate("A1")
        await until(lambda: len(client.told("openOrder")) == 5)
        await until(lambda: len(client.told("orderStatus")) == 3)


def test_a_fault_of_no_message_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="names no message"):
        lose("orderState")


# ── the link ───────────────────────────────────────────────────────────────────────────────────


async def test_a_silent_gateway_accepts_and_says_nothing() -> None:
    with Gateway(silent=True) as gateway:
        client = Client()
        with pytest.raises(asyncio.TimeoutError):
            await client.connect(gateway, timeout=0.1)


async def test_a_gateway_that_is_not_there_refuses(gateway: Gateway) -> None:
    gateway.stop_listening()
    with pytest.raises(ConnectionRefusedError):
        await Client().connect(gateway)
    gateway.listen()
    async with connected(gateway):
        assert gateway.clients == [1]


async def test_a_half_open_socket_loses_what_is_sent(gateway: Gateway) -> None:
    async with connected(gateway) as client:
        contract = await client.stock()
        gateway.half_open()
        client.ib.placeOrder(contract, client.order("A1"))
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(client.ib.reqCurrentTimeAsync(), 0.1)
        assert client.ib.isConnected()
    assert gateway.broker.orders == []


async def test_a_half_open_socket_may_carry_one_way(gateway: Gateway) -> None:
    async with connected(gateway) as client:
        contract = await client.stock()
        gateway.half_open(hears=True)
        client.ib.placeOrder(contract, client.order("A1"))
        await until(lambda: gateway.broker.of("A1"))
        assert client.told("openOrder") == []


async def test_a_restart_keeps_orders_and_their_perm_ids(gateway: Gateway) -> None:
    async with connected(gateway) as client:
        await client.place("A1", tif="GTC")
        before = gateway.broker.order("A1").perm_id
        port = gateway.port
        gateway.restart(roll_ids_back=True)
        await until(lambda: not client.ib.isConnected())
    async with connected(gateway) as client:
        assert gateway.port == port
        (order,) = client.ib.openOrders()
        assert order.permId == before
        assert client.told("nextValidId")[0][0] == 1


async def test_ids_go_on_after_a_restart(gateway: Gateway) -> None:
    async with connected(gateway) as client:
        used = (await client.place("A1", tif="GTC")).order.orderId
        gateway.restart()
        await until(lambda: not client.ib.isConnected())
    async with connected(gateway) as client:
        assert client.told("nextValidId")[0][0] == used + 1


async def test_what_fills_while_nobody_listens_is_told_to_who_asks(gateway: Gateway) -> None:
    async with connected(gateway) as client:
        await client.place("A1", tif="GTC")
    await until(lambda: not gateway.clients)
    gateway.down()
    gateway.fill("A1", 60)
    gateway.come_back()
    async with connected(gateway) as client:
        (fill,) = client.ib.fills()
        assert (fill.execution.shares, fill.execution.orderRef) == (60, "A1")
        assert [one.position for one in client.ib.positions()] == [60]


async def test_a_new_day_forgets_executions_and_ends_day_orders(gateway: Gateway) -> None:
    async with connected(gateway) as client:
        await client.place("A1", tif="DAY")
        await client.place("A2", tif="GTC")
        gateway.fill("A2", 10)
        gateway.restart(new_day=True)
        await until(lambda: not client.ib.isConnected())
    async with connected(gateway) as client:
        assert [order.orderRef for order in client.ib.openOrders()] == ["A2"]
        assert client.ib.fills() == []
        assert await client.ib.reqCompletedOrdersAsync(False) == []
    assert gateway.broker.order("A1").status == "Cancelled"


@pytest.mark.parametrize("code", [1100, 1101, 1102, 2103, 2104, 2105, 2106, 2107, 2108, 2110])
async def test_what_the_gateway_says_of_its_own_links(gateway: Gateway, code: int) -> None:
    async with connected(gateway) as client:
        gateway.system(code)
        await until(lambda: (-1, code) in [said[:2] for said in client.told("error")])
        assert client.ib.isConnected()


async def test_only_data_lost_ends_market_data(gateway: Gateway) -> None:
    async with connected(gateway) as client:
        client.ib.reqMktData(await client.stock())
        await until(lambda: gateway.lines() == ["AAPL"])
        gateway.system(1102)
        assert gateway.lines() == ["AAPL"]
        gateway.system(1101)
        assert gateway.lines() == []


async def test_a_read_only_gateway_never_ends_an_order_query() -> None:
    with Gateway(read_only=True) as gateway:
        began = monotonic()
        async with connected(gateway, readonly=True) as client:
            assert monotonic() - began < 1
            for query in (client.ib.reqAllOpenOrdersAsync, client.ib.reqOpenOrdersAsync):
                with pytest.raises(asyncio.TimeoutError):
                    await asyncio.wait_for(query(), 0.05)
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(client.ib.reqCompletedOrdersAsync(False), 0.05)
            assert await client.ib.reqExecutionsAsync() == []
            assert [code for _, code in client.errors] == [321] * 3


async def test_live_accounts_can_stand_behind_any_port() -> None:
    with Gateway(accounts=("U7654321",)) as gateway:
        async with connected(gateway) as client:
            assert client.ib.managedAccounts() == ["U7654321"]


async def test_a_fill_can_fall_into_the_middle_of_a_recovery(gateway: Gateway) -> None:
    async with connected(gateway) as client:
        await client.place("A1")
        gateway.when("execDetailsEnd", lambda: gateway.fill("A1"))
        assert await client.ib.reqExecutionsAsync() == []
        (fill,) = await client.ib.reqExecutionsAsync()
        assert fill.execution.shares == 100


async def test_lines_can_die_without_a_word(gateway: Gateway) -> None:
    gateway.quote("AAPL", bid="190.1", bid_size=1)
    async with connected(gateway) as client:
        contract = await client.stock()
        ticker = client.ib.reqMktData(contract)
        await until(lambda: ticker.bid == 190.1)
        gateway.forget_market_data()
        gateway.quote("AAPL", bid="190.2")
        await client.ib.reqCurrentTimeAsync()
        assert ticker.bid == 190.1
        client.ib.cancelMktData(contract)
        again = client.ib.reqMktData(contract)
        await until(lambda: again.bid == 190.2)


async def test_accounts_may_be_others_after_a_restart(gateway: Gateway) -> None:
    gateway.set(accounts=("U1111111",))
    async with connected(gateway) as client:
        assert client.ib.managedAccounts() == ["U1111111"]
        assert client.ib.accountValues("U1111111")


async def test_bulletins_reach_who_asked(gateway: Gateway) -> None:
    async with connected(gateway) as client:
        client.ib.reqNewsBulletins(True)
        await until(lambda: gateway.count("reqNewsBulletins"))
        gateway.bulletin("Trading in AAPL is halted")
        await until(client.ib.newsBulletins)
        assert client.ib.newsBulletins()[0].message == "Trading in AAPL is halted"


def test_every_request_that_is_known_has_a_handler() -> None:
    assert set(HANDLERS) == set(REQUESTS.values())
