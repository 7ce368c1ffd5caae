"""A person at the screen of a desk at Interactive Brokers looks a symbol up, sees it, trades it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.connectors.ib.gateway.gateway import Gateway
from tests.connectors.ib.gateway.market import Right
from tests.process.screens import ENTER, HOME_SETTINGS, Desk, desk_in, wait_for

pytestmark = pytest.mark.long


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway(matches=True) as running:
        for symbol, (bid, ask) in {
            "AAPL": ("190.10", "190.12"),
            "IBM": ("290.10", "290.12"),
        }.items():
            running.quote(
                symbol, bid=bid, bid_size=500, ask=ask, ask_size=500, last=ask, last_size=100
            )
        running.book("IBM", bids=[("290.10", 500), ("290.09", 777)], asks=[("290.12", 500)])
        running.entitle("MSFT", Right.NONE)
        yield running
        assert running.bad == [] and running.violations == 0


@pytest.fixture
def desk(tmp_path: Path, gateway: Gateway) -> Iterator[Desk]:
    with desk_in(tmp_path) as one:
        settings = f'{HOME_SETTINGS}[ib]\nport = {gateway.port}\nrestart = ""\n'
        (one.home / "config.toml").write_text(settings)
        yield one


AT_IB = ("--venue", "ib", "--symbols", "AAPL,MSFT")


def test_a_symbol_is_looked_up_seen_traded_and_there_after_a_restart(
    desk: Desk, gateway: Gateway
) -> None:
    screen = desk.opened(*AT_IB)
    screen.until("no data")  # of MSFT
    screen.press("/", *"ibm")
    screen.until("INTL BUSINESS MACHINES")
    screen.until("XNYS")
    screen.press(ENTER)
    screen.until("IBM is on the watchlist")
    screen.until("290.12")
    screen.press("d")
    screen.until("777")  # the second level of its depth
    screen.send("b 10 IBM 290.12")
    gateway.wait(lambda: gateway.broker.executions, 20)
    (execution,) = gateway.broker.executions
    assert execution.shares == 10
    screen.until("+10")

    assert desk.trader.run("stop").code == 0
    wait_for(lambda: desk.status["result"] == "none", "the engine to be gone")
    again = desk.opened(*AT_IB)
    again.until("IBM")
    again.until("290.12")
    assert "IBM" in gateway.lines()


def test_a_gateway_that_is_gone_says_so_to_who_looks_a_symbol_up(
    desk: Desk, gateway: Gateway
) -> None:
    screen = desk.opened(*AT_IB)
    screen.until("190.12")
    gateway.down()
    screen.until("link to ib")
    screen.press("/", *"ibm")
    screen.until("nothing can be looked up at IB")
