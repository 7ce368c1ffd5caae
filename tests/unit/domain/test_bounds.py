"""What the books can hold: a figure at its bound, products and sums of them, at every door."""

from typing import Any

import pytest
from msgspec.structs import replace as with_changes

from connectors.fix.client.reading import Amount
from connectors.fix.client.reading import scaled as scaled_of_text
from connectors.ib import ticks
from connectors.ib.numbers import Scaled
from connectors.ib.numbers import scaled as scaled_of_double
from data.store.book import Book
from engine.domain import reports as rep
from engine.domain.commands import AdoptOrder, AdoptPosition, Outcome, ResolveOrder
from engine.domain.cost_facts import FxRate
from engine.domain.events import CommandRefused, OrderDenied, OrderReleased, TradingState
from engine.domain.quotes import Quote
from engine.domain.reasons import Refusal, Verdict
from engine.domain.risk.findings import R03, finding
from engine.domain.risk.rules.book_size import COMFORTABLE, HALF_FULL
from engine.instruments import Instrument, NumberTextError, TickBand, parse_money, parse_scaled
from engine.runtime.context import UnresolvedError
from engine.values import (
    FIGURE_MAX,
    LEDGER_MAX,
    ORDER_VALUE_MAX,
    Liquidity,
    OrderId,
    Price,
    Quantity,
)
from tests.harness import DeskBench
from tests.unit.domain.test_doubt import bench_with
from tests.unit.domain.test_reconcile import Books, row
from tests.unit.runtime.desk import say

HIGHEST = "999999999.99"
SHARE = Instrument("AAPL")
COIN = Instrument("COIN", price_digits=8, quantity_digits=8, tick_bands=(TickBand(0, 1),))  # type: ignore[arg-type]


@pytest.fixture
def bench() -> DeskBench:
    """Holds 1,000 shares, so that exits may stand anywhere."""
    bench = DeskBench()
    bench.quotes("AAPL", 1_900_000, 1_900_200)
    say(bench, "buy 1000 AAPL 190.02")
    assert bench.position("AAPL") == 1_000
    return bench


def ids(bench: DeskBench, line: str) -> list[str]:
    """Of the rules that stood in the way."""
    denied = [event for event in say(bench, line) if isinstance(event, OrderDenied)]
    return [found.rule for event in denied for found in event.findings]


# ── text ────────────────────────────────────────────────────────────────────────────────────────


def test_text_becomes_a_figure_up_to_its_bound_and_says_what_fits_beyond_it() -> None:
    assert SHARE.parse_price("999999999.9999") == SHARE.price_max
    with pytest.raises(NumberTextError, match="a price is below 1,000,000,000"):
        SHARE.parse_price("1000000000")
    assert COIN.parse_price("999999999.99999999") == COIN.price_max < FIGURE_MAX
    assert parse_money("-999999999999.999999") == -FIGURE_MAX
    with pytest.raises(NumberTextError, match="has to be below 1,000,000,000,000"):
        parse_money("1000000000000")
    assert COIN.parse_quantity("9999999999.99999999") == FIGURE_MAX
    with pytest.raises(NumberTextError, match="has to be below 10,000,000,000"):
        parse_scaled("-10000000000", 8)


def test_what_a_venue_says_beyond_it_is_told_as_the_bound() -> None:
    at_most = "9" * 14 + ".9999"
    assert scaled_of_text(at_most, 4) == Amount(FIGURE_MAX)
    assert scaled_of_text("9" * 15, 4) == Amount(FIGURE_MAX, is_exact=False)
    assert scaled_of_text("-" + "9" * 30, 4) == Amount(-FIGURE_MAX, is_exact=False)
    assert scaled_of_text("123456.123456789012345", 4) == Amount(1_234_561_235, is_exact=False)
    assert scaled_of_double(1e200, 4) == Scaled(FIGURE_MAX, is_exact=False)
    assert scaled_of_double(-1e15, 4) == Scaled(-FIGURE_MAX, is_exact=False)


