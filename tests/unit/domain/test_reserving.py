"""A stricter margin counts for what is open already: nothing that fills can pass it (I-29)."""

import pytest

from engine.domain import events as ev
from engine.domain.apply import state_hash
from engine.domain.reports import TradeDateRolled
from engine.values import MONEY_SCALE, Money, Price, Side
from tests.harness import TRADE_DATE, DeskBench
from tests.unit.runtime.desk import say


def desk(**limits: str) -> DeskBench:
    bench = DeskBench(cash=Money(100_000 * MONEY_SCALE), limits=limits)
    bench.quotes("AAPL", 1_899_900, 1_900_100)
    return bench


def denied_for(bench: DeskBench) -> list[str]:
    """What kept the newest order back."""
    events = bench.journal.events()
    last = [e for e in events if isinstance(e, ev.OrderDenied | ev.OrderReleased)][-1]
    return [found.rule for found in last.findings] if isinstance(last, ev.OrderDenied) else []


def held(bench: DeskBench) -> int:
    account, orders = bench.state.accounts["PAPER"], bench.state.orders.values()
    assert account.reserved == sum(order.reserved for order in orders)
    assert bench.replayed_hash() == state_hash(bench.state)
    return account.reserved // MONEY_SCALE


def test_a_lower_leverage_counts_an_order_that_was_open_before() -> None:
    """Seed 174 of the limits: with nothing held any number of shares was let out beside it."""
    bench = desk()
    say(bench, "buy 40 AAPL 190.00")
    assert held(bench) == 7_600
    say(bench, "set leverage_max 0.1")
    assert held(bench) == 76_000
    say(bench, "buy 12 AAPL 190.00")
    assert denied_for(bench) == []
    say(bench, "buy 1 AAPL 190.00")
    assert denied_for(bench) == ["R10", "R29"]


def test_what_closes_is_asked_for_nothing() -> None:
    bench = desk()
    say(bench, "buy 40 AAPL 190.01")
    say(bench, "sell 40 AAPL 195.00")
    say(bench, "set leverage_max 0.1")
    assert held(bench) == 0
    assert bench.order(2).reserved_total == 0


def test_a_short_sale_holds_more_as_well() -> None:
    bench = desk()
    say(bench, "short 40 AAPL 191.00")
    assert held(bench) == 3_820
    say(bench, "set short_margin 80")
    assert held(bench) == 6_112


@pytest.mark.parametrize(("regime", "more"), [("reg_t", 3_800), ("intraday", 1_900)])
def test_a_start_with_a_stricter_regime_counts_what_still_stands(regime: str, more: int) -> None:
    bench = desk(margin_regime=regime)
    say(bench, "buy 40 AAPL 190.00")
    assert held(bench) == more
    bench._limits["risk.margin_regime"] = "paid"
    bench.restart()
    assert held(bench) == 7_600


def test_a_looser_regime_frees_nothing_of_what_stands() -> None:
    bench = desk()
    say(bench, "buy 40 AAPL 190.00")
    bench._limits["risk.margin_regime"] = "reg_t"
    bench.restart()
    assert held(bench) == 7_600


def test_a_part_that_is_filled_holds_nothing_of_it() -> None:
    bench = desk()
    say(bench, "buy 40 AAPL 190.00")
    bench.other(Side.SELL, 30, "AAPL", 1_900_000)
    say(bench, "set leverage_max 0.1")
    assert held(bench) == 19_000


def test_a_morning_with_too_little_for_the_day_asks_for_more_of_what_stands() -> None:
    """Below 25,000 in the morning nothing is lent at day traders' rates any more."""
    bench = DeskBench(
        cash=Money(25_100 * MONEY_SCALE), profile="load", limits={"margin_regime": "day_trade"}
    )
    bench.quotes("AAPL", 1_899_900, 1_900_100)
    say(bench, "buy 40 AAPL 189.00 gtc")
    assert held(bench) == 1_890, "a quarter of what it costs"
    say(bench, "buy 60 AAPL 190.01")
    bench.submit(TradeDateRolled(TRADE_DATE + 1, (("AAPL", Price(1_850_000)),)))
    assert held(bench) == 1_890 + 1_900, "and a quarter more of its worst value"
