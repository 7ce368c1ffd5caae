"""Whatever figures a person types or a venue claims: journal, snapshot, replay and store hold them.

Bounds: `FIGURE_MAX` for one figure, what `domain/bounds` lets into the books for products and sums.
"""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from random import Random
from typing import TypeVar

import duckdb
from hypothesis import event, given, settings
from hypothesis import strategies as st

from data.store.feeder import feed_blocks
from data.store.load import Loader, table_digests
from engine.domain import reports as rep
from engine.domain import statements as sm
from engine.domain.apply import state_hash
from engine.domain.cost_facts import RATE_SCALE, FxRate
from engine.domain.events import OrderFilled, ReportOrphaned
from engine.domain.records import Inbound
from engine.domain.reports import FxRatesSet
from engine.domain.requests import Request
from engine.instruments import CRYPTO, Instrument, TickBand
from engine.language.parser import parse_line
from engine.language.problems import SyntaxProblem
from engine.runtime.context import UnresolvedError
from engine.runtime.history import OrderHistory
from engine.runtime.snapshot import Tail, read_snapshot, take_snapshot
from engine.values import (
    FIGURE_MAX,
    Instruction,
    Liquidity,
    Money,
    Nanos,
    OrderType,
    Price,
    Quantity,
    TimeInForce,
)
from tests.harness import TRADE_DATE, DeskBench
from tests.unit.runtime.desk import say

