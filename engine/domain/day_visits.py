"""A visit to another market's calendar: the day that is left is kept, and found again as it was.

A loss of the day would otherwise be forgotten by who opens a recorded day and comes back, and the
limits on it with it. What was traded elsewhere meanwhile comes in, or goes out, at its cost: its
result belongs to the date that it was made on.
"""

from engine.domain.day_kept import AccountDay, PositionDay, PurseDay
from engine.domain.ledger.currency import in_base
from engine.domain.state import Account, State
from engine.values import Money

DAYS_KEPT_MAX = 8
"""Trade dates that one account remembers beside its present one: one for each market visited."""


def leave_day(state: State, account: Account) -> None:
    """Keeps the day's figures of the trade date that the desk is in."""
    positions = {
        position.symbol: PositionDay(
            position.day_realised,
            position.day_fees,
            position.day_traded,
            position.day_open_quantity,
            position.day_open_mark,
            position.day_cash,
            position.day_carry,
            position.cost,
            position.day_opened,
        )
        for position in account.positions.values()
        if position.quantity or position.day_traded or position.day_carry
    }
    purses = {
        currency: PurseDay(
            purse.day_open_value,
            purse.day_open_rate,
            purse.day_bought,
            purse.day_paid,
            dict(purse.day_carry),
            _held_at_cost(state, account, currency),
        )
        for currency, purse in account.purses.items()
    }
    carry, fees = dict(account.day_carry), account.day_conversion_fees
    if positions or purses or carry or fees or account.flow.orders:
        equity = account.day_open_equity
        kept = AccountDay(
            account.day_open_cash, fees, carry, positions, purses, account.flow, equity
        )
        account.other_days[state.trade_date] = kept
    while len(account.other_days) > DAYS_KEPT_MAX:
        del account.other_days[next(iter(account.other_days))]


def find_day(state: State, account: Account) -> None:
    """The figures of the trade date that the desk is in now, if it was in it before."""
    kept = account.other_days.pop(state.trade_date, None)
    if kept is None:
        return
    account.day_open_cash, account.day_conversion_fees = kept.open_cash, kept.conversion_fees
    account.day_carry, account.flow = kept.carry, kept.flow
    account.day_open_equity = kept.open_equity
    for position in account.positions.values():
        day = kept.positions.get(position.symbol) or PositionDay()
        position.day_realised, position.day_fees = day.realised, day.fees
        position.day_traded, position.day_carry = day.traded, day.carry
        position.day_open_quantity, position.day_open_mark = day.open_quantity, day.open_mark
        position.day_cash = Money(day.cash - (position.cost - day.cost))
        position.day_opened = day.opened and bool(position.quantity)
    _find_purses(state, account, kept)


def _find_purses(state: State, account: Account, kept: AccountDay) -> None:
    for currency, purse in account.purses.items():
        day = kept.purses.get(currency) or PurseDay()
        came = Money(_held_at_cost(state, account, currency) - day.held)
        purse.day_open_value, purse.day_open_rate = day.open_value, day.open_rate
        purse.day_bought, purse.day_carry = Money(day.bought + came), day.carry
        # What came in meanwhile has made nothing of the rate on this day.
        paid = in_base(came, state.rate_of(currency, account.currency))
        purse.day_paid = Money(day.paid + paid)


def _held_at_cost(state: State, account: Account, currency: str) -> Money:
    positions = account.positions.values()
    of = state.instruments
    cost = sum(p.cost for p in positions if p.quantity and of[p.symbol].currency == currency)
    return Money(account.purses[currency].cash + cost)
