"""A script in market time: what waits, what is expected, what is left, and how it ends."""

import pytest

from engine.domain.lifecycle import Status
from engine.runtime.market_time import exchange_clock
from engine.runtime.script import Outcome
from engine.values import NANOS_PER_SECOND, Nanos, OrderId
from tests.harness import DeskBench
from tests.unit.runtime.desk import play


@pytest.fixture
def bench() -> DeskBench:
    bench = DeskBench()
    bench.quotes("AAPL", 1_900_000, 1_900_200)
    return bench


def test_a_script_that_comes_true_ends_well(bench: DeskBench) -> None:
    result = play(
        bench,
        "buy 100 AAPL 190.02",
        "wait order 1 filled within 1s",
        "expect order 1 filled 100",
        "expect position AAPL 100",
        "expect cash <= 981000",
        "expect cash >= 980998",
        "sell 100 AAPL 190.00",
        "expect position AAPL 0",
        "expect cash = 999998",
    )
    assert (result.outcome, result.problem) == (Outcome.OK, "")
    assert (result.orders, result.fills) == (2, 2)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("expect order 1 filled", "expected order 1 filled: order is working"),
        ("expect order 1 working 5", "expected order 1 working 5: order is working"),
        ("expect order 2 working", "there is no order 2"),
        ("expect position AAPL 1", "expected position AAPL 1: position is 0"),
        ("expect cash < 5", "expected cash < 5: cash is 1000000.00"),
        ("expect denied 1 price_collar", "expected denied 1 price_collar: order is working"),
        ("wait order 1 filled within 2s", "order 1 did not become filled within 2s: it is working"),
        ("buy 5 GOOG bid", "there is no bid for GOOG now"),
    ],
)
def test_what_does_not_come_true_ends_the_script_and_says_what_was_there(
    bench: DeskBench, line: str, problem: str
) -> None:
    result = play(bench, "buy 100 AAPL 190.00", line, "buy 5 AAPL 189.00")
    assert result.outcome is Outcome.FAILED
    assert result.problem.startswith(f"line 2: {problem}")
    assert result.orders == 1


def test_a_denial_that_no_later_line_names_is_an_outcome_of_its_own(bench: DeskBench) -> None:
    denied = play(bench, "buy 100000 AAPL 190.00")
    assert denied.outcome is Outcome.DENIED
    assert denied.problem.endswith("names it: order 1")
    named = play(bench, "buy 100001 AAPL 190.00", "expect denied 1 order_quantity")
    assert named.outcome is Outcome.OK
    by_id = play(bench, "buy 100002 AAPL 190.00", "expect denied 1 R01")
    assert by_id.outcome is Outcome.OK
    by_state = play(bench, "buy 100003 AAPL 190.00", "expect order 1 denied")
    assert by_state.outcome is Outcome.OK
    wrong = play(bench, "buy 100004 AAPL 190.00", "expect denied 1 price_collar")
    assert wrong.outcome is Outcome.FAILED
    assert "it was denied by order_quantity" in wrong.problem


def test_a_script_names_an_order_of_an_earlier_run_by_its_day(bench: DeskBench) -> None:
    play(bench, "buy 100 AAPL 180 gtc", "buy 100 AAPL 181 gtc", "buy 100 AAPL 182 gtc")
    day = f"{bench.state.trade_date % 10_000:04d}"
    kept = play(bench, f"expect order {day}-1 working", f"cancel {day}-1", f"replace {day}-2 qty 5")
    assert (kept.outcome, kept.problem) == (Outcome.OK, "")
    assert bench.state.orders[OrderId(1)].status is Status.CANCELLED
    assert bench.state.orders[OrderId(2)].quantity == 5
    unknown = play(bench, f"cancel {day}-9")
    assert unknown.problem == f"line 1: there is no order {day}-9"
    denied = play(bench, f"replace {day}-3 price 230")
    assert (denied.outcome, denied.problem[-6:]) == (Outcome.DENIED, f"{day}-3")


def test_a_change_that_rules_denied_is_a_denial_of_its_order(bench: DeskBench) -> None:
    denied = play(bench, "buy 1 AAPL 190.00", "replace 1 price 230")
    assert denied.outcome is Outcome.DENIED
    assert denied.problem.endswith("names it: order 1")
    named = play(bench, "buy 2 AAPL 190.00", "replace 1 price 230", "expect denied 1 price_collar")
    assert (named.outcome, named.problem) == (Outcome.OK, "")
    wrong = play(bench, "buy 3 AAPL 190.00", "replace 1 price 230", "expect denied 1 buying_power")
    assert wrong.outcome is Outcome.FAILED


def test_only_a_later_line_names_a_denial_and_only_by_its_own_code(bench: DeskBench) -> None:
    too_early = ("replace 1 price 230", "expect denied 1 price_collar", "replace 1 price 231")
    assert play(bench, "buy 1 AAPL 190.00", *too_early).outcome is Outcome.DENIED
    one_of_two = ("replace 1 price 230", "replace 1 qty 100000", "expect denied 1 R01")
    assert play(bench, "buy 2 AAPL 190.00", *one_of_two).outcome is Outcome.DENIED
    both = (*one_of_two, "expect denied 1 price_collar", "expect denied 1 R01")
    assert play(bench, "buy 3 AAPL 190.00", *both).outcome is Outcome.OK


