"""`trader reconcile`: what comparing with the venue came to, from the journal alone."""

import json
from pathlib import Path

import pytest

from tests.process.trader_process import Trader


@pytest.fixture
def trader(tmp_path: Path) -> Trader:
    return Trader(tmp_path / "home")


def test_a_second_start_has_compared_its_books_and_the_shell_can_tell(trader: Trader) -> None:
    trader.exec("buy 100 AAPL mkt", "buy 10 MSFT 1.00 gtc")
    trader.exec("at 09:31:00")
    done = trader.run("reconcile", "--json")
    told = json.loads(done.output)
    assert (done.code, told["differences"], told["attention"]) == (0, [], [])
    assert told["text"] == "the venue's books agree with ours"
    assert told["compared_at"] and not told["under_way"]
    runs = trader.run(
        "query", "--json", "select ours, action from reconciliations where kind = 'run' limit 1"
    )
    assert json.loads(runs.output.splitlines()[0]) == {"ours": "start", "action": told["text"]}


def test_a_home_that_never_compared_says_so(trader: Trader) -> None:
    trader.exec("expect position AAPL 0")
    done = trader.run("reconcile")
    assert done.code == 0 and done.output.startswith("never compared whole yet")
