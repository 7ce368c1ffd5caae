"""What an account is worth and earned today, over its positions and currencies at their marks."""

from collections.abc import Mapping

import msgspec

from engine.domain.cost_facts import CarryKind
from engine.domain.ledger.currency import in_base
from engine.domain.ledger.positions import Position
from engine.domain.ledger.valuation import NO_MARK, day_profit, mark_of, market_value, unrealised
from engine.domain.quotes import Market
from engine.domain.state import Account, Purse, State
from engine.instruments import Instrument
from engine.values import Money, Price

INTEREST = CarryKind.INTEREST.word


class AccountFigures(msgspec.Struct, frozen=True):
    """In the account's currency; None is what cannot be known because a position has no mark."""

    equity: Money | None
    unrealised: Money | None
    realised_day: Money
    """Realised by fills of this trade date, before fees."""
    fees_day: Money
    day: Money | None
    """Profit of the trade date after fees and carry: prices and rates together."""
    price_day: Money | None
    """The part that came from prices, trading and carry, other currencies at today's rate."""
    rate_day: Money | None
    """The part that came from exchange rates: what is left of the day without a residual."""


class _Sums:
    """Figures of what trades in one currency, in that currency."""

    def __init__(self) -> None:
        self.values: list[Money | None] = []
        self.gains: list[Money | None] = []
        self.days: list[Money | None] = []
        self.realised = self.fees = 0

    def add(self, position: Position, mark: Price, instrument: Instrument) -> None:
        self.values.append(market_value(position, mark, instrument))
        self.gains.append(unrealised(position, mark, instrument))
        self.days.append(day_profit(position, mark, instrument))
        self.realised += position.day_realised
        self.fees += position.day_fees


def account_figures(
    account: Account, state: State, market: Market, marks: Mapping[str, Price] | None = None
) -> AccountFigures:
    """Cash plus signed market values; every sum is None as soon as one part of it is.

    `marks` of what is held stand for those of the market, where somebody has chosen them.
    """
    sums = {account.currency: _Sums()}
    for symbol, position in account.positions.items():
        instrument = state.instruments[symbol]
        of_currency = sums.setdefault(instrument.currency, _Sums())
        mark = mark_of(market.quote(symbol)) if marks is None else marks.get(symbol, NO_MARK)
        of_currency.add(position, mark, instrument)
    own = sums.pop(account.currency)
    days = _sum(own.days)
    if days is not None:
        days = Money(days + account.day_carry.get(INTEREST, 0) - account.day_conversion_fees)
    worth = _sum(own.values)
    figures = AccountFigures(
        equity=None if worth is None else Money(account.cash + worth),
        unrealised=_sum(own.gains),
        realised_day=Money(own.realised),
        fees_day=Money(own.fees + account.day_conversion_fees),
        day=days,
        price_day=days,
        rate_day=Money(0),
    )
    for currency, purse in account.purses.items():
        rate = state.rate_of(currency, account.currency)
        figures = _with_purse(figures, purse, sums.get(currency, _Sums()), rate)
    return figures


def _with_purse(figures: AccountFigures, purse: Purse, sums: _Sums, rate: int) -> AccountFigures:
    """Adds one currency. Its day splits exactly: prices at today's rate, and all else is the rate.

    Held now = held at the open + earned + bought; each is counted once, so nothing is left over.
    """
    value, gains, earned = _sum(sums.values), _sum(sums.gains), _sum(sums.days)
    price_day = rate_day = None
    if value is not None and earned is not None:
        earned = Money(earned + purse.day_carry.get(INTEREST, 0))
        held = purse.cash + value
        price_day = in_base(earned, rate)
        at_open = in_base(purse.day_open_value, purse.day_open_rate)
        rate_day = Money(in_base(held, rate) - at_open - purse.day_paid - price_day)
    return AccountFigures(
        equity=None if value is None else _plus(figures.equity, in_base(purse.cash + value, rate)),
        unrealised=_plus(figures.unrealised, None if gains is None else in_base(gains, rate)),
        realised_day=Money(figures.realised_day + in_base(sums.realised, rate)),
        fees_day=Money(figures.fees_day + in_base(sums.fees, rate)),
        day=_plus(_plus(figures.day, price_day), rate_day),
        price_day=_plus(figures.price_day, price_day),
        rate_day=_plus(figures.rate_day, rate_day),
    )


def _plus(one: Money | None, other: Money | None) -> Money | None:
    return None if one is None or other is None else Money(one + other)


def _sum(parts: list[Money | None]) -> Money | None:
    known = [part for part in parts if part is not None]
    return Money(sum(known)) if len(known) == len(parts) else None


def average_cost(position: Position, instrument: Instrument) -> Price:
    """Total cost per unit, rounded to the price scale for the eye; 0 when flat."""
    return instrument.average_price(position.cost, position.quantity)
