"""The vocabulary that all rooms share: prices, sizes, money, time, sides and order words."""

from enum import IntEnum
from typing import NewType

Price = NewType("Price", int)
"""Integer in the instrument's price scale (US equities: 1/10,000 dollar)."""
Quantity = NewType("Quantity", int)
"""Integer in the instrument's quantity scale (US equities: one share)."""
Money = NewType("Money", int)
"""Integer in the currency's minor unit with four more digits (USD: 1/1,000,000 dollar)."""
Nanos = NewType("Nanos", int)
"""Nanoseconds since 1970-01-01 00:00:00 UTC."""
OrderId = NewType("OrderId", int)
"""Desk-wide order counter, from 1, never reused."""
Sequence = NewType("Sequence", int)
"""Position of a record in the journal, from 1, without gaps."""

FIGURE_MAX = 10**18 - 1
"""The largest price, size or amount of one fact: what eighteen digits hold, as the columns of the
store do. Nine of them still fit the journal's 64 bits, so that a sum of two never needs a look."""
LEDGER_MAX = 4 * FIGURE_MAX
"""What a sum over many facts may come to, such as cash: a next one still fits 64 bits."""
ORDER_VALUE_MAX = 10**17
"""What one order may be worth, in money units: what a short sale needs is within four times of it,
and so within `FIGURE_MAX`."""
MONEY_SCALE = 1_000_000
"""Money units in one unit of currency."""
NANOS_PER_SECOND = 1_000_000_000
NANOS_PER_MILLISECOND = 1_000_000


def clamped(value: int) -> int:
    """A figure that somebody else tells, within what a fact may carry.

    Where it was more it becomes `FIGURE_MAX`, which no decision counts as a price or a size.
    """
    return max(-FIGURE_MAX, min(FIGURE_MAX, value))


class Side(IntEnum):
    """The side of a book; the value is the sign of the position it builds."""

    BUY = 1
    SELL = -1

    @property
    def opposite(self) -> "Side":
        return Side.SELL if self is Side.BUY else Side.BUY


_SIDES = (Side.BUY, Side.BUY, Side.SELL, Side.SELL, Side.BUY)
"""By the number of the instruction; nothing has number 0."""


class Instruction(IntEnum):
    """What the trader means by a side; SHORT and COVER are marked, never guessed."""

    BUY = 1
    SELL = 2
    SHORT = 3
    COVER = 4

    side: Side

    def __init__(self, number: int) -> None:
        # A field and no property: every order asks several times.
        self.side = _SIDES[number]

    @property
    def word(self) -> str:
        return self.name.lower()


class OrderType(IntEnum):
    """How the order meets the book."""

    LIMIT = 1
    MARKET = 2
    STOP = 3
    STOP_LIMIT = 4

    has_limit: bool
    has_stop: bool

    def __init__(self, number: int) -> None:
        # Fields like `Instruction.side`, and for the same reason.
        self.has_limit, self.has_stop = number in (1, 4), number in (3, 4)

    @property
    def code(self) -> str:
        return _ORDER_TYPE_CODES[self]


class TimeInForce(IntEnum):
    """How long the order lives."""

    DAY = 1
    GTC = 2
    IOC = 3
    FOK = 4
    OPG = 5
    """For the opening auction alone: LOO and MOO."""
    CLS = 6
    """For the closing auction alone: LOC and MOC."""

    is_for_auction: bool

    def __init__(self, number: int) -> None:
        self.is_for_auction = number >= 5


class Trigger(IntEnum):
    """What a stop watches: the last trade, the touch it would hit (bid/ask), or the mid."""

    LAST = 1
    QUOTE = 2
    MID = 3


class Liquidity(IntEnum):
    """Whether a fill added or removed liquidity, or neither: in an auction all meet at once."""

    MAKER = 1
    TAKER = 2
    AUCTION = 3


_ORDER_TYPE_CODES = {
    OrderType.LIMIT: "LMT",
    OrderType.MARKET: "MKT",
    OrderType.STOP: "STP",
    OrderType.STOP_LIMIT: "STP LMT",
}
