"""Kinds of ticks, and what each changes of a quote: pure but for the quote that it writes."""

from connectors.ib.numbers import is_number, scaled
from engine.domain.quotes import Phase, Quote, Source
from engine.instruments import Instrument
from engine.values import Nanos, Price, Quantity

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


def write(quote: Quote, instrument: Instrument, kind: int, tick: tuple[float, float]) -> bool:
    """One tick, by its live kind; True where bid, ask, last or a size of them is another now."""
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
            was, quote.bid = quote.bid, Price(max(0, value))
            if value <= 0:
                quote.bid_size = Quantity(0)
            return was != quote.bid
        case 2:
            was, quote.ask = quote.ask, Price(max(0, value))
            if value <= 0:
                quote.ask_size = Quantity(0)
            return was != quote.ask
        case 4 if value > 0:
            quote.last_direction = (value > quote.last) - (value < quote.last) if quote.last else 0
            was, quote.last = quote.last, value
            return was != value
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
            was, quote.bid_size = quote.bid_size, value if quote.bid else Quantity(0)
            return was != quote.bid_size
        case 3:
            was, quote.ask_size = quote.ask_size, value if quote.ask else Quantity(0)
            return was != quote.ask_size
        case 5:
            was, quote.last_size = quote.last_size, value
            return was != value
    quote.volume = value
    return False


def halt(quote: Quote, value: float, usual: Phase) -> bool:
    """Tick 49; True where the symbol's phase is another now. `usual`: by its hours."""
    words = HALT_WORDS.get(int(value), "")
    if int(value) not in NO_HALT and not words:
        words = "halted"
    phase = Phase.HALTED if words else usual
    changed = phase is not quote.phase
    quote.phase, quote.phase_text = phase, words
    return changed


def forget(quote: Quote, at: Nanos) -> None:
    """The data behind it is lost: old prices are shown by nobody as if they were new."""
    quote.bid = quote.ask = Price(0)
    quote.bid_size = quote.ask_size = Quantity(0)
    quote.at = at
