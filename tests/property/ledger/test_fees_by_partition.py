"""An order pays the same however it is cut into fills, by every table and in any order of fills."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from engine.domain.ledger.fee_tables import FEE_TABLES
from engine.domain.ledger.fees import fee_parts, order_fee
from engine.values import Instruction, Money, Quantity

fills = st.lists(
    st.tuples(st.integers(1, 3_000), st.integers(1, 9_000_000)), min_size=1, max_size=12
)
tables = st.sampled_from(sorted(FEE_TABLES))
dates = st.sampled_from([20120621, 20120702, 20230601, 20250513, 20250514, 20251216, 20261120])
volumes = st.sampled_from([0, 299_000, 300_000, 2_999_999, 150_000_000])


def paid(
    table: str, date: int, instruction: Instruction, sequence: list[tuple[int, int]], volume: int
) -> list[int]:
    """What each fill pays: the fee after it less the fee before."""
    quantity = value = owed = 0
    steps = []
    for size, price in sequence:
        quantity, value = quantity + size, value + size * price * 100
        after = order_fee(
            table, date, instruction, Quantity(quantity), Money(value), Quantity(volume)
        )
        steps.append(after - owed)
        owed = after
    return steps


@given(tables, dates, st.sampled_from(list(Instruction)), fills, volumes, st.integers(0, 1_000))
def test_fills_pay_together_what_the_whole_order_owes(
    table: str,
    date: int,
    instruction: Instruction,
    parts: list[tuple[int, int]],
    volume: int,
    seed: int,
) -> None:
    shuffled = list(parts)
    Random(seed).shuffle(shuffled)
    singles = [(1, price) for size, price in parts for _ in range(min(size, 40))]
    wholes = [(min(size, 40), price) for size, price in parts]
    in_parts = paid(table, date, instruction, parts, volume)
    assert sum(in_parts) == sum(paid(table, date, instruction, shuffled, volume))
    one_by_one = paid(table, date, instruction, singles, volume)
    assert sum(one_by_one) == sum(paid(table, date, instruction, wholes, volume))
    assert all(step >= 0 for step in in_parts + one_by_one)


@given(tables, dates, st.sampled_from(list(Instruction)), fills, volumes)
def test_the_lines_add_up_to_what_is_booked(
    table: str, date: int, instruction: Instruction, parts: list[tuple[int, int]], volume: int
) -> None:
    quantity = sum(size for size, _ in parts)
    value = sum(size * price * 100 for size, price in parts)
    order = (table, date, instruction, Quantity(quantity), Money(value), Quantity(volume))
    assert sum(part.amount for part in fee_parts(*order)) == order_fee(*order)
