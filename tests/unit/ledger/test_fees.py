"""A price list: what an order costs to the cent, by table and date, however it is filled."""

import pytest

from engine.domain.ledger.fee_tables import FEE_TABLES, table_names
from engine.domain.ledger.fees import fee_parts, order_fee
from engine.instruments import parse_money
from engine.values import Instruction, Money, Quantity

BUY, SELL, SHORT, COVER = (
    Instruction.BUY,
    Instruction.SELL,
    Instruction.SHORT,
    Instruction.COVER,
)

# Worked by hand: (table, date, instruction, shares, price, fee, what it is made of).
PRICE_LIST = [
    # US shares, fixed: 0.005 a share, at least 1.00, at most 1 % of the value.
    ("us_retail", 20120621, BUY, 100, "566.83", "1.00", "commission 1.00 minimum"),
    ("us_retail", 20120621, COVER, 200, "25.00", "1.00", "commission 1.00"),
    ("us_retail", 20120621, BUY, 201, "25.00", "1.005", "commission 1.005"),
    ("us_retail", 20120621, BUY, 1_000, "0.25", "2.50", "commission 2.50 1 % of the value"),
    ("us_retail", 20120621, BUY, 1, "20.00", "0.20", "commission 0.20 1 % of the value"),
    # Sales pay 22.40 for a million of value, and 0.000095 a share up to 4.75.
    (
        "us_retail", 20120621, SELL, 100, "577.31", "2.302674",
        "commission 1.00 minimum, Section 31 1.293174, TAF 0.0095",
    ),
    (
        "us_retail", 20120621, SHORT, 100_000, "10.00", "527.15",
        "commission 500.00, Section 31 22.40, TAF 4.75 maximum",
    ),
    # A month later the activity fee is 0.000119 and stops at 5.95.
    (
        "us_retail", 20120702, SELL, 100_000, "10.00", "528.35",
        "commission 500.00, Section 31 22.40, TAF 5.95 maximum",
    ),
    # 18.00 for a million until the end of March 2012.
    (
        "us_retail", 20120330, SELL, 100_000, "10.00", "522.75",
        "commission 500.00, Section 31 18.00, TAF 4.75 maximum",
    ),
    # Section 31 was nothing from May 2025 on: 5.00 + 1,000 × 0.000166.
    ("us_retail", 20250514, SELL, 1_000, "100.00", "5.166", "commission 5.00, TAF 0.166"),
    (
        "us_retail", 20250513, SELL, 1_000, "100.00", "7.946",
        "commission 5.00, Section 31 2.78, TAF 0.166",
    ),
    (
        "us_retail", 20261120, SELL, 1_000, "100.00", "7.255",
        "commission 5.00, Section 31 2.06, TAF 0.195",
    ),
    # 22.40 × 0.01 / 1,000,000 rounds to nothing; one percent of a cent and 95 millionths do not.
    (
        "us_retail", 20120621, SELL, 1, "0.01", "0.000195",
        "commission 0.0001 1 % of the value, TAF 0.000095",
    ),
    # US shares, tiered: 0.0035 a share, at least 0.35; clearing 0.0002 a share.
    ("us_tiered", 20260105, BUY, 50, "30.00", "0.36", "commission 0.35 minimum, clearing 0.01"),
    ("us_tiered", 20260105, BUY, 1_000, "30.00", "3.70", "commission 3.50, clearing 0.20"),
    # 300,000 × 0.0035 + 100,000 × 0.0020 + 400,000 × 0.0002
    (
        "us_tiered", 20260105, BUY, 400_000, "30.00", "1330.00",
        "commission 1250.00, clearing 80.00",
    ),
    # India, delivery: 107,890.00 traded. GST is 18 % of 20.00 + 3.20 + 0.11.
    (
        "india_delivery", 20251216, BUY, 100, "1078.90", "151.58",
        "brokerage 20.00 maximum, exchange 3.20, SEBI 0.11, GST 4.20, STT 107.89, stamp duty 16.18",
    ),
    # No stamp duty on sales; the exchange charged 0.00325 % in 2023.
    (
        "india_delivery", 20230601, SELL, 10, "1078.90", "15.04",
        "brokerage 3.24, exchange 0.35, SEBI 0.01, GST 0.65, STT 10.79",
    ),
    # India, intraday: STT 0.025 % on the sale alone, stamp duty 0.003 % on the purchase.
    (
        "india_intraday", 20251216, SELL, 100, "1078.90", "54.48",
        "brokerage 20.00 maximum, exchange 3.20, SEBI 0.11, GST 4.20, STT 26.97",
    ),
    (
        "india_intraday", 20251216, BUY, 100, "1078.90", "30.75",
        "brokerage 20.00 maximum, exchange 3.20, SEBI 0.11, GST 4.20, stamp duty 3.24",
    ),
    # Service tax of 12.36 % before there was GST: of 20.00 + 3.51, before SEBI's row begins.
    (
        "india_intraday", 20130610, SELL, 100, "1078.90", "53.39",
        "brokerage 20.00 maximum, exchange 3.51, GST 2.91, STT 26.97",
    ),
    ("zero", 20120621, SELL, 100, "577.31", "0.00", ""),
]  # fmt: skip

