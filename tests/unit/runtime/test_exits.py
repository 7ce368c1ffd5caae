"""Exits as a trader meets them: in the ticket, in a change, in a script, in `why` and in JSON."""

import pytest

from engine.domain.commands import ExitTerm
from engine.domain.contingent.groups import legs_of
from engine.domain.events import OrderDenied
from engine.domain.identity import leg_id
from engine.domain.orders import Order
from engine.domain.preview_view import Preview
from engine.runtime.narration import Narrator
from engine.runtime.narration_words import sentence
from engine.runtime.preview_acts import preview_any
from engine.runtime.resolve import UnresolvedError
from engine.runtime.script import Outcome
from engine.runtime.why import explain
from engine.values import Side
from tests.harness import DeskBench
from tests.unit.runtime.desk import context_of, meant, play, read, say


@pytest.fixture
def bench() -> DeskBench:
    bench = DeskBench()
    bench.quotes("AAPL", 1_900_000, 1_900_200, 1_000)
    return bench


def preview(bench: DeskBench, text: str) -> Preview:
    return preview_any(read(text), text, context_of(bench), bench.venue, bench.host.now)


# ── in figures ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("line", "target", "stop"),
    [
        ("buy 100 AAPL 190 tp 192 sl 189", 1_920_000, 1_890_000),
        ("buy 100 AAPL 190 tp +1.50 sl -0.8%", 1_915_000, 1_884_800),
        ("buy 100 AAPL 190 tp +5t sl -5t", 1_900_500, 1_899_500),
        ("buy 100 AAPL stp 191 lmt 191 tp +1 sl -1", 1_920_000, 1_900_000),
        ("short 100 AAPL 191 tp -1% sl +0.333%", 1_890_900, 1_916_400),
    ],
)
def test_distances_count_from_the_entry_s_limit_and_are_never_nearer_than_asked(
    bench: DeskBench, line: str, target: int, stop: int
) -> None:
    order = meant(bench, line)
    assert (order.target.price, order.stop_loss.price) == (target, stop)


def test_distances_of_a_market_entry_stay_distances(bench: DeskBench) -> None:
    order = meant(bench, "buy 100 AAPL mkt tp +1.50 sl -0.8%")
    assert order.target == ExitTerm(offset=15_000)
    assert order.stop_loss == ExitTerm(percent=-8_000)
    ticks = meant(bench, "buy 100 AAPL stp 191 sl -5t")
    assert ticks.stop_loss == ExitTerm(offset=-500)


def test_what_was_reviewed_is_what_leaves(bench: DeskBench) -> None:
    assert preview(bench, "buy 100 AAPL bid tp +1 sl last-1 ?").problem  # nothing has traded yet
    bench.other(Side.BUY, 10, "AAPL", 1_900_200)
    told = preview(bench, "buy 100 AAPL bid tp +1 sl last-1")
    assert told.resolved == "buy 100 AAPL 190.00 tp 191.00 sl 189.02"
    at_market = preview(bench, "buy 100 AAPL mkt tp +1 sl -0.5%")
    assert at_market.resolved == "buy 100 AAPL mkt tp +1 sl -0.5%"


def test_the_ticket_says_what_the_exits_risk_and_bring(bench: DeskBench) -> None:
    told = preview(bench, "buy 100 AAPL 190 tp 192.50 sl 189")
    assert told.exits == ("target 192.50 +250.00 · 2.5 R", "stop 189.00 −100.00 · 1 R")
    about = preview(bench, "buy 100 AAPL mkt tp +1.50 sl -1")
    assert about.exits == ("target ≈ 191.52 +150.00 · 1.5 R", "stop ≈ 189.02 −100.00 · 1 R")
    assert preview(bench, "buy 100 AAPL 190 tp 192").exits == ("target 192.00 +200.00",)
    assert preview(bench, "short 100 AAPL 190 tp 189 sl 192").exits == (
        "target 189.00 +100.00 · 0.5 R",
        "stop 192.00 −200.00 · 1 R",
    )
    assert preview(bench, "buy 100 AAPL 190").exits == ()


def test_exits_count_from_the_cost_of_a_position(bench: DeskBench) -> None:
    say(bench, "buy 100 AAPL mkt")
    command = meant(bench, "oco half AAPL tp +2 sl -1%")
    assert (command.quantity, command.target, command.stop) == (50, 1_920_200, 1_881_100)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("oco pos AAPL tp 192 sl 189", "you hold no AAPL"),
        ("sell 50 AAPL 190 tp 189 sl 191", "protect what an order opens"),
        ("oco pos AAPL tp 189 sl 192", "belongs above its stop"),
        ("replace 2 price 190", "two exits: change 2.1 or 2.2"),
        ("cancel 9.1", "no order 9.1"),
    ],
)
def test_what_exits_cannot_mean_is_said_in_one_sentence(
    bench: DeskBench, line: str, problem: str
) -> None:
    if not problem.startswith("you hold"):
        say(bench, "buy 100 AAPL mkt")
        say(bench, "oco 40 AAPL tp 192 sl 189")
    with pytest.raises(UnresolvedError, match=problem):
        meant(bench, line)


