"""Two exits of one group where a market is told in bars or in quotes: only one of them trades."""

import pytest

from engine.exchange.messages import Cancelled, CancelReason, NewOrder, Reduced, Traded, Triggered
from engine.exchange.quoted.bar_house import BarExchange
from engine.exchange.quoted.bars import Bar, BarAssumptions, BarPath
from engine.values import OrderType, Price, Quantity, Side

from .conftest import House

TARGET, STOP = 100_700, 99_600
BOTH_REACHED = Bar(100_000, 100_800, 99_500, 100_400, 100_000)
T, S = (1 << 60) + 1, (1 << 60) + 2


def exits(quantity: int = 100) -> list[NewOrder]:
    size = Quantity(quantity)
    target = NewOrder(
        T, "SPY", Side.SELL, OrderType.LIMIT, size, Price(TARGET), owner=1, oca_group=T
    )
    stop = NewOrder(
        S, "SPY", Side.SELL, OrderType.STOP, size, stop=Price(STOP), owner=1, oca_group=T
    )
    return [target, stop]


def after_one_bar(path: BarPath, bar: Bar = BOTH_REACHED, **assumptions: object) -> list:
    exchange = BarExchange(None, BarAssumptions(path=path, **assumptions))  # type: ignore[arg-type]
    exchange.list_bars("SPY", tick=100, is_index=False)
    exchange.entered("SPY", is_open=True)
    exchange.submit(exits())
    return [*exchange.opened("SPY", bar), *exchange.closed("SPY")]


def sold(events: list) -> list[tuple[int, int]]:
    trades = [e for e in events if isinstance(e, Traded) and {e.taker_id, e.maker_id} & {T, S}]
    return [(T if T in (e.taker_id, e.maker_id) else S, e.quantity) for e in trades]


def gone(events: list) -> list[int]:
    return [
        event.order_id
        for event in events
        if isinstance(event, Cancelled) and event.reason is CancelReason.SIBLING_FILLED
    ]


@pytest.mark.parametrize(
    ("path", "first", "other"),
    [(BarPath.WORST_FIRST, S, T), (BarPath.LOW_FIRST, S, T), (BarPath.HIGH_FIRST, T, S)],
)
def test_a_bar_that_reaches_both_fills_the_one_that_its_path_meets_first(
    path: BarPath, first: int, other: int
) -> None:
    events = after_one_bar(path)
    assert sold(events) == [(first, 100)]
    assert gone(events) == [other]


def test_a_bar_with_too_little_volume_splits_the_group_and_never_sells_more() -> None:
    thin = Bar(100_000, 100_800, 99_500, 100_400, 600)
    events = after_one_bar(BarPath.HIGH_FIRST, thin, share_bps=1_000)
    assert sold(events) == [(T, 60)]
    assert [(e.order_id, e.leaves) for e in events if isinstance(e, Reduced)] == [(S, 40)]


def test_a_trade_through_the_target_takes_its_part_off_the_stop_and_the_rest_follows() -> None:
    house = House()
    house.quote((99_900, 500), (100_100, 500))
    target = house.sell(100, 100_300, oca_group=9)
    stop = house.order(Side.SELL, 100, kind=OrderType.STOP, stop=Price(99_700), oca_group=9)
    house.trade(100_400, 30, Side.BUY)
    book = house.exchange.book("IBM")
    assert (book.order(target).quantity, book.order(stop).quantity) == (70, 70)
    house.quote((99_700, 500), (99_900, 500))
    events = house.exchange.traded("IBM", 99_700, 10, Side.SELL)
    assert [e.order_id for e in events if isinstance(e, Triggered)] == [stop]
    assert sum(e.quantity for e in events if isinstance(e, Traded) and e.taker_id == stop) == 70
    assert book.order(target) is None
    assert target not in house.exchange.quoted("IBM").lines


def test_a_stop_that_finds_too_few_quotes_leaves_the_target_its_line_with_the_rest() -> None:
    house = House(levels=5)
    house.levels([(99_900, 500)], [(100_100, 500)])
    target = house.sell(100, 100_300, oca_group=9)
    house.order(Side.SELL, 100, kind=OrderType.STOP, stop=Price(99_700), oca_group=9)
    house.levels([(99_700, 40)], [(99_900, 500)])
    house.exchange.traded("IBM", 99_700, 10, Side.SELL)
    line = house.exchange.quoted("IBM").lines.get(target)
    assert line is not None
    assert line.booked_leaves == house.exchange.book("IBM").order(target).quantity == 60
