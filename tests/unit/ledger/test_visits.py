"""A visit to another market's calendar leaves the day of this one as it was."""

import pytest

from engine.domain.apply import state_hash
from engine.domain.cost_facts import FxRate
from engine.domain.day_flow import DayFlow
from engine.domain.day_visits import DAYS_KEPT_MAX
from engine.domain.ledger.figures import AccountFigures, account_figures
from engine.domain.reports import FxRatesSet, TradeDateRolled
from engine.instruments import parse_money
from engine.values import Price
from tests.harness import DeskBench
from tests.unit.runtime.desk import say

HERE, THERE = 20260105, 20120621


def figures(bench: DeskBench) -> AccountFigures:
    return account_figures(bench.state.accounts["PAPER"], bench.state, bench.session.market)


@pytest.fixture
def bench() -> DeskBench:
    """Long 100 AAPL, bought a cent above the bid, and 100,000 rupees bought."""
    bench = DeskBench(fee_table="us_retail")
    bench.submit(FxRatesSet("USD", (FxRate(20000101, "INR", 11_100_000),)))
    bench.quotes("AAPL", 1_900_000, 1_900_200, 1_000)
    say(bench, "buy 200 AAPL 190.02")
    say(bench, "sell 100 AAPL 190.00")
    say(bench, "convert 1110 USD INR")
    return bench


def test_the_days_profit_and_fees_are_there_again(bench: DeskBench) -> None:
    before = figures(bench)
    assert before.fees_day == parse_money("4.0195")  # two minimums, TAF, conversion
    bench.submit(bench.opening(THERE))
    assert (figures(bench).fees_day, figures(bench).realised_day) == (0, 0)
    bench.submit(bench.opening(HERE))
    assert figures(bench) == before
    assert bench.replayed_hash() == state_hash(bench.state)


def test_what_was_traded_there_belongs_to_the_day_there(bench: DeskBench) -> None:
    before = figures(bench)
    bench.submit(TradeDateRolled(THERE, (("AAPL", Price(1_900_000)),)))
    bench.others_leave("AAPL")
    bench.quotes("AAPL", 2_000_000, 2_000_200, 1_000)
    say(bench, "sell 100 AAPL 200.00")
    say(bench, "convert 555 USD INR")
    there = figures(bench)
    assert there.realised_day == parse_money("998.00")
    bench.submit(bench.opening(HERE))
    # The shares went out at their cost, 190.02: their loss against the mid is not of this day.
    assert (figures(bench).fees_day, figures(bench).realised_day) == (
        before.fees_day,
        before.realised_day,
    )
    assert before.day is not None
    assert before.day < figures(bench).day < before.day + parse_money("2.01")  # type: ignore[operator]
    assert figures(bench).rate_day == before.rate_day
    bench.submit(bench.opening(THERE))
    assert figures(bench).realised_day == there.realised_day
    assert figures(bench).fees_day == there.fees_day


def test_a_day_that_nobody_comes_back_to_is_forgotten_in_the_end(bench: DeskBench) -> None:
    for day in range(6, 26):
        bench.submit(TradeDateRolled(20260100 + day, (("AAPL", Price(1_900_000)),)))
    assert len(bench.state.accounts["PAPER"].other_days) == DAYS_KEPT_MAX


def test_what_the_day_has_seen_is_there_again_and_a_new_day_begins_with_nothing(
    bench: DeskBench,
) -> None:
    account = bench.state.accounts["PAPER"]
    assert (account.flow.orders, account.flow.symbols["AAPL"].fills) == (2, 2)
    assert account.flow.traded == parse_money("57004")
    bench.submit(bench.opening(THERE))
    assert account.flow == DayFlow()
    say(bench, "buy 1 AAPL 189.00")
    bench.submit(bench.opening(HERE))
    assert (account.flow.orders, account.flow.traded) == (2, parse_money("57004"))
    bench.restart(HERE)
    assert bench.state.accounts["PAPER"].flow == account.flow
    bench.submit(bench.opening(THERE))
    assert bench.state.accounts["PAPER"].flow.orders == 1
    assert bench.replayed_hash() == state_hash(bench.state)
