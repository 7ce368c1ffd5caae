"""Prices of a line in numbers of its instrument: figures, named prices of the market, offsets."""

from engine.domain.quotes import Quote
from engine.instruments import PRICE_END, Instrument, NumberTextError, parse_scaled
from engine.language import syntax as syn
from engine.runtime.context import (
    UNKNOWN_INSTRUMENT,
    Context,
    UnresolvedError,
    instrument_of,
    nobody_knows,
)
from engine.values import Price, Side

PERCENT_DIGITS = 4
PERCENT_WHOLE = 100 * 10**PERCENT_DIGITS


def reference_price(
    reference: syn.Reference, quote: Quote | None, symbol: str, context: Context
) -> Price:
    """What the market shows under the name. Raises UnresolvedError where it shows nothing."""
    value = Price(0)
    if quote is not None:
        value = {
            syn.Reference.BID: quote.bid,
            syn.Reference.ASK: quote.ask,
            syn.Reference.MID: quote.mid,
            syn.Reference.LAST: quote.last,
            syn.Reference.OPEN: quote.open,
            syn.Reference.HIGH: quote.high,
            syn.Reference.LOW: quote.low,
            syn.Reference.PREVIOUS_CLOSE: quote.previous_close,
        }[reference]
    if value <= 0 and symbol not in context.state.instruments:
        raise UnresolvedError(nobody_knows(symbol))
    if value <= 0:
        raise UnresolvedError(f"there is no {reference.value} for {symbol} now; give a price")
    return value


def _moved(base: Price, offset: syn.Offset | None, instrument: Instrument) -> Price:
    if offset is None:
        return base
    match offset.unit:
        case syn.OffsetUnit.MONEY:
            distance = parse_scaled(offset.amount, instrument.price_digits)
        case syn.OffsetUnit.TICKS:
            distance = int(offset.amount) * instrument.tick_at(base)
        case syn.OffsetUnit.PERCENT:
            distance = base * parse_scaled(offset.amount, PERCENT_DIGITS) // PERCENT_WHOLE
    return Price(base + offset.sign * distance)


def resolve_price(term: syn.RestingPrice, symbol: str, side: Side, context: Context) -> Price:
    """A limit in the price scale; what follows from the market is rounded to the passive tick."""
    instrument = instrument_of(symbol, context)
    if instrument is UNKNOWN_INSTRUMENT and not isinstance(term, syn.LimitPrice):
        return Price(0)  # R39 denies it by name, which says more than a missing bid
    try:
        if isinstance(term, syn.LimitPrice):
            return instrument.parse_price(term.price)
        if isinstance(term, syn.TouchPrice):
            near = syn.Reference.BID if side is Side.BUY else syn.Reference.ASK
        else:
            near = term.reference
        base = reference_price(near, context.market.quote(symbol), symbol, context)
        moved = _moved(base, term.offset, instrument)
    except NumberTextError as problem:
        raise UnresolvedError(f"{symbol}: {problem}") from problem
    if moved <= 0:
        raise UnresolvedError(f"that offset takes the price of {symbol} to zero or below")
    if moved > instrument.price_max - instrument.tick_at(moved):
        raise UnresolvedError(
            f"that offset takes the price of {symbol} too far: a price is below {PRICE_END:,}"
        )
    return instrument.round_to_tick(moved, up=side is Side.SELL)
