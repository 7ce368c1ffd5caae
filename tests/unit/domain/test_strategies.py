"""A script that does the same again and again is stopped, and a person lets it go on (R14)."""

from typing import Any

import pytest
from msgspec import structs

from engine.domain import events as ev
from engine.domain.apply import state_hash
from engine.domain.commands import Origin, Resume
from engine.domain.identity import leg_id
from engine.domain.lifecycle import Status
from engine.domain.reasons import Refusal
from engine.domain.standing import standings
from engine.domain.standing_view import StandingKind
from engine.values import Side
from tests.harness import DeskBench
from tests.unit.runtime.desk import say

BY_HAND, BY_SCRIPT = Resume("PAPER", "I looked at it"), Resume("PAPER", "on", Origin.SCRIPT)


@pytest.fixture
def bench() -> DeskBench:
    """Three executions a minute are allowed; the script has sent two bids and bought 30."""
    bench = DeskBench(limits={"repeated_execution_max": "3"})
    bench.quotes("AAPL", 1_900_000, 1_900_200)
    say(bench, "buy 10 AAPL 189.00")
    say(bench, "buy 30 AAPL 190.02")
    say(bench, "buy 20 AAPL 189.10 tp 195 sl 180")
    return bench


def kinds(happened: list[ev.Event]) -> list[str]:
    return [type(event).__name__ for event in happened]


def orders_in(bench: DeskBench, status: Status) -> list[int]:
    return [i for i, order in bench.state.orders.items() if order.status is status]


def test_one_execution_too_many_is_denied_and_takes_the_scripts_entries_back(
    bench: DeskBench,
) -> None:
    happened = say(bench, "buy 10 AAPL 188.00")
    assert kinds(happened)[:4] == [
        "OrderDenied",
        "StrategyDisabled",
        "CancelRequested",
        "CancelRequested",
    ]
    assert happened[1].reason == "more than 3 buys of AAPL within 60 s"  # type: ignore[union-attr]
    assert orders_in(bench, Status.CANCELLED)[:2] == [1, 3]
    assert bench.state.accounts["PAPER"].trading.state is ev.TradingState.ACTIVE
    assert bench.replayed_hash() == state_hash(bench.state)


def test_a_strategy_that_is_disabled_stands_in_the_header_until_a_person_lets_it(
    bench: DeskBench,
) -> None:
    def row() -> Any:
        account = bench.state.accounts["PAPER"]
        rows = standings(bench.state, account, bench.host.now)
        return next((each for each in rows if each.code == "strategy"), None)

    assert row() is None
    at = bench.host.now
    say(bench, "buy 10 AAPL 188.00")
    found = row()
    assert (found.kind, found.word, found.is_active) == (StandingKind.STATE, "HALTED", True)
    assert (found.scope, found.since, found.who) == ("script", at, "desk")
    assert found.text == "script disabled: more than 3 buys of AAPL within 60 s"
    assert found.ends_by == 'resume "why"'
    bench.restart()
    assert row() == found
    bench.submit(BY_HAND)
    assert row() is None


def test_exits_and_hands_still_leave_and_nothing_else_of_the_script_does(bench: DeskBench) -> None:
    say(bench, "sell 10 AAPL 200.00")
    say(bench, "buy 10 AAPL 188.00")
    exit_order = bench.order(4)
    assert exit_order.status is Status.WORKING
    assert kinds(say(bench, "buy 5 GOOG 100.00"))[0] == "OrderDenied"
    assert kinds(say(bench, "sell 20 AAPL 190.00"))[0] == "OrderReleased"
    assert bench.position("AAPL") == 10


def test_the_other_side_and_another_symbol_are_counted_for_themselves(bench: DeskBench) -> None:
    bench.quotes("GOOG", 1_000_000, 1_000_200)
    for price in ("99.50", "99.60", "99.70"):
        assert kinds(say(bench, f"buy 1 GOOG {price}"))[0] == "OrderReleased"
        assert kinds(say(bench, f"short 1 MSFT {price}"))[0] == "OrderDenied"  # no quote: R04


def test_after_a_minute_the_script_goes_on_by_itself_if_it_was_never_stopped(
    bench: DeskBench,
) -> None:
    bench.pass_time(60)
    for price in ("188.00", "188.10", "188.20"):
        assert kinds(say(bench, f"buy 10 AAPL {price}"))[0] == "OrderReleased"
    assert not bench.state.accounts["PAPER"].strategies


def test_only_a_person_lets_it_go_on_and_time_alone_never_does(bench: DeskBench) -> None:
    say(bench, "buy 10 AAPL 188.00")
    bench.pass_time(600)
    assert kinds(say(bench, "buy 10 AAPL 188.00"))[0] == "OrderDenied"
    (refused,) = bench.submit(BY_SCRIPT)
    assert isinstance(refused, ev.CommandRefused) and refused.refusal is Refusal.STRATEGY_STOPPED
    assert kinds(bench.submit(BY_HAND)) == ["StrategyEnabled"]
    for price in ("188.00", "188.10", "188.20"):
        assert kinds(say(bench, f"buy 10 AAPL {price}"))[0] == "OrderReleased"


def test_a_restart_forgets_nothing_and_the_next_script_of_a_person_may_say_so(
    bench: DeskBench,
) -> None:
    say(bench, "buy 10 AAPL 188.00")
    bench.restart()
    bench.quotes("AAPL", 1_900_000, 1_900_200)
    assert kinds(say(bench, "buy 10 AAPL 188.00"))[0] == "OrderDenied"
    bench.submit(_another_run(bench))
    assert kinds(bench.submit(BY_SCRIPT)) == ["StrategyEnabled"]


def _another_run(bench: DeskBench) -> Any:
    return structs.replace(bench.opening(), run="test-2")


def test_old_bids_that_fill_one_after_the_other_are_executions_too() -> None:
    bench = DeskBench(limits={"repeated_execution_max": "3"})
    bench.quotes("AAPL", 1_900_000, 1_900_200)
    for batch in range(2):
        for n in range(3):
            say(bench, f"buy 10 AAPL {189.90 - batch / 10 - n / 100:.2f}")
        bench.pass_time(61)
    bench.others_leave("AAPL")
    bench.other(Side.SELL, 5, "AAPL", 1_890_000)
    assert bench.order(1).fills == 1 and not bench.state.accounts["PAPER"].strategies
    bench.other(Side.SELL, 5, "AAPL", 1_890_000)
    bench.other(Side.SELL, 10, "AAPL", 1_890_000)
    bench.other(Side.SELL, 10, "AAPL", 1_890_000)
    assert not bench.state.accounts["PAPER"].strategies, "three orders in four fills"
    bench.other(Side.SELL, 10, "AAPL", 1_890_000)
    assert list(bench.state.accounts["PAPER"].strategies) == ["script"]
    assert bench.position("AAPL") == 40, "what was filled is booked"
    assert not bench.state.live
    assert bench.replayed_hash() == state_hash(bench.state)


def test_a_brackets_exits_are_not_counted_and_stay(bench: DeskBench) -> None:
    bench.others_leave("AAPL")
    bench.other(Side.SELL, 20, "AAPL", 1_891_000)
    assert bench.order(leg_id(3, 1)).status is Status.WORKING
    say(bench, "buy 10 AAPL 188.00")
    say(bench, "buy 10 AAPL 188.10")
    assert "script" in bench.state.accounts["PAPER"].strategies
    assert bench.order(leg_id(3, 1)).status is Status.WORKING
    assert bench.order(leg_id(3, 2)).status is Status.WORKING
