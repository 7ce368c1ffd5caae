"""`--read-only` as a process: nothing leaves; `tests/unit/domain` has the quick ones."""

from pathlib import Path

import pytest

from tests.process.trader_process import Done, Trader

pytestmark = pytest.mark.long


@pytest.fixture
def trader(tmp_path: Path) -> Trader:
    return Trader(tmp_path / "home")


def says(trader: Trader, *lines: str, flags: tuple[object, ...] = ()) -> Done:
    words = [word for line in lines for word in ("--exec", line)]
    return trader.run("--json", *flags, *words)


def test_a_read_only_session_sends_nothing(trader: Trader) -> None:
    says(trader, "b 100 AAPL 188.80 gtc tp +1 sl -1")
    done = trader.run("--json", "--read-only", "--headless", "--until", "09:36")
    assert done.events("order_filled"), "its entry is filled meanwhile"
    assert done.events("order_sent") == done.events("order_released") == []


def test_the_kill_file_sends_nothing_from_a_read_only_session(trader: Trader) -> None:
    says(trader, "b 100 AAPL 180 gtc")
    (trader.home / "KILL").touch()
    done = trader.run("--json", "--read-only", "--headless", "--until", "09:31")
    assert done.events("order_cancelled") == []
