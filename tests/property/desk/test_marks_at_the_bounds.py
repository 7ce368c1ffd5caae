"""Whatever a market says a share is worth: desk, journal, screen and the next day go on."""

from random import Random

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain import reports as rep
from engine.domain.cost_facts import RATE_SCALE, FxRate
from engine.domain.reports import FxRatesSet
from engine.domain.risk.gauges import limits_view
from engine.instruments import PRICE_END
from engine.runtime.view import ViewBuilder
from engine.values import Money, Price
from tests.harness import TRADE_DATE, DeskBench
from tests.property.desk.test_figures_at_the_bounds import (
    COIN,
    EXAMPLES,
    WIDE_OPEN,
    held_by_everything,
)
from tests.unit.runtime.desk import say

ABSURD = (1, 100, 5_000_000, PRICE_END * 10_000 // 2, PRICE_END * 10_000 - 300)
SIZE = 10**9
HELD = ("1", "2000", "1000000", "40000000")


def desk() -> DeskBench:
    bench = DeskBench(
        symbols=("AAPL", COIN), cash=Money(10**16), limits=WIDE_OPEN, fee_table="us_retail"
    )
    bench.submit(FxRatesSet("USD", (FxRate(TRADE_DATE, "USDT", RATE_SCALE),)))
    bench.quotes(COIN.symbol, 61_000 * 10**8, 61_001 * 10**8, 10**12)
    return bench


def everybody_looks(bench: DeskBench, views: ViewBuilder) -> None:
    """The watches of the host, what a terminal is sent, and the page of limits."""
    bench.pass_time(4)
    view = views.build(speed="×1", updates_per_second=10)
    market, now = bench.venue.market, bench.session.now
    limits = limits_view(bench.state, market, "PAPER", "AAPL", now, {})
    msgspec.msgpack.encode((view, limits))


@settings(max_examples=EXAMPLES, deadline=None)
@given(seed=st.integers(0, 1 << 32))
def test_a_market_may_say_anything(seed: int) -> None:
    rng, bench = Random(seed), desk()
    views = ViewBuilder(bench.session, bench.venue, "PAPER")
    for day in range(3):
        bench.others_leave("AAPL")
        bench.quotes("AAPL", 1_900_000, 1_900_200, SIZE)
        say(bench, f"{rng.choice(['buy', 'short'])} {rng.choice(HELD)} AAPL mkt")
        say(bench, f"buy {rng.choice(HELD)} {COIN.symbol} mkt")
        bench.others_leave("AAPL")
        bid = rng.choice(ABSURD)
        bench.quotes("AAPL", bid, bid + 200, SIZE)
        everybody_looks(bench, views)
        say(
            bench,
            rng.choice(["sell 1 AAPL mkt", "buy 1 AAPL mkt", "flatten AAPL", "buy 1 AAPL bid"]),
        )
        mark = Price(rng.choice(ABSURD))
        bench.submit(rep.TradeDateRolled(TRADE_DATE + 1 + day, (("AAPL", mark),)))
        everybody_looks(bench, views)
    held_by_everything(bench)
