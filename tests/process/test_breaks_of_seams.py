"""Defects that show at the doors of a home; each is expected to fail until it is mended."""

from pathlib import Path

import pytest

from tests.process.trader_process import Done, Trader

DONE = 0


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


# ── two paper accounts in one home ──────────────────────────────────────────────────────────────


@pytest.mark.xfail(strict=True, reason="the venue counts all accounts, the desk compares one")
def test_a_second_account_makes_no_break_of_the_first(
    trader: Trader, as_b: tuple[object, ...]
) -> None:
    says(trader, "b 50 MSFT mkt")
    says(trader, "b 10 MSFT mkt", "b 10 AAPL mkt", flags=as_b)
    done = says(trader, "b 5 MSFT mkt")
    assert (done.code, "RECON_BREAK" in done.output) == (DONE, False), done.output


@pytest.mark.xfail(strict=True, reason="the break of another account is offered for adoption")
def test_a_position_of_another_account_cannot_be_adopted_once_more(
    trader: Trader, as_b: tuple[object, ...]
) -> None:
    says(trader, "b 50 MSFT mkt")
    says(trader, "b 10 AAPL mkt", flags=as_b)
    says(trader, 'adopt position AAPL "the desk says so"')
    rows = trader.query("select sum(quantity) as held from positions where symbol = 'AAPL'")
    assert rows == [{"held": 10}], "ten were bought, ever"


@pytest.mark.xfail(strict=True, reason="the KILL file kills the account of the run alone")
def test_nothing_that_opens_fills_after_the_kill_file(
    trader: Trader, as_b: tuple[object, ...]
) -> None:
    says(trader, "b 100 AAPL 188.80 gtc")
    says(trader, "b 10 AAPL 180 gtc", flags=as_b)
    (trader.home / "KILL").touch()
    done = says(trader, "at 09:40:00", flags=as_b)
    assert done.events("order_filled") == []


# ── doors ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.xfail(strict=True, reason="the flag stops at the doors of lines, not at the outbox")
def test_a_read_only_session_sends_nothing(trader: Trader) -> None:
    says(trader, "b 100 AAPL 188.80 gtc tp +1 sl -1")
    done = trader.run("--json", "--read-only", "--headless", "--until", "09:36")
    assert done.events("order_filled"), "its entry is filled meanwhile"
    assert done.events("order_sent") == done.events("order_released") == []


@pytest.mark.xfail(strict=True, reason="`kill` is refused in it, the KILL file cancels")
def test_the_kill_file_sends_nothing_from_a_read_only_session(trader: Trader) -> None:
    says(trader, "b 100 AAPL 180 gtc")
    (trader.home / "KILL").touch()
    done = trader.run("--json", "--read-only", "--headless", "--until", "09:31")
    assert done.events("order_cancelled") == []
