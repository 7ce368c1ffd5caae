"""Several groups of exits over one position that a bust has made too small for all of them."""

from itertools import permutations

import pytest

from engine.domain.amendments import VenueTradeBusted
from engine.domain.apply import state_hash
from engine.domain.commands import CancelOrder
from engine.domain.contingent.groups import covered_by, filled_by
from engine.domain.contingent.protection import protected_quantity
from engine.domain.identity import leg_id
from engine.domain.requests import ReplaceRequest
from engine.values import NANOS_PER_SECOND, Nanos, OrderType, Quantity, Side
from tests.harness import DeskBench
from tests.unit.runtime.desk import say

from .bench import desk, oco

HAND, FIRST, SECOND = 1, 2, 3
GROUPS = pytest.mark.parametrize("has_oca", [True, False], ids=["groups", "no groups"])


def bracket(bench: DeskBench, quantity: int) -> None:
    bench.pass_time(11)
    say(bench, f'buy {quantity} AAPL mkt tp 195.00 sl 185.00 override "meant"')


def bust(bench: DeskBench, number: int) -> None:
    bench.submit(bust_of(bench, number))
    bench.pass_time(2)  # sooner than books are compared: the venue itself knows of no bust


def bust_of(bench: DeskBench, number: int) -> VenueTradeBusted:
    """The venue takes the whole trade of an order back, and nothing of it is open again."""
    execution = next(name for name, order in bench.state.executions.items() if order == number)
    return VenueTradeBusted(bench.order(number).client_order_id, execution, leaves=Quantity(0))


def stops(bench: DeskBench, group: int = 0) -> int:
    orders = [bench.state.orders[i] for i in bench.state.live_by_symbol.get("AAPL", ())]
    mine = [order for order in orders if group in (0, order.group)]
    return sum(order.leaves for order in mine if order.order.type is OrderType.STOP)


def two_brackets_over_a_hand_order(has_oca: bool = True) -> DeskBench:
    """200 held, of which 100 are a hand's, and two brackets of 100: one hand order was sold."""
    bench = desk(has_oca=has_oca)
    say(bench, "buy 100 AAPL mkt")
    bracket(bench, 100)
    bracket(bench, 100)
    say(bench, "sell 100 AAPL mkt")
    assert (bench.position("AAPL"), stops(bench)) == (200, 200)
    return bench


@GROUPS
def test_stops_of_two_brackets_follow_a_bust_together(has_oca: bool) -> None:
    """Each had covered all that was left: 200 to sell, 100 held."""
    bench = two_brackets_over_a_hand_order(has_oca)
    bust(bench, HAND)
    assert bench.position("AAPL") == 100
    assert (stops(bench, FIRST), stops(bench, SECOND)) == (0, 100), "the oldest gives way"
    assert protected_quantity(bench.state, "PAPER", "AAPL") == 100
    assert bench.replayed_hash() == state_hash(bench.state)


@GROUPS
def test_stops_of_two_brackets_never_cross_zero_after_a_bust(has_oca: bool) -> None:
    bench = two_brackets_over_a_hand_order(has_oca)
    bust(bench, HAND)
    bench.others_leave("AAPL")
    bench.quotes("AAPL", 1_840_000, 1_840_200)
    bench.other(Side.SELL, 10, "AAPL")
    bench.pass_time(5)
    assert bench.position("AAPL") == 0 and not bench.state.live_by_symbol.get("AAPL")


@GROUPS
def test_what_gave_way_comes_again_when_the_newer_exits_are_taken_back(has_oca: bool) -> None:
    bench = two_brackets_over_a_hand_order(has_oca)
    bust(bench, HAND)
    for number in (1, 2):
        bench.submit(CancelOrder(leg_id(SECOND, number)))  # type: ignore[arg-type]
    bench.pass_time(5)
    assert (stops(bench, FIRST), stops(bench, SECOND)) == (100, 0)


@GROUPS
def test_a_part_that_is_missing_is_taken_off_the_oldest_alone(has_oca: bool) -> None:
    bench = desk(has_oca=has_oca)
    say(bench, "buy 40 AAPL mkt")
    bracket(bench, 100)
    bracket(bench, 100)
    say(bench, "sell 40 AAPL mkt")
    bust(bench, HAND)
    assert (stops(bench, FIRST), stops(bench, SECOND)) == (60, 100)
    say(bench, 'resume "seen"')
    say(bench, 'buy 40 AAPL mkt override "again"')
    bench.pass_time(5)
    assert (stops(bench, FIRST), stops(bench, SECOND)) == (100, 100), "and given back to it"


def test_exits_of_a_position_that_gave_way_come_again_too() -> None:
    bench = desk()
    say(bench, "buy 200 AAPL mkt")
    bench.submit(oco(100))
    bracket(bench, 100)
    assert stops(bench) == 200
    say(bench, "sell 100 AAPL mkt")
    bust(bench, HAND)
    assert (bench.position("AAPL"), stops(bench, 2), stops(bench, 3)) == (0, 0, 0)


@pytest.mark.parametrize("order", list(permutations((HAND, FIRST, SECOND))))
def test_in_whatever_order_trades_are_taken_back_no_more_is_closed_than_is_held(
    order: tuple[int, ...],
) -> None:
    bench = two_brackets_over_a_hand_order()
    for number in order:
        bust(bench, number)
        state, held = bench.state, max(0, bench.position("AAPL"))
        left = [covered_by(state, g, b) - filled_by(state, g) for g, b in state.brackets.items()]
        assert stops(bench) == sum(max(0, each) for each in left) <= held
    assert bench.position("AAPL") == -100 and not bench.state.live_by_symbol.get("AAPL")


def test_a_group_of_exits_counts_once_when_a_trade_is_taken_back() -> None:
    """Target and stop share 100; counted as 200 they had lowered the symbol for nothing."""
    bench = desk()
    say(bench, "buy 50 AAPL mkt")
    bracket(bench, 100)
    bust(bench, HAND)
    assert (bench.position("AAPL"), stops(bench)) == (100, 100)
    assert "AAPL" not in bench.state.accounts["PAPER"].symbols, "nothing could cross zero"


def test_a_group_that_closes_more_than_is_left_still_lowers_the_symbol() -> None:
    bench = two_brackets_over_a_hand_order()
    bust(bench, HAND)
    found = bench.state.accounts["PAPER"].symbols["AAPL"]
    assert found.reason.endswith("orders that close 200 work against 100 held")


def test_exits_wait_for_the_room_that_others_are_giving_up() -> None:
    """Denied while the older stop's change was still on its way, they had never come again."""
    slow = Nanos(NANOS_PER_SECOND)
    bench = desk(latency=lambda request: slow if isinstance(request, ReplaceRequest) else Nanos(0))
    say(bench, "buy 50 AAPL mkt")
    bracket(bench, 100)
    say(bench, "sell 50 AAPL mkt")
    say(bench, "buy 100 AAPL 189.95 tp 195.00 sl 185.00")
    bench.submit(bust_of(bench, HAND))
    bench.host.settle()
    assert any(order.pending_replace for order in bench.state.orders.values())
    bench.others_leave("AAPL")
    bench.other(Side.SELL, 100, "AAPL", 1_899_500)
    bench.pass_time(4)
    assert (bench.position("AAPL"), stops(bench, FIRST), stops(bench, 4)) == (150, 50, 100)
