"""What marks say of an account's margin, as the watch tells it, and what follows from it."""

from enum import IntEnum

from engine.domain.facts import Fact
from engine.domain.loss_facts import Marks
from engine.domain.margin_kept import CallKind
from engine.values import Money, Nanos, OrderId, Quantity


class MarginLevel(IntEnum):
    """How far the account is from what it must not go below; a larger value is worse."""

    AMPLE = 0
    WARN = 1
    REDUCING = 2
    CALL = 3
    """Equity is below maintenance."""


class MarginSeen(Fact, frozen=True, tag="margin_seen"):
    """Equity and what it has to cover, as every look of the last two seconds has shown it."""

    account: str
    equity: Money
    maintenance: Money
    overnight: Money
    """What would have to be backed over the night."""
    marks: Marks


class MarginMoved(Fact, frozen=True, tag="margin_moved"):
    """R32: another level than before; `share`: (equity − maintenance) ÷ equity in bps."""

    at: Nanos
    account: str
    level: MarginLevel
    equity: Money
    maintenance: Money
    share: int
    marks: Marks


class MarginCalled(Fact, frozen=True, tag="margin_called"):
    """More equity is asked for: until a date, or within the grace of a maintenance call."""

    at: Nanos
    account: str
    call: CallKind
    amount: Money
    trade_date: int
    due_date: int
    due_at: Nanos
    marks: Marks


class MarginCallMet(Fact, frozen=True, tag="margin_call_met"):
    at: Nanos
    account: str
    call: CallKind


class MarginCallLate(Fact, frozen=True, tag="margin_call_late"):
    """Not met in time: what closing would free most is proposed; a flatten follows only where the
    settings let the desk do it."""

    at: Nanos
    account: str
    call: CallKind
    amount: Money
    symbol: str
    quantity: Quantity
    """Signed, of the position that is proposed to be closed."""
    is_carried_out: bool
    closing_only_until: int = 0
    """Of an intraday call: nothing is opened up to this date."""


class GoodFaithViolated(Fact, frozen=True, tag="good_faith"):
    """Sold before what had paid for it was settled (12 CFR 220.8)."""

    at: Nanos
    account: str
    order_id: OrderId
    symbol: str
    quantity: Quantity
    until: int
    """The settlement date of what had paid for it."""
    violations: int
    """Of this year, with this one."""


MarginEvent = MarginMoved | MarginCalled | MarginCallMet | MarginCallLate | GoodFaithViolated
MARGIN_EVENTS = (MarginMoved, MarginCalled, MarginCallMet, MarginCallLate, GoodFaithViolated)
