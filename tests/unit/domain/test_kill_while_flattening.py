"""A kill asks for every entry again, also where a flatten is busy with the symbol already."""

from engine.domain.commands import ExitsOnKill, Flatten, Kill, Origin, SubmitOrder
from engine.domain.events import CancelRequested
from engine.domain.reports import VenueCancelRefused
from engine.values import NANOS_PER_SECOND, Instruction, Nanos, OrderType, Price, Quantity
from tests.harness import DeskBench

FAR_AWAY = Nanos(10 * NANOS_PER_SECOND)


def test_a_kill_that_flattens_takes_back_what_a_running_flatten_could_not():
    bench = DeskBench(symbols=("AAPL",), latency=lambda request: FAR_AWAY)
    bench.quotes("AAPL", 1_899_900, 1_900_100)
    bench.submit(
        SubmitOrder(
            "t1",
            "PAPER",
            "AAPL",
            Instruction.BUY,
            Quantity(100),
            OrderType.LIMIT,
            Price(1_899_800),
            origin=Origin.SCRIPT,
        )
    )
    bench.submit(Flatten("PAPER", "AAPL"))
    name = bench.order(1).client_order_id
    bench.submit(VenueCancelRefused(name, "unknown here"))
    assert not bench.order(1).is_cancelling
    happened = bench.submit(Kill("PAPER", ExitsOnKill.FLATTEN, "enough"))
    assert [each.order_id for each in happened if isinstance(each, CancelRequested)] == [1]


def test_a_kill_that_begins_to_flatten_asks_for_each_cancel_once():
    bench = DeskBench(symbols=("AAPL",), latency=lambda request: FAR_AWAY)
    bench.quotes("AAPL", 1_899_900, 1_900_100)
    bench.submit(
        SubmitOrder(
            "t1",
            "PAPER",
            "AAPL",
            Instruction.BUY,
            Quantity(100),
            OrderType.LIMIT,
            Price(1_899_800),
            origin=Origin.SCRIPT,
        )
    )
    happened = bench.submit(Kill("PAPER", ExitsOnKill.FLATTEN, "enough"))
    assert [each.order_id for each in happened if isinstance(each, CancelRequested)] == [1]
