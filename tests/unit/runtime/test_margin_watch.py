"""What the market does to an account that borrowed: seen by itself, told once, and kept."""

from engine.domain import events as ev
from engine.domain.margin_facts import MarginCalled, MarginCallLate, MarginMoved
from engine.domain.margin_kept import CallKind
from engine.instruments import parse_money
from tests.harness import TRADE_DATE, DeskBench
from tests.unit.runtime.desk import play

MARGIN = (MarginMoved, MarginCalled, MarginCallLate, ev.TradingStateChanged)
LIMITS = {"margin_regime": "reg_t", "maintenance_margin": "10", "maintenance_warn": "20"}


def borrowed(**limits: str) -> DeskBench:
    """100 AAPL for 19,001, of which 9,001 are lent."""
    bench = DeskBench(cash=parse_money("10000"), profile="load", limits={**LIMITS, **limits})
    bench.quotes("AAPL", 1_900_000, 1_900_100)
    play(bench, "buy 100 AAPL 190.01")
    assert bench.state.accounts["PAPER"].cash == parse_money("-9001")
    return bench


def falls(bench: DeskBench, bid: int, seconds: int = 5) -> list[type]:
    """What was told meanwhile."""
    before = len(bench.journal.events())
    bench.others_leave("AAPL")
    bench.quotes("AAPL", bid, bid + 100)
    for _ in range(seconds):
        bench.pass_time(1)  # a market that stands still is looked at where time stops
    return [type(e) for e in bench.journal.events()[before:] if isinstance(e, MARGIN)]


def test_a_fall_is_seen_without_anybody_asking() -> None:
    bench = borrowed()
    assert falls(bench, 1_700_000) == []
    assert falls(bench, 1_300_000) == [MarginMoved], "18.7 % of equity above maintenance"
    assert falls(bench, 1_220_000) == [MarginMoved, ev.TradingStateChanged], "4.6 %"
    assert falls(bench, 1_100_000) == [MarginMoved, MarginCalled]
    assert falls(bench, 1_100_000, seconds=590) == []
    assert falls(bench, 1_100_000, seconds=20) == [MarginCallLate]
    assert bench.position("AAPL") == 100, "proposed, not done"


def test_a_price_that_was_there_for_a_second_calls_for_nothing() -> None:
    bench = borrowed()
    assert falls(bench, 1_100_000, seconds=1) == []
    assert falls(bench, 1_900_000) == []


def test_with_liquidation_on_the_position_is_closed_after_the_grace() -> None:
    bench = borrowed(liquidation="on", margin_call_grace="10")
    falls(bench, 1_100_000, seconds=30)
    assert bench.position("AAPL") == 0
    assert not bench.state.flattening


def test_a_call_survives_the_end_of_the_process() -> None:
    bench = borrowed()
    falls(bench, 1_100_000)
    before = bench.state.accounts["PAPER"].margin
    assert CallKind.MAINTENANCE in before.calls
    bench.restart(TRADE_DATE)
    assert bench.state.accounts["PAPER"].margin == before


def test_a_paid_account_is_never_looked_at() -> None:
    bench = DeskBench(cash=parse_money("20000"))
    bench.quotes("AAPL", 1_900_000, 1_900_100)
    play(bench, "buy 20 AAPL 190.01")
    assert MarginMoved not in falls(bench, 100_000)