def test_exits_of_a_position_are_previewed_in_money_and_sent_in_figures(bench: DeskBench) -> None:
    say(bench, "buy 100 AAPL mkt")
    told = preview(bench, "oco pos AAPL tp +2 sl -1")
    assert told.is_valid, told.problem
    assert told.changes == (
        "target 192.02 +200.00 · 2 R",
        "stop 189.02 −100.00 · 1 R",
    )
    assert told.resolved == "oco 100 AAPL tp 192.02 sl 189.02"
    say(bench, told.resolved)
    assert [row.leaves for row in bench.state.orders.values() if not row.is_done] == [100, 100]


def test_exits_that_a_rule_denies_are_previewed_as_denied(bench: DeskBench) -> None:
    say(bench, "buy 100 AAPL mkt")
    told = preview(bench, "oco 200 AAPL tp 192 sl 189")
    assert not told.is_valid
    assert told.findings and told.problem in [found.sentence for found in told.findings]
    happened = say(bench, "oco 200 AAPL tp 192 sl 189")
    (denied,) = [event for event in happened if isinstance(event, OrderDenied)]
    assert denied.findings == told.findings


# ── changes and cancels ────────────────────────────────────────────────────────────────────────


def test_moving_a_stop_is_previewed_and_sent_as_its_one_price(bench: DeskBench) -> None:
    say(bench, "buy 100 AAPL mkt tp 192 sl 189")
    told = preview(bench, "replace 1.2 price 188.50")
    assert told.changes[0] == "stop 189.00 → 188.50"
    assert told.resolved == "replace 1.2 price 188.50"
    say(bench, told.resolved)
    assert bench.state.orders[leg_id(1, 2)].stop == 1_885_000


def test_a_cancel_says_what_it_leaves_without_a_stop(bench: DeskBench) -> None:
    say(bench, "buy 100 AAPL mkt tp 192 sl 189")
    left = "leaves +100 AAPL without a stop"
    assert left in preview(bench, "cancel *").changes
    assert left in preview(bench, "cancel 1.2").changes
    assert left not in preview(bench, "cancel 1.1").changes
    assert left not in preview(bench, "cancel AAPL entries").changes


# ── scripts ────────────────────────────────────────────────────────────────────────────────────


def test_a_script_names_legs_and_counts_its_orders_without_them(bench: DeskBench) -> None:
    result = play(
        bench,
        "buy 100 AAPL mkt tp 192 sl 189",
        "wait order 1 filled within 1s",
        "expect order 1.1 working",
        "expect protected AAPL 100",
        "buy 10 AAPL 190.02",
        "expect order 2 filled 10",
        "cancel 1.2",
        "expect order 1.2 cancelled",
        "expect protected AAPL 0",
    )
    assert (result.outcome, result.problem) == (Outcome.OK, "")
    assert (result.orders, result.fills) == (2, 2)


def test_what_a_script_expects_of_exits_and_is_not_so_ends_it(bench: DeskBench) -> None:
    result = play(bench, "buy 100 AAPL mkt tp 192", "expect protected AAPL 100")
    assert result.problem.endswith("expected protected AAPL 100: 0/100 are protected")
    missing = play(bench, "expect order 1.2 working")
    assert missing.problem.endswith("there is no order 1.2")


# ── telling ────────────────────────────────────────────────────────────────────────────────────


def lived(bench: DeskBench) -> Order:
    say(bench, "buy 100 AAPL 190.00 tp 192 sl 189")
    bench.other(Side.SELL, 1_060, "AAPL", 1_900_000)
    bench.other(Side.SELL, 40, "AAPL", 1_900_000)
    bench.other(Side.BUY, 1_030, "AAPL", 1_920_000)
    return legs_of(bench.state, 1)[1]


def test_json_names_a_leg_by_its_number_and_says_what_took_from_it(bench: DeskBench) -> None:
    lived(bench)
    narrator = Narrator(bench.state, lambda order: order.name if order.leg else order.number)
    told = [fields for event in bench.journal.events() if (fields := narrator.tell(event))]
    sent = [f["order"] for f in told if f["event"] == "order_sent"]
    assert sent == [1, "1.1", "1.2"]
    (reduced,) = [f for f in told if f["event"] == "exit_reduced"]
    assert (reduced["order"], reduced["quantity"], reduced["by"]) == ("1.2", 30, "1.1")
    words = [sentence(fields, "USD") for fields in told]
    assert any("#1.2" in line and "held until its entry fills" in line for line in words)
    assert any("#1.2 changed to 100 at stop 189.00" in line for line in words)


def test_why_of_a_leg_tells_its_life(bench: DeskBench) -> None:
    stop = lived(bench)
    events = [e for e in bench.journal.events() if getattr(e, "order_id", 0) == stop.order_id]
    told = explain(stop, events, bench.state)
    assert told.title.startswith("Order 20260105-1.2: sell 100 AAPL STP stop 189.00")
    text = "\n".join(told.lines)
    assert "held until its entry fills: 100 at most" in text
    assert "60 sent, as much as it protects" in text
    assert "changed to 100 at 189.00" in text
    assert "30 taken off: its sibling .1 filled as much" in text


def test_an_exit_below_the_least_price_is_said_where_it_is_typed(bench: DeskBench) -> None:
    with pytest.raises(UnresolvedError, match=r"190\.00 would stand below the least price"):
        meant(bench, "buy 100 AAPL 190.00 sl -200")
    told = preview(bench, "buy 100 AAPL mkt sl -200")
    assert not told.is_valid and "below the least price, 0.0001" in told.problem
