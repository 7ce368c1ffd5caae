"""What a person or a script asks of the desk; texts became numbers before they come here."""

from enum import IntEnum

from engine.domain.facts import Fact
from engine.values import (
    Instruction,
    Money,
    Nanos,
    OrderId,
    OrderType,
    Price,
    Quantity,
    TimeInForce,
    Trigger,
)

_MARKET = OrderType.MARKET
"""Every order asks, and on Python 3.11 looking a member up in its enum takes longer."""
ALL_SYMBOLS = "*"


class Origin(IntEnum):
    """Who asks: a ticket, the screen's command line, a script, the armed ladder, or the desk."""

    TICKET = 1
    LINE = 2
    SCRIPT = 3
    LADDER = 4
    DESK = 5
    EXTERNAL = 6
    """Not from this desk at all: found at the venue."""


class CancelScope(IntEnum):
    """Which working orders a cancel by symbol or account means."""

    ALL = 1
    BUYS = 2
    SELLS = 3
    ENTRIES = 4
    EXITS = 5


class ExitsOnKill(IntEnum):
    """What KILL does with protective exits."""

    KEEP = 1
    CANCEL = 2
    FLATTEN = 3


class ExitTerm(Fact, frozen=True, tag="exit"):
    """Where an exit stands: at a price, or so far from what its entry costs on average.

    Distances are signed, plus a higher price; `percent` counts ten-thousandths of a percent.
    """

    price: Price = Price(0)
    offset: int = 0
    percent: int = 0


class SubmitOrder(Fact, frozen=True, tag="submit"):
    """A new order. `ticket` is unique per intent: a second one with the same ticket is dropped."""

    ticket: str
    account: str
    symbol: str
    instruction: Instruction
    quantity: Quantity
    type: OrderType
    price: Price = Price(0)
    stop: Price = Price(0)
    time_in_force: TimeInForce = TimeInForce.DAY
    trigger: Trigger = Trigger.LAST
    post_only: bool = False
    reduce_only: bool = False
    origin: Origin = Origin.TICKET
    strategy: str = ""
    tag: str = ""
    note: str = ""
    override: str = ""
    """The reason that answers a SOFT rule; empty: none given."""
    target: ExitTerm | None = None
    """`tp`: with each fill of this order a limit order that takes the profit."""
    stop_loss: ExitTerm | None = None
    """`sl`: the same for a stop; both are sized by what this order has filled."""

    @property
    def leaves_protected(self) -> bool:
        """At the market: it leaves as a limit at the edge of its band that does not rest; not so
        for an auction, where it means whatever the one price is."""
        return self.type is _MARKET and not self.time_in_force.is_for_auction

    @property
    def has_exits(self) -> bool:
        return self.target is not None or self.stop_loss is not None


class ProtectPosition(Fact, frozen=True, tag="oco"):
    """Two exits of a position that share its quantity: what one fills is no more the other's."""

    ticket: str
    account: str
    symbol: str
    instruction: Instruction
    quantity: Quantity
    target: Price
    stop: Price
    time_in_force: TimeInForce = TimeInForce.DAY
    origin: Origin = Origin.TICKET
    tag: str = ""
    note: str = ""


class CancelOrder(Fact, frozen=True, tag="cancel"):
    order_id: OrderId
    origin: Origin = Origin.TICKET


class CancelMany(Fact, frozen=True, tag="cancel_many"):
    """Every working order of a symbol (or `*`) in a scope."""

    account: str
    symbol: str = ALL_SYMBOLS
    scope: CancelScope = CancelScope.ALL
    origin: Origin = Origin.TICKET


class ReplaceOrder(Fact, frozen=True, tag="replace"):
    """New price and/or new total quantity (filled part included); 0 keeps the value."""

    order_id: OrderId
    price: Price = Price(0)
    quantity: Quantity = Quantity(0)
    origin: Origin = Origin.TICKET
    override: str = ""
    stop: Price = Price(0)
    """Of a stop order; 0 keeps it."""


