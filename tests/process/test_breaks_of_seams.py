"""Defects that show at the doors of a home; each is expected to fail until it is mended."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.process.trader_process import ROOT, Done, Trader

DONE, ORDER_DENIED, ENGINE_FAULT = 0, 5, 7
LOST_HISTORY_CODES = (1, 7)


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


# ── a journal that was set back ─────────────────────────────────────────────────────────────────


def set_back(trader: Trader, tmp_path: Path) -> None:
    """Journal and head as they were before the last run; the store has heard of it."""
    says(trader, "b 10 MSFT 400 gtc")
    for name in ("journal.db", "head"):
        shutil.copy(trader.home / name, tmp_path / name)
    says(trader, "b 10 AAPL mkt")
    assert trader.query("select count(*) as n from orders") == [{"n": 2}]
    for side in trader.home.glob("journal.db-*"):
        side.unlink()
    for name in ("journal.db", "head"):
        shutil.copy(tmp_path / name, trader.home / name)


@pytest.mark.xfail(strict=True, reason="only query and verify look at how far the store is")
def test_a_store_beyond_the_journal_keeps_a_session_from_trading(
    trader: Trader, tmp_path: Path
) -> None:
    set_back(trader, tmp_path)
    done = says(trader, "b 10 GOOG mkt")
    assert done.code in LOST_HISTORY_CODES, done.output


@pytest.mark.xfail(strict=True, reason="the store's mark names a sequence and no chain")
def test_the_store_never_tells_two_histories_as_one(trader: Trader, tmp_path: Path) -> None:
    set_back(trader, tmp_path)
    says(trader, "b 10 GOOG mkt")
    rows = trader.query("select symbol from orders order by order_id")
    assert [row["symbol"] for row in rows] == ["MSFT", "GOOG"]


# ── doors ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.xfail(strict=True, reason="a number with its day is never looked up in a script")
def test_a_script_names_an_order_of_an_earlier_run(trader: Trader) -> None:
    says(trader, "b 100 AAPL 180 gtc")
    done = says(trader, "c 0105-1")
    assert (done.code, len(done.events("order_cancelled"))) == (DONE, 1), done.complaints


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


# ── figures that no integer of the journal holds ────────────────────────────────────────────────

TOO_MUCH = "999999999999999"
"""Dollars: fifteen digits are what the language reads."""


@pytest.mark.xfail(strict=True, reason="the sum of a price and an offset is in no bounds")
def test_a_line_with_huge_prices_ends_no_engine(trader: Trader) -> None:
    done = says(trader, f"b 10 AAPL {TOO_MUCH} tp +{TOO_MUCH} sl -1")
    assert done.code != ENGINE_FAULT, done.complaints


@pytest.mark.xfail(strict=True, reason="what the state keeps of the order's value has no bounds")
def test_a_journal_with_a_far_exit_can_be_verified(trader: Trader) -> None:
    says(trader, "b 1000 AAPL mkt", f"s 1000 AAPL {TOO_MUCH} gtc")
    assert trader.run("verify", "--json").code == DONE


@pytest.mark.xfail(strict=True, reason="and so no snapshot of it can be taken: no start succeeds")
def test_a_home_with_a_far_exit_opens_when_a_snapshot_is_due(trader: Trader) -> None:
    says(trader, "b 1000 AAPL mkt", f"s 1000 AAPL {TOO_MUCH} gtc")
    words = ["--home", str(trader.home), "--exec", "flatten *"]
    code = (
        "import sys; import engine.runtime.recovery as recovery;"
        " recovery.SNAPSHOT_AFTER_RECORDS = 20; import trader;"
        f" sys.exit(trader.main({words!r}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, timeout=30, capture_output=True, text=True
    )
    assert done.returncode == DONE, done.stderr


@pytest.mark.xfail(strict=True, reason="the store's numbers are narrower than the language's")
def test_a_denied_order_does_not_end_all_questions(trader: Trader) -> None:
    assert says(trader, "b 1 AAPL 9999999999").code == ORDER_DENIED
    assert trader.query("select count(*) as n from orders") == [{"n": 1}]
