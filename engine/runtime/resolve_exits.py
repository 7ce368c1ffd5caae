"""Distances of exits in numbers: against the price of their entry, or left to its fills."""

from engine.domain.commands import ExitTerm, SubmitOrder
from engine.domain.contingent.terms import price_of
from engine.instruments import Instrument, NumberTextError, parse_scaled
from engine.language import syntax as syn
from engine.runtime.context import Context, UnresolvedError, instrument_of
from engine.runtime.resolve_prices import resolve_price
from engine.values import OrderType, Price, Side

PERCENT_DIGITS = 4


def entry_price(order: SubmitOrder) -> Price:
    """What an order is known to cost before it fills: its limit. 0 for one that takes the market,
    at once or once it is triggered: its fills say what it cost."""
    return order.price if order.type in (OrderType.LIMIT, OrderType.STOP_LIMIT) else Price(0)


def exit_at(
    offset: syn.Offset, kind: OrderType, side: Side, base: Price, instrument: Instrument
) -> ExitTerm:
    """The exit as a price, so that what was reviewed is what leaves; without a `base` a distance.

    `side` is the exit's own. Raises NumberTextError.
    """
    away = _distance(offset, base, instrument)
    if not base:
        return away
    price = price_of(away, base, kind, side, instrument)
    if not price:
        at = instrument.format_price(base)
        raise NumberTextError(f"an exit so far from {at} would stand below the least price")
    return ExitTerm(price)


def exit_of(
    term: syn.RestingPrice | None,
    kind: OrderType,
    entry: SubmitOrder,
    base: Price,
    context: Context,
) -> ExitTerm | None:
    """An exit of an entry that costs `base`, 0 where its fills will say."""
    if term is None:
        return None
    side, symbol = entry.instruction.side.opposite, entry.symbol
    if not isinstance(term, syn.TouchPrice):
        return ExitTerm(resolve_price(term, symbol, side, context))
    try:
        return exit_at(term.offset, kind, side, base, instrument_of(symbol, context))
    except NumberTextError as problem:
        raise UnresolvedError(f"{symbol}: {problem}") from problem


def _distance(offset: syn.Offset, base: Price, instrument: Instrument) -> ExitTerm:
    match offset.unit:
        case syn.OffsetUnit.MONEY:
            amount = parse_scaled(offset.amount, instrument.price_digits)
            return ExitTerm(offset=offset.sign * amount)
        case syn.OffsetUnit.TICKS:
            tick = instrument.tick_at(base) if base else instrument.tick_bands[-1].tick
            return ExitTerm(offset=offset.sign * int(offset.amount) * tick)
        case syn.OffsetUnit.PERCENT:
            return ExitTerm(percent=offset.sign * parse_scaled(offset.amount, PERCENT_DIGITS))
