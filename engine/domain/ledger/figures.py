"""What an account is worth and earned today, summed over its positions at their marks."""

import msgspec

from engine.domain.ledger.positions import Position
from engine.domain.ledger.valuation import day_profit, mark_of, market_value, unrealised
from engine.domain.quotes import Market
from engine.instruments import Instrument
from engine.values import MONEY_SCALE, Money, Price


class AccountFigures(msgspec.Struct, frozen=True):
    """None stands for what cannot be known because a position has no mark."""

    equity: Money | None
    unrealised: Money | None
    realised_day: Money
    """Realised by fills of this trade date, before fees."""
    fees_day: Money
    day: Money | None
    """Profit of the trade date after fees."""


def account_figures(
    cash: Money,
    positions: dict[str, Position],
    instruments: dict[str, Instrument],
    market: Market,
) -> AccountFigures:
    """Cash plus signed market values; every sum is None as soon as one part of it is."""
    values: list[Money | None] = []
    gains: list[Money | None] = []
    days: list[Money | None] = []
    for symbol, position in positions.items():
        mark, instrument = mark_of(market.quote(symbol)), instruments[symbol]
        values.append(market_value(position, mark, instrument))
        gains.append(unrealised(position, mark, instrument))
        days.append(day_profit(position, mark, instrument))
    worth = _sum(values)
    return AccountFigures(
        equity=None if worth is None else Money(cash + worth),
        unrealised=_sum(gains),
        realised_day=Money(sum(p.day_realised for p in positions.values())),
        fees_day=Money(sum(p.day_fees for p in positions.values())),
        day=_sum(days),
    )


def _sum(parts: list[Money | None]) -> Money | None:
    known = [part for part in parts if part is not None]
    return Money(sum(known)) if len(known) == len(parts) else None


def average_cost(position: Position, instrument: Instrument) -> Price:
    """Total cost per unit, rounded to the price scale for the eye; 0 when flat."""
    if not position.quantity:
        return Price(0)
    per_unit = MONEY_SCALE // instrument.price_scale * instrument.multiplier
    return Price(position.cost // (position.quantity * per_unit))
