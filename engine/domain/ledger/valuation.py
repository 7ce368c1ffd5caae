"""What positions are worth at a mark; None where there is none that can be, never zero."""

from engine.domain.ledger.positions import Position
from engine.domain.quotes import Quote
from engine.instruments import Instrument
from engine.values import FIGURE_MAX, Money, Price, Quantity

NO_MARK = Price(0)


def mark_of(quote: Quote | None) -> Price:
    """The mid of a sound quote, else the last trade, else last night's; 0 where there is none."""
    if quote is None:
        return NO_MARK
    bid, ask = quote.bid, quote.ask
    if 0 < bid <= ask:
        return (bid + ask) // 2  # type: ignore[return-value]  # half-way between prices is a price
    return quote.last or quote.previous_close


def market_value(position: Position, mark: Price, instrument: Instrument) -> Money | None:
    """Signed value at the mark; a flat position is worth nothing, with or without one.

    A mark at which it would be worth more than a figure can say is none: no market means that.
    """
    return Money(0) if position.quantity == 0 else _value(mark, position.quantity, instrument)


def value_or_cost(position: Position, mark: Price, instrument: Instrument) -> Money:
    """Signed value at the mark, and what the open lots cost where there is none."""
    value = market_value(position, mark, instrument)
    return position.cost if value is None else value


def _value(mark: Price, quantity: Quantity, instrument: Instrument) -> Money | None:
    value = instrument.notional(mark, quantity) if mark else None
    return value if value is not None and -FIGURE_MAX <= value <= FIGURE_MAX else None


def unrealised(position: Position, mark: Price, instrument: Instrument) -> Money | None:
    """Market value less the cost of the open lots, before fees."""
    value = market_value(position, mark, instrument)
    return None if value is None else Money(value - position.cost)


def day_profit(position: Position, mark: Price, instrument: Instrument) -> Money | None:
    """The trade date's profit: value now − value at the open + cash of trades − fees + carry."""
    value = market_value(position, mark, instrument)
    if value is None:
        return None
    at_open = Money(0)
    if position.day_open_quantity:
        opened = _value(position.day_open_mark, position.day_open_quantity, instrument)
        if opened is None:
            return None
        at_open = opened
    return Money(value - at_open + position.day_cash - position.day_fees + position.day_carry)
