"""Values of a message in our words: prices, sizes, times and names, exact or said to be none."""

from collections.abc import Mapping

import msgspec

from connectors.fix.codes import LIQUIDITY_OF, LIVES, SIDES, TYPES
from connectors.fix.message import Message
from connectors.fix.stamps import format_stamp, parse_stamp
from connectors.fix.tags import Tag
from engine.instruments import POWERS_OF_TEN, Instrument, NumberTextError, parse_exact
from engine.values import (
    NANOS_PER_SECOND,
    Instruction,
    Liquidity,
    Nanos,
    OrderType,
    Price,
    Quantity,
    TimeInForce,
    clamped,
)

UNKNOWN_SIDE = Instruction.BUY
TIME_END = Nanos(7_258_118_400 * NANOS_PER_SECOND)
"""2200: FIX goes to the year 9999, and 64 bits end before."""
DIGITS_MAX = 15
"""Decimals that a price of a venue may have; beyond ours it is rounded, and said so."""
_LIQUIDITIES = {code: word for word, code in LIQUIDITY_OF.items()}
_DATE_BYTES = 8


class Amount(msgspec.Struct, frozen=True, gc=False):
    """A price or a size in our scale; `is_exact`: nothing was rounded away."""

    value: int
    is_exact: bool = True


NOTHING = Amount(0)


def price_of(message: Message, tag: int, instrument: Instrument) -> Amount:
    """0 where it is not there or no number; finer than our scale it is rounded half away."""
    return scaled(message.text(tag), instrument.price_digits)


def size_of(message: Message, tag: int, instrument: Instrument) -> Amount:
    return scaled(message.text(tag), instrument.quantity_digits)


def scaled(text: str, digits: int) -> Amount:
    """Decimal text in a scale of so many digits; empty is 0, what is no number is not exact,
    and neither is what no fact may carry: that is told as the bound."""
    if not text:
        return NOTHING
    whole, _, part = text.partition(".")
    part = part.rstrip("0")
    finer = min(max(len(part), digits), DIGITS_MAX)
    try:
        value = parse_exact(f"{whole}.{part[:finer]}" if part else whole, finer)
    except NumberTextError:
        return Amount(0, is_exact=False)
    if finer == digits:
        bounded = clamped(value)
        return Amount(bounded, is_exact=bounded == value)
    step = POWERS_OF_TEN[finer - digits]
    rounded = (abs(value) + step // 2) // step
    return Amount(clamped(rounded if value >= 0 else -rounded), is_exact=False)


def when(message: Message) -> Nanos:
    """TransactTime (60); 0 where it is not there, or of no time of ours: then nobody knows."""
    at = parse_stamp(message.get(Tag.TRANSACT_TIME) or b"") or Nanos(0)
    return at if 0 < at < TIME_END else Nanos(0)


def date_of(message: Message) -> str:
    """TradeDate (75), else that of the transaction, else of the first sending; YYYYMMDD.

    The same message says the same date, however often it comes.
    """
    for tag in (Tag.TRADE_DATE, Tag.TRANSACT_TIME, Tag.ORIG_SENDING_TIME, Tag.SENDING_TIME):
        value = message.text(tag)
        if len(value) >= _DATE_BYTES and value[:_DATE_BYTES].isdigit():
            return value[:_DATE_BYTES]
    return format_stamp(Nanos(0))[:_DATE_BYTES].decode("ascii")


def instruction_of(message: Message) -> Instruction:
    return SIDES.get(message.get(Tag.SIDE) or b"", UNKNOWN_SIDE)


def type_of(message: Message) -> OrderType:
    """As a limit where it says nothing, or something that has no word here."""
    return TYPES.get(message.get(Tag.ORD_TYPE) or b"", OrderType.LIMIT)


def life_of(message: Message) -> TimeInForce:
    """For the day where it says nothing, as FIX has it."""
    return LIVES.get(message.get(Tag.TIME_IN_FORCE) or b"0", TimeInForce.DAY)


def liquidity_of(message: Message) -> Liquidity:
    """Without a word of the venue's the dearer one: fees are then never too low."""
    return _LIQUIDITIES.get(message.get(Tag.LAST_LIQUIDITY) or b"", Liquidity.TAKER)


def instrument_of(message: Message, known: Mapping[str, Instrument]) -> Instrument:
    """Of the message's symbol; one that nobody listed is read as a share."""
    symbol = message.text(Tag.SYMBOL)
    return known.get(symbol) or Instrument(symbol)


def terms_of(message: Message, instrument: Instrument) -> tuple[Price, Quantity, Price]:
    """(limit, total quantity, stop) that a report says are in force; 0 where it does not."""
    price = price_of(message, Tag.PRICE, instrument).value
    quantity = size_of(message, Tag.ORDER_QTY, instrument).value
    stop = price_of(message, Tag.STOP_PX, instrument).value
    return Price(price), Quantity(quantity), Price(stop)
