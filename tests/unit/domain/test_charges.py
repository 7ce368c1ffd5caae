"""Fees that the venue says itself: by the fee table until then, and each word of it booked once."""

import pytest

from engine.domain import events as ev
from engine.domain import reports as rep
from engine.domain.apply import state_hash
from engine.domain.commands import SubmitOrder
from engine.domain.patience import IB_PATIENCE
from engine.runtime.fee_words import confirmed_words, order_fee_words
from engine.runtime.view import ViewBuilder
from engine.values import (
    FIGURE_MAX,
    MONEY_SCALE,
    Instruction,
    Liquidity,
    Money,
    Nanos,
    OrderType,
    Price,
    Quantity,
)
from tests.harness import DeskBench

AT = Price(1_900_000)
NAME = "TEST-1-1-0"
CENT = MONEY_SCALE // 100


def never(request: object) -> Nanos:
    return Nanos(10**17)


@pytest.fixture
def bench() -> DeskBench:
    """An order of 100 that works at a venue for which the test speaks."""
    made = DeskBench(patience=IB_PATIENCE, latency=never, fee_table="us_retail")
    made.quotes("AAPL", Price(1_899_900), Price(1_900_100), 10_000)
    order = SubmitOrder(
        ticket="t",
        account="PAPER",
        symbol="AAPL",
        instruction=Instruction.BUY,
        quantity=Quantity(100),
        type=OrderType.LIMIT,
        price=AT,
    )
    made.submit(order, rep.VenueAccepted(NAME, "V1"))
    return made


def fill(execution: str, quantity: int) -> rep.VenueFilled:
    return rep.VenueFilled(NAME, execution, AT, Quantity(quantity), Liquidity.TAKER)


def charged(execution: str, cents: int, revision: int = 0) -> rep.VenueFeeCharged:
    return rep.VenueFeeCharged(NAME, execution, revision, Money(cents * CENT))


def cash(bench: DeskBench) -> int:
    return bench.state.accounts["PAPER"].cash


def fees(bench: DeskBench) -> int:
    """Of the one order, once they were found alike in every book that has them."""
    account = bench.state.accounts["PAPER"]
    position, total = account.positions["AAPL"], bench.order(1).fees
    assert total == position.fees == position.day_fees == account.ledger["fees"]
    assert sum(account.ledger.values()) == 0 and account.ledger["cash"] == account.cash
    assert bench.replayed_hash() == state_hash(bench.state)
    return total // CENT


def test_a_fill_is_charged_by_the_table_until_the_venue_says_what_it_cost(
    bench: DeskBench,
) -> None:
    bench.submit(fill("E1", 40))
    before, by_table = cash(bench), fees(bench)
    assert by_table == 100 and bench.order(1).fees_pending == 1
    bench.submit(charged("E1", 35))
    assert fees(bench) == 35 and cash(bench) == before + 65 * CENT
    assert bench.order(1).fees_pending == bench.state.accounts["PAPER"].fees_pending == 0


def test_the_same_word_again_changes_nothing_and_another_takes_its_place(bench: DeskBench) -> None:
    bench.submit(fill("E1", 40), charged("E1", 35))
    before = cash(bench)
    told = bench.submit(charged("E1", 35))
    assert [type(event) for event in told] == [ev.DuplicateIgnored]
    assert cash(bench) == before
    bench.submit(charged("E1", 30))
    assert fees(bench) == 30 and cash(bench) == before + 5 * CENT


def test_what_the_venue_charged_does_not_move_what_the_table_asks_for_the_next_fill(
    bench: DeskBench,
) -> None:
    """The least fee of an order is asked once, whatever became of the fill that paid it."""
    bench.submit(fill("E1", 40), charged("E1", 35))
    bench.submit(fill("E2", 60))
    assert fees(bench) == 35, "the table had asked for its 1.00 with the first"
    bench.submit(charged("E2", 36))
    assert fees(bench) == 71


def test_a_fee_of_a_trade_that_nobody_has_told_of_waits_for_nothing(bench: DeskBench) -> None:
    told = bench.submit(charged("E1", 35))
    assert [type(event) for event in told] == [ev.DuplicateIgnored]
    bench.submit(fill("E1", 40))
    assert fees(bench) == 100


