"""Interest on cash: dated benchmarks, steps with a spread, and the working in words."""

from typing import NamedTuple

import msgspec

from engine.domain.cost_facts import RATE_SCALE
from engine.instruments import format_money_rounded, format_scaled
from engine.values import MONEY_SCALE, Money

NO_INTEREST = "none"
PERCENT = RATE_SCALE // 100
BP = PERCENT // 100


class Benchmark(msgspec.Struct, frozen=True, gc=False):
    """The rate of a year from a date on, in billionths."""

    from_date: int
    rate: int


class Step(msgspec.Struct, frozen=True, gc=False):
    """The part of a balance up to `up_to` (0: no end) at the benchmark and `spread`."""

    up_to: Money
    spread: int
    pays: bool = True
    """Whether this part bears interest at all."""


class InterestTerms(msgspec.Struct, frozen=True):
    """One currency: what cash earns and what a debit costs."""

    benchmarks: tuple[Benchmark, ...]
    credit: tuple[Step, ...]
    debit: tuple[Step, ...]
    year_days: int
    source: str


class Interest(NamedTuple):
    amount: Money
    """Above zero: received."""
    words: str


def interest_on(balance: Money, terms: InterestTerms, date: int, days: int) -> Interest:
    """Simple interest for `days` at the rates in force on `date`, rounded half away from zero."""
    benchmark = _benchmark_at(terms.benchmarks, date)
    if benchmark is None or not balance or days <= 0:
        return Interest(Money(0), "")
    steps = terms.credit if balance > 0 else terms.debit
    yearly, said, start = 0, [], 0
    for step in steps:
        end = abs(balance) if step.up_to == 0 else min(abs(balance), step.up_to)
        part = end - start
        if part <= 0:
            break
        rate = max(0, benchmark + step.spread) if step.pays else 0
        if rate:
            yearly += part * rate
            said.append(f"{format_money_rounded(Money(part))} at {percent_words(rate)}")
        start = end
    amount = rounded_share(yearly * days, RATE_SCALE * terms.year_days)
    words = f"{' + '.join(said)} for {days_words(days)} of {terms.year_days}" if said else ""
    return Interest(Money(amount if balance > 0 else -amount), words)


def rounded_share(numerator: int, denominator: int) -> int:
    """The one rounding of every accrual: halves away from zero."""
    quotient = (2 * abs(numerator) + denominator) // (2 * denominator)
    return quotient if numerator >= 0 else -quotient


def percent_words(rate: int) -> str:
    """'3.125 %'."""
    return f"{format_scaled(rate, 7)} %"


def days_words(days: int) -> str:
    """'1 day', '3 days'."""
    return "1 day" if days == 1 else f"{days} days"


def _benchmark_at(rows: tuple[Benchmark, ...], date: int) -> int | None:
    return next((row.rate for row in reversed(rows) if row.from_date <= date), None)


def _midpoint(from_date: int, upper_bps: int) -> Benchmark:
    """Half-way through a target range of 25 basis points."""
    return Benchmark(from_date, upper_bps * BP - 25 * BP // 2)


# Target range of the Federal Open Market Committee, its middle, from the day after each decision.
# Known from the public statements, written from memory and not held against them row by row.
_FED_FUNDS: tuple[Benchmark, ...] = tuple(
    _midpoint(date, upper)
    for date, upper in (
        (20081217, 25), (20151217, 50), (20161215, 75), (20170316, 100), (20170615, 125),
        (20171214, 150), (20180322, 175), (20180614, 200), (20180927, 225), (20181220, 250),
        (20190801, 225), (20190919, 200), (20191031, 175), (20200304, 125), (20200316, 25),
        (20220317, 50), (20220505, 100), (20220616, 175), (20220728, 250), (20220922, 325),
        (20221103, 400), (20221215, 450), (20230202, 475), (20230323, 500), (20230504, 525),
        (20230727, 550), (20240919, 500), (20241108, 475), (20241219, 450), (20250918, 425),
        (20251030, 400), (20251211, 375),
    )
)  # fmt: skip
# Repo rate of the Reserve Bank of India, the larger steps alone: from memory as well.
_REPO: tuple[Benchmark, ...] = tuple(
    Benchmark(date, bps * BP)
    for date, bps in (
        (20120417, 800), (20130129, 775), (20150115, 775), (20160405, 650), (20190207, 625),
        (20191004, 515), (20200327, 440), (20200522, 400), (20220504, 440), (20220608, 490),
        (20220805, 540), (20220930, 590), (20221207, 625), (20230208, 650), (20250207, 625),
        (20250409, 600), (20250606, 550), (20251205, 525),
    )
)  # fmt: skip


def _money(units: int) -> Money:
    return Money(units * MONEY_SCALE)


IB_PRO: dict[str, InterestTerms] = {
    "USD": InterestTerms(
        benchmarks=_FED_FUNDS,
        credit=(Step(_money(10_000), 0, pays=False), Step(Money(0), -50 * BP)),
        debit=(
            Step(_money(100_000), 150 * BP),
            Step(_money(1_000_000), 100 * BP),
            Step(_money(50_000_000), 75 * BP),
            Step(Money(0), 50 * BP),
        ),
        year_days=360,
        source="Interactive Brokers, interest charged (worked example: steps, spreads, /360) and "
        "paid (nothing on the first 10,000, then the benchmark less 0.5 %)",
    ),
    "INR": InterestTerms(
        benchmarks=_REPO,
        credit=(Step(Money(0), 0, pays=False),),
        debit=(Step(Money(0), 500 * BP),),
        year_days=365,
        source="an assumption of this desk: rupees earn nothing and cost the repo rate plus 5 %",
    ),
}
INTEREST_TABLES: dict[str, dict[str, InterestTerms]] = {"ib_pro": IB_PRO, NO_INTEREST: {}}
