"""How much of a day depends on what is assumed, in money at the marks of the moment."""

from engine.domain.luck import Assumed, OrderCompared, luck_of
from engine.instruments import Instrument
from engine.values import Nanos, OrderId, Price, Quantity, Side

IBM = Instrument("IBM")
MARK = Price(100_0000)
DOLLAR = 1_000_000


def compared(booked: str, price: int, side: Side = Side.BUY, **got: tuple[int, int]):
    """`got`: (shares, sum of price times shares; 0: at the order's price) by assumption."""
    outcomes = tuple(
        Assumed(name, Quantity(filled), Nanos(0), Nanos(0), paid)
        for name, (filled, paid) in got.items()
    )
    return OrderCompared(Nanos(0), OrderId(1), booked, "IBM", side, Price(price), outcomes)


def luck(*orders: OrderCompared, mark: Price | None = MARK):
    return luck_of(orders, lambda symbol: IBM, lambda symbol: mark)


def test_a_share_more_counts_from_the_orders_price_to_the_mark():
    told = luck(compared("pessimistic", 99_0000, pessimistic=(10, 0), front=(30, 0)))
    assert told is not None and told.more == (("front", 20 * DOLLAR),)


def test_the_same_shares_at_a_better_price_count_what_they_cost_less():
    slipped, at_open = 10 * 100_0100, 10 * 100_0000
    order = compared("worst_first", 0, worst_first=(10, slipped), bar_optimistic=(10, at_open))
    told = luck(order, mark=None)
    assert told is not None and (told.differ, dict(told.more)) == (
        1,
        {"bar_optimistic": 10 * DOLLAR // 100},
    )


def test_a_seller_gains_by_a_higher_price():
    got = {"worst_first": (10, 10 * 99_9900), "bar_optimistic": (10, 10 * 100_0000)}
    told = luck(compared("worst_first", 0, Side.SELL, **got))
    assert told is not None and dict(told.more)["bar_optimistic"] == 10 * DOLLAR // 100


def test_quotes_and_bars_of_one_day_are_each_told_beside_what_was_booked_of_them():
    quoted = compared("pessimistic", 99_0000, pessimistic=(10, 0), front=(30, 0))
    barred = compared("worst_first", 99_0000, worst_first=(10, 0), bar_optimistic=(20, 0))
    told = luck(quoted, barred)
    assert told is not None and told.booked == "pessimistic and worst_first"
    assert dict(told.more) == {"front": 20 * DOLLAR, "bar_optimistic": 10 * DOLLAR}


def test_an_order_without_a_mark_counts_only_where_the_shares_are_the_same():
    order = compared("pessimistic", 99_0000, pessimistic=(10, 0), front=(30, 0))
    told = luck(order, mark=None)
    assert told is not None and told.more == (("front", 0),)
