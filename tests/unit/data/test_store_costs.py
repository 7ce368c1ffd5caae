"""Carry, conversions and rates in the store: every movement of cash has a row."""

import msgspec

from data.store.book import Book
from data.store.fold import fold
from data.store.schema import FILLS
from engine.domain.cost_facts import BorrowTerms, Dividend, FxRate
from engine.domain.reports import (
    BorrowListed,
    DividendsListed,
    FxRatesSet,
    InstrumentsListed,
    TradeDateRolled,
)
from engine.instruments import Instrument, parse_money
from engine.values import Money, Price
from tests.harness import DeskBench
from tests.unit.runtime.desk import say


def played() -> DeskBench:
    """Short over a night with a dividend, interest, and a conversion there and back."""
    bench = DeskBench(fee_table="us_retail")
    opening = msgspec.structs.replace(bench.opening(), interest_table="ib_pro")
    bench.submit(
        opening,
        BorrowListed((BorrowTerms("*", 180_000_000),)),
        DividendsListed((Dividend("AAPL", 20260106, Money(260_000)),)),
        FxRatesSet("USD", (FxRate(20251201, "INR", 11_100_000),)),
    )
    bench.quotes("AAPL", 500_000, 500_100, 1_000)
    say(bench, "short 400 AAPL 50.00")
    bench.submit(TradeDateRolled(20260106, (("AAPL", Price(500_000)),)))
    say(bench, "convert 1110 USD INR")
    say(bench, "convert all INR USD")
    return bench


def test_every_movement_of_cash_has_a_row_and_they_add_up_to_the_cash() -> None:
    bench, book = played(), Book()
    fold(book, bench.journal.records())
    rows = [(row[6], row[7], row[8]) for row in book.rows["cash_movements"]]
    assert [(kind, currency) for kind, currency, _ in rows] == [
        ("opening", "USD"), ("trade", "USD"), ("fee", "USD"),
        ("borrow", "USD"), ("interest", "USD"), ("payment_in_lieu", "USD"),
        ("conversion", "USD"), ("conversion", "INR"), ("fee", "USD"),
        ("conversion", "INR"), ("conversion", "USD"), ("fee", "USD"),
    ]  # fmt: skip
    account = bench.state.accounts["PAPER"]
    for currency in ("USD", "INR"):
        assert sum(amount for _, of, amount in rows if of == currency) == account.cash_in(currency)
    by_kind = {kind: amount for kind, _, amount in rows}
    assert by_kind["borrow"] == parse_money("-10.00")
    assert by_kind["payment_in_lieu"] == parse_money("-104.00")
    assert list(book.touched["fx_rates"].values()) == [
        (20251201, "INR", "USD", 11_100_000, book.touched["fx_rates"]["INR", 20251201][4])
    ]


def test_folding_in_two_parts_gives_the_rows_of_folding_at_once() -> None:
    records = played().journal.records()
    whole, parts = Book(), Book()
    fold(whole, records)
    fold(parts, records[: len(records) // 2])
    fold(parts, records[len(records) // 2 :])
    assert parts.rows == whole.rows


def test_what_is_money_in_another_currency_says_so_in_its_row() -> None:
    bench, book = DeskBench(symbols=("AAPL", "RELIANCE"), fee_table="us_retail"), Book()
    opening = msgspec.structs.replace(bench.opening(), fee_tables=(("INR", "india_intraday"),))
    indian = Instrument("RELIANCE", mic="XNSE", currency="INR")
    rates = FxRatesSet("USD", (FxRate(20251201, "INR", 11_100_000),))
    bench.submit(opening, InstrumentsListed((indian,)), rates)
    for symbol in ("AAPL", "RELIANCE"):
        bench.quotes(symbol, 500_000, 500_100, 1_000)
        say(bench, f"buy 100 {symbol} 50.01")
    fold(book, bench.journal.records())
    wanted = {"AAPL": "USD", "RELIANCE": "INR"}
    columns = [name for name, _ in FILLS.columns]
    fills = [dict(zip(columns, row, strict=True)) for row in book.rows["fills"]]
    assert {row["symbol"]: row["currency"] for row in fills} == wanted
    for kept in (book.positions, book.lots):
        assert {row.symbol: row.currency for row in kept.values()} == wanted
    assert {order.symbol: order.currency for order in book.orders.values()} == wanted
