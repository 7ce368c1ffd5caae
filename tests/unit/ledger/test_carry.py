"""A night's costs worked by hand: borrow fees, interest by steps, dividends and payment in lieu."""

import pytest

from engine.domain.cost_facts import BorrowTerms, CarryKind, Dividend
from engine.domain.events import CarryBooked
from engine.domain.ledger.days import day_number, days_between, is_date
from engine.domain.ledger.interest import IB_PRO, interest_on
from engine.domain.reports import BorrowListed, DividendsListed, TradeDateRolled
from engine.instruments import parse_money
from engine.values import Money, Price, Quantity
from tests.harness import DeskBench
from tests.unit.runtime.desk import say

PERCENT = 10_000_000
"""A percent in billionths."""
TEN_SESSIONS = (
    20260106, 20260107, 20260108, 20260109, 20260112,
    20260113, 20260114, 20260115, 20260116, 20260119,
)  # fmt: skip
CLOSES = (50_00, 50_50, 51_00, 50_25, 49_75, 49_00, 48_50, 48_00, 48_25, 47_50)
"""In cents, of 2026-01-05 and the nine sessions after it."""


def night(bench: DeskBench, to_date: int, **marks: str) -> list[CarryBooked]:
    """The market closed at these prices and the next trade date begins."""
    priced = tuple((s, Price(int(float(text) * 10_000))) for s, text in marks.items())
    happened = bench.submit(TradeDateRolled(to_date, priced))
    return [event for event in happened if isinstance(event, CarryBooked)]


def cash(bench: DeskBench) -> Money:
    return bench.state.accounts["PAPER"].cash


def short_desk(rate_percent: int = 18, *, dividend: str = "") -> DeskBench:
    """Short 400 AAPL at 50.00 on a Monday, borrowed at so many percent a year."""
    bench = DeskBench()
    bench.submit(BorrowListed((BorrowTerms("AAPL", rate_percent * PERCENT, Quantity(1_000)),)))
    if dividend:
        bench.submit(DividendsListed((Dividend("AAPL", 20260113, parse_money(dividend)),)))
    bench.quotes("AAPL", 500_000, 500_100, 1_000)
    say(bench, "short 400 AAPL 50.00")
    return bench


def test_a_ten_day_short_over_an_ex_date_is_right_to_the_cent() -> None:
    # 400 × close × 18 % / 360 is 0.2 × close a night; Fridays (the 9th and the 16th) count three.
    # Nights:  50.00 50.50 51.00 50.25 3×49.75 49.00 48.50 48.00 48.25 3×47.50
    # Fees:    10.00 10.10 10.20 10.05 29.85    9.80  9.70  9.60  9.65 28.50 → 137.45
    # 400 × 0.26 in lieu on the 13th: 104.00.
    bench = short_desk(dividend="0.26")
    proceeds = parse_money("1020000")
    assert cash(bench) == proceeds
    booked: list[CarryBooked] = []
    for to_date, close in zip(TEN_SESSIONS, CLOSES, strict=True):
        booked += night(bench, to_date, AAPL=f"{close / 100:.2f}")
    fees = [event for event in booked if event.carry is CarryKind.BORROW]
    assert [event.amount / 1_000_000 for event in fees] == [
        -10.0, -10.1, -10.2, -10.05, -29.85, -9.8, -9.7, -9.6, -9.65, -28.5,
    ]  # fmt: skip
    assert [event.days for event in fees] == [1, 1, 1, 1, 3, 1, 1, 1, 1, 3]
    lieu = [event for event in booked if event.carry is CarryKind.PAYMENT_IN_LIEU]
    assert [(event.to_date, event.amount) for event in lieu] == [(20260113, parse_money("-104.00"))]
    assert cash(bench) == proceeds - parse_money("137.45") - parse_money("104.00")
    ledger = bench.state.accounts["PAPER"].ledger
    assert ledger["borrow:AAPL"] == parse_money("137.45")
    assert ledger["payment_in_lieu:AAPL"] == parse_money("104.00")
    assert sum(ledger.values()) == 0
    bench.restart(20260119)
    assert cash(bench) == proceeds - parse_money("241.45")


