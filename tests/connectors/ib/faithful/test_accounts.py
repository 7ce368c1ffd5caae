"""Contracts, accounts and what fills leave behind, as the real library reads them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.connectors.ib.faithful.conftest import connected, until
from tests.connectors.ib.gateway import Gateway

# ── contracts ──────────────────────────────────────────────────────────────────────────────────


async def test_a_contract_whose_id_changed_must_be_asked_for_again(gateway: Gateway) -> None:
    async with connected(gateway) as client:
        before = await client.stock()
        gateway.change_listing("AAPL", con_id=999_001)
        assert not await client.ib.reqContractDetailsAsync(client.lib.Contract(conId=before.conId))
        assert [code for _, code in client.errors] == [200]
        assert (await client.stock()).conId == 999_001


async def test_what_a_contract_is_and_where_it_trades(gateway: Gateway) -> None:
    async with connected(gateway) as client:
        (details,) = await client.ib.reqContractDetailsAsync(
            client.lib.Stock("PENY", "SMART", "USD")
        )
        rules = details.marketRuleIds.split(",")
        assert len(rules) == len(details.validExchanges.split(","))
        bands = await client.ib.reqMarketRuleAsync(int(rules[0]))
        assert [(band.lowEdge, band.increment) for band in bands] == [(0, 0.0001), (1, 0.01)]
        assert (details.minSize, details.sizeIncrement) == (1, 1)
        found = await client.ib.reqMatchingSymbolsAsync("vod")
        assert {one.contract.currency for one in found} == {"GBP", "USD", "EUR"}


@pytest.mark.parametrize(
    "style", ["named US/Eastern", "named America/New_York", "bare US/Eastern", "utc"]
)
async def test_times_of_executions_in_every_way_that_tws_writes_them(
    gateway: Gateway, style: str
) -> None:
    gateway.set(time_style=style, clock=lambda: 1_796_049_000.0)
    async with connected(gateway) as client:
        client.ib.TimezoneTWS = "UTC" if style == "utc" else "US/Eastern"
        await client.place("A1")
        gateway.fill("A1")
        await until(lambda: client.told("execDetails"))
        at = client.told("execDetails")[0][2].time
        assert at == datetime.fromtimestamp(1_796_049_000, UTC)


# ── accounts ───────────────────────────────────────────────────────────────────────────────────


async def test_positions_follow_fills_and_what_is_not_a_fill(gateway: Gateway) -> None:
    async with connected(gateway) as client:
        await client.place("A1")
        gateway.fill("A1", 60, "190")
        gateway.fill("A1", 40, "191")
        await until(lambda: [one.position for one in client.ib.positions()] == [100])
        assert client.ib.positions()[0].avgCost == 190.4
        gateway.set_position("AAPL", 400, "47.6")
        await until(lambda: [one.position for one in client.ib.positions()] == [400])
        await client.place("A2", action="SELL", quantity=400)
        gateway.fill("A2", 400, "50")
        await until(lambda: client.ib.positions() == [])
        await until(lambda: len(client.told("commissionReport")) == 3)
        assert client.told("commissionReport")[-1][0].realizedPNL == 960


async def test_commissions_are_late_repeated_or_unset(gateway: Gateway) -> None:
    gateway.set(commission_delay=0.03)
    async with connected(gateway) as client:
        await client.place("A1")
        fill = gateway.fill("A1", unset=True, commission="1.05")
        await until(lambda: client.told("execDetails"))
        assert client.told("commissionReport") == []
        await until(lambda: client.told("commissionReport"))
        gateway.charge(fill.exec_id, commission="1.10")
        await until(lambda: len(client.told("commissionReport")) == 2)
        reports = [said[0] for said in client.told("commissionReport")]
        assert [one.commission for one in reports] == [1.05, 1.10]


async def test_account_values_summaries_and_profit(gateway: Gateway) -> None:
    async with connected(gateway) as client:
        gateway.set_account("NetLiquidation", "123456.78")
        values = lambda: {one.tag: one.value for one in client.ib.accountValues()}  # noqa: E731
        await until(lambda: values()["NetLiquidation"] == "123456.78")
        summary = await client.ib.accountSummaryAsync()
        assert {"NetLiquidation": "123456.78"}.items() <= {x.tag: x.value for x in summary}.items()
        pnl = client.ib.reqPnL("DU1234567")
        gateway.set_pnl("12.5", "10.0", "2.5")
        await until(lambda: (pnl.dailyPnL, pnl.unrealizedPnL, pnl.realizedPnL) == (12.5, 10, 2.5))
        single = client.ib.reqPnLSingle("DU1234567", "", 265598)
        gateway.set_position("AAPL", 10, "190")
        await until(lambda: single.position == 10)


async def test_only_two_summaries_are_open_at_once(gateway: Gateway) -> None:
    async with connected(gateway) as client:
        for number in (9001, 9002, 9003):
            client.ib.client.reqAccountSummary(number, "All", "NetLiquidation")
        await until(lambda: client.errors == [(9003, 322)])


async def test_a_bust_takes_the_position_back(gateway: Gateway) -> None:
    async with connected(gateway) as client:
        await client.place("A1")
        fill = gateway.fill("A1", 60)
        await until(lambda: client.ib.positions())
        gateway.bust(fill.exec_id)
        await until(lambda: client.ib.positions() == [])
        assert await client.ib.reqExecutionsAsync() == []


async def test_orders_fill_by_themselves_where_the_house_matches(gateway: Gateway) -> None:
    gateway.set(matches=True)
    gateway.quote("AAPL", bid="190.1", ask="190.2", last="190.15")
    async with connected(gateway) as client:
        await client.place("far", lmtPrice=190.0)
        await client.place("stop", action="SELL", orderType="STP", auxPrice=189.5)
        trade = client.ib.placeOrder(
            await client.stock(), client.order("near", lmtPrice=190.2, tif="IOC")
        )
        await until(lambda: trade.orderStatus.status == "Filled")
        gateway.quote("AAPL", bid="189.4", ask="189.6", last="189.5")
        filled = {one.ref: str(one.average_price) for one in gateway.broker.orders}
        assert filled == {"far": "189.6", "stop": "189.4", "near": "190.2"}


def test_a_control_that_fails_says_so_in_the_tests_thread(gateway: Gateway) -> None:
    with pytest.raises(KeyError, match="no order with the reference"):
        gateway.fill("nobody", 1, "1")
    with pytest.raises(AttributeError, match="no 'colour'"):
        gateway.set(colour="red")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({}, ["A1", "A2", "M1"]),
        ({"symbol": "MSFT"}, ["M1"]),
        ({"side": "SELL"}, ["A2"]),
        ({"clientId": 9}, []),
        ({"time": "20991231 00:00:00"}, []),
    ],
)
async def test_executions_are_asked_for_by_filter(
    gateway: Gateway, wanted: dict[str, Any], found: list[str]
) -> None:
    async with connected(gateway) as client:
        await client.place("A1")
        await client.place("A2", action="SELL")
        client.ib.placeOrder(await client.stock("MSFT"), client.order("M1"))
        await until(lambda: gateway.broker.of("M1"))
        for ref in ("A1", "A2", "M1"):
            gateway.fill(ref)
        fills = await client.ib.reqExecutionsAsync(client.lib.ExecutionFilter(**wanted))
        assert sorted(one.execution.orderRef for one in fills) == found


async def test_the_cost_of_a_future_has_its_multiplier_in_it(gateway: Gateway) -> None:
    async with connected(gateway) as client:
        future = client.lib.Future("ES", "20261218", "CME", currency="USD")
        (contract,) = await client.ib.qualifyContractsAsync(future)
        client.ib.placeOrder(contract, client.order("F1", lmtPrice=6000.25, quantity=2))
        await until(lambda: gateway.broker.of("F1"))
        gateway.fill("F1")
        await until(client.ib.positions)
        (position,) = client.ib.positions()
        assert (position.position, position.avgCost) == (2, 300_012.5)