PARTITIONS = {
    "whole": lambda shares: [shares],
    "one first": lambda shares: [1, shares - 1],
    "halves": lambda shares: [shares // 2, shares - shares // 2],
    "last alone": lambda shares: [shares - 1, 1],
    "sevenths": lambda shares: [shares // 7] * 6 + [shares - shares // 7 * 6],
    "crumbs": lambda shares: [1] * min(shares, 120) + [max(shares - 120, 0)],
}


@pytest.mark.parametrize("row", PRICE_LIST, ids=lambda row: " ".join(str(x) for x in row[:5]))
def test_an_order_costs_what_was_worked_by_hand_in_every_partition(row: tuple) -> None:
    table, date, instruction, shares, price, fee, _made_of = row
    paid = parse_money(price)

    def owed(quantity: int) -> int:
        return order_fee(table, date, instruction, Quantity(quantity), Money(paid * quantity))

    assert owed(shares) == parse_money(fee)
    for name, cut in PARTITIONS.items():
        filled = booked = 0
        for size in cut(shares):
            fee_before = owed(filled)
            filled += size
            step = owed(filled) - fee_before
            assert step >= 0, name
            booked += step
        assert (filled, booked) == (shares, parse_money(fee)), name


@pytest.mark.parametrize("row", PRICE_LIST, ids=lambda row: " ".join(str(x) for x in row[:5]))
def test_the_lines_of_a_fee_add_up_to_it(row: tuple) -> None:
    table, date, instruction, shares, price, fee, made_of = row
    value = Money(parse_money(price) * shares)
    parts = fee_parts(table, date, instruction, Quantity(shares), value)
    assert sum(part.amount for part in parts) == parse_money(fee)
    said = [f"{part.name} {part.amount / 1_000_000:.6f} {part.note}".strip() for part in parts]
    wanted = []
    for line in made_of.split(", ") if made_of else []:
        words = line.split(" ")
        at = next(i for i, word in enumerate(words) if word[0].isdigit() and "." in word)
        name, amount, note = " ".join(words[:at]), words[at], " ".join(words[at + 1 :])
        wanted.append(f"{name} {parse_money(amount) / 1_000_000:.6f} {note}".strip())
    assert said == wanted


def test_tiers_count_what_the_month_has_traded_before() -> None:
    def fee(month_volume: int) -> Money:
        value = parse_money("300000")
        return order_fee(
            "us_tiered", 20260105, BUY, Quantity(10_000), value, Quantity(month_volume)
        )

    # Clearing is 2.00 each time.
    assert fee(0) == parse_money("37.00")
    assert fee(295_000) == parse_money("29.50")  # 5,000 × 0.0035 + 5,000 × 0.0020
    assert fee(300_000) == parse_money("22.00")
    assert fee(3_000_000) == parse_money("17.00")
    assert fee(20_000_000) == parse_money("12.00")
    assert fee(100_000_000) == parse_money("7.00")


def test_an_order_without_fills_owes_nothing() -> None:
    assert order_fee("us_retail", 20120621, SELL, Quantity(0), parse_money("0")) == 0
    assert fee_parts("us_retail", 20120621, SELL, Quantity(0), parse_money("0")) == ()


def test_a_table_nobody_defined_is_an_error() -> None:
    with pytest.raises(KeyError):
        order_fee("mars", 20120621, BUY, Quantity(1), parse_money("1"))


def test_rows_of_a_charge_stand_in_the_order_of_their_dates_and_name_a_source() -> None:
    for table in FEE_TABLES.values():
        by_name: dict[str, list[int]] = {}
        for charge in table.charges:
            assert charge.source, f"{table.name} {charge.name} {charge.from_date}"
            by_name.setdefault(charge.name, []).append(charge.from_date)
        assert all(dates == sorted(set(dates)) for dates in by_name.values())


def test_a_tax_on_charges_stands_behind_them() -> None:
    for table in FEE_TABLES.values():
        names = list(dict.fromkeys(charge.name for charge in table.charges))
        for charge in table.charges:
            places = [names.index(name) for name in charge.percent_of]
            assert all(place < names.index(charge.name) for place in places)


def test_a_table_is_offered_for_its_own_currency_alone() -> None:
    assert table_names("USD") == ("us_retail", "us_tiered", "zero")
    assert table_names("INR") == ("india_delivery", "india_intraday", "zero")
