"""The stop of a stop-limit is moved by a line, with its limit or without."""

import pytest

from engine.domain import events as ev
from engine.domain.apply import state_hash
from engine.domain.orders import Order
from engine.runtime.resolve import UnresolvedError
from engine.values import Price, Side
from tests.harness import DeskBench
from tests.unit.runtime.desk import say

DOLLAR = 10_000


@pytest.fixture
def bench() -> DeskBench:
    """A stop-limit of 191.00 and 192.00, a plain stop of 193.00 and a limit, all to buy AAPL."""
    desk = DeskBench()
    desk.quotes("AAPL", 1_899_900, 1_900_100, 10_000)
    desk.other(Side.BUY, 10, "AAPL", Price(1_900_100))
    say(desk, "buy 100 AAPL stp 191.00 lmt 192.00")
    say(desk, "buy 100 AAPL stp 193.00")
    say(desk, "buy 100 AAPL 189.00")
    return desk


def prices(order: Order) -> tuple[float, float]:
    return order.price / DOLLAR, order.stop / DOLLAR


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("replace 1 stop 191.50", (192, 191.5)),
        ("r 1 stp 191.50 price 192.50", (192.5, 191.5)),
        ("replace 1 price 192.50", (192.5, 191)),
        ("replace 1 stop 191.50 qty 50", (192, 191.5)),
        ("replace 2 stop 193.50", (0, 193.5)),
        ("replace 2 price 193.50", (0, 193.5)),
    ],
)
def test_a_line_moves_what_it_names(
    bench: DeskBench, line: str, after: tuple[float, float]
) -> None:
    say(bench, line)
    assert prices(bench.order(int(line.split()[1]))) == after
    assert bench.replayed_hash() == state_hash(bench.state)


def test_the_moved_stop_is_the_one_that_is_reached(bench: DeskBench) -> None:
    say(bench, "replace 1 stop 191.50")
    for price, is_reached in ((1_911_000, False), (1_915_000, True)):
        bench.other(Side.SELL, 10, "AAPL", Price(price))
        bench.other(Side.BUY, 20_000, "AAPL", Price(price))
        bench.pass_time(1)
        assert bench.order(1).is_triggered is is_reached


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("replace 3 stop 188", "order 3 has no stop"),
        ("replace 2 stop 193.50 price 194", "order 2 has one price, its stop"),
    ],
)
def test_a_stop_that_is_none_is_told(bench: DeskBench, line: str, why: str) -> None:
    with pytest.raises(UnresolvedError, match=why):
        say(bench, line)


def test_a_stop_that_was_reached_is_none_any_more(bench: DeskBench) -> None:
    bench.others_leave("AAPL")
    bench.quotes("AAPL", 1_911_000, 1_925_000)
    bench.other(Side.BUY, 10, "AAPL", Price(1_925_000))
    bench.pass_time(1)
    assert bench.order(1).is_triggered and not bench.order(1).is_done
    with pytest.raises(UnresolvedError, match="the stop of order 1 was reached"):
        say(bench, "replace 1 stop 191.50")


def test_a_stop_that_would_trigger_at_once_is_asked_about(bench: DeskBench) -> None:
    events = say(bench, "replace 1 stop 189.00")
    (denied,) = [event for event in events if isinstance(event, ev.ReplaceDenied)]
    assert denied.findings[0].rule == "R06"
