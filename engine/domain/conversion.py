"""One currency for another, at the rate in force: what the desk makes of `convert`."""

from engine.domain import commands as cmd
from engine.domain import events as ev
from engine.domain.ledger.currency import NO_RATE, conversion_fee, from_base, in_base
from engine.domain.quotes import Market
from engine.domain.reasons import Refusal
from engine.domain.state import Account, State
from engine.values import FIGURE_MAX, LEDGER_MAX, Money, Nanos


def convert(state: State, command: cmd.Convert, market: Market, now: Nanos) -> list[ev.Event]:
    """Sells `amount` of one currency for another; 0 squares the one that is not the account's.

    Squaring buys back a debit as well, so a currency ends at exactly nothing.
    """
    account = state.accounts[command.account]
    subject = f"{command.sold} to {command.bought}"
    foreign = command.bought if command.sold == account.currency else command.sold
    if account.currency not in (command.sold, command.bought) or command.sold == command.bought:
        return [ev.CommandRefused(now, "convert", Refusal.NOT_THROUGH_BASE, subject)]
    rate = state.rate_of(foreign, account.currency)
    if rate == NO_RATE:
        return [ev.CommandRefused(now, "convert", Refusal.NO_RATE, foreign)]
    if command.amount:
        return _sell(account, command, rate, subject, now)
    return _square(account, command, foreign, rate, now)


def _sell(
    account: Account, command: cmd.Convert, rate: int, subject: str, now: Nanos
) -> list[ev.Event]:
    """So much of one currency, which has to be there, fee included."""
    is_own = command.sold == account.currency
    bought = from_base(command.amount, rate) if is_own else in_base(command.amount, rate)
    after = abs(account.cash_in(command.bought)) + bought
    if bought > FIGURE_MAX or after > LEDGER_MAX:
        return [ev.CommandRefused(now, "convert", Refusal.BEYOND_BOOKS, subject)]
    fee = conversion_fee(account.fee_table, command.amount if is_own else bought)
    needed = command.amount + fee if is_own else command.amount
    if needed > account.cash_in(command.sold):
        return [ev.CommandRefused(now, "convert", Refusal.NOT_ENOUGH_CASH, subject)]
    return [_converted(account, command, command.amount, bought, rate, fee, now)]


def _square(
    account: Account, command: cmd.Convert, foreign: str, rate: int, now: Nanos
) -> list[ev.Event]:
    """All of the other currency is sold, or what is owed of it is bought."""
    balance = account.cash_in(foreign)
    if not balance:
        return [ev.CommandRefused(now, "convert", Refusal.NOT_ENOUGH_CASH, foreign)]
    worth = abs(in_base(balance, rate))
    if worth > FIGURE_MAX or worth + abs(account.cash) > LEDGER_MAX:
        return [ev.CommandRefused(now, "convert", Refusal.BEYOND_BOOKS, foreign)]
    fee = conversion_fee(account.fee_table, Money(worth))
    own = account.currency
    if balance > 0:
        pair = cmd.Convert(command.account, foreign, own, Money(0), command.origin)
        return [_converted(account, pair, balance, Money(worth), rate, fee, now)]
    pair = cmd.Convert(command.account, own, foreign, Money(0), command.origin)
    return [_converted(account, pair, Money(worth), Money(-balance), rate, fee, now)]


def _converted(
    account: Account,
    pair: cmd.Convert,
    sold: Money,
    bought: Money,
    rate: int,
    fee: Money,
    now: Nanos,
) -> ev.CurrencyConverted:
    return ev.CurrencyConverted(
        now,
        account.account,
        pair.sold,
        sold,
        pair.bought,
        bought,
        rate,
        fee,
        account.currency,
        pair.origin,
    )
