"""A short of what is hard to borrow needs shares that can be located; everything else does not."""

import pytest

from engine.domain.cost_facts import BorrowTerms
from engine.domain.events import OrderDenied, OrderReleased
from engine.domain.reports import BorrowListed
from engine.values import Quantity
from tests.harness import DeskBench
from tests.unit.runtime.desk import say

ROWS = (
    BorrowTerms("*", 2_500_000),
    BorrowTerms("GOOG", 180_000_000, Quantity(300), is_easy=False),
    BorrowTerms("MSFT", 450_000_000, Quantity(0), is_easy=False),
)


@pytest.fixture
def bench() -> DeskBench:
    bench = DeskBench()
    bench.submit(BorrowListed(ROWS))
    for symbol in ("AAPL", "GOOG", "MSFT"):
        bench.quotes(symbol, 500_000, 500_100, 1_000)
    return bench


def denial(bench: DeskBench, line: str) -> tuple[str, str, int] | None:
    """(rule and code, sentence, room) of what R26 found; None when the order left.

    Shorts of what is hard to borrow are meant: R28 asks about each.
    """
    meant = f'{line} override "meant"'
    (event, *_) = [e for e in say(bench, meant) if isinstance(e, OrderDenied | OrderReleased)]
    if isinstance(event, OrderReleased):
        return None
    (found,) = [found for found in event.findings if found.rule == "R26"]
    return f"{found.rule} {found.code}", found.sentence, found.room_quantity


def test_what_has_no_row_of_its_own_is_easy(bench: DeskBench) -> None:
    assert denial(bench, "short 900 AAPL 50.00") is None


def test_nothing_to_locate_denies_with_a_sentence(bench: DeskBench) -> None:
    assert denial(bench, "short 1 MSFT 50.00") == (
        "R26 short_sale",
        "MSFT is hard to borrow and no shares can be located (R26 short_sale, risk.locate).",
        0,
    )


def test_what_is_short_and_what_is_working_is_borrowed_already(bench: DeskBench) -> None:
    assert denial(bench, "short 100 GOOG 50.00") is None
    assert denial(bench, "short 50 GOOG 51.00") is None
    assert denial(bench, "short 200 GOOG 50.00") == (
        "R26 short_sale",
        "GOOG is hard to borrow: 300 can be located and 150 of them are yours already, so 150 are "
        "left (R26 short_sale, risk.locate).",
        150,
    )
    assert denial(bench, "short 150 GOOG 50.00") is None


def test_covering_and_selling_what_is_held_need_no_locate(bench: DeskBench) -> None:
    assert denial(bench, "buy 10 MSFT 50.01") is None
    assert denial(bench, "sell 10 MSFT 50.00") is None
    assert denial(bench, "short 100 GOOG 50.00") is None
    assert denial(bench, "cover 100 GOOG 50.01") is None


def test_a_change_counts_what_it_adds(bench: DeskBench) -> None:
    assert denial(bench, "short 200 GOOG 51.00") is None
    say(bench, "replace 1 qty 400")
    assert bench.order(1).quantity == 200
    say(bench, "replace 1 qty 300")
    assert bench.order(1).quantity == 300


def test_without_a_table_the_rule_is_off() -> None:
    bench = DeskBench()
    bench.quotes("MSFT", 500_000, 500_100, 1_000)
    assert denial(bench, "short 10 MSFT 50.00") is None


def test_easy_with_a_number_of_shares_is_denied_beyond_it(bench: DeskBench) -> None:
    bench.submit(BorrowListed((BorrowTerms("AAPL", 2_500_000, Quantity(100)),)))
    assert denial(bench, "short 102 AAPL 50.00") == (
        "R26 short_sale",
        "AAPL is easy to borrow: 100 can be located, so 100 are left "
        "(R26 short_sale, risk.locate).",
        100,
    )
    assert denial(bench, "short 100 AAPL 50.00") is None
