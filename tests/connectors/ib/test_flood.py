"""A flood of ticks beside orders: all of it is taken in, and every order has its answer.

How fast is no matter of a test: `python -m tests.connectors.ib.flood_bench` tells that.
"""

import pytest

from tests.connectors.ib.flood_bench import ORDERS_A_SECOND, run

SECONDS = 3


@pytest.mark.long
def test_every_tick_of_a_flood_is_taken_in_and_every_order_answered(
    capsys: pytest.CaptureFixture[str],
) -> None:
    (told,) = run(rate=5_000, lines=100, seconds=SECONDS, rounds=1)
    assert told.taken == told.made > 5_000
    assert told.orders == told.answered >= ORDERS_A_SECOND
    print(capsys.readouterr().out)
