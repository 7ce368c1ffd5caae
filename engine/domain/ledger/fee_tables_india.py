"""What shares on the NSE cost in rupees: brokerage, taxes and charges, by product."""

from engine.domain.ledger.fee_shapes import BUYS, CENT, SELLS, UNCHECKED, Charge, FeeTable
from engine.values import Money

BROKERAGE, TRANSACTION, TURNOVER = "brokerage", "exchange", "SEBI"
_BROKERS = "price lists of several Indian discount brokers, 2024 and 2025"
_NSE_2023 = "NSE circular of 2023 (minus 4 %, as reported by NDTV Profit)"


def _of_value(name: str, from_date: int, rate: int, source: str, *, side: int = 0) -> Charge:
    """`rate` billionths of the traded value: 0.1 % is 1,000,000; booked to the paisa."""
    return Charge(
        name=name, from_date=from_date, of_value=rate, side=side, rounds_to=CENT, source=source
    )


def _tax(from_date: int, percent_hundredths: int, source: str) -> Charge:
    """Service tax, since 2017 GST, on what brokers and exchanges charge; 18 % is 1,800."""
    return Charge(
        name="GST",
        from_date=from_date,
        of_value=percent_hundredths * 100_000,
        percent_of=(BROKERAGE, TRANSACTION, TURNOVER),
        rounds_to=CENT,
        source=source,
    )


_COMMON: tuple[Charge, ...] = (
    Charge(
        name=BROKERAGE,
        from_date=0,
        of_value=300_000,
        order_max=Money(20_000_000),
        rounds_to=CENT,
        source="discount broker: 0.03 % of the value, at most ₹20 an order",
    ),
    _of_value(TRANSACTION, 20100101, 32_500, UNCHECKED + "0.00325 %"),
    _of_value(
        TRANSACTION, 20210101, 34_500, "NSE plus 6 % (NDTV Profit); rate: " + UNCHECKED + "it"
    ),
    _of_value(TRANSACTION, 20230401, 32_500, f"{_NSE_2023}; {_BROKERS}"),
    _of_value(TRANSACTION, 20240401, 32_200, UNCHECKED + "NSE minus 1 %, 0.00322 %"),
    _of_value(
        TRANSACTION, 20241001, 29_700, f"NSE circular of 2024-09-27: ₹2.97 a lakh; {_BROKERS}"
    ),
    _of_value(TURNOVER, 20190401, 1_000, UNCHECKED + "₹10 a crore"),
    _of_value(TURNOVER, 20200601, 500, UNCHECKED + "halved to ₹5 a crore until March 2021"),
    _of_value(TURNOVER, 20210401, 1_000, f"₹10 a crore: {_BROKERS}; date: " + UNCHECKED + "it"),
    _tax(20120401, 1_236, UNCHECKED + "service tax 12.36 %"),
    _tax(20150601, 1_400, UNCHECKED + "service tax 14 %"),
    _tax(20151115, 1_450, UNCHECKED + "service tax with Swachh Bharat cess 14.5 %"),
    _tax(20160601, 1_500, UNCHECKED + "service tax with both cesses 15 %"),
    _tax(20170701, 1_800, f"GST 18 %: {_BROKERS}; in force since 2017-07-01"),
)
# Until 2020-06-30 every state had a stamp duty of its own: none is charged here before.
INDIA_DELIVERY = FeeTable(
    name="india_delivery",
    currency="INR",
    charges=(
        *_COMMON,
        _of_value("STT", 20041001, 750_000, UNCHECKED + "0.075 %"),
        _of_value("STT", 20050601, 1_000_000, UNCHECKED + "0.1 %"),
        _of_value("STT", 20060601, 1_250_000, UNCHECKED + "0.125 %"),
        _of_value("STT", 20120701, 1_000_000, f"0.1 % on both sides: {_BROKERS}"),
        _of_value("stamp duty", 20200701, 150_000, f"0.015 % on buys: {_BROKERS}", side=BUYS),
    ),
    source="NSE shares taken into delivery: brokerage min(₹20, 0.03 %), STT on both sides, "
    "exchange charge, SEBI fee, stamp duty on buys, GST; booked to the paisa an order (the "
    "contract note rounds STT to the rupee a day; the investor protection levy is not in it)",
)
INDIA_INTRADAY = FeeTable(
    name="india_intraday",
    currency="INR",
    charges=(
        *_COMMON,
        _of_value("STT", 20060601, 250_000, f"0.025 % on sales: {_BROKERS}", side=SELLS),
        _of_value("stamp duty", 20200701, 30_000, f"0.003 % on buys: {_BROKERS}", side=BUYS),
    ),
    source="NSE shares bought and sold within the day: as for delivery, with STT on sales alone "
    "and a fifth of the stamp duty",
)
