"""Costs from the command line: nights, tables of a home, and rupees on a recorded day."""

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from tests.process.trader_process import ROOT, Trader

YESBANK = Path("bars") / "nse_minute" / "yesbank_20190709_trade.zip"


@pytest.fixture
def trader(tmp_path: Path) -> Trader:
    return Trader(tmp_path / "home")


def test_a_rupee_round_trip_on_a_recorded_day_leaves_no_rupee(
    trader: Trader, market_data: Path
) -> None:
    script = ROOT / "examples" / "rupee_round_trip.txt"
    done = trader.run("--json", "--market", market_data / YESBANK, "--script", script)
    result = json.loads(done.output.splitlines()[-1])
    assert (done.code, result["result"]) == (0, "ok")
    assert result["cash_by_currency"]["INR"] == "0.00"
    rows = trader.query("select currency, sum(amount) as amount from cash_movements group by 1")
    told = {row["currency"]: Decimal(row["amount"]) for row in rows}
    assert told == {"INR": 0, "USD": Decimal(result["cash"])}
    fills = [json.loads(line) for line in done.output.splitlines() if '"order_filled"' in line]
    assert {fill["currency"] for fill in fills} == {"INR"}
    fees = trader.query("select currency, sum(fee) as fee from fills group by 1")
    assert [(row["currency"], Decimal(row["fee"])) for row in fees] == [
        ("INR", sum(Decimal(fill["fee"]) for fill in fills))
    ]
    assert trader.verify()["ok"]


def test_a_night_books_what_the_tables_of_the_home_say(trader: Trader, tmp_path: Path) -> None:
    late = tmp_path / "late.toml"
    late.write_text('[market]\nstart = "15:59"\n')
    flags = ("--symbols", "AAPL,TSLA", "--until", "16:10:00", "--config", late)
    trader.exec("short 400 TSLA mkt", "buy 100 AAPL mkt", flags=flags)
    rows = "symbol,ex_date,per_share\nAAPL,2026-01-06,0.26\nTSLA,2026-01-06,0.25\n"
    (trader.home / "dividends.csv").write_text(rows)
    told = trader.run("--json", "--symbols", "AAPL,TSLA", "--headless", "--until", "09:31")
    carried = {event["kind"]: event["amount"] for event in told.events("carry_booked")}
    assert set(carried) == {"borrow", "interest", "dividend", "payment_in_lieu"}
    assert (carried["dividend"], carried["payment_in_lieu"]) == ("26.00", "-100.00")
    moved = trader.query("select kind, amount from cash_movements where text <> '' order by kind")
    assert {row["kind"]: Decimal(row["amount"]) for row in moved} == {
        kind: Decimal(amount) for kind, amount in carried.items()
    }
    assert trader.verify()["ok"]


def test_a_table_that_is_none_stops_the_start_with_its_line(trader: Trader) -> None:
    trader.exec("# nothing")
    (trader.home / "borrow.csv").write_text("symbol,rate_percent,available,kind\nF,lots,1,hard\n")
    done = trader.exec("buy 1 AAPL mkt")
    assert done.code == 4
    assert "borrow.csv line 2: rate_percent 'lots' must be a percentage" in done.complaints


@pytest.fixture
def late(tmp_path: Path) -> Path:
    """Settings of a synthetic day that begins three minutes before its close."""
    settings = tmp_path / "late.toml"
    settings.write_text('[market]\nstart = "15:57"\n')
    return settings


def test_a_fill_at_the_next_open_belongs_to_the_next_day(trader: Trader, late: Path) -> None:
    flags = ("--symbols", "AAPL", "--config", late, "--seed", 3)
    lines = ("at 15:59:59.9", "buy 10 AAPL bid-6t gtc", "buy 11 AAPL bid-12t gtc", "at 16:00:02")
    trader.exec(*lines, flags=flags)
    rows = "symbol,ex_date,per_share\nAAPL,2026-01-06,1.00\n"
    (trader.home / "dividends.csv").write_text(rows)
    told = trader.run("--json", *flags, "--headless", "--until", "09:30:02")
    assert told.code == 0
    names = [event["event"] for event in told.lines[:-1]]
    assert names.index("trade_date") < names.index("order_filled")
    carried = {event["kind"]: event["amount"] for event in told.events("carry_booked")}
    assert "dividend" not in carried, "the shares were bought on the ex-date"
    # 990,000.00 above the free first 10,000.00, at 3.125 % for one day of 360.
    assert Decimal(carried["interest"]) == Decimal("85.9375")


KILLED_AFTER_THE_OPEN = """
import os, sys
from commands import flags
from commands.desk import open_desk
parts = open_desk(flags.parse(sys.argv[1:]))
day, host = 86_400 * 10**9, parts.host
target = (host.now // day + 1) * day + 52_205 * 10**9
while host.now < target:
    host.run_until(min(target, host.now + 20 * 10**9))
os._exit(9)
"""


def test_a_kill_after_the_open_does_not_pay_for_the_night_again(trader: Trader, late: Path) -> None:
    flags = ("--symbols", "AAPL", "--config", late)
    trader.run(*flags, "--headless", "--until", "15:59:25")
    words = ["--home", trader.home, *flags, "--headless", "--until", "20:00"]
    command = [sys.executable, "-c", KILLED_AFTER_THE_OPEN, *map(str, words)]
    killed = subprocess.run(command, cwd=ROOT, timeout=30)
    assert killed.returncode == 9
    trader.run(*flags, "--headless", "--until", "09:31")
    rows = trader.query("select amount from cash_movements where kind = 'interest'")
    assert [Decimal(row["amount"]) for row in rows] == [Decimal("85.9375")]


def test_a_table_of_the_home_switches_its_rule_on(trader: Trader, tmp_path: Path) -> None:
    line = ("buy 1 AAPL bid gtc",)
    flags = ("--symbols", "AAPL")
    assert trader.exec(*line, flags=flags).code == 0
    (trader.home / "earnings.csv").write_text("symbol,date,as_of\nAAPL,2026-01-29,2026-01-02\n")
    denied = trader.exec("buy 2 AAPL bid gtc", flags=flags)
    assert denied.code == 5 and "over the earnings of AAPL on 2026-01-29" in denied.output
    assert trader.exec("buy 3 AAPL bid", flags=flags).code == 0
    named = tmp_path / "named.toml"
    named.write_text('[reference]\nearnings = "elsewhere.csv"\n')
    refused = trader.exec("buy 4 AAPL bid", flags=(*flags, "--config", named))
    assert refused.code == 4 and "elsewhere.csv: there is no such file" in refused.complaints
    life = trader.run("why", "1", "--json")
    (entered,) = [event for event in life.lines if event.get("event") == "released"]
    assert entered["off_because"]["R37"] == "no earnings file, no dividend table"
    assert trader.verify()["ok"]
