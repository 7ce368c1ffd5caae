"""Orders in a market of bars: next opens, extremes that trade through, shares of a volume."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.paper.words import reading_in_words
from engine.domain.luck import BAR_BOUNDS, BAR_PATHS
from engine.exchange.messages import (
    Cancelled,
    CancelOrder,
    CancelReason,
    NewOrder,
    Refusal,
    Refused,
    ReplaceOrder,
    Traded,
)
from engine.exchange.quoted.bar_house import BarExchange
from engine.exchange.quoted.bars import Bar, BarAssumptions, BarPath
from engine.instruments import Instrument
from engine.values import OrderType, Price, Quantity, Side, TimeInForce

TICK = 100
IOC, FOK, DAY, GTC = TimeInForce.IOC, TimeInForce.FOK, TimeInForce.DAY, TimeInForce.GTC
BAR = Bar(100_000, 100_800, 99_500, 100_400, 10_000)
OWN = 1 << 60
SPY = Instrument("SPY")


class Bars:
    def __init__(self, *, is_index: bool = False, **assumptions: object) -> None:
        self.exchange = BarExchange(None, BarAssumptions(**assumptions))
        self.exchange.list_bars("SPY", tick=TICK, is_index=is_index)
        self.exchange.entered("SPY", is_open=True)
        self._orders = OWN

    def order(self, side: Side, quantity: int, price: int = 0, **more: object) -> int:
        self._orders += 1
        kind = more.pop("kind", OrderType.LIMIT if price else OrderType.MARKET)
        order = NewOrder(
            self._orders, "SPY", side, kind, Quantity(quantity), Price(price), owner=1,
            **{"time_in_force": DAY, **more},
        )  # fmt: skip
        self.answer = self.exchange.submit([order])
        return self._orders

    def buy(self, quantity: int, price: int = 0, **more: object) -> int:
        return self.order(Side.BUY, quantity, price, **more)

    def sell(self, quantity: int, price: int = 0, **more: object) -> int:
        return self.order(Side.SELL, quantity, price, **more)

    def opens(self, bar: Bar = BAR) -> list[tuple[int, int, int]]:
        self.events = self.exchange.opened("SPY", bar)
        return self.own()

    def closes(self) -> list[tuple[int, int, int]]:
        self.events = self.exchange.closed("SPY")
        return self.own()

    def plays(self, bar: Bar = BAR) -> list[tuple[int, int, int]]:
        return self.opens(bar) + self.closes()

    def own(self) -> list[tuple[int, int, int]]:
        return [
            (max(e.maker_id, e.taker_id) - OWN, int(e.price), int(e.quantity))
            for e in self.events
            if isinstance(e, Traded) and max(e.maker_id, e.taker_id) > OWN
        ]

    def gone(self) -> list[CancelReason]:
        return [e.reason for e in self.events if isinstance(e, Cancelled)]


@pytest.fixture
def bars() -> Bars:
    return Bars()


def test_a_market_order_trades_at_the_next_open_and_pays_the_slip(bars):
    bars.buy(100, time_in_force=IOC)
    assert bars.opens() == [(1, 100_100, 100)]


def test_the_slip_is_a_setting():
    bars = Bars(slip_ticks=5)
    bars.sell(100, time_in_force=IOC)
    assert bars.opens() == [(1, 99_500, 100)]


def test_what_arrives_inside_a_bar_waits_for_the_next(bars):
    bars.opens()
    bars.buy(100, time_in_force=IOC)
    bars.buy(100, 99_600)
    assert bars.closes() == []
    assert bars.opens() == [(1, 100_100, 100)]


def test_no_order_gets_more_than_its_share_of_the_volume(bars):
    bars.buy(1_500, time_in_force=IOC)
    assert bars.opens() == [(1, 100_100, 1_000)]
    assert bars.gone() == [CancelReason.IOC_REMAINDER]


def test_two_orders_share_one_bar(bars):
    bars.buy(800, 99_600)
    bars.buy(800, 99_700)
    assert bars.plays() == [(1, 99_600, 800), (2, 99_700, 200)]
    assert bars.plays() == [(2, 99_700, 600)]


def test_fill_or_kill_is_whole_or_nothing_of_a_bar(bars):
    bars.buy(1_001, time_in_force=FOK)
    assert bars.opens() == [] and bars.gone() == [CancelReason.FOK_UNFILLABLE]


@pytest.mark.parametrize(
    ("limit", "at_touch", "filled"),
    [(99_600, False, True), (99_500, False, False), (99_500, True, True), (99_400, True, False)],
)
def test_a_resting_limit_fills_when_the_bar_trades_through_it(limit, at_touch, filled):
    bars = Bars(fills_at_touch=at_touch)
    bars.buy(100, limit)
    assert bars.plays() == ([(1, limit, 100)] if filled else [])


def test_a_limit_beyond_the_next_open_pays_the_open_and_the_slip_within_its_limit(bars):
    bars.buy(100, 100_500)
    bars.buy(100, 100_050)
    assert bars.opens() == [(1, 100_100, 100), (2, 100_050, 100)]


def test_a_bar_that_gaps_past_a_resting_limit_fills_it_at_its_limit(bars):
    bars.buy(100, 99_000)
    bars.plays()
    assert bars.plays(Bar(98_000, 98_100, 97_000, 98_000, 10_000)) == [(1, 99_000, 100)]


def test_a_stop_fills_at_its_stop_and_slips(bars):
    bars.sell(100, kind=OrderType.STOP, stop=Price(99_800))
    assert bars.plays() == [(1, 99_700, 100)]


def test_a_stop_that_the_open_gapped_past_fills_from_the_open(bars):
    bars.sell(100, kind=OrderType.STOP, stop=Price(99_800))
    assert bars.plays(Bar(99_000, 99_200, 98_500, 99_000, 10_000)) == [(1, 98_900, 100)]


def test_a_triggered_stop_limit_rests_from_the_next_bar_on(bars):
    bars.sell(100, 99_900, kind=OrderType.STOP_LIMIT, stop=Price(99_800))
    assert bars.plays() == []
    assert bars.plays() == [(1, 99_900, 100)]


@pytest.mark.parametrize(
    ("path", "order"),
    [(BarPath.WORST_FIRST, [1, 2]), (BarPath.LOW_FIRST, [1, 2]), (BarPath.HIGH_FIRST, [2, 1])],
)
def test_which_extreme_came_first_is_a_named_assumption(path, order):
    bars = Bars(path=path, share_bps=100)
    stop = bars.sell(100, kind=OrderType.STOP, stop=Price(99_800)) - OWN
    limit = bars.sell(100, 100_500) - OWN
    names = {stop: 1, limit: 2}
    assert [names[fill[0]] for fill in bars.plays()] == order[:1]


def test_an_index_cannot_be_traded():
    bars = Bars(is_index=True)
    bars.buy(100, 99_600)
    assert [e.reason for e in bars.answer if isinstance(e, Refused)] == [Refusal.NOT_TRADED]


def test_nothing_fills_in_a_bar_that_began_while_the_symbol_did_not_trade(bars):
    bars.buy(100, 99_600)
    bars.exchange.entered("SPY", is_open=False)
    bars.opens()
    bars.exchange.entered("SPY", is_open=True)
    assert bars.closes() == []


def test_a_changed_price_waits_for_the_next_open_and_a_smaller_order_does_not(bars):
    smaller, moved = bars.buy(300, 99_600), bars.buy(300, 99_000)
    bars.opens()
    bars.exchange.submit([ReplaceOrder(smaller, "SPY", Price(99_600), Quantity(100))])
    bars.exchange.submit([ReplaceOrder(moved, "SPY", Price(99_700), Quantity(300))])
    assert bars.closes() == [(1, 99_600, 100)]
    assert bars.plays() == [(2, 99_700, 300)]


def test_a_cancelled_order_is_gone_and_a_day_order_ends_with_its_day(bars):
    order, kept = bars.buy(100, 99_600), bars.buy(100, 99_700, time_in_force=GTC)
    bars.exchange.submit([CancelOrder(order, "SPY")])
    bars.buy(100, 99_800)
    bars.events = bars.exchange.expire_day_orders()
    assert bars.gone() == [CancelReason.EXPIRED]
    assert bars.plays() == [(kept - OWN, 99_700, 100)]


def test_the_volume_of_a_bar_is_one_print_at_its_close(bars):
    bars.plays()
    assert [(e.price, e.quantity) for e in bars.events] == [(100_400, 10_000)]


def test_the_desk_knows_every_reading_by_its_name(bars):
    order = bars.buy(100, 99_600)
    assert tuple(shares(bars, order)) == (*BAR_BOUNDS, *BAR_PATHS)


# --- what other readings of the same bars would have given


def shares(bars: Bars, order: int) -> dict[str, tuple[int, int]]:
    """(shares, sum of price times shares) by reading."""
    return {o.assumption: (int(o.filled), o.paid) for o in bars.exchange.outcomes(order)}


def test_a_limit_that_a_bar_only_touched_fills_in_the_optimistic_reading_alone(bars):
    order = bars.buy(100, 99_500)
    assert bars.plays() == []
    got = shares(bars, order)
    assert got.pop("bar_optimistic") == (100, 99_500 * 100)
    assert set(got.values()) == {(0, 0)} and len(got) == 4


def test_the_optimistic_reading_pays_no_slip_and_knows_no_share_of_the_volume(bars):
    order = bars.buy(1_500, time_in_force=IOC)
    bars.opens()
    got = shares(bars, order)
    assert got["bar_optimistic"] == (1_500, 100_000 * 1_500)
    assert got["bar_pessimistic"] == got["worst_first"] == (1_000, 100_100 * 1_000)


def test_the_pessimistic_reading_is_no_kinder_than_what_is_shipped_whatever_is_set():
    bars = Bars(fills_at_touch=True, slip_ticks=0, share_bps=5_000, path=BarPath.HIGH_FIRST)
    touched, taken = bars.buy(100, 99_500), bars.sell(2_000, time_in_force=IOC)
    assert bars.plays() == [(2, 100_000, 2_000), (1, 99_500, 100)]
    assert shares(bars, touched)["bar_pessimistic"] == (0, 0)
    assert shares(bars, taken)["bar_pessimistic"] == (1_000, 99_900 * 1_000)


def test_two_orders_that_share_a_bar_get_what_each_reading_of_its_path_leaves_them():
    bars = Bars(share_bps=100)
    stop = bars.sell(100, kind=OrderType.STOP, stop=Price(99_800))
    limit = bars.sell(100, 100_500)
    bars.plays()
    given = {name: got[0] for name, got in shares(bars, limit).items()}
    assert given == {
        "bar_pessimistic": 0, "bar_optimistic": 100,
        "worst_first": 0, "low_first": 0, "high_first": 100,
    }  # fmt: skip
    assert shares(bars, stop)["high_first"] == (0, 0)


def test_a_fill_knows_which_reading_decided_and_what_the_others_gave_in_that_bar():
    bars = Bars(share_bps=100)
    stop = bars.sell(100, kind=OrderType.STOP, stop=Price(99_800))
    bars.sell(100, 100_500)
    bars.plays()
    read = bars.exchange.read_as(stop)
    assert (read.booked, read.at_open) == ("worst_first", False)
    assert dict(read.shares) == {"worst_first": 100, "low_first": 100, "high_first": 0}
    assert "which decided: low_first gives 100, high_first gives 0" in reading_in_words(read, SPY)


def test_at_the_open_no_reading_decides(bars):
    order = bars.buy(100, time_in_force=IOC)
    bars.opens()
    assert "every reading" in reading_in_words(bars.exchange.read_as(order), SPY)


def test_a_stop_limit_may_fill_in_the_bar_that_triggers_it_in_the_optimistic_reading_alone(bars):
    order = bars.sell(100, 99_900, kind=OrderType.STOP_LIMIT, stop=Price(99_800))
    bars.plays()
    assert [name for name, got in shares(bars, order).items() if got[0]] == ["bar_optimistic"]


def test_what_a_reading_gave_before_a_change_stays_given(bars):
    order = bars.buy(300, 99_500)
    bars.plays()
    bars.exchange.submit([ReplaceOrder(order, "SPY", Price(99_500), Quantity(500))])
    bars.plays()
    assert shares(bars, order)["bar_optimistic"] == (500, 99_500 * 500)
    bars.exchange.submit([ReplaceOrder(order, "SPY", Price(99_500), Quantity(100))])
    assert shares(bars, order)["bar_optimistic"][0] == 500


def test_the_outcomes_of_an_order_that_is_gone_are_told_once(bars):
    order = bars.buy(100, 99_500)
    bars.exchange.submit([CancelOrder(order, "SPY")])
    assert shares(bars, order) and not shares(bars, order)


def test_who_waited_through_a_bar_before_the_session_trades_at_the_open_of_the_session(bars):
    """It had seen a bar begin, and a market order has no price that a bar could trade through."""
    sold = bars.sell(100)
    bars.exchange.entered("SPY", is_open=False)
    bars.plays()
    bars.exchange.entered("SPY", is_open=True)
    assert bars.plays() == [(sold - OWN, 99_900, 100)]


@given(
    st.lists(st.tuples(*[st.integers(90, 110)] * 4, st.integers(0, 30)), min_size=1, max_size=6),
    st.lists(
        st.tuples(st.sampled_from(list(Side)), st.integers(90, 110), st.integers(1, 300),
                  st.sampled_from(["limit", "market", "stop", "stop_limit"])),
        min_size=1, max_size=4,
    ),
    st.sampled_from(list(BarPath)),
    st.booleans(),
)  # fmt: skip
def test_the_booked_reading_is_what_was_traded_and_the_optimistic_one_gets_no_less(
    prices, orders, path, at_touch
):
    bars = Bars(path=path, fills_at_touch=at_touch)
    ids = []
    for side, price, quantity, kind in orders:
        at = {"stop": Price(price * TICK)} if "stop" in kind else {}
        limit = 0 if kind in ("market", "stop") else price * TICK
        ids.append(
            bars.order(side, quantity, limit, kind=OrderType[kind.upper()], time_in_force=GTC, **at)
        )
    traded: dict[int, list[int]] = {order: [0, 0] for order in ids}
    got: dict[int, dict[str, tuple[int, int]]] = {}
    for *four, volume in prices:
        first, high, low, last = four[0], max(four), min(four), four[-1]
        bar = Bar(first * TICK, high * TICK, low * TICK, last * TICK, volume * 100)
        for number, price, quantity in bars.plays(bar):
            traded[number + OWN][0] += quantity
            traded[number + OWN][1] += price * quantity
        for order in ids:
            got[order] = shares(bars, order) or got[order]
    for order in ids:
        assert got[order][path.word] == tuple(traded[order])
        most, _ = got[order]["bar_optimistic"]
        for name, (filled, _) in got[order].items():
            assert filled <= most, name
            if len(ids) == 1:
                assert got[order]["bar_pessimistic"][0] <= filled, name
