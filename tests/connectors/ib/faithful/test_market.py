"""Quotes, depth, ticks and bars as the real library reads them off the gateway."""

import math
import random
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.connectors.ib.faithful.conftest import Client, connected, until
from tests.connectors.ib.gateway import Bar, Gateway, Right


async def subscribed(client: Client, symbol: str = "AAPL", generic: str = "") -> Any:
    return client.ib.reqMktData(await client.stock(symbol), generic)


async def test_a_line_says_what_is_there_and_then_what_changes(gateway: Gateway) -> None:
    gateway.quote("AAPL", bid="190.1", bid_size=3, ask="190.2", ask_size=5, close="188", volume=10)
    async with connected(gateway) as client:
        ticker = await subscribed(client)
        await until(lambda: ticker.volume == 10)
        assert (ticker.bid, ticker.bidSize, ticker.ask, ticker.askSize) == (190.1, 3, 190.2, 5)
        assert (ticker.close, ticker.minTick, ticker.marketDataType) == (188, 0.01, 1)
        gateway.quote("AAPL", bid_size=7)
        await until(lambda: ticker.bidSize == 7)
        assert ticker.bid == 190.1


async def test_no_bid_is_a_price_below_zero(gateway: Gateway) -> None:
    gateway.quote("AAPL", bid="190.1", bid_size=3)
    async with connected(gateway) as client:
        ticker = await subscribed(client)
        await until(lambda: ticker.bid == 190.1)
        gateway.quote("AAPL", bid=None, bid_size=0)
        await until(lambda: ticker.bid == -1)
        assert ticker.bidSize == 0


@pytest.mark.parametrize("halted", [1, 2])
async def test_halts_and_shortable_shares_are_ticks(gateway: Gateway, halted: int) -> None:
    async with connected(gateway) as client:
        ticker = await subscribed(client, generic="236")
        gateway.quote("AAPL", halted=halted, shortable="3.0", shortable_shares=12_000)
        await until(lambda: ticker.halted == halted)
        await until(lambda: ticker.shortableShares == 12_000)


async def test_sampled_quotes_say_the_newest_only(gateway: Gateway) -> None:
    gateway.set(sample_seconds=0.05)
    async with connected(gateway) as client:
        ticker = await subscribed(client)
        await until(lambda: gateway.lines())
        for cents in range(10, 60):
            gateway.quote("AAPL", bid=f"190.{cents}", bid_size=1)
        await until(lambda: ticker.bid == 190.59)
        assert len(client.told("priceSizeTick")) < 10


@pytest.mark.parametrize(
    ("right", "asked", "delayed", "code", "shown"),
    [
        (Right.NONE, 1, True, 354, None),
        (Right.DELAYED, 1, True, 10089, None),
        (Right.DELAYED, 3, True, 10167, 3),
        (Right.DELAYED, 3, False, 10168, None),
        (Right.PARTIAL, 1, True, 10090, 1),
        (Right.LIVE, 3, True, None, 1),
    ],
)
async def test_who_may_see_what(
    gateway: Gateway,
    right: Right,
    asked: int,
    delayed: bool,
    code: int | None,
    shown: int | None,
) -> None:
    gateway.set(has_delayed=delayed)
    gateway.entitle("AAPL", right)
    gateway.quote("AAPL", bid="190.1", bid_size=3)
    async with connected(gateway) as client:
        client.ib.reqMarketDataType(asked)
        ticker = await subscribed(client)
        await client.ib.reqCurrentTimeAsync()
        assert [one for _, one in client.errors] == ([code] if code else [])
        if shown:
            assert (ticker.bid, ticker.marketDataType) == (190.1, shown)
            (tick,) = client.told("priceSizeTick")
            assert tick[1] == (66 if shown == 3 else 1)
        else:
            assert math.isnan(ticker.bid)
            assert gateway.lines() == []


async def test_another_session_takes_the_data(gateway: Gateway) -> None:
    gateway.set(competing_session=True)
    async with connected(gateway) as client:
        await subscribed(client)
        await until(lambda: [code for _, code in client.errors] == [10197])


async def test_another_session_takes_the_data_of_lines_that_are_open(gateway: Gateway) -> None:
    gateway.quote("AAPL", bid="190.1", bid_size=1)
    async with connected(gateway) as client:
        ticker = await subscribed(client)
        await until(lambda: ticker.bid == 190.1)
        gateway.compete()
        await until(lambda: [code for _, code in client.errors] == [10197])
        assert gateway.lines() == []
        await subscribed(client, "MSFT")
        await until(lambda: len(client.errors) == 2)


