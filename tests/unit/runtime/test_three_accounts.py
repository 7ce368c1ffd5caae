"""One script on three kinds of account: each is stopped by another rule first, in words."""

import pytest

from engine.domain import events as ev
from engine.domain.day_trades import recent_day_trades
from engine.domain.reasons import Finding
from engine.domain.risk.regimes import Regime
from engine.instruments import parse_money
from tests.harness import DeskBench
from tests.unit.runtime.desk import play

SCRIPT = (
    "buy 50 AAPL 190.01",
    "sell 50 AAPL 190.00",
    "buy 55 AAPL 190.01",
    "sell 55 AAPL 190.00",
    "buy 60 AAPL 190.01",
    "sell 60 AAPL 190.00",
    "buy 65 AAPL 190.01",
    "sell 65 AAPL 190.00",
    "buy 240 AAPL 190.01",
)
"""Four round trips within a day, and a purchase of more than twice the 20,000 that there are."""


def first_denial(regime: Regime) -> tuple[int, Finding]:
    """(which order was denied first, by what)."""
    bench = DeskBench(
        cash=parse_money("20000"), profile="load", limits={"margin_regime": regime.word}
    )
    bench.quotes("AAPL", 1_900_000, 1_900_100, 100_000)
    play(bench, *SCRIPT)
    denied = next(e for e in bench.journal.events() if isinstance(e, ev.OrderDenied))
    return denied.number, denied.findings[0]


@pytest.mark.parametrize(
    ("regime", "number", "rule", "words"),
    [
        (
            Regime.CASH,
            5,
            "R29",
            "The order needs 11,400.60 with fees and 48.95 of your cash is settled: sold before"
            " the rest settles on 2026-01-06 it is a good-faith violation (0 of 3 within a year so"
            " far) (R29 buying_power, risk.buying_power).",
        ),
        (
            Regime.REG_T,
            9,
            "R10",
            "With all open orders you would hold 45,602.40, 2.28 × NLV, above your limit of"
            " 2 × NLV: 210 more (R10 leverage, risk.leverage_max).",
        ),
        (
            Regime.DAY_TRADE,
            7,
            "R31",
            "3 day trades within 5 business days and 19,998.35 of equity: closed today, this one"
            " makes you a pattern day trader, who needs 25,000.00 (R31 pattern_day_trader,"
            " risk.margin_regime).",
        ),
    ],
    ids=lambda each: each.word if isinstance(each, Regime) else "",
)
def test_each_kind_of_account_meets_a_rule_of_its_own_first(
    regime: Regime, number: int, rule: str, words: str
) -> None:
    was, finding = first_denial(regime)
    assert (was, finding.rule) == (number, rule)
    assert finding.sentence == words


def test_a_scalper_on_margin_meets_no_denial_in_three_hundred_round_trips() -> None:
    """100,000 on an intraday margin account, by script, fees and all limits of its profile on."""
    bench = DeskBench(
        cash=parse_money("100000"),
        profile="us_margin",
        fee_table="us_retail",
        limits={"order_notional_share_max": "100"},
    )
    bench.quotes("AAPL", 1_900_000, 1_900_100, 1_000_000)
    for turn in range(300):
        lots = 10 + turn % 6
        play(bench, f"buy {lots} AAPL 190.01", f"sell {lots} AAPL 190.00")
        bench.pass_time(12)
    denied = [e.findings for e in bench.journal.events() if isinstance(e, ev.OrderDenied)]
    assert denied == []
    account = bench.state.accounts["PAPER"]
    assert recent_day_trades(account.margin, bench.state.trade_date) == 300
    assert bench.position("AAPL") == 0
