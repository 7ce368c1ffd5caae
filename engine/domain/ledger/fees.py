"""Fee schedules with effective dates, and the fee of an order over its cumulative fills."""

from functools import lru_cache
from typing import TypeVar

import msgspec

from engine.values import MONEY_SCALE, Instruction, Money, Quantity

EXACT_IN_MONEY = 1_000_000_000
"""Fees are summed in billionths of a money unit, where every rate below is a whole number."""
BPS = 10_000
EXACT_IN_BPS = EXACT_IN_MONEY // BPS
"""Billionths in one basis point of a money unit: a whole number, so no cap is rounded."""
RATES_KEPT_MAX = 64
"""Rows looked up lately are remembered: a pure function of constants."""


class DatedRate(msgspec.Struct, frozen=True, gc=False):
    """From `from_date` (YYYYMMDD) on; `rate` in billionths of a dollar per share or per dollar."""

    from_date: int
    rate: int
    order_max: Money = Money(0)
    """Most that one order pays; 0 means no such cap."""


class Commission(msgspec.Struct, frozen=True, gc=False):
    """Per share, at least `order_min`, at most a share of the order's value."""

    from_date: int
    rate: int
    order_min: Money
    value_max_bps: int
    """Cap in basis points of the traded value; it also caps the minimum."""


class Rates(msgspec.Struct, frozen=True, gc=False):
    """What a table says on one date; None where it says nothing."""

    commission: Commission | None
    sale_value: DatedRate | None
    sale_share: DatedRate | None


class FeeTable(msgspec.Struct, frozen=True):
    """What one broker's customer pays; each list is in the order of its dates."""

    name: str
    commissions: tuple[Commission, ...] = ()
    sale_value_rates: tuple[DatedRate, ...] = ()
    sale_share_rates: tuple[DatedRate, ...] = ()
    source: str = ""


def _rate(from_date: int, dollars_per_million: str) -> DatedRate:
    """A Section 31 rate as the SEC announces it, in dollars per million dollars sold."""
    whole, _, part = dollars_per_million.partition(".")
    return DatedRate(from_date, int(whole + part.ljust(3, "0")))


SECTION_31: tuple[DatedRate, ...] = (
    # SEC fee rate advisories and orders (the last: Release 34-104909, 91 FR 10643); FINRA
    # information notices repeat date and rate of each.
    _rate(20110121, "19.20"),
    _rate(20120221, "18.00"),
    _rate(20120401, "22.40"),
    _rate(20130525, "17.40"),
    _rate(20140318, "22.10"),
    _rate(20150214, "18.40"),
    _rate(20160216, "21.80"),
    _rate(20170704, "23.10"),
    _rate(20180522, "13.00"),
    _rate(20190416, "20.70"),
    _rate(20200218, "22.10"),
    _rate(20210225, "5.10"),
    _rate(20220514, "22.90"),
    _rate(20230227, "8.00"),
    _rate(20240522, "27.80"),
    _rate(20250514, "0.00"),
    _rate(20260404, "20.60"),
)

TRADING_ACTIVITY_FEE: tuple[DatedRate, ...] = (
    # FINRA By-Laws, Schedule A, section 1(b); Regulatory Notices 11-27, 12-06 and 12-31, and
    # SR-FINRA-2020-032 and SR-FINRA-2024-019 for the later steps.
    DatedRate(20110701, 90_000, Money(4_500_000)),
    DatedRate(20120301, 95_000, Money(4_750_000)),
    DatedRate(20120701, 119_000, Money(5_950_000)),
    DatedRate(20220101, 130_000, Money(6_490_000)),
    DatedRate(20230101, 145_000, Money(7_270_000)),
    DatedRate(20240101, 166_000, Money(8_300_000)),
    DatedRate(20260101, 195_000, Money(9_790_000)),
)

US_RETAIL = FeeTable(
    name="us_retail",
    commissions=(Commission(0, 5_000_000, Money(1_000_000), 100),),
    sale_value_rates=SECTION_31,
    sale_share_rates=TRADING_ACTIVITY_FEE,
    source="Interactive Brokers US stocks, fixed: $0.005 a share, at least $1.00 an order, "
    "at most 1 % of its value; SEC Section 31 and FINRA TAF on sales",
)
ZERO = FeeTable(name="zero", source="no fees")

FEE_TABLES: dict[str, FeeTable] = {table.name: table for table in (US_RETAIL, ZERO)}


def order_fee(
    table: str, trade_date: int, instruction: Instruction, quantity: Quantity, value: Money
) -> Money:
    """What an order owes once `quantity` worth `value` of it is filled.

    Depends on the totals alone, so however an order is split into fills, they pay the same
    together: a fill's fee is the fee after it less the fee before. Raises KeyError for a table
    that nobody defined.
    """
    if quantity == 0:
        return Money(0)
    rates = rates_at(table, trade_date)
    owed = 0
    commission = rates.commission
    if commission is not None:
        owed, least = commission.rate * quantity * MONEY_SCALE, commission.order_min
        if owed < least * EXACT_IN_MONEY:
            owed = least * EXACT_IN_MONEY
        most = value * (commission.value_max_bps * EXACT_IN_BPS)
        if owed > most:
            owed = most
    if instruction.side < 0:
        owed += _sale_fees(rates, quantity, value)
    return round_half_up(owed)


def round_half_up(owed: int) -> Money:
    """The one rounding of a fee: exact units to money units, halves away from zero."""
    return Money((owed + EXACT_IN_MONEY // 2) // EXACT_IN_MONEY)


def _sale_fees(rates: Rates, quantity: Quantity, value: Money) -> int:
    owed = 0
    of_value, of_shares = rates.sale_value, rates.sale_share
    if of_value is not None:
        owed += value * of_value.rate
    if of_shares is not None:
        shares = of_shares.rate * quantity * MONEY_SCALE
        most = of_shares.order_max * EXACT_IN_MONEY
        owed += most if 0 < most < shares else shares
    return owed


@lru_cache(maxsize=RATES_KEPT_MAX)
def rates_at(table: str, trade_date: int) -> Rates:
    """The rows in force on a date. Raises KeyError for a table that nobody defined."""
    schedule = FEE_TABLES[table]
    return Rates(
        _row_at(schedule.commissions, trade_date),
        _row_at(schedule.sale_value_rates, trade_date),
        _row_at(schedule.sale_share_rates, trade_date),
    )


Row = TypeVar("Row", DatedRate, Commission)


def _row_at(rows: tuple[Row, ...], trade_date: int) -> Row | None:
    """The row in force on a date; None before the first one."""
    return next((row for row in reversed(rows) if row.from_date <= trade_date), None)