def test_a_quote_at_no_possible_price_is_none() -> None:
    quote = Quote("AAPL", bid=Price(1_900_000), ask=Price(1_900_100))
    bid_price = 1
    assert not ticks.write(quote, SHARE, bid_price, (1e12, 1.0))
    assert ticks.write(quote, SHARE, bid_price, (999_999_999.0, 1.0))
    assert quote.bid == 9_999_999_990_000


def test_the_store_holds_a_quote_of_a_market_without_bounds() -> None:
    book = Book()
    book.instruments["AAPL"] = SHARE
    assert book.price("AAPL", SHARE.price_max) == SHARE.price_max * 10**5 <= FIGURE_MAX
    assert book.price("AAPL", 10**15) == FIGURE_MAX


def test_the_bounds_leave_the_journal_room_for_one_more() -> None:
    assert LEDGER_MAX + FIGURE_MAX < 2**63
    assert 4 * ORDER_VALUE_MAX < FIGURE_MAX
    assert HALF_FULL + ORDER_VALUE_MAX < FIGURE_MAX
    # Without any decimals one unit of a price is a whole one of its currency.
    coarse = Instrument("X", price_digits=0)
    assert coarse.notional(Price(COMFORTABLE), Quantity(1)) <= ORDER_VALUE_MAX


# ── orders ──────────────────────────────────────────────────────────────────────────────────────


def test_an_order_is_worth_at_most_what_the_books_hold(bench: DeskBench) -> None:
    assert ids(bench, "sell 1000 AAPL 100000000.01 gtc") == ["R03"]
    denied = bench.order(2)
    assert denied.text == (
        "1,000 at 100000000.01 would be worth 100,000,000,010.00, and the books can hold"
        " 100,000,000,000.00 of it: 999 at most (R03 tick_or_lot)."
    )
    assert isinstance(say(bench, "sell 1000 AAPL 100000000 gtc")[0], OrderReleased)
    assert ids(bench, "replace 3 price 100000000.01") == []
    assert bench.order(3).price == 1_000_000_000_000, "nor is it changed to more"


def test_the_highest_price_is_one_that_an_exit_may_have(bench: DeskBench) -> None:
    assert isinstance(say(bench, f"sell 100 AAPL {HIGHEST} gtc")[0], OrderReleased)
    with pytest.raises(UnresolvedError, match="too far: a price is below 1,000,000,000"):
        say(bench, "sell 100 AAPL ask+999999999.99")


def test_exits_count_with_the_order_that_brings_them(bench: DeskBench) -> None:
    assert "R03" in ids(bench, f"buy 1000 AAPL 189 tp {HIGHEST} sl 180")
    assert "R03" in ids(bench, "buy 1000 AAPL 189 tp +999999999 sl 180")
    assert "R03" not in ids(bench, f"buy 10 AAPL 189 tp {HIGHEST} sl 180")


def test_an_exit_that_follows_its_fills_stands_at_the_highest_price_and_no_further(
    bench: DeskBench,
) -> None:
    bench.quotes("AAPL", 1_899_000, 1_900_300)
    say(bench, "buy 10 AAPL mkt tp +999999999.99 sl -1")
    leg = next(order for order in bench.state.orders.values() if order.leg == 1)
    assert leg.price == SHARE.round_to_tick(SHARE.price_max, up=False)
    assert leg.is_live


def test_all_open_orders_together_are_within_the_books_too(bench: DeskBench) -> None:
    account = bench.state.accounts["PAPER"]
    account.open_value = FIGURE_MAX - 1_900_000_000  # type: ignore[assignment]
    assert "R03" in ids(bench, "buy 20 AAPL 190")
    account.open_value = 0  # type: ignore[assignment]
    assert "R03" not in ids(bench, "buy 21 AAPL 190")


def test_more_room_than_can_be_written_is_told_as_the_most() -> None:
    found = finding(R03, Verdict.DENY, "said", room_quantity=10**25)
    assert found.room_quantity == FIGURE_MAX


# ── claims of a venue, and statements of a person ───────────────────────────────────────────────