@pytest.mark.parametrize("is_confirmed", [True, False])
def test_a_trade_that_is_taken_back_costs_nothing(bench: DeskBench, is_confirmed: bool) -> None:
    bench.submit(fill("E1", 40), charged("E1", 35), fill("E2", 60))
    before = cash(bench)
    bench.submit(*([charged("E2", 36)] if is_confirmed else []))
    bench.submit(rep.VenueTradeBusted(NAME, "E2"))
    assert fees(bench) == 35 and bench.order(1).fees_pending == 0
    assert cash(bench) == before + 60 * AT * 100
    assert bench.state.accounts["PAPER"].fees_pending == 0


def test_a_corrected_trade_is_charged_anew_and_late_words_of_before_are_void(
    bench: DeskBench,
) -> None:
    bench.submit(fill("E1", 40), charged("E1", 35))
    corrected = rep.VenueTradeCorrected(NAME, "E1", 1, AT, Quantity(50), Liquidity.TAKER)
    bench.submit(corrected)
    assert fees(bench) == 100 and bench.order(1).fees_pending == 1
    bench.submit(charged("E1", 34))
    assert fees(bench) == 100, "that was of the trade as it never was"
    bench.submit(charged("E1", 44, revision=1))
    assert fees(bench) == 44


def test_a_rebate_is_cash_that_comes_in(bench: DeskBench) -> None:
    bench.submit(fill("E1", 40))
    before = cash(bench)
    bench.submit(charged("E1", -8))
    assert fees(bench) == -8 and cash(bench) == before + 108 * CENT


def test_a_fee_beyond_the_books_is_not_booked(bench: DeskBench) -> None:
    bench.submit(fill("E1", 40))
    before = cash(bench)
    bench.submit(rep.VenueFeeCharged(NAME, "E1", 0, Money(FIGURE_MAX)))
    assert cash(bench) == before
    assert bench.state.accounts["PAPER"].symbols["AAPL"].state is ev.TradingState.HALTED


def test_a_venue_that_says_nothing_of_fees_is_charged_by_the_table_for_good() -> None:
    made = DeskBench(latency=never)
    made.quotes("AAPL", Price(1_899_900), Price(1_900_100), 10_000)
    order = SubmitOrder("t", "PAPER", "AAPL", Instruction.BUY, Quantity(100), OrderType.LIMIT, AT)
    made.submit(order, rep.VenueAccepted(NAME, "V1"), fill("E1", 40))
    assert made.order(1).charges is None


def test_fills_and_words_say_which_fees_are_the_venues_own(bench: DeskBench) -> None:
    views = ViewBuilder(bench.session, bench.venue, "PAPER")
    bench.submit(fill("E1", 40), fill("E2", 60), charged("E1", 35))
    view = views.build(speed="", updates_per_second=0)
    shown = [(row.execution_id, row.fee // CENT, row.fee_is_provisional) for row in view.fills]
    assert sorted(shown) == [("E1", 35, False), ("E2", 0, True)]
    assert view.account.fees_pending == 1
    assert order_fee_words(bench.order(1)) == (
        "fees 0.35 (1.00 by us_retail): the venue has charged 1 of 2 trades so far"
    )
    (event,) = [e for e in bench.submit(charged("E2", 36)) if isinstance(e, ev.FeeConfirmed)]
    assert confirmed_words(event) == "the venue charged 0.36 for E2: 0.36 more than was booked"
    assert order_fee_words(bench.order(1)) == (
        "fees 0.71 as the venue charged them (1.00 by us_retail)"
    )
    assert views.build(speed="", updates_per_second=0).account.fees_pending == 0


def test_a_start_shows_the_fills_of_before_with_what_the_venue_charged(bench: DeskBench) -> None:
    """The tail of the journal that a start remembers has the fills, and not what came of them."""
    bench.submit(fill("E1", 40), charged("E1", 35), fill("E2", 60))
    fills = [each for each in bench.journal.records() if isinstance(each.body, ev.OrderFilled)]
    views = ViewBuilder(bench.session, bench.venue, "PAPER")
    views.remember(fills)
    view = views.build(speed="", updates_per_second=0)
    shown = [(row.execution_id, row.fee // CENT, row.fee_is_provisional) for row in view.fills]
    assert sorted(shown) == [("E1", 35, False), ("E2", 0, True)]
