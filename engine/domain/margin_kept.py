"""What an account's margin regime has to remember: cash on its way, day trades, calls, bans."""

from enum import IntEnum

import msgspec

from engine.structs import set_directly
from engine.values import Money, Nanos, OrderId, Quantity


@set_directly
class Settling(msgspec.Struct, gc=False):
    """Cash of one currency that changes hands on one settlement date."""

    received: Money = Money(0)
    owed: Money = Money(0)
    """Both at or above 0."""


class Funded(msgspec.Struct, gc=False):
    """Shares that were bought with proceeds which had not settled."""

    until: int
    """The settlement date of those proceeds: sold before it, a good-faith violation."""
    quantity: Quantity


class CallKind(IntEnum):
    """Which rule calls for more equity."""

    MAINTENANCE = 1
    INTRADAY = 2
    OVERNIGHT = 3
    """Reg T: what stayed over the night is not backed by half."""

    @property
    def word(self) -> str:
        return self.name.lower()


class MarginCall(msgspec.Struct, gc=False):
    """Equity that is asked for, and until when."""

    amount: Money
    called_on: int
    due_date: int
    """The last trade date on which it can be met in time."""
    due_at: Nanos = Nanos(0)
    """Market time at which the grace period of a maintenance call ends; 0 where days count."""
    is_late: bool = False
    """The grace is over and a way out was proposed, or taken."""


@set_directly
class MarginMemory(msgspec.Struct):
    """Kept by `apply` alone; every list has a bound."""

    settling: dict[str, dict[int, Settling]] = {}
    """By currency and settlement date: what is not yet in settled cash."""
    funded: dict[str, list[Funded]] = {}
    """By symbol, the oldest first; cash accounts only."""
    violations: list[int] = []
    """Trade dates of good-faith violations, the oldest first."""
    violated_by: OrderId = OrderId(0)
    """The sale that the last one came of: it counts once, however often it is filled."""
    settled_only_until: int = 0
    """Purchases with settled cash alone up to this date; 0: never was."""
    day_trades: dict[int, dict[OrderId, None]] = {}
    """By trade date, the orders that closed what was opened on the same date."""
    calls: dict[int, MarginCall] = {}
    """By `CallKind`."""
    closing_only_until: int = 0
    level: int = 0
    """The `MarginLevel` that was told last."""