async def test_there_are_only_so_many_lines(gateway: Gateway) -> None:
    gateway.set(lines_max=1)
    async with connected(gateway) as client:
        apple = await subscribed(client)
        await subscribed(client, "MSFT")
        await until(lambda: [code for _, code in client.errors] == [101])
        client.ib.cancelMktData(apple.contract)
        await until(lambda: gateway.lines() == [])
        client.ib.client.cancelMktData(4711)
        await until(lambda: (4711, 300) in client.errors)


async def test_frozen_data_says_so(gateway: Gateway) -> None:
    async with connected(gateway) as client:
        ticker = await subscribed(client)
        gateway.show_type(2)
        await until(lambda: ticker.marketDataType == 2)


async def test_a_flood_is_counted_exactly(gateway: Gateway) -> None:
    gateway.set(lines_max=10)
    async with connected(gateway) as client:
        tickers = [await subscribed(client, name) for name in ("AAPL", "MSFT", "SPY")]
        await until(lambda: len(gateway.lines()) == 3)
        seen = 0

        def count(changed: set[Any]) -> None:
            nonlocal seen
            seen += sum(len(ticker.ticks) for ticker in changed)

        client.ib.pendingTickersEvent += count
        flood = gateway.flood(5_000)
        await until(lambda: flood.sent >= 1_000)
        sent = flood.stop()
        await until(lambda: seen >= sent)
        assert seen == sent
        assert all(ticker.bid > 0 and ticker.ask > ticker.bid for ticker in tickers)


# ── depth ──────────────────────────────────────────────────────────────────────────────────────


def shifted(rows: list[tuple[float, float]], said: tuple[Any, ...], smart: bool) -> None:
    """A book read rightly: inserts push down, deletes let up."""
    _, position, *rest = said
    if smart:
        rest = rest[1:]
    operation, _, price, size = rest[:4]
    if operation == 0:
        rows.insert(min(position, len(rows)), (price, size))
    elif operation == 1:
        rows[position] = (price, size)
    else:
        rows.pop(position)


@pytest.mark.parametrize("style", ["shift", "in_place"])
@pytest.mark.parametrize("smart", [False, True])
async def test_a_book_read_rightly_is_the_gateways(
    gateway: Gateway, style: str, smart: bool
) -> None:
    gateway.set(depth_style=style)
    chance = random.Random(7)
    async with connected(gateway) as client:
        client.ib.reqMktDepth(await client.stock(), numRows=5, isSmartDepth=smart)
        await until(lambda: gateway.count("reqMktDepth"))
        name = "updateMktDepthL2" if smart else "updateMktDepth"
        # The last book has more rows than were asked for.
        for count in (*(chance.randint(0, 8) for _ in range(60)), 8):
            prices = sorted(chance.sample(range(19000, 19015), count))
            bids = [(price / 100, chance.randint(1, 9)) for price in reversed(prices)]
            gateway.book("AAPL", bids=bids, asks=[("200", chance.randint(1, 9))])
        await client.ib.reqCurrentTimeAsync()
        rows: list[tuple[float, float]] = []
        for said in client.told(name):
            if said[4 if smart else 3] == 1:
                shifted(rows, said, smart)
        assert rows == bids[:5]


async def test_a_reset_tells_the_book_anew(gateway: Gateway) -> None:
    gateway.book("AAPL", bids=[("190.1", 1), ("190", 2)])
    async with connected(gateway) as client:
        ticker = client.ib.reqMktDepth(await client.stock())
        await until(lambda: len(ticker.domBids) == 2)
        gateway.reset_depth("AAPL")
        await until(lambda: len(client.told("updateMktDepth")) == 4)
        assert [level.price for level in ticker.domBids] == [190.1, 190]
        assert [code for _, code in client.errors] == [317]


async def test_depth_is_refused_and_ended(gateway: Gateway) -> None:
    gateway.set(depth_max=1)
    gateway.no_depth("MSFT")
    async with connected(gateway) as client:
        apple, microsoft, spy = [await client.stock(one) for one in ("AAPL", "MSFT", "SPY")]
        client.ib.reqMktDepth(microsoft)
        client.ib.reqMktDepth(apple)
        client.ib.reqMktDepth(spy)
        client.ib.client.cancelMktDepth(4711, False)
        await until(lambda: len(client.errors) == 3)
        assert [code for _, code in client.errors] == [10092, 309, 310]


