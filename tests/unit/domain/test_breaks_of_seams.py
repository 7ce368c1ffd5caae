"""Defects found where two features meet; each is expected to fail until it is mended."""

import pytest
from msgspec.structs import replace

from engine.domain.commands import Kill, Origin
from engine.domain.events import TradingState
from tests.harness import DeskBench
from tests.unit.runtime.desk import say

BID, ASK = 1_899_900, 1_900_100


def bench(**settings: object) -> DeskBench:
    desk = DeskBench(**settings)  # type: ignore[arg-type]
    desk.quotes("AAPL", BID, ASK)
    return desk


# ── two accounts in one home ────────────────────────────────────────────────────────────────────


def two_accounts() -> DeskBench:
    """PAPER first, then a run of the same home whose settings name the account B."""
    desk = bench()
    desk.submit(replace(desk.opening(), account="B"))
    return desk


@pytest.mark.xfail(strict=True, reason="KILL means the account of the session alone")
def test_a_kill_takes_back_entries_of_every_account() -> None:
    desk = two_accounts()
    say(desk, "buy 100 AAPL 189.90 gtc")
    desk.submit(Kill("B", reason="KILL file", origin=Origin.DESK))
    assert desk.state.accounts["PAPER"].trading.state is TradingState.KILLED
    assert not desk.state.live
