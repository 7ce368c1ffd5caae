"""What holding a position or cash over a night costs and brings: interest, borrow, dividends."""

from collections.abc import Iterator, Mapping

from engine.domain import events as ev
from engine.domain.cost_facts import EVERY_SYMBOL, RATE_SCALE, BorrowTerms, CarryKind, Dividend
from engine.domain.ledger.days import days_between
from engine.domain.ledger.interest import (
    INTEREST_TABLES,
    days_words,
    interest_on,
    percent_words,
    rounded_share,
)
from engine.domain.ledger.positions import Position
from engine.domain.ledger.valuation import NO_MARK, value_or_cost
from engine.domain.state import Account, State
from engine.instruments import Instrument, format_money, format_money_rounded
from engine.values import Money, Nanos, Price, Quantity

BORROW_YEAR_DAYS = 360
"""Borrow fees count days of a year of 360, as stock loan does."""


def terms_of(state: State, symbol: str) -> BorrowTerms | None:
    """The borrow terms of a symbol; None where the table has no row for it, nor one for all."""
    return state.borrow.get(symbol) or state.borrow.get(EVERY_SYMBOL)


def overnight(
    state: State, to_date: int, marks: Mapping[str, Price], now: Nanos
) -> list[ev.CarryBooked]:
    """Everything that the nights from the state's trade date to `to_date` book, in cash.

    Counted on what was held at the close, by calendar days: a Friday's night counts three. Days
    begin on the trade date, not on settlement. A dividend moves on its ex-date; brokers pay later.
    """
    days = days_between(state.trade_date, to_date)
    if days <= 0:
        return []
    booked: list[ev.CarryBooked] = []
    for account in state.accounts.values():
        night = _Night(state, account, to_date, days, marks, now)
        booked += [*night.borrow(), *night.interest(), *night.dividends()]
    return booked


class _Night:
    """One account over one night, or over several in a row."""

    def __init__(
        self,
        state: State,
        account: Account,
        to_date: int,
        days: int,
        marks: Mapping[str, Price],
        now: Nanos,
    ) -> None:
        self._state, self._account, self._now = state, account, now
        self._from, self._to, self._days, self._marks = state.trade_date, to_date, days, marks

    def _booked(
        self,
        kind: CarryKind,
        currency: str,
        symbol: str,
        amount: int,
        days: int,
        quantity: int,
        base: int,
        text: str,
    ) -> ev.CarryBooked:
        return ev.CarryBooked(
            self._now,
            self._account.account,
            kind,
            currency,
            symbol,
            Money(amount),
            self._from,
            self._to,
            days,
            Quantity(quantity),
            Money(base),
            text,
        )

    def _held(self) -> Iterator[tuple[str, Position, Instrument]]:
        for symbol, position in self._account.positions.items():
            if position.quantity:
                yield symbol, position, self._state.instruments[symbol]

    def _value(self, symbol: str, position: Position, instrument: Instrument) -> Money:
        """At the closing mark, else at the last one that is known, else at what it cost."""
        mark = self._marks.get(symbol) or self._state.day_marks.get(symbol, NO_MARK)
        return value_or_cost(position, mark, instrument)

    def borrow(self) -> Iterator[ev.CarryBooked]:
        """The lender's fee on every short position's market value."""
        for symbol, position, instrument in self._held():
            terms = terms_of(self._state, symbol)
            if position.quantity > 0 or terms is None or not terms.rate:
                continue
            value = -self._value(symbol, position, instrument)
            cost = rounded_share(value * terms.rate * self._days, RATE_SCALE * BORROW_YEAR_DAYS)
            size = instrument.format_quantity(-position.quantity)
            text = (
                f"short {size} {symbol} worth {format_money_rounded(Money(value))} "
                f"at {percent_words(terms.rate)} for {days_words(self._days)} of {BORROW_YEAR_DAYS}"
            )
            if cost:
                yield self._booked(
                    CarryKind.BORROW,
                    instrument.currency,
                    symbol,
                    -cost,
                    self._days,
                    position.quantity,
                    value,
                    text,
                )

    def interest(self) -> Iterator[ev.CarryBooked]:
        """On cash less what the shorts are worth: their proceeds are the lender's collateral."""
        table = INTEREST_TABLES.get(self._account.interest_table, {})
        collateral: dict[str, int] = {}
        for symbol, position, instrument in self._held():
            if position.quantity < 0:
                owed = -self._value(symbol, position, instrument)
                collateral[instrument.currency] = collateral.get(instrument.currency, 0) + owed
        for currency, cash in self._account.cash_by_currency().items():
            terms = table.get(currency)
            balance = Money(cash - collateral.get(currency, 0))
            if terms is None or not balance:
                continue
            amount, words = interest_on(balance, terms, self._from, self._days)
            if amount:
                yield self._booked(
                    CarryKind.INTEREST, currency, "", amount, self._days, 0, balance, words
                )

    def dividends(self) -> Iterator[ev.CarryBooked]:
        """To longs; shorts pay the same in lieu. For everything that goes ex in these nights."""
        due: dict[str, list[Dividend]] = {}
        for dividend in self._state.dividends:
            if self._from < dividend.ex_date <= self._to:
                due.setdefault(dividend.symbol, []).append(dividend)
        for symbol, position, instrument in self._held():
            for dividend in due.get(symbol, []):
                amount = position.quantity * instrument.multiplier * dividend.per_share
                kind = CarryKind.DIVIDEND if amount > 0 else CarryKind.PAYMENT_IN_LIEU
                text = (
                    f"{instrument.format_quantity(position.quantity, signed=True)} {symbol}"
                    f" × {format_money(dividend.per_share)}, "
                    f"ex {dividend.ex_date}"
                )
                if amount:
                    yield self._booked(
                        kind, instrument.currency, symbol, amount, 0, position.quantity, 0, text
                    )