# ── ticks and bars ─────────────────────────────────────────────────────────────────────────────


async def test_tick_by_tick_misses_nothing(gateway: Gateway) -> None:
    async with connected(gateway) as client:
        contract = await client.stock()
        trades = client.ib.reqTickByTickData(contract, "AllLast")
        await until(lambda: gateway.count("reqTickByTickData"))
        seen: list[tuple[float, float]] = []
        trades.updateEvent += lambda one: seen.extend((x.price, x.size) for x in one.tickByTicks)
        for size in range(1, 21):
            gateway.trade("AAPL", "190.15", size, unreported=size == 20)
        await until(lambda: len(seen) == 20)
        assert seen == [(190.15, size) for size in range(1, 21)]
        history = await client.ib.reqHistoricalTicksAsync(contract, "", "", 5, "TRADES", False)
        assert [tick.size for tick in history] == [16, 17, 18, 19, 20]
    assert gateway.market_of("AAPL").volume == sum(range(1, 21))


async def test_tick_by_tick_of_quotes(gateway: Gateway) -> None:
    async with connected(gateway) as client:
        ticker = client.ib.reqTickByTickData(await client.stock(), "BidAsk")
        await until(lambda: gateway.count("reqTickByTickData"))
        gateway.quote("AAPL", bid="190.1", bid_size=1, ask="190.2", ask_size=2)
        await until(lambda: ticker.ask == 190.2)
        assert (ticker.bid, ticker.bidSize, ticker.askSize) == (190.1, 1, 2)


def minute(number: int, close: str) -> Bar:
    return Bar(1_796_049_000 + 60 * number, "190.0", "190.5", "189.5", close, "120", "190.1", 12)


async def test_bars_of_the_past_are_kept_up_to_date(gateway: Gateway) -> None:
    gateway.bars("AAPL", "1 min", [minute(0, "190.1"), minute(1, "190.2")])
    async with connected(gateway) as client:
        bars = await client.ib.reqHistoricalDataAsync(
            await client.stock(), "", "1 D", "1 min", "TRADES", True, keepUpToDate=True
        )
        assert [(bar.close, bar.volume, bar.barCount) for bar in bars] == [
            (190.1, 120, 12),
            (190.2, 120, 12),
        ]
        assert bars[0].date.astimezone(UTC) == datetime.fromtimestamp(1_796_049_000, UTC)
        gateway.bar("AAPL", "1 min", minute(1, "190.3"))
        gateway.bar("AAPL", "1 min", minute(2, "190.4"))
        await until(lambda: len(bars) == 3)
        assert [bar.close for bar in bars] == [190.1, 190.3, 190.4]


async def test_no_bars_are_said_in_words(gateway: Gateway) -> None:
    async with connected(gateway) as client:
        query = (await client.stock(), "", "1 D", "1 min", "TRADES", True)
        assert not await client.ib.reqHistoricalDataAsync(*query)
        gateway.set(paces_history=True)
        gateway.bars("AAPL", "1 min", [minute(0, "190.1")])
        assert await client.ib.reqHistoricalDataAsync(*query)
        assert not await client.ib.reqHistoricalDataAsync(*query)
        texts = [said[2] for said in client.told("error") if said[1] == 162]
        assert ["no data" in texts[0], "pacing violation" in texts[1]] == [True, True]


async def test_how_far_back_there_are_bars(gateway: Gateway) -> None:
    async with connected(gateway) as client:
        first = await client.ib.reqHeadTimeStampAsync(await client.stock(), "TRADES", True, 2)
        assert first == datetime.fromtimestamp(345_479_400, UTC)


async def test_bars_of_five_seconds(gateway: Gateway) -> None:
    async with connected(gateway) as client:
        bars = client.ib.reqRealTimeBars(await client.stock(), 5, "TRADES", True)
        await until(lambda: gateway.count("reqRealTimeBars"))
        gateway.five_seconds("AAPL", minute(0, "190.1"))
        await until(lambda: len(bars) == 1)
        assert (bars[0].close, bars[0].volume) == (190.1, 120)
