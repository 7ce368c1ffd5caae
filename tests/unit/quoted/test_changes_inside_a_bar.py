"""A change inside a bar has not seen what the bar did before: it waits for the next open."""

from engine.exchange.messages import ReplaceOrder
from engine.exchange.quoted.bars import Bar
from engine.values import OrderType, Price, Quantity
from tests.unit.quoted.test_bars import Bars

RISEN = Bar(100_000, 101_000, 99_900, 100_900, 10_000)
"""Opens low and closes high: its low is long over when somebody trails a stop up."""


def test_a_stop_that_is_raised_inside_a_bar_has_not_seen_its_low() -> None:
    bars = Bars()
    order = bars.sell(300, kind=OrderType.STOP, stop=Price(99_000))
    bars.plays(Bar(100_000, 100_100, 99_900, 100_000, 10_000))
    assert bars.opens(RISEN) == []
    bars.exchange.submit([ReplaceOrder(order, "SPY", Price(0), Quantity(300), Price(100_700))])
    assert bars.closes() == [], "a stop at 10.07 sold at 9.99, the open of before it was asked for"


def test_quantity_that_is_added_inside_a_bar_waits_for_the_next() -> None:
    bars = Bars()
    order = bars.buy(100, 99_950)
    bars.plays(Bar(100_000, 100_100, 99_960, 100_000, 10_000))
    assert bars.opens(RISEN) == []
    bars.exchange.submit([ReplaceOrder(order, "SPY", Price(99_950), Quantity(900))])
    assert sum(quantity for _, _, quantity in bars.closes()) <= 100
