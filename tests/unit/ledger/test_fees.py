"""Fees worked by hand, by date, instruction and size; the table itself."""

import pytest

from engine.domain.ledger.fees import FEE_TABLES, order_fee
from engine.instruments import parse_money
from engine.values import Instruction, Quantity

BUY, SELL, SHORT, COVER = (
    Instruction.BUY,
    Instruction.SELL,
    Instruction.SHORT,
    Instruction.COVER,
)

# (date, instruction, shares, price, fee): what the customer pays for the whole order.
WORKED = [
    # 100 × 0.005 = 0.50 is below the minimum.
    (20120621, BUY, 100, "566.83", "1.00"),
    (20120621, COVER, 100, "566.83", "1.00"),
    (20120621, BUY, 200, "25.00", "1.00"),
    (20120621, BUY, 201, "25.00", "1.005"),
    (20120621, BUY, 1_000, "25.00", "5.00"),
    # One percent of 250.00 caps the five dollars.
    (20120621, BUY, 1_000, "0.25", "2.50"),
    # It caps the minimum too.
    (20120621, BUY, 1, "20.00", "0.20"),
    # 1.00 + 57,731.00 × 22.40 / 1,000,000 + 100 × 0.000095
    (20120621, SELL, 100, "577.31", "2.302674"),
    (20120621, SHORT, 100, "577.31", "2.302674"),
    # The activity fee stops at 4.75: 500.00 + 1,000,000.00 × 22.40 / 1,000,000 + 4.75
    (20120621, SELL, 100_000, "10.00", "527.15"),
    # A month later the activity fee is 0.000119 and stops at 5.95.
    (20120702, SELL, 100_000, "10.00", "528.35"),
    # 18.00 per million until the end of March 2012.
    (20120330, SELL, 100_000, "10.00", "522.75"),
    (20120402, SELL, 100_000, "10.00", "527.15"),
    # Section 31 was nothing from May 2025: 5.00 + 1,000 × 0.000166
    (20250514, SELL, 1_000, "100.00", "5.166"),
    (20250513, SELL, 1_000, "100.00", "7.946"),
    # 5.00 + 100,000.00 × 20.60 / 1,000,000 + 1,000 × 0.000195
    (20261120, SELL, 1_000, "100.00", "7.255"),
    # 22.40 × 0.01 / 1,000,000 rounds to nothing; one percent of a cent and 95 millionths do not.
    (20120621, SELL, 1, "0.01", "0.000195"),
]


@pytest.mark.parametrize(("date", "instruction", "shares", "price", "fee"), WORKED)
def test_a_fee_worked_by_hand(
    date: int, instruction: Instruction, shares: int, price: str, fee: str
) -> None:
    value = parse_money(price) * shares
    assert order_fee("us_retail", date, instruction, Quantity(shares), value) == parse_money(fee)


def test_the_zero_table_charges_nothing() -> None:
    assert order_fee("zero", 20120621, SELL, Quantity(100), parse_money("57731")) == 0


def test_an_order_without_fills_owes_nothing() -> None:
    assert order_fee("us_retail", 20120621, SELL, Quantity(0), parse_money("0")) == 0


def test_a_table_nobody_defined_is_an_error() -> None:
    with pytest.raises(KeyError):
        order_fee("mars", 20120621, BUY, Quantity(1), parse_money("1"))


def test_rates_stand_in_the_order_of_their_dates() -> None:
    for table in FEE_TABLES.values():
        for rates in (table.sale_value_rates, table.sale_share_rates, table.commissions):
            dates = [rate.from_date for rate in rates]
            assert dates == sorted(set(dates))
