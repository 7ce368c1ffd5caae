"""What carry, conversions and the tables behind them change: cash, ledgers and the day's lines."""

from collections.abc import Callable
from typing import Any

from engine.domain import events as ev
from engine.domain.cost_facts import CarryKind, FxRate
from engine.domain.ledger.postings import (
    post,
    postings_of_carry,
    postings_of_purchase,
    postings_of_sale,
)
from engine.domain.reference_changes import reference_known
from engine.domain.reference_facts import ReferenceKnown
from engine.domain.state import Account, Purse, State
from engine.values import Money


def purse_of(account: Account, currency: str) -> Purse:
    """The cash and ledger of a currency other than the account's own; opened on first use."""
    purse = account.purses.get(currency)
    if purse is None:
        purse = account.purses[currency] = Purse()
    return purse


def _carry_booked(state: State, event: ev.CarryBooked) -> None:
    account = state.accounts[event.account]
    kind, amount = event.carry.word, event.amount
    postings = postings_of_carry(kind, event.symbol, amount)
    if event.currency == account.currency:
        account.cash = Money(account.cash + amount)
        post(account.ledger, postings)
        day = account.day_carry
    else:
        purse = purse_of(account, event.currency)
        purse.cash = Money(purse.cash + amount)
        post(purse.ledger, postings)
        day = purse.day_carry
    day[kind] = Money(day.get(kind, 0) + amount)
    if event.carry is not CarryKind.INTEREST:
        position = account.positions[event.symbol]
        position.day_carry = Money(position.day_carry + amount)


def _borrow_known(state: State, event: ev.BorrowKnown) -> None:
    state.borrow = {row.symbol: row for row in event.rows}


def _dividends_known(state: State, event: ev.DividendsKnown) -> None:
    state.dividends = event.rows


def _fx_known(state: State, event: ev.FxRatesKnown) -> None:
    state.fx_base = event.base
    rates: dict[str, list[FxRate]] = {}
    for row in event.rows:
        rates.setdefault(row.currency, []).append(row)
    state.fx_rates = {currency: tuple(rows) for currency, rows in rates.items()}


def _converted(state: State, event: ev.CurrencyConverted) -> None:
    """Each currency's own postings sum to zero: what changed hands stands in `exchange` of both."""
    account = state.accounts[event.account]
    own = account.currency
    sold = postings_of_sale(event.sold_amount, event.fee if event.sold == own else Money(0))
    bought = postings_of_purchase(
        event.bought_amount, event.fee if event.bought == own else Money(0)
    )
    _move(account, event.sold, Money(-event.sold_amount))
    _move(account, event.bought, event.bought_amount)
    account.cash = Money(account.cash - event.fee)
    account.day_conversion_fees = Money(account.day_conversion_fees + event.fee)
    for currency, postings in ((event.sold, sold), (event.bought, bought)):
        ledger = account.ledger if currency == own else account.purses[currency].ledger
        post(ledger, postings)
    other = event.bought if event.sold == own else event.sold
    purse = account.purses[other]
    sign = 1 if event.bought == other else -1
    units, cost = (
        (event.bought_amount, event.sold_amount)
        if sign > 0
        else (event.sold_amount, event.bought_amount)
    )
    purse.day_bought = Money(purse.day_bought + sign * units)
    purse.day_paid = Money(purse.day_paid + sign * cost)


def _move(account: Account, currency: str, amount: Money) -> None:
    if currency == account.currency:
        account.cash = Money(account.cash + amount)
    else:
        purse = purse_of(account, currency)
        purse.cash = Money(purse.cash + amount)


COST_CHANGES: dict[type, Callable[[State, Any], None]] = {
    ev.CarryBooked: _carry_booked,
    ev.BorrowKnown: _borrow_known,
    ev.DividendsKnown: _dividends_known,
    ev.FxRatesKnown: _fx_known,
    ReferenceKnown: reference_known,
    ev.CurrencyConverted: _converted,
}
"""Event type → what it changes about money that no fill moves."""
