"""All fee tables by name: US shares per share, fixed and tiered, India, coins, and nothing."""

from engine.domain.ledger.fee_shapes import SELLS, UNCHECKED, Charge, FeeTable, Tier
from engine.domain.ledger.fee_tables_coins import BINANCE_SPOT
from engine.domain.ledger.fee_tables_india import INDIA_DELIVERY, INDIA_INTRADAY
from engine.values import Money, Quantity

COMMISSION, SECTION_31, ACTIVITY_FEE = "commission", "Section 31", "TAF"
_IB_PAGE = "Interactive Brokers, Commissions Stocks (US), page of 2024 with both columns"


def _section_31(from_date: int, dollars_per_million: str, source: str) -> Charge:
    """A rate as the SEC announces it, in dollars per million dollars sold."""
    whole, _, part = dollars_per_million.partition(".")
    rate = int(whole + part.ljust(3, "0"))
    return Charge(name=SECTION_31, from_date=from_date, of_value=rate, side=SELLS, source=source)


def _activity_fee(from_date: int, rate: int, order_max: int, source: str) -> Charge:
    """Billionths of a dollar a share sold, and the cap of a trade in money units."""
    most = Money(order_max)
    return Charge(
        name=ACTIVITY_FEE,
        from_date=from_date,
        of_share=rate,
        order_max=most,
        side=SELLS,
        source=source,
    )


_ADVISORY = UNCHECKED + "SEC fee rate advisory"
SECTION_31_RATES: tuple[Charge, ...] = (
    _section_31(20110121, "19.20", _ADVISORY + " for fiscal year 2011"),
    _section_31(20120221, "18.00", _ADVISORY + " for fiscal year 2012"),
    _section_31(20120401, "22.40", "rate: SEC release 2012-232; date: " + _ADVISORY),
    _section_31(20130525, "17.40", "rate: FINRA notice 3/3/14; date: " + _ADVISORY),
    _section_31(20140318, "22.10", "FINRA information notice 3/3/14"),
    _section_31(20150214, "18.40", _ADVISORY + " for fiscal year 2015"),
    _section_31(20160216, "21.80", "rate: FINRA notice 3/15/16; date: " + _ADVISORY),
    _section_31(20170704, "23.10", "rate: FINRA notice 5/7/18; date: " + _ADVISORY),
    _section_31(20180522, "13.00", "FINRA information notice 5/7/18"),
    _section_31(20190416, "20.70", "rate: FINRA notice of 2020-02-03; date: " + _ADVISORY),
    _section_31(20200218, "22.10", "FINRA information notice of 2020-02-03"),
    _section_31(20210225, "5.10", "FINRA information notice of 2021-02-16"),
    _section_31(20220514, "22.90", _ADVISORY + " for fiscal year 2022"),
    _section_31(20230227, "8.00", _ADVISORY + " for fiscal year 2023"),
    _section_31(20240522, "27.80", "rate: FINRA notice 4/24/25; date: " + _ADVISORY),
    _section_31(20250514, "0.00", "Release 34-102779, 90 FR 15492; FINRA notice 4/24/25"),
    _section_31(20260404, "20.60", "Release 34-104909, 91 FR 10643 (rate: " + UNCHECKED + "it)"),
)

ACTIVITY_FEE_RATES: tuple[Charge, ...] = (
    _activity_fee(20110701, 90_000, 4_500_000, "FINRA Regulatory Notice 11-27"),
    _activity_fee(20120301, 95_000, 4_750_000, "FINRA Regulatory Notice 12-06"),
    _activity_fee(
        20120701, 119_000, 5_950_000, "rate and cap: brokers; date: " + UNCHECKED + "12-31"
    ),
    _activity_fee(20220101, 130_000, 6_490_000, UNCHECKED + "SR-FINRA-2020-032, 85 FR 66592"),
    _activity_fee(20230101, 145_000, 7_270_000, "rate: brokers; cap: " + UNCHECKED + "85 FR 66592"),
    _activity_fee(20240101, 166_000, 8_300_000, "rate and cap: brokers; date: 85 FR 66592"),
    _activity_fee(20260101, 195_000, 9_790_000, UNCHECKED + "SR-FINRA-2024-019, 89 FR 93709"),
)
_REGULATORY = SECTION_31_RATES + ACTIVITY_FEE_RATES

US_FIXED = Charge(
    name=COMMISSION,
    from_date=0,
    of_share=5_000_000,
    order_min=Money(1_000_000),
    value_max_bps=100,
    source=_IB_PAGE,
)
US_TIERED = Charge(
    name=COMMISSION,
    from_date=0,
    tiers=(
        Tier(Quantity(300_000), 3_500_000),
        Tier(Quantity(3_000_000), 2_000_000),
        Tier(Quantity(20_000_000), 1_500_000),
        Tier(Quantity(100_000_000), 1_000_000),
        Tier(Quantity(0), 500_000),
    ),
    order_min=Money(350_000),
    value_max_bps=100,
    source=_IB_PAGE,
)
US_CLEARING = Charge(name="clearing", from_date=0, of_share=200_000, source=_IB_PAGE)

US_RETAIL = FeeTable(
    name="us_retail",
    currency="USD",
    charges=(US_FIXED, *_REGULATORY),
    source="Interactive Brokers US stocks, fixed: $0.005 a share, at least $1.00 an order, "
    "at most 1 % of its value; SEC Section 31 and FINRA TAF on sales",
)
US_RETAIL_TIERED = FeeTable(
    name="us_tiered",
    currency="USD",
    charges=(US_TIERED, US_CLEARING, *_REGULATORY),
    source="Interactive Brokers US stocks, tiered: $0.0035 to $0.0005 a share by the month's "
    "volume, at least $0.35 an order, at most 1 % of its value; clearing $0.0002 a share; "
    "exchange fees and rebates are not in it",
)
ZERO = FeeTable(name="zero", currency="", source="no fees")

FEE_TABLES: dict[str, FeeTable] = {
    table.name: table
    for table in (US_RETAIL, US_RETAIL_TIERED, INDIA_DELIVERY, INDIA_INTRADAY, BINANCE_SPOT, ZERO)
}


def table_names(currency: str) -> tuple[str, ...]:
    """The tables that may be chosen for what trades in a currency."""
    return tuple(t.name for t in FEE_TABLES.values() if t.currency in ("", currency))
