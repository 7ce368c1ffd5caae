"""Two paper accounts in one home, a process each; `tests/unit/domain` has the quick ones."""

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


@pytest.fixture
def as_b(tmp_path: Path) -> tuple[object, ...]:
    """Flags of a run whose settings name another paper account."""
    settings = tmp_path / "b.toml"
    settings.write_text('[paper]\naccount = "B"\n', encoding="utf-8")
    return "--config", settings


def test_a_second_account_makes_no_break_of_the_first(
    trader: Trader, as_b: tuple[object, ...]
) -> None:
    says(trader, "b 50 MSFT mkt")
    says(trader, "b 10 MSFT mkt", "b 10 AAPL mkt", flags=as_b)
    done = says(trader, "b 5 MSFT mkt")
    assert (done.code, "RECON_BREAK" in done.output) == (0, False), done.output


def test_a_position_of_another_account_cannot_be_adopted_once_more(
    trader: Trader, as_b: tuple[object, ...]
) -> None:
    says(trader, "b 50 MSFT mkt")
    says(trader, "b 10 AAPL mkt", flags=as_b)
    says(trader, 'adopt position AAPL "the desk says so"')
    rows = trader.query("select sum(quantity) as held from positions where symbol = 'AAPL'")
    assert rows == [{"held": 10}], "ten were bought, ever"


def test_nothing_that_opens_fills_after_the_kill_file(
    trader: Trader, as_b: tuple[object, ...]
) -> None:
    says(trader, "b 100 AAPL 188.80 gtc")
    says(trader, "b 10 AAPL 180 gtc", flags=as_b)
    (trader.home / "KILL").touch()
    done = says(trader, "at 09:40:00", flags=as_b)
    assert done.events("order_filled") == []
