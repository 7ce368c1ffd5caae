"""Tables of borrow terms, dividends and rates: what is wrong names its line."""

from pathlib import Path

import pytest

from data.errors import SettingsError
from data.reference.costs import load_borrow, load_dividends, load_fx_rates
from engine.domain.cost_facts import BorrowTerms, Dividend, FxRate

BORROW = "symbol,rate_percent,available,kind\n"


def test_what_is_shipped_reads(tmp_path: Path) -> None:
    rows = {row.symbol: row for row in load_borrow(tmp_path)}
    assert rows["*"] == BorrowTerms("*", 2_500_000)
    assert rows["GE"] == BorrowTerms("GE", 450_000_000, is_easy=False)  # type: ignore[call-arg]
    assert load_dividends(tmp_path) == ()
    rates = load_fx_rates(tmp_path, "USD")
    of_rupees = [row for row in rates if row.currency == "INR"]
    assert of_rupees[-1] == FxRate(20251201, "INR", 11_100_000)
    assert of_rupees == sorted(of_rupees, key=lambda row: row.from_date)
    assert [row.rate for row in rates if row.currency == "USDT"] == [1_000_000_000]


def test_a_table_in_the_home_replaces_what_is_shipped(tmp_path: Path) -> None:
    (tmp_path / "borrow.csv").write_text(f"# mine\n{BORROW}GME, 35.5 ,200,hard\n")
    (tmp_path / "dividends.csv").write_text("symbol,ex_date,per_share\nKO,2026-03-13,0.515\n")
    assert load_borrow(tmp_path) == (BorrowTerms("GME", 355_000_000, 200, False),)  # type: ignore[arg-type]
    assert load_dividends(tmp_path) == (Dividend("KO", 20260313, 515_000),)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "is empty: its first line is symbol,rate_percent,available,kind"),
        ("symbol,rate\n", "line 1: the columns are symbol,rate_percent,available,kind"),
        (f"{BORROW}GME,35\n", "line 2: 2 cells where symbol,rate_percent,available,kind are"),
        (f"{BORROW}GME,lots,1,hard\n", "line 2: rate_percent 'lots' must be a percentage"),
        (f"{BORROW}GME,-1,1,hard\n", "line 2: rate_percent '-1' must be a percentage"),
        (f"{BORROW}GME,1,1.5,hard\n", "line 2: available '1.5' must be a whole number"),
        (f"{BORROW}GME,1,1,maybe\n", "line 2: kind 'maybe' must be one of easy, hard"),
        (f"{BORROW}*,1,1,hard\n", "line 2: kind 'hard' of * must be easy"),
        (f"{BORROW}F,1,0,easy\n\nF,2,0,easy\n", "line 4: F stands in line 2 already"),
    ],
)
def test_what_is_no_borrow_table_names_its_line(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "borrow.csv").write_text(text)
    with pytest.raises(SettingsError, match=problem.replace("*", r"\*")):
        load_borrow(tmp_path)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("KO,2026-02-30,0.5", "ex_date '2026-02-30' must be a date such as 2026-01-05"),
        ("KO,20260203,0.5", "ex_date '20260203' must be a date"),
        ("KO,2026-02-03,0", "per_share '0' must be an amount above zero"),
    ],
)
def test_a_dividend_needs_a_date_and_an_amount(tmp_path: Path, row: str, problem: str) -> None:
    (tmp_path / "dividends.csv").write_text(f"symbol,ex_date,per_share\n{row}\n")
    with pytest.raises(SettingsError, match=problem):
        load_dividends(tmp_path)
