"""Nobody trades with himself: what gives way is cancelled first, and nothing unprotects (R34)."""

import pytest

from engine.domain import events as ev
from engine.domain import reports as rep
from engine.domain.apply import state_hash
from engine.domain.commands import Halt
from engine.domain.identity import leg_id
from engine.domain.lifecycle import Status
from engine.domain.orders import pending_word
from engine.domain.requests import CancelRequest, NewOrderRequest, Request
from engine.values import Nanos, Side
from tests.harness import DeskBench
from tests.unit.runtime.desk import say

MILLISECONDS = 1_000_000


def line(request: Request) -> Nanos:
    """Cancels take far longer than orders: on such a line the order would be there first."""
    return Nanos((500 if isinstance(request, CancelRequest) else 10) * MILLISECONDS)


@pytest.fixture
def bench() -> DeskBench:
    """A bid of 100 at 190.05 stands, in a market of 190.00 / 190.10."""
    bench = DeskBench(latency=line)
    bench.quotes("AAPL", 1_900_000, 1_901_000, 100)
    say(bench, "buy 100 AAPL 190.05")
    bench.pass_time(0.1)
    return bench


def orders_heard(bench: DeskBench) -> int:
    return sum(isinstance(request, NewOrderRequest) for request in bench.paper.heard)


def test_the_new_order_leaves_only_when_the_venue_has_said_that_the_other_is_gone(
    bench: DeskBench,
) -> None:
    say(bench, "short 50 AAPL 190.05")
    assert pending_word(bench.order(2)) == "queued"
    bench.pass_time(0.45)
    assert (orders_heard(bench), bench.order(1).status) == (1, Status.WORKING)
    bench.pass_time(0.2)
    assert (orders_heard(bench), bench.order(1).status) == (2, Status.CANCELLED)
    assert bench.order(2).status is Status.WORKING
    assert bench.position("AAPL") == 0
    assert bench.replayed_hash() == state_hash(bench.state)


def test_an_exit_waits_too_and_is_not_taken_away_by_the_venues_own_rule(bench: DeskBench) -> None:
    say(bench, "buy 30 AAPL 190.10")
    bench.pass_time(0.1)
    say(bench, "sell 30 AAPL 190.05")
    bench.pass_time(0.45)
    assert bench.order(3).status is Status.SENT
    bench.pass_time(0.2)
    assert bench.order(3).status is Status.WORKING
    assert bench.order(1).status is Status.CANCELLED


def test_an_exit_leaves_after_its_wait_even_if_nobody_ever_answers(bench: DeskBench) -> None:
    bench = DeskBench(latency=lambda request: Nanos(10**15) if _is_cancel(request) else Nanos(0))
    bench.quotes("AAPL", 1_900_000, 1_901_000, 100)
    say(bench, "buy 30 AAPL 190.10")
    say(bench, "buy 100 AAPL 190.05")
    say(bench, "sell 30 AAPL 190.05")
    bench.pass_time(4.9)
    assert orders_heard(bench) == 2
    bench.pass_time(0.2)
    assert orders_heard(bench) == 3


def _is_cancel(request: Request) -> bool:
    return isinstance(request, CancelRequest)


def test_an_entry_is_not_sent_where_nobody_answers(bench: DeskBench) -> None:
    bench = DeskBench(latency=lambda request: Nanos(10**15) if _is_cancel(request) else Nanos(0))
    bench.quotes("AAPL", 1_900_000, 1_901_000, 100)
    say(bench, "buy 100 AAPL 190.05")
    say(bench, "short 30 AAPL 190.05")
    bench.pass_time(5.1)
    assert orders_heard(bench) == 1
    assert bench.order(2).status is Status.CANCELLED
    assert bench.order(2).text == "not sent: nobody proved your order 20260105-1 cancelled"


def test_an_entry_is_not_sent_where_the_venue_refuses_the_cancel(bench: DeskBench) -> None:
    say(bench, "short 50 AAPL 190.05")
    bench.submit(rep.VenueCancelRefused("TEST-1-1-0", "too busy"))
    bench.pass_time(0.01)
    assert bench.order(2).text == (
        "not sent: your order 20260105-1 could not be cancelled (too busy)"
    )
    assert orders_heard(bench) == 1


def test_a_halt_meanwhile_keeps_the_new_order_here(bench: DeskBench) -> None:
    say(bench, "short 50 AAPL 190.05")
    bench.submit(Halt("PAPER", "enough"))
    bench.pass_time(1)
    assert bench.order(2).text == "not sent: HALTED while it waited"
    assert orders_heard(bench) == 1


def test_no_exit_of_a_bracket_is_taken_away_for_a_new_order() -> None:
    """I-51: not for the resting one's price, not for any setting, and it says whose it is."""
    for mode in ("cancel_passive", "wait", "decrement", "cancel_aggressive", "cancel_both"):
        bench = DeskBench(limits={"self_match": mode})
        bench.quotes("AAPL", 1_900_000, 1_900_200, 100)
        say(bench, "buy 100 AAPL 190.02 tp 190.20 sl 189")
        bench.other(Side.SELL, 10, "AAPL", 1_903_000)
        (denied,) = say(bench, "buy 10 AAPL 190.30")
        assert isinstance(denied, ev.OrderDenied)
        (found,) = denied.findings
        assert found.rule == "R34"
        assert "1.1 (sell 100 AAPL at 190.20), which closes a position" in found.sentence
        assert bench.order(leg_id(1, 1)).status is Status.WORKING
        assert bench.order(leg_id(1, 2)).status is Status.WORKING


def test_adding_at_the_touch_below_a_target_is_no_self_match() -> None:
    bench = DeskBench()
    bench.quotes("AAPL", 1_900_000, 1_900_200, 200)
    say(bench, "buy 100 AAPL 190.02 tp 192 sl 189")
    say(bench, "buy 10 AAPL mkt")
    assert bench.position("AAPL") == 110


def test_two_own_orders_in_the_way_are_both_waited_for(bench: DeskBench) -> None:
    say(bench, "buy 10 AAPL 190.07")
    bench.pass_time(0.1)
    happened = say(bench, "short 50 AAPL 190.05")
    queued = next(event for event in happened if isinstance(event, ev.MessageQueued))
    assert queued.behind == (2, 1)
    bench.pass_time(0.7)
    assert bench.order(3).status is Status.WORKING
