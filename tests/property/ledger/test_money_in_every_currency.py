"""Trades, conversions, nights and dividends in two currencies: nothing is lost and days add up."""

from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.apply import state_hash
from engine.domain.cost_facts import BorrowTerms, Dividend, FxRate
from engine.domain.ledger.figures import account_figures
from engine.domain.reports import (
    BorrowListed,
    DividendsListed,
    FxRatesSet,
    InstrumentsListed,
    TradeDateRolled,
)
from engine.instruments import Instrument
from engine.values import Money, Price, Quantity
from tests.harness import OPENING_CASH, DeskBench
from tests.unit.runtime.desk import say

DATES = (20260106, 20260107, 20260109, 20260112, 20260130, 20260202)
SYMBOLS = ("AAPL", "TCS")
PERCENT = 10_000_000

trades = st.tuples(
    st.sampled_from(["buy", "short", "close"]), st.sampled_from(SYMBOLS), st.integers(1, 400)
)
prices = st.tuples(st.just("price"), st.sampled_from(SYMBOLS), st.integers(900, 1_100))
conversions = st.tuples(
    st.just("convert"), st.sampled_from(["USD INR", "INR USD", "all"]), st.integers(1, 90_000)
)
nights = st.tuples(st.just("night"), st.just(""), st.just(0))
steps = st.lists(st.one_of(trades, trades, prices, conversions, nights), max_size=14)


class Account:
    """A desk that trades dollars and rupees, and the sum of what its days earned."""

    def __init__(self, rates: list[int]) -> None:
        self.bench = DeskBench(symbols=SYMBOLS, fee_table="us_tiered")
        opening = msgspec.structs.replace(
            self.bench.opening(),
            fee_tables=(("INR", "india_delivery"),),
            interest_table="ib_pro",
        )
        first = FxRate(20260101, "INR", rates[0])
        later = zip(DATES, rates[1:], strict=False)
        self.bench.submit(
            opening,
            InstrumentsListed((Instrument("TCS", mic="XNSE", currency="INR"),)),
            BorrowListed(
                (
                    BorrowTerms("*", PERCENT // 4),
                    BorrowTerms("TCS", 40 * PERCENT, Quantity(900), is_easy=False),
                )
            ),
            DividendsListed(
                (
                    Dividend("AAPL", DATES[1], Money(260_000)),
                    Dividend("TCS", DATES[2], Money(10_000_003)),
                )
            ),
            FxRatesSet("USD", (first, *(FxRate(date, "INR", rate) for date, rate in later))),
        )
        self.bids = dict.fromkeys(SYMBOLS, 1_000)
        self.night = 0
        self.days_before = 0
        for symbol in SYMBOLS:
            self.quote(symbol)

    def quote(self, symbol: str) -> None:
        self.bench.others_leave(symbol)
        bid = self.bids[symbol] * 1_000
        self.bench.quotes(symbol, bid, bid + 1_000, 1_000_000)

    def do(self, what: str, symbol: str, size: int) -> None:
        match what:
            case "price":
                self.bids[symbol] = size
                self.quote(symbol)
            case "close":
                held = self.bench.position(symbol)
                if held:
                    say(self.bench, f"{'sell' if held > 0 else 'cover'} {abs(held)} {symbol} mkt")
            case "convert":
                text = "all INR USD" if symbol == "all" else f"{size}.{size % 997:03d} {symbol}"
                say(self.bench, f"convert {text}")
            case "night":
                self.roll()
            case _:
                say(self.bench, f"{what} {size} {symbol} mkt")

    def roll(self) -> None:
        if self.night == len(DATES):
            return
        day = self.figures().day
        assert day is not None
        self.days_before += day
        # The closing mark is the mid that the day was valued at.
        marks = tuple((s, Price(self.bids[s] * 1_000 + 500)) for s in SYMBOLS)
        self.bench.submit(TradeDateRolled(DATES[self.night], marks))
        self.night += 1

    def figures(self) -> Any:
        state = self.bench.state
        return account_figures(state.accounts["PAPER"], state, self.bench.session.market)

    def check(self) -> None:
        account = self.bench.state.accounts["PAPER"]
        ledgers = {"USD": account.ledger} | {c: p.ledger for c, p in account.purses.items()}
        for currency, ledger in ledgers.items():
            assert sum(ledger.values()) == 0, currency
            assert ledger.get("cash", 0) == account.cash_in(currency)
        for symbol, position in account.positions.items():
            ledger = ledgers["INR" if symbol == "TCS" else "USD"]
            assert ledger.get(f"securities:{symbol}", 0) == position.cost
            assert -ledger.get(f"realised:{symbol}", 0) == position.realised
        told = self.figures()
        assert told.day == told.price_day + told.rate_day
        assert told.equity - OPENING_CASH == self.days_before + told.day


@settings(max_examples=60, deadline=None)
@given(steps, st.lists(st.integers(9_000_001, 13_000_000), min_size=7, max_size=7))
def test_every_posting_sums_to_zero_and_the_days_add_up_to_the_equity(
    sequence: list[tuple[str, str, int]], rates: list[int]
) -> None:
    desk = Account(rates)
    for what, symbol, size in sequence:
        desk.do(what, symbol, size)
        desk.check()
    for symbol in SYMBOLS:
        desk.do("close", symbol, 0)
    desk.do("convert", "all", 0)
    desk.check()
    assert desk.bench.state.accounts["PAPER"].cash_in("INR") == 0
    assert desk.bench.replayed_hash() == state_hash(desk.bench.state)
