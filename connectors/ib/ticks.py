"""Kinds of ticks, and what each changes of a quote: pure but for the quote that it writes."""

from connectors.ib.numbers import is_number, scaled
from engine.domain.quotes import Lending, Phase, Quote, Source
from engine.instruments import Instrument
from engine.values import Price, Quantity

BID_SIZE, BID, ASK, ASK_SIZE, LAST, LAST_SIZE = 0, 1, 2, 3, 4, 5
HIGH, LOW, VOLUME, CLOSE, OPEN = 6, 7, 8, 9, 14
SHORTABLE, HALTED, RT_VOLUME, SHORTABLE_SHARES = 46, 49, 48, 89
DELAYED_TO_LIVE = {
    66: BID,
    67: ASK,
    68: LAST,
    69: BID_SIZE,
    70: ASK_SIZE,
    71: LAST_SIZE,
    72: HIGH,
    73: LOW,
    74: VOLUME,
    75: CLOSE,
    76: OPEN,
    90: HALTED,
}
DATA_TYPES = {1: Source.LIVE, 2: Source.FROZEN, 3: Source.DELAYED, 4: Source.FROZEN}
"""Of the callback marketDataType; frozen, delayed or not, is the last that was seen."""
HALT_WORDS = {1: "halted at its exchange", 2: "paused for its volatility"}
NO_HALT = (0, -1)
EASY_ABOVE, ON_REQUEST_ABOVE = 2.5, 1.5


def write(quote: Quote, instrument: Instrument, kind: int, tick: tuple[float, float]) -> bool:
    """One tick, by its live kind; True where it says what bid, ask, last or a size of them is."""
    price, size = tick
    if kind in (BID_SIZE, ASK_SIZE, LAST_SIZE, VOLUME):
        return _write_size(quote, kind, scaled(size, instrument.quantity_digits).value)
    if not is_number(price):
        return False
    value = Price(scaled(price, instrument.price_digits).value)
    if value > instrument.price_max:
        return False  # no price at all, and what was there before it stays
    match kind:
        case 1:
            quote.bid = Price(max(0, value))
            if value <= 0:
                quote.bid_size = Quantity(0)
            return True
        case 2:
            quote.ask = Price(max(0, value))
            if value <= 0:
                quote.ask_size = Quantity(0)
            return True
        case 4 if value > 0:
            quote.last_direction = (value > quote.last) - (value < quote.last) if quote.last else 0
            quote.last = value
            return True
        case 6 if value > 0:
            quote.high = value
        case 7 if value > 0:
            quote.low = value
        case 9 if value > 0:
            quote.previous_close = value
        case 14 if value > 0:
            quote.open = value
    return False


def _write_size(quote: Quote, kind: int, size: int) -> bool:
    value = Quantity(max(0, size))
    match kind:
        case 0:
            quote.bid_size = value if quote.bid else Quantity(0)
            return True
        case 3:
            quote.ask_size = value if quote.ask else Quantity(0)
            return True
        case 5:
            quote.last_size = value
            return True
    quote.volume = value
    return False


def halt(quote: Quote, value: float, usual: Phase) -> bool:
    """Tick 49; True where the symbol's phase is another now. `usual`: by its hours."""
    if not is_number(value):
        return False
    words = HALT_WORDS.get(int(value), "")
    if int(value) not in NO_HALT and not words:
        words = "halted"
    phase = Phase.HALTED if words else usual
    changed = phase is not quote.phase
    quote.phase, quote.phase_text = phase, words
    return changed


def lend(quote: Quote, instrument: Instrument, kind: int, tick: tuple[float, float]) -> None:
    """Ticks 46 and 89: above 2.5 there are 1,000 shares or more, above 1.5 somebody at IB would
    have to look for them (IB's own table of the generic tick 236); 89 counts them."""
    value = max(tick)
    if not is_number(value):
        return
    if kind == SHORTABLE_SHARES:
        quote.lendable = Quantity(max(0, scaled(value, instrument.quantity_digits).value))
    elif value > EASY_ABOVE:
        quote.lending = Lending.EASY
    else:
        quote.lending = Lending.ON_REQUEST if value > ON_REQUEST_ABOVE else Lending.NONE


def forget(quote: Quote, source: Source, text: str) -> None:
    """The data behind it is no more: nobody is shown old prices as if they were new."""
    quote.bid = quote.ask = Price(0)
    quote.bid_size = quote.ask_size = Quantity(0)
    quote.lending, quote.lendable = Lending.UNSAID, Quantity(-1)
    quote.source, quote.source_text = source, text