TOO_DEAR = Price(scaled_of_text("9" * 25, 4).value)
CLAIMS = [
    rep.VenueFilled("TEST-1-2-0", "X1", TOO_DEAR, Quantity(1), Liquidity.MAKER),
    rep.VenueFilled("TEST-1-2-0", "X1", Price(1_900_000), Quantity(FIGURE_MAX), Liquidity.MAKER),
    rep.VenueFilled("TEST-1-2-0", "X1", Price(10**13 - 1), Quantity(1_000), Liquidity.MAKER),
    rep.VenueRestated("TEST-1-2-0", Price(FIGURE_MAX), Quantity(10)),
    rep.VenueRestated("TEST-1-2-0", Price(1_900_000), Quantity(FIGURE_MAX)),
]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: type(claim).__name__)
def test_a_claim_beyond_the_books_changes_nothing_and_stops_the_symbol(
    bench: DeskBench, claim: Any
) -> None:
    say(bench, "buy 10 AAPL 180 gtc")
    before = bench.order(2).cumulative, bench.order(2).quantity, bench.position("AAPL")
    orphan, lowered = bench.submit(claim)[:2]
    assert orphan.text.endswith("is beyond what the books can hold")
    assert "order 20260105-2: a " in lowered.reason and "ask the venue" in lowered.reason
    assert bench.state.accounts["PAPER"].symbols["AAPL"].state is TradingState.HALTED
    assert (bench.order(2).cumulative, bench.order(2).quantity, bench.position("AAPL")) == before


def test_a_fill_that_would_overflow_a_sum_is_not_booked(bench: DeskBench) -> None:
    say(bench, "buy 10 AAPL 180 gtc")
    bench.state.accounts["PAPER"].cash = -LEDGER_MAX  # type: ignore[assignment]
    name, size = "TEST-1-2-0", Quantity(10)
    bench.submit(rep.VenueFilled(name, "X1", Price(1_800_000), size, Liquidity.MAKER))
    assert bench.position("AAPL") == 1_000


def test_a_trade_is_not_corrected_to_more_than_the_books_hold(bench: DeskBench) -> None:
    execution = next(iter(bench.state.executions))
    name = bench.order(1).client_order_id
    huge = Price(FIGURE_MAX)
    bench.submit(rep.VenueTradeCorrected(name, execution, 1, huge, Quantity(1), Liquidity.MAKER))
    assert bench.position("AAPL") == 1_000
    assert bench.replayed_hash()


def test_nobody_takes_over_what_the_books_cannot_hold() -> None:
    books = Books()
    books.orders = (row(), row("PERM-9", price=FIGURE_MAX))
    books.compare()
    assert 2 not in books.bench.state.orders, "not even on paper, where nobody is asked"
    refused = books.told(AdoptOrder("PAPER", "PERM-9", "mine"))[0]
    assert refused.refusal is Refusal.BEYOND_BOOKS
    books.orders, books.positions = (row(),), (("AAPL", Quantity(FIGURE_MAX)),)
    books.compare()
    refused = books.told(AdoptPosition("PAPER", "AAPL", "transferred in"))[0]
    assert refused.refusal is Refusal.BEYOND_BOOKS


def test_nobody_states_a_fill_that_the_books_cannot_hold() -> None:
    bench = bench_with()
    bench.pass_time(6)
    assert bench.order(1).is_unknown
    said = ResolveOrder(OrderId(1), Outcome.FILLED, "by phone", Quantity(100), SHARE.price_max)
    assert not isinstance(bench.submit(said)[0], CommandRefused), "it is within the books"
    beyond = bench_with()
    beyond.pass_time(6)
    (refused,) = beyond.submit(with_changes(said, price=Price(FIGURE_MAX)))
    assert isinstance(refused, CommandRefused) and refused.refusal is Refusal.BEYOND_BOOKS


def test_nobody_converts_into_more_than_the_books_can_hold(bench: DeskBench) -> None:
    bench.submit(rep.FxRatesSet("USD", (FxRate(20260101, "IDR", 1),)))
    (refused,) = say(bench, "convert 800000 USD IDR")
    assert isinstance(refused, CommandRefused) and refused.refusal is Refusal.BEYOND_BOOKS
