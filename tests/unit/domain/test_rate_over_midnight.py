"""The rate of orders by hand counts seconds, whatever the trade date does meanwhile."""

from engine.domain.commands import Origin, SubmitOrder
from engine.domain.events import OrderDenied, OrderReleased
from engine.domain.reports import TradeDateRolled
from engine.values import Instruction, OrderType, Price, Quantity
from tests.harness import TRADE_DATE, DeskBench


def test_a_new_trade_date_within_a_second_does_not_allow_more():
    bench = DeskBench(symbols=("AAPL",))
    bench.quotes("AAPL", 1_899_900, 1_900_100)

    def by_hand(number: int) -> object:
        order = SubmitOrder(
            f"t{number}",
            "PAPER",
            "AAPL",
            Instruction.BUY,
            Quantity(number),
            OrderType.LIMIT,
            Price(1_899_800),
            origin=Origin.TICKET,
        )
        return bench.submit(order)[0]

    assert all(isinstance(by_hand(number), OrderReleased) for number in range(1, 6))
    bench.submit(TradeDateRolled(TRADE_DATE + 1, ()))
    sixth = by_hand(6)
    assert isinstance(sixth, OrderDenied) and sixth.findings[0].code == "order_rate"