class Halt(Fact, frozen=True, tag="halt"):
    """Nothing new leaves; exits by the exit lane still do."""

    account: str
    reason: str = ""
    origin: Origin = Origin.TICKET


class Resume(Fact, frozen=True, tag="resume"):
    account: str
    reason: str
    origin: Origin = Origin.TICKET


class Kill(Fact, frozen=True, tag="kill"):
    """HALT, latched over restarts."""

    account: str
    exits: ExitsOnKill = ExitsOnKill.KEEP
    reason: str = ""
    origin: Origin = Origin.TICKET


class Flatten(Fact, frozen=True, tag="flatten"):
    """The protocol that ends a position (or all): never crosses zero."""

    account: str
    symbol: str = ALL_SYMBOLS
    origin: Origin = Origin.TICKET


class Reverse(Fact, frozen=True, tag="reverse"):
    """Flatten, then open the same size on the other side: two orders that never cross zero."""

    account: str
    symbol: str
    origin: Origin = Origin.TICKET
    override: str = ""


class TightenLimit(Fact, frozen=True, tag="set"):
    """`set NAME VALUE`: tightens a limit at once; the name is the key without `risk.`."""

    account: str
    name: str
    value: str
    origin: Origin = Origin.TICKET


class LoosenLimit(Fact, frozen=True, tag="loosen"):
    """`set NAME VALUE "reason"`: wants the second factor too, and counts a minute later."""

    account: str
    name: str
    value: str
    reason: str = ""
    origin: Origin = Origin.TICKET


class ArmLive(Fact, frozen=True, tag="arm"):
    """Lets live orders of the account leave, up to the close of the venue's session."""

    account: str
    until: Nanos
    """At the latest; 0: to the close."""
    reason: str = ""
    origin: Origin = Origin.TICKET


class DisarmLive(Fact, frozen=True, tag="disarm"):
    account: str
    reason: str = ""
    origin: Origin = Origin.TICKET


class Convert(Fact, frozen=True, tag="convert"):
    """Cash of one currency for another; `amount` is what is sold.

    0 squares the currency that is not the account's own: sells all of it, or buys what is owed.
    """

    account: str
    sold: str
    bought: str
    amount: Money
    origin: Origin = Origin.TICKET


class Outcome(IntEnum):
    """What a person says became of an order."""

    NOT_PLACED = 1
    """It never reached the venue; of an order that stands: its change never did."""
    CANCELLED = 2
    """Nothing of it is open any more."""
    FILLED = 3


class ResolveOrder(Fact, frozen=True, tag="resolve"):
    """A person's word on an order in doubt; `quantity` and `price` with FILLED alone."""

    order_id: OrderId
    outcome: Outcome
    reason: str
    quantity: Quantity = Quantity(0)
    price: Price = Price(0)
    origin: Origin = Origin.TICKET


class Reconcile(Fact, frozen=True, tag="reconcile"):
    """Ask the venue for everything now, and compare."""

    account: str
    origin: Origin = Origin.TICKET


class OperateLink(Fact, frozen=True, tag="operate_link"):
    """A person's word about the line to the venue, such as its numbers."""

    account: str
    what: str
    """As the order language has it: go, reset, in, out, dispute, sweep."""
    value: str
    reason: str
    origin: Origin = Origin.TICKET


class AdoptOrder(Fact, frozen=True, tag="adopt_order"):
    """Take over a foreign order, by its name at the venue."""

    account: str
    name: str
    reason: str
    origin: Origin = Origin.TICKET


class AdoptPosition(Fact, frozen=True, tag="adopt_position"):
    """Take over the position that the venue states."""

    account: str
    symbol: str
    reason: str
    origin: Origin = Origin.TICKET


Command = (
    SubmitOrder
    | ProtectPosition
    | CancelOrder
    | CancelMany
    | ReplaceOrder
    | Halt
    | Resume
    | Kill
    | Flatten
    | Reverse
    | TightenLimit
    | LoosenLimit
    | ArmLive
    | DisarmLive
    | Convert
    | ResolveOrder
    | Reconcile
    | AdoptOrder
    | AdoptPosition
    | OperateLink
)