def test_a_request_for_which_there_is_nothing_to_do_is_no_denial(bench: DeskBench) -> None:
    lines = (
        "buy 1 AAPL 190.00",
        "replace 1 price 190.00",
        "cancel 1",
        "cancel 1",
        "replace 1 price 189",
    )
    assert play(bench, *lines).outcome is Outcome.OK


def test_numbers_count_the_orders_of_the_script_whatever_the_desk_did_before(
    bench: DeskBench,
) -> None:
    play(bench, "buy 1 AAPL 189.00 gtc", "buy 2 AAPL 189.00 gtc")
    result = play(bench, "buy 3 AAPL 189.00", "cancel 1", "expect order 1 cancelled")
    assert result.outcome is Outcome.OK
    assert [o.quantity for o in bench.state.orders.values() if o.is_live] == [1, 2]


def test_day_orders_end_with_the_script_and_good_till_cancelled_orders_stay(
    bench: DeskBench,
) -> None:
    play(bench, "buy 1 AAPL 189.00", "buy 2 AAPL 189.00 gtc", "short 3 AAPL 191.00")
    states = {o.quantity: o.status for o in bench.state.orders.values()}
    assert states == {1: Status.CANCELLED, 2: Status.WORKING, 3: Status.CANCELLED}


def test_day_orders_end_even_where_the_script_fails(bench: DeskBench) -> None:
    result = play(bench, "buy 1 AAPL 189.00", "expect position AAPL 5")
    assert result.outcome is Outcome.FAILED
    assert bench.state.live == {}


def test_reports_in_flight_are_waited_for_at_the_end() -> None:
    bench = DeskBench(latency=lambda request: Nanos(2 * NANOS_PER_SECOND))
    bench.quotes("AAPL", 1_900_000, 1_900_200)
    result = play(bench, "buy 5 AAPL 190.02", "buy 6 AAPL 190.00")
    assert (result.outcome, result.fills) == (Outcome.OK, 1)
    assert bench.state.live == {}


def test_at_lets_market_time_pass_and_never_turns_it_back(bench: DeskBench) -> None:
    said: list[str] = []
    play(bench, "at 09:31:00", "buy 5 AAPL 190.00", "at 09:30:30", said=said.append)
    order = bench.order(1)
    assert exchange_clock(order.created_at) == "09:31:00.000"
    assert said == ["at 09:30:30.000: it is already 09:31:00.000; going on at once"]


def test_wait_ends_at_once_when_the_order_can_never_get_there(bench: DeskBench) -> None:
    began = bench.host.now
    result = play(bench, "buy 5 AAPL 190.00 ioc", "wait order 1 filled")
    assert result.outcome is Outcome.FAILED
    assert "it is cancelled" in result.problem
    assert bench.host.now - began < NANOS_PER_SECOND


def test_a_script_is_paced_and_never_denied_by_the_order_rate() -> None:
    bench = DeskBench(limits={"repeated_execution_max": "1000"})
    bench.quotes("AAPL", 1_900_000, 1_900_200)
    lines = [f"buy {n} AAPL 189.00 ioc" for n in range(1, 2 * 50 + 2)]
    result = play(bench, *lines)
    assert (result.outcome, result.orders) == (Outcome.OK, len(lines))
    times = [order.created_at for order in bench.state.orders.values()]
    for first, last in zip(times, times[50:], strict=False):
        assert last - first >= NANOS_PER_SECOND
    assert times[-1] - times[0] == 2 * NANOS_PER_SECOND


def test_a_script_is_paced_by_the_limit_as_it_is_and_not_at_all_where_there_is_none() -> None:
    def seconds(profile: str, *first: str) -> float:
        bench = DeskBench(profile=profile, limits={"repeated_execution_max": "1000"})
        bench.quotes("AAPL", 1_900_000, 1_900_200)
        result = play(bench, *first, *[f"buy {n} AAPL 189.00 ioc" for n in range(1, 22)])
        assert (result.outcome, result.orders) == (Outcome.OK, 21)
        times = [order.created_at for order in bench.state.orders.values()]
        return (times[-1] - times[0]) / NANOS_PER_SECOND

    assert seconds("paper") == 0
    assert seconds("india") == 2  # ten a second
    assert seconds("paper", "set order_rate_script 5") == 4
    assert seconds("load") == 0


def test_a_script_that_may_send_nothing_says_why(bench: DeskBench) -> None:
    result = play(bench, "set order_rate_script 0", "buy 1 AAPL 189.00")
    assert result.problem == ("line 2: risk.order_rate_script is 0: scripts may send no orders")


def test_the_same_script_leaves_the_same_journal() -> None:
    def journal() -> list[bytes]:
        bench = DeskBench()
        bench.quotes("AAPL", 1_900_000, 1_900_200)
        play(bench, "buy 100 AAPL 190.02", "sell 50 AAPL mkt", "at 09:31:00", "flatten AAPL")
        return [block.payload for block in bench.journal.kept]

    assert journal() == journal()
