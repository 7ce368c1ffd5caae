"""The preview of an act says what it then changes: place, price, cost, position, verdicts."""

import pytest

from engine.domain.events import OrderFilled
from engine.domain.preview_view import Preview
from engine.domain.quotes import Phase
from engine.runtime.preview_acts import preview_any
from tests.harness import DeskBench
from tests.unit.runtime.desk import context_of, read, say


@pytest.fixture
def bench() -> DeskBench:
    """300 offered at 190.02, 500 at 190.05; 400 bid at 190.00, 600 at 189.95; retail fees."""
    bench = DeskBench(fee_table="us_retail")
    bench.quotes("AAPL", 1_900_000, 1_900_200, 300)
    bench.quotes("AAPL", 1_900_000, 1_900_500, 500)
    return bench


def preview(bench: DeskBench, text: str) -> Preview:
    return preview_any(read(text), text, context_of(bench), bench.venue, bench.host.now)


def booked(bench: DeskBench, text: str) -> None:
    """Does the line and holds the desk against its preview."""
    told = preview(bench, text)
    assert told.is_valid, told.problem
    account = bench.state.accounts["PAPER"]
    before, fees = account.cash, sum(order.fees for order in bench.state.orders.values())
    happened = say(bench, text)
    bench.pass_time(1)
    assert bench.position("AAPL") == told.position_after
    assert (told.cash_before, told.cash_after) == (before, account.cash)
    after = sum(order.fees for order in bench.state.orders.values())
    assert told.fee == after - fees
    assert happened


def test_a_smaller_size_at_the_same_price_keeps_its_place(bench: DeskBench) -> None:
    say(bench, "buy 100 AAPL 190.00")
    ahead = bench.venue.queue_ahead(bench.order(1).client_order_id)
    told = preview(bench, "replace 1 qty 60")
    assert told.changes == (
        "quantity 100 → 60",
        f"keeps its place in the queue: {ahead:,} ahead",
    )
    say(bench, "replace 1 qty 60")
    assert bench.venue.queue_ahead(bench.order(1).client_order_id) == ahead


@pytest.mark.parametrize("line", ["replace 1 qty 150", "replace 1 price 190.00 qty 101"])
def test_a_larger_size_loses_its_place_and_the_new_number_ahead_is_said(
    bench: DeskBench, line: str
) -> None:
    say(bench, "buy 100 AAPL 190.00")
    bench.quotes("AAPL", 1_900_000, 1_900_500, 70)  # others come behind it
    now = bench.venue.queue_ahead(bench.order(1).client_order_id)
    told = preview(bench, line)
    say(bench, line)
    after = bench.venue.queue_ahead(bench.order(1).client_order_id)
    assert told.changes[-1] == f"loses its place: {now:,} ahead now, {after:,} ahead at 190.00"
    assert after > now


def test_a_new_price_is_shown_with_both_prices_and_what_is_filled(bench: DeskBench) -> None:
    say(bench, "buy 400 AAPL 190.02")  # 300 are filled, 100 rest
    told = preview(bench, "replace 1 price 189.99 qty 500")
    assert told.changes[0] == "price 190.02 → 189.99"
    assert told.changes[1] == "quantity 400 → 500, 300 filled so far"
    assert (told.position_before, told.position_after) == (300, 500)


def test_a_replace_that_crosses_is_booked_as_its_preview_says(bench: DeskBench) -> None:
    say(bench, "buy 100 AAPL 190.00")
    told = preview(bench, "replace 1 price 190.02")
    assert told.changes[-1].endswith("trades at once")
    booked(bench, "replace 1 price 190.02")


def test_a_replace_is_sent_in_the_figures_that_were_reviewed(bench: DeskBench) -> None:
    say(bench, "buy 100 AAPL 190.00")
    assert preview(bench, "replace 1 price ask-1t").resolved == "replace 1 price 190.01"


def test_a_replace_that_a_rule_denies_carries_the_verdict(bench: DeskBench) -> None:
    say(bench, "buy 100 AAPL 190.00")
    told = preview(bench, "replace 1 qty 50000")
    assert not told.is_valid
    assert "R01" in {finding.rule for finding in told.findings}


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("replace 1 qty 100", "already has that price and quantity"),
        ("cancel GOOG", "No working order matches."),
        ("reverse GOOG", "There is no position to close."),
        ("flatten GOOG", "There is no position to close."),
        ("close GOOG", "you hold no GOOG"),
    ],
)
def test_what_would_be_refused_is_said_before_it_is_sent(
    bench: DeskBench, line: str, problem: str
) -> None:
    say(bench, "buy 100 AAPL 190.00")
    told = preview(bench, line)
    assert not told.is_valid and problem in told.problem


@pytest.mark.parametrize("opened", ["buy 100 AAPL mkt", "short 100 AAPL mkt"])
@pytest.mark.parametrize("act", ["close AAPL half", "close AAPL", "flatten AAPL", "reverse AAPL"])
def test_a_position_ends_as_its_preview_says(bench: DeskBench, opened: str, act: str) -> None:
    say(bench, opened)
    if not act.startswith("close"):
        say(bench, "buy 10 AAPL 189.00")
    booked(bench, act)


def test_a_reverse_names_what_it_cancels_and_both_of_its_orders(bench: DeskBench) -> None:
    say(bench, "buy 100 AAPL mkt")
    say(bench, "buy 10 AAPL 189.00")
    told = preview(bench, "reverse AAPL")
    assert told.changes == (
        "cancels 1 order: 1 buy, 10 shares, then closes +100 at market",
        "once flat, shorts 100 at market",
    )
    assert (told.position_before, told.position_after) == (100, -100)


def test_the_second_half_of_a_reverse_is_judged_before_the_first_is_sent(
    bench: DeskBench,
) -> None:
    say(bench, "buy 100 AAPL mkt")
    say(bench, "set order_quantity_max 99")
    told = preview(bench, "reverse AAPL")
    assert not told.is_valid and "R01" in told.problem


def test_a_preview_of_an_act_changes_nothing(bench: DeskBench) -> None:
    say(bench, "buy 100 AAPL mkt")
    say(bench, "buy 10 AAPL 189.00")
    blocks, before = len(bench.journal.kept), bench.replayed_hash()
    for text in ("replace 2 qty 5", "close AAPL", "flatten *", "reverse AAPL", "cancel *"):
        preview(bench, text)
    assert (len(bench.journal.kept), bench.replayed_hash()) == (blocks, before)
    assert not [e for e in bench.journal.events()[-1:] if isinstance(e, OrderFilled)]


def test_a_flatten_that_would_wait_says_so_and_what_stays(bench: DeskBench) -> None:
    say(bench, "buy 100 AAPL mkt sl 180.00")
    say(bench, "buy 10 AAPL 185.00")
    bench.enters("AAPL", Phase.HALTED)
    (told,) = preview(bench, "flatten AAPL").changes
    assert told == (
        "cancels 1 order: 1 buy, 10 shares, exits stay until it can close +100 at market:"
        " AAPL is halted: only cancels until it reopens (R25 market_state, risk.market_state)."
    )