V = TypeVar("V")
EXAMPLES = max(12, settings.default.max_examples // 10)
ACTS_A_DAY = 30
COIN = Instrument(
    "BTCUSDT",
    currency="USDT",
    asset_class=CRYPTO,
    price_digits=8,
    quantity_digits=8,
    tick_bands=(TickBand(Price(0), Price(1)),),
)
"""Of the smallest units that there are, and of another currency than the account's."""
SYMBOLS = ("AAPL", COIN.symbol)
WHY = '"both sides agree"'
WIDE_OPEN = {
    "order_quantity_max": "999999999999",
    "order_notional_max": "99999999999",
    "order_notional_share_max": "1000000",
    "price_collar": "99999999",
    "price_collar_middle": "99999999",
    "price_collar_low": "99999999",
    "price_collar_passive": "99999999",
    "position_max": "99999999",
    "exposure_max": "99999999",
    "exposure_net_max": "99999999",
    "exposure_long_max": "99999999",
    "exposure_short_max": "99999999",
    "concentration_warn": "99999999",
    "concentration_max": "99999999",
    "leverage_max": "99999999",
    "daily_notional_max": "99999999",
    "volume_share_max": "99999999",
    "displayed_size_max": "99999999",
    "order_rate_max": "99999",
    "order_rate_minute_max": "99999",
    "repeated_execution_max": "99999",
    "duplicate_window": "0",
    "open_orders_symbol_max": "1000",
    "buying_power": "off",
    "price_band": "off",
    "stop_sanity": "off",
    "self_match": "off",
    "wash_window": "0",
}
"""No limit of a person stands in the way: what is left are the bounds."""

PRICES = ("189.01", "190", "191.5", "100000", "9999999", "500000000", "999999999.99", "9999999999")
SIZES = ("1", "10", "2000", "0.5", "pos", "100000", "9999999", "$999999999999", "999999999999")
FIGURES = (1, 10, 2_000, 1_900_000, 10**9, 10**12, 10**15, 10**17, FIGURE_MAX - 1, FIGURE_MAX)
ACTS = ("cancel *", "flatten *", "resume", "adopt order FOREIGN {why}", "adopt position AAPL {why}")


def likely_small(rng: Random, values: Sequence[V]) -> V:
    """Three times of four one of the first four, so that orders and trades come about at all."""
    return rng.choice(values[:4] if rng.random() < 0.75 else values)


def a_line(rng: Random) -> str:
    """What a person may type."""
    price, other = likely_small(rng, PRICES), likely_small(rng, PRICES)
    size, number = likely_small(rng, SIZES), rng.randint(1, 6)
    exits = rng.choice(["", "", "tp +99% sl -99%", f"tp +{other} sl -1", f"tp {other} sl 1"])
    side, symbol = rng.choice(["buy", "buy", "sell", "short"]), rng.choice(SYMBOLS)
    where = rng.choice([price, price, "mkt", f"ask+{other}"])
    return rng.choice(
        [
            *[f"{side} {size} {symbol} {where} {exits} gtc"] * 6,
            f"replace {number} price {price} qty {size}",
            f"resolve {number} filled {size} {price} {WHY}",
            f"convert {price} USD USDT",
            rng.choice(ACTS).format(why=WHY),
        ]
    )


def a_claim(rng: Random, bench: DeskBench) -> list[Inbound]:
    """What a venue, or whoever can speak for it, may say of one of the desk's orders."""
    orders = [order for order in bench.state.orders.values() if order.client_order_id]
    if not orders:
        return []
    name = rng.choice(orders).client_order_id
    price, size = Price(likely_small(rng, FIGURES)), Quantity(likely_small(rng, FIGURES))
    kind = rng.randrange(10)
    if kind == 0:
        return [rep.VenueRestated(name, price, size, "changed there", Nanos(0))]
    if kind == 1:
        pending = next((o.pending_replace for o in orders if o.pending_replace), None)
        return [rep.VenueReplaced(name, pending.client_order_id if pending else "", price, size)]
    if kind == 2 and bench.state.executions:
        of, order_id = rng.choice(list(bench.state.executions.items()))
        known = bench.state.orders[order_id].client_order_id
        at = bench.state.amended.get(of, 0) + 1
        if rng.random() < 0.5:
            return [rep.VenueTradeBusted(known, of, at)]
        return [rep.VenueTradeCorrected(known, of, at, price, size, Liquidity.TAKER)]
    if kind == 3:
        row = sm.OpenOrder(
            "FOREIGN", "V1", rng.choice(SYMBOLS), Instruction.BUY, OrderType.LIMIT,
            TimeInForce.GTC, size, Quantity(0), price,
        )  # fmt: skip
        held = (("AAPL", size),)
        return [sm.VenueOpenOrders(0, (row,)), sm.VenuePositions(0, "PAPER", held)]
    return [rep.VenueFilled(name, f"E{bench.state.events}", price, size, Liquidity.TAKER)]


def never(request: Request) -> Nanos:
    return Nanos(10**15)


def desk(cash: int, rate: int) -> DeskBench:
    bench = DeskBench(
        symbols=("AAPL", COIN), latency=never, cash=Money(cash), limits=WIDE_OPEN,
        fee_table="us_retail",
    )  # fmt: skip
    bench.submit(FxRatesSet("USD", (FxRate(TRADE_DATE, "USDT", rate),)))
    bench.quotes("AAPL", 1_900_000, 1_900_200)
    bench.quotes(COIN.symbol, 61_000 * 10**8, 61_001 * 10**8, 10**8)
    return bench


def held_by_everything(bench: DeskBench) -> None:
    """Encoded it was already, or the journal would not have it."""
    end = bench.journal.last_sequence
    taken = take_snapshot(end, bench.state, OrderHistory(bench.journal.blocks), Tail())
    back, _, _ = read_snapshot(taken)
    assert state_hash(back) == state_hash(bench.state) == bench.replayed_hash()
    with duckdb.connect() as connection:
        loader = Loader(connection)
        loader.create("TEST", 1)
        fed = feed_blocks(loader, bench.journal.blocks())
        assert fed.sequence == end
        assert table_digests(connection)["orders"][0] >= len(bench.state.orders)


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    seed=st.integers(0, 1 << 32),
    cash=st.sampled_from([10**12, 10**16, FIGURE_MAX]),
    rate=st.sampled_from([RATE_SCALE // 16_000, RATE_SCALE, 3 * RATE_SCALE]),
)
def test_no_figure_of_anybody_is_more_than_the_books_can_hold(
    seed: int, cash: int, rate: int
) -> None:
    rng, bench = Random(seed), desk(cash, rate)
    for _ in range(ACTS_A_DAY):
        if rng.random() < 0.5:
            bench.submit(*a_claim(rng, bench))
            continue
        line = a_line(rng)
        with suppress(UnresolvedError):
            if not isinstance(parse_line(line), SyntaxProblem):
                say(bench, line)
    kinds = Counter(type(happened) for happened in bench.journal.events())
    event(f"fills: {kinds[OrderFilled]:2}, beyond: {kinds[ReportOrphaned]:2}")
    held_by_everything(bench)
