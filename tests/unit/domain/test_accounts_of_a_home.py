"""Several accounts in one home: a kill means all of them, and each has books of its own."""

import pytest
from msgspec.structs import replace

from engine.domain.commands import Kill, Origin
from engine.domain.events import TradingState
from engine.domain.recon_events import DifferenceFound, ReconcileStarted
from tests.harness import DeskBench
from tests.unit.runtime.desk import say


@pytest.fixture
def desk() -> DeskBench:
    bench = DeskBench()
    bench.quotes("AAPL", 1_899_900, 1_900_100)
    return bench


def go_on_as_b(desk: DeskBench) -> None:
    """A run of the same home whose settings name another account."""
    desk.submit(replace(desk.opening(), account="B"))


def test_a_kill_takes_back_entries_of_every_account(desk: DeskBench) -> None:
    say(desk, "buy 100 AAPL 189.90 gtc")
    go_on_as_b(desk)
    desk.submit(Kill("B", reason="KILL file", origin=Origin.DESK))
    states = {name: account.trading.state for name, account in desk.state.accounts.items()}
    assert states == dict.fromkeys(("PAPER", "B"), TradingState.KILLED)
    assert not desk.state.live


def test_books_are_compared_for_the_account_of_the_run(desk: DeskBench) -> None:
    say(desk, "buy 5 AAPL mkt")
    go_on_as_b(desk)
    desk.host.ask_about_orders_in_doubt()
    desk.pass_time(120)
    started = [e for e in desk.journal.events() if isinstance(e, ReconcileStarted)]
    assert started and {each.account for each in started[-2:]} == {"B"}
    assert not [e for e in desk.journal.events() if isinstance(e, DifferenceFound)]
