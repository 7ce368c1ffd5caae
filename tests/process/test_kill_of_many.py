"""`trader kill` from a shell against many working orders: each is told of, and it is soon over."""

import pytest

from commands.bench_kill import ORDERS, Row, measure

FEW = 100
HANDED_OVER_MS_MAX = 250
"""From the kill's request until KILLED is durable and every cancel is with the venue."""


def killed(orders: int) -> Row:
    (row,) = measure(rounds=1, orders=orders)
    assert (row.working, row.missing) == (orders, 0)
    assert row.known["cancelled"] == orders, "the venue has answered each of them by then"
    return row


@pytest.mark.timeout(120)
def test_a_kill_tells_of_every_order_what_is_known() -> None:
    killed(FEW)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_kill_of_a_thousand_orders_hands_its_cancels_over_in_a_quarter_of_a_second() -> None:
    """The figures of many kills are those of `bench kill`; this is the limit of one."""
    assert killed(ORDERS).answered_ms <= HANDED_OVER_MS_MAX
