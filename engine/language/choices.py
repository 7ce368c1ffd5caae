"""Closed choices of words that controls and expectations of the order language offer."""

from enum import StrEnum

import msgspec

Size = int | str
"""A number of shares or coins: whole, or exact decimal text ("0.015") where parts are traded."""


class SizeWord(StrEnum):
    """A size that the desk works out: all that is allowed, the position, half of the position."""

    MAX = "max"
    POSITION = "pos"
    HALF = "half"


class OrderGroup(StrEnum):
    """Which of a symbol's working orders: entries open or increase a position, exits reduce it."""

    ALL = "all"
    BUYS = "buys"
    SELLS = "sells"
    ENTRIES = "entries"
    EXITS = "exits"


class OffsetUnit(StrEnum):
    """What an offset counts: money (no suffix), ticks (`5t`), percent of the reference (`0.5%`)."""

    MONEY = ""
    TICKS = "t"
    PERCENT = "%"


class OrderState(StrEnum):
    """The states that `wait` and `expect` can name."""

    STAGED = "staged"
    HELD = "held"
    WORKING = "working"
    PARTIAL = "partial"
    FILLED = "filled"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    DENIED = "denied"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


class Comparison(StrEnum):
    """How `expect cash` compares what is there with what is written."""

    AT_LEAST = ">="
    AT_MOST = "<="
    ABOVE = ">"
    BELOW = "<"
    EQUAL = "="


class ReplayVerb(StrEnum):
    """What is asked of the market's time."""

    PAUSE = "pause"
    PLAY = "play"
    STEP = "step"
    STEP_TRADE = "step trade"
    SPEED = "speed"
    JUMP = "jump"
    JUMP_FILL = "jump fill"
    RESTART = "restart"


class Reference(StrEnum):
    """A price that the market has when the line runs; `pc` is the previous close."""

    BID = "bid"
    ASK = "ask"
    MID = "mid"
    LAST = "last"
    OPEN = "open"
    HIGH = "high"
    LOW = "low"
    PREVIOUS_CLOSE = "pc"


class ResolvedAs(StrEnum):
    """What a person says became of an order in doubt."""

    NOT_PLACED = "not-placed"
    CANCELLED = "cancelled"
    FILLED = "filled"


class LinkAct(StrEnum):
    """What a person says of the line to a venue."""

    GO = "go"
    """Dial again, with the numbers as they are."""
    RESET = "reset"
    """Both numbers begin at 1."""
    IN = "in"
    """The number that is expected next."""
    OUT = "out"
    """The number of what leaves next."""
    DISPUTE = "dispute"
    """Tells the venue that nobody here knows a trade."""
    SWEEP = "sweep"
    """Cancels everything in the account there, whoever sent it."""


class Adopted(StrEnum):
    """What of the venue's a person takes over."""

    ORDER = "order"
    POSITION = "position"


class Offset(msgspec.Struct, frozen=True, gc=False):
    """A signed distance: plus is a higher price, minus a lower one, whatever the side."""

    is_up: bool
    amount: str
    unit: OffsetUnit = OffsetUnit.MONEY

    @property
    def sign(self) -> int:
        return 1 if self.is_up else -1
