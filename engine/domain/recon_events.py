"""What became true while the desk and the venue compared their books."""

from enum import IntEnum

from engine.domain.commands import Origin, SubmitOrder
from engine.domain.facts import Fact
from engine.domain.order_events import LotChange
from engine.domain.statements import OpenOrder, Statement
from engine.values import Money, Nanos, OrderId, Price, Quantity


class ReconCause(IntEnum):
    """Why the venue is asked. The first two hold back new orders until all is compared (R41)."""

    START = 1
    RECONNECT = 2
    ORDERS_TIMER = 3
    POSITIONS_TIMER = 4
    PERSON = 5

    @property
    def holds_orders(self) -> bool:
        return self <= ReconCause.RECONNECT


class DifferenceKind(IntEnum):
    ORDER = 1
    FILL = 2
    POSITION = 3
    CASH = 4


class ReconcileStarted(Fact, frozen=True, tag="recon_started"):
    at: Nanos
    query: int
    cause: ReconCause
    asks: tuple[Statement, ...]
    account: str


class StatementAsked(Fact, frozen=True, tag="statement_asked"):
    at: Nanos
    query: int
    statement: Statement
    account: str
    since: Nanos = Nanos(0)
    """Of executions: from when on."""


class StatementHeard(Fact, frozen=True, tag="statement_heard"):
    """`is_complete` false: it ended early, which is no evidence of anything."""

    at: Nanos
    query: int
    statement: Statement
    is_complete: bool
    rows: int
    text: str = ""
    venue_at: Nanos = Nanos(0)
    """When the venue made it, by its own clock; 0 where it does not say."""


class DifferenceFound(Fact, frozen=True, tag="difference"):
    """One thing that is not the same here and there, and what was done about it."""

    at: Nanos
    query: int
    difference: DifferenceKind
    account: str
    symbol: str
    order_id: OrderId
    """0 where it is about no order of this desk."""
    ours: str
    venues: str
    action: str
    is_break: bool
    """Nothing explains it: the symbol is REDUCING until a person has looked."""
    venue_quantity: Quantity = Quantity(0)
    """Of a position: what the venue says is held."""
    our_quantity: Quantity = Quantity(0)
    """Of a position: what was counted here then."""


class BreakEnded(Fact, frozen=True, tag="break_ended"):
    """Both sides agree again about a position or an order that was a break."""

    at: Nanos
    key: str
    text: str


class ReconcileFinished(Fact, frozen=True, tag="recon_finished"):
    """`is_complete` false: an answer was missing or ended early; it is asked again later."""

    at: Nanos
    query: int
    cause: ReconCause
    differences: int
    breaks: int
    is_complete: bool
    text: str


class ForeignOrderFound(Fact, frozen=True, tag="foreign_order"):
    """An order of nobody's here stands at the venue; live it waits for a person's consent."""

    at: Nanos
    account: str
    order: OpenOrder


class OrderAdopted(Fact, frozen=True, tag="adopted"):
    """An order found at the venue has a number here: counted in risk, cancellable, never ours."""

    at: Nanos
    order_id: OrderId
    trade_date: int
    number: int
    client_order_id: str
    venue_order_id: str
    order: SubmitOrder
    reserved: Money
    reason: str


class PositionAdopted(Fact, frozen=True, tag="position_adopted"):
    """A person took over the venue's figure: lots opened or consumed at `price`, not in cash.

    What it is worth at that price comes from, or goes to, the owner's capital.
    """

    at: Nanos
    account: str
    symbol: str
    before: Quantity
    after: Quantity
    price: Price
    lots: tuple[LotChange, ...]
    realised: Money
    reason: str
    origin: Origin
