"""A preview says what then happens: outcome, price, fee, cash and position."""

import pytest

from engine.domain.events import OrderFilled
from engine.domain.preview_view import Preview
from engine.domain.reasons import Verdict
from engine.runtime.preview import preview_line
from tests.harness import DeskBench
from tests.unit.runtime.desk import context_of, read, say


@pytest.fixture
def bench() -> DeskBench:
    """60 offered at 190.02, 100 at 190.04; 500 bid at 190.00; fees of a retail account."""
    bench = DeskBench(fee_table="us_retail")
    bench.quotes("AAPL", 1_900_000, 1_900_200, 60)
    bench.quotes("AAPL", 1_900_000, 1_900_400, 100)
    return bench


def preview(bench: DeskBench, text: str) -> Preview:
    line = read(text)
    return preview_line(line, text, context_of(bench), bench.venue, bench.host.now)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        ("buy 50 AAPL 190.02", "fills 50 at 190.02"),
        ("buy 100 AAPL 190.02", "fills 60 at 190.02, 40 rests first in line"),
        ("buy 100 AAPL 190.02 ioc", "fills 60 at 190.02, 40 cancelled"),
        ("buy 100 AAPL 190.02 fok", "cannot fill whole: cancelled"),
        ("buy 10 AAPL 190.00", "rests, 160 ahead"),
        ("buy 10 AAPL 190.01", "rests, first in line"),
        ("buy 10 AAPL 190.02 post", "would take: refused as post-only"),
        ("buy 10 AAPL 190.01 ioc", "finds nothing to trade with"),
        ("buy 10 AAPL stp 191.00", "waits for 191.00"),
        ("buy 200 AAPL mkt", "fills 160 at 190.0325, 40 cancelled"),
    ],
)
def test_the_outcome_is_said_before_it_happens(bench: DeskBench, line: str, outcome: str) -> None:
    assert preview(bench, line).outcome == outcome


@pytest.mark.parametrize(
    "line",
    [
        "buy 50 AAPL 190.02",
        "buy 150 AAPL 190.04",
        "buy 160 AAPL mkt",
        "short 160 AAPL 190.00",
        "short 70 AAPL mkt",
    ],
)
def test_what_is_previewed_is_what_is_booked(bench: DeskBench, line: str) -> None:
    told = preview(bench, line)
    assert told.is_valid, told.problem
    before = bench.state.accounts["PAPER"].cash
    fills = [event for event in say(bench, line) if isinstance(event, OrderFilled)]
    account = bench.state.accounts["PAPER"]
    assert told.fee == sum(fill.fee for fill in fills) > 0
    assert (told.cash_before, told.cash_after) == (before, account.cash)
    assert told.position_after == bench.position("AAPL")
    assert told.outcome.startswith(f"fills {sum(fill.quantity for fill in fills)} at")


def test_what_is_held_back_is_what_the_preview_said(bench: DeskBench) -> None:
    told = preview(bench, "buy 10 AAPL 190.00")
    say(bench, "buy 10 AAPL 190.00")
    account = bench.state.accounts["PAPER"]
    assert told.buying_power_before == account.cash
    assert told.buying_power_after == account.cash - account.reserved


def test_a_preview_changes_nothing(bench: DeskBench) -> None:
    blocks, before = len(bench.journal.kept), bench.replayed_hash()
    preview(bench, "buy 100 AAPL mkt")
    preview(bench, "buy max AAPL 190.00")
    assert (len(bench.journal.kept), bench.replayed_hash()) == (blocks, before)


def test_a_denied_order_is_previewed_with_every_rule_and_the_line_that_would_pass(
    bench: DeskBench,
) -> None:
    told = preview(bench, "buy 20000 AAPL 190.00")
    assert not told.is_valid
    assert {finding.rule for finding in told.findings} >= {"R01", "R02"}
    assert told.resized.startswith("buy ")
    assert preview(bench, told.resized).is_valid
    more = told.resized.replace(str(told.room), str(told.room + 1))
    assert not preview(bench, more).is_valid


def test_an_order_that_passes_is_previewed_with_the_room_and_the_rule_that_ends_it(
    bench: DeskBench,
) -> None:
    told = preview(bench, "buy 10 AAPL 190.00")
    assert told.is_valid
    assert told.room_rule == "R02"
    assert preview(bench, f"buy {told.room} AAPL 190.00").is_valid
    beyond = preview(bench, f"buy {told.room + 1} AAPL 190.00")
    stops = [found.rule for found in beyond.findings if found.verdict is not Verdict.WARN]
    assert stops == ["R02"]


def test_an_unknown_symbol_has_a_preview_too(bench: DeskBench) -> None:
    told = preview(bench, "buy 5 ZZZZ 10.00")
    assert not told.is_valid
    assert "R39" in told.problem


def test_a_market_order_is_previewed_only_as_far_as_its_protection_lets_it(
    bench: DeskBench,
) -> None:
    """Beyond 3 % nothing is bought, however much is offered there."""
    bench.quotes("AAPL", 1_900_000, 1_999_900, 1_000)
    told = preview(bench, "buy 200 AAPL mkt")
    filled = sum(e.quantity for e in say(bench, "buy 200 AAPL mkt") if isinstance(e, OrderFilled))
    assert filled == 160
    assert told.outcome == "fills 160 at 190.0325, 40 cancelled"
