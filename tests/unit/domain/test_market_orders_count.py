"""A market order on its way counts with the dearest that it can come to, a sale as well."""

import pytest

from engine.domain.commands import Origin, SubmitOrder
from engine.domain.lifecycle import Status
from engine.values import MONEY_SCALE, Instruction, Money, Nanos, OrderType, Quantity
from tests.harness import DeskBench

SHORT, BUY = Instruction.SHORT, Instruction.BUY
MID, SHARES = 190, 10


@pytest.mark.parametrize("instruction", [BUY, SHORT])
def test_it_opens_no_less_than_the_mark_while_it_is_out(instruction: Instruction) -> None:
    """Seed 13796 of the limits: a sale counted with the price that protects it, 3 % too little."""
    bench = DeskBench(latency=lambda request: Nanos(10**12))
    bench.quotes("AAPL", 1_899_900, 1_900_100)
    bench.submit(
        SubmitOrder(
            "t1",
            "PAPER",
            "AAPL",
            instruction,
            Quantity(SHARES),
            OrderType.MARKET,
            origin=Origin.TICKET,
        )
    )
    order, account = bench.order(1), bench.state.accounts["PAPER"]
    assert order.status is Status.SENT
    whole = Money(SHARES * MID * MONEY_SCALE)
    assert whole < order.opening < whole * 106 // 100
    assert account.opening_long + account.opening_short == order.opening
    assert order.open_value == order.opening
