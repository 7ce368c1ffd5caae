"""Costs from the command line: nights, tables of a home, and rupees on a recorded day."""

import json
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