def test_a_long_position_receives_the_dividend_once_on_its_ex_date() -> None:
    bench = DeskBench()
    rows = (
        Dividend("AAPL", 20260106, parse_money("0.26")),
        Dividend("AAPL", 20260107, parse_money("0.01")),
    )
    bench.submit(DividendsListed(rows))
    bench.quotes("AAPL", 500_000, 500_100, 1_000)
    say(bench, "buy 300 AAPL 50.01")
    (paid,) = night(bench, 20260106, AAPL="50.00")
    assert (paid.carry, paid.amount) == (CarryKind.DIVIDEND, parse_money("78.00"))
    assert paid.text == "+300 AAPL × 0.26, ex 20260106"
    position = bench.state.accounts["PAPER"].positions["AAPL"]
    assert position.day_carry == parse_money("78.00")
    (again,) = night(bench, 20260107, AAPL="50.00")
    assert again.amount == parse_money("3.00")
    assert night(bench, 20260107, AAPL="50.00") == []


def test_who_sold_before_the_ex_date_receives_nothing_and_who_buys_on_it_neither() -> None:
    bench = DeskBench()
    bench.submit(DividendsListed((Dividend("AAPL", 20260106, parse_money("0.26")),)))
    bench.quotes("AAPL", 500_000, 500_100, 1_000)
    say(bench, "buy 100 AAPL 50.01")
    say(bench, "sell 100 AAPL 50.00")
    assert night(bench, 20260106, AAPL="50.00") == []
    say(bench, "buy 100 AAPL 50.01")
    assert night(bench, 20260107, AAPL="50.00") == []


def test_a_short_without_a_closing_mark_is_charged_on_what_it_was_sold_for() -> None:
    (fee,) = night(short_desk(), 20260106)
    assert (fee.base, fee.amount) == (parse_money("20000"), parse_money("-10"))


@pytest.mark.parametrize(
    ("balance", "date", "days", "amount"),
    [
        # 3.625 % less 0.5 % on what is above 10,000: 990,000 × 3.125 % / 360.
        ("1000000", 20260105, 1, "85.937500"),
        ("1000000", 20260109, 3, "257.812500"),
        ("10000", 20260105, 1, "0"),
        # The broker's own example has 600,000 of debit; with 3.625 %: 100,000 at 5.125 % and
        # 500,000 at 4.625 %.
        ("-600000", 20260105, 1, "-78.472222"),
        # 0.125 % less 0.5 % is nothing, never a charge for holding cash.
        ("1000000", 20120621, 1, "0"),
        ("-50000", 20120621, 1, "-2.256944"),
    ],
)
def test_interest_by_steps(balance: str, date: int, days: int, amount: str) -> None:
    assert interest_on(parse_money(balance), IB_PRO["USD"], date, days).amount == parse_money(
        amount
    )


def test_the_proceeds_of_a_short_earn_nothing() -> None:
    bench = short_desk()
    bench.state.accounts["PAPER"].interest_table = "ib_pro"
    booked = night(bench, 20260106, AAPL="50.00")
    (interest,) = [event for event in booked if event.carry is CarryKind.INTEREST]
    assert interest.base == parse_money("1000000")
    assert interest.amount == parse_money("85.937500")
    assert interest.text == "990,000.00 at 3.125 % for 1 day of 360"


def test_another_market_and_an_earlier_date_cost_no_night() -> None:
    bench = short_desk()
    assert night(bench, 20260102, AAPL="50.00") == []


def test_dates_count_every_calendar_day() -> None:
    assert days_between(20260109, 20260112) == 3
    assert days_between(20231231, 20240101) == 1
    assert days_between(20240228, 20240301) == 2
    assert days_between(20250228, 20250301) == 1
    assert day_number(20000301) - day_number(19000301) == 36_525
    assert is_date(20240229)
    assert not is_date(20250229)
    assert not is_date(20260431)
    assert not is_date(20261301)
