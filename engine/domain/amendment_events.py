"""What became true of trades and orders that a venue took back or changed by itself."""

from engine.domain.commands import Origin, Outcome
from engine.domain.facts import Fact
from engine.domain.order_events import LotChange
from engine.values import Money, Nanos, OrderId, Price, Quantity

BUSTED = 1_000_000
"""Stands for every revision of a trade that never was: nothing corrects it any more."""


class FillReversed(Fact, frozen=True, tag="fill_reversed"):
    """One booked execution is taken back, with everything that it had changed.

    A correction is this and an `OrderFilled` behind it: two facts. The figures are deltas, signed
    as they change the account. `quantity` 0: the execution had not been heard of and never will be.
    """

    at: Nanos
    order_id: OrderId
    execution_id: str
    revision: int
    """What makes it void: `BUSTED`, or the revision that takes its place."""
    price: Price
    quantity: Quantity
    fee: Money
    realised: Money
    cash_delta: Money
    position_after: Quantity
    lots: tuple[LotChange, ...]
    lot_next: int
    """Above 0: `lots` are all that is held, as if the trade had never been. 0: the trade is older
    than what is remembered one by one, and is booked as the opposite trade: `lots` are changes."""
    text: str
    cumulative: Quantity = Quantity(0)
    """Filled quantity of the order after it."""
    venue_at: Nanos = Nanos(0)


class FeeConfirmed(Fact, frozen=True, tag="fee_confirmed"):
    """The venue said what an execution cost; until then its fee table's was booked."""

    at: Nanos
    order_id: OrderId
    execution_id: str
    revision: int
    fee: Money
    """All of it."""
    change: Money
    """So much more than was booked; below 0 less. Cash moves by the opposite."""
    venue_at: Nanos = Nanos(0)


class OrderRestated(Fact, frozen=True, tag="restated"):
    """The venue changed the order's price or total quantity unasked."""

    at: Nanos
    order_id: OrderId
    price: Price
    quantity: Quantity
    reserved: Money
    text: str
    venue_at: Nanos = Nanos(0)


class OrderResolved(Fact, frozen=True, tag="resolved"):
    """A person said what became of an order in doubt; what follows from it stands behind it."""

    at: Nanos
    order_id: OrderId
    outcome: Outcome
    quantity: Quantity
    price: Price
    reason: str
    origin: Origin
    execution_id: str = ""
    """Of the fill that was stated: it gives way to the venue's own, should that come."""


class EvidenceHeard(Fact, frozen=True, tag="evidence"):
    """The venue says that it never had a request, and why that proves nothing yet."""

    at: Nanos
    order_id: OrderId
    client_order_id: str
    text: str
    venue_at: Nanos = Nanos(0)
