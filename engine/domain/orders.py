"""One order in the state: status, requests in flight, certainty, figures, and the word for it."""

import msgspec

from engine.domain.commands import SubmitOrder
from engine.domain.identity import group_of, leg_of
from engine.domain.lifecycle import DONE, LIVE, Certainty, Status
from engine.structs import set_directly
from engine.values import Money, Nanos, OrderId, Price, Quantity, Side

NEVER_REACHED = "never reached the venue"
"""The text of a rejection that is the answer to a question about the order."""
_NONE = Quantity(0)


@set_directly
class Pending(msgspec.Struct, gc=False):
    """A request in flight and whether waiting can still tell how it ends."""

    since: Nanos
    certainty: Certainty = Certainty.KNOWN
    client_order_id: str = ""
    """Of a replace: the id that will be valid when it took effect; of a cancel: the id it named."""
    price: Price = Price(0)
    quantity: Quantity = Quantity(0)
    stop: Price = Price(0)
    asked: int = 0
    """How often it was asked about, or a cancel repeated."""
    asked_at: Nanos = Nanos(0)
    negatives: int = 0
    """How often the venue has said that it never had it, too early to be believed."""
    negative_at: Nanos = Nanos(0)
    is_queued: bool = False
    """It waits here for its turn: the venue has not heard of it."""
    asked_before: int = 0
    """Of `asked`, what counts no more: the link has come back since, or the desk was started."""

    @property
    def asked_lately(self) -> int:
        """What the number of questions is bounded by."""
        return self.asked - self.asked_before


class Wish(msgspec.Struct, gc=False):
    """What the desk last asked of an exit, and how often before it had asked for just that."""

    price: Price
    quantity: Quantity
    stop: Price
    at: Nanos
    again: int = 0
    is_told: bool = False
    """A person knows that the venue does not keep it."""

    def is_for(self, price: Price, quantity: Quantity, stop: Price) -> bool:
        return (self.price, self.quantity, self.stop) == (price, quantity, stop)


@set_directly
class Charge(msgspec.Struct, gc=False):
    """What one execution cost, at a venue that says so."""

    booked: Money
    by_table: Money
    """As the fee table had it."""
    revision: int = 0
    """Of the trade that it is for."""
    trade_date: int = 0
    is_confirmed: bool = False
    """The venue has said it."""


@set_directly
class Order(msgspec.Struct, gc=False):
    """Mutable; only `apply` touches it. `quantity` is the total, filled part included."""

    order_id: OrderId
    trade_date: int
    number: int
    order: SubmitOrder
    """As submitted; price and quantity in force are the fields below."""
    side: Side
    status: Status
    quantity: Quantity
    price: Price
    stop: Price
    protection: Price
    created_at: Nanos
    changed_at: Nanos
    market: str = ""
    """Where it was sent to stand: in another market it sleeps."""
    client_order_id: str = ""
    venue_order_id: str = ""
    revision: int = 0
    cumulative: Quantity = Quantity(0)
    cancelled: Quantity = Quantity(0)
    value: Money = Money(0)
    """Sum of price × quantity of the fills, so that the average is never stored rounded."""
    fees: Money = Money(0)
    reserved_total: Money = Money(0)
    """Buying power for the whole order."""
    reserved: Money = Money(0)
    """Buying power held now: the leaves' share, kept by `apply` with every change."""
    fills: int = 0
    queue_ahead: int = -1
    """As the venue last told; the live number is asked of the venue."""
    is_triggered: bool = False
    is_overfilled: bool = False
    is_resurrected: bool = False
    pending_new: Pending | None = None
    pending_cancel: Pending | None = None
    pending_replace: Pending | None = None
    text: str = ""
    """The last word about it: a rejection, a refusal, the first failed rule."""
    late_cancel: str = ""
    """The id that an unanswered cancel named when the order was done without it."""
    fee_table: str = ""
    """What it pays by, whatever the account is charged later; empty for what never left."""
    month_volume: Quantity = Quantity(0)
    """What the account had traded of the month when it left."""
    ending: int = 0
    """The `Happening` that proved its end at the venue, whatever was filled; 0 while none did.

    It lives on here while fills of before are owed.
    """
    restated_at: Nanos = Nanos(0)
    """When it last changed at the venue: by a replace, or by the venue itself."""
    manual: str = ""
    """Execution id of the fill that a person has stated and the venue has not told of; else ''."""
    oca_group: str = ""
    """Of a leg: the group at the venue in which it shares one quantity with its sibling."""
    taken: Quantity = Quantity(0)
    """What its sibling's fills took off it; counted in `cancelled` too while it lived."""
    refused_at: Nanos = Nanos(0)
    """When the venue last refused to change or to end it."""
    is_set_by_hand: bool = False
    """A person has changed its price: the desk leaves it there."""
    base: Quantity = Quantity(0)
    """Of a leg: what the other legs of its group had filled before it left."""
    wish: Wish | None = None
    """Of a leg: the change that the desk last asked for; None before the first."""
    worst_price: Price = Price(0)
    """What it counts with beside its own prices, as it was seen when it left."""
    opening: Money = Money(0)
    """Worst value of what it may still open, kept by `apply` like `reserved`."""
    value_total: Money = Money(0)
    """What the whole order would trade at worst, in the account's currency."""
    open_value: Money = Money(0)
    """The share of that for what is open, kept by `apply` with every change."""
    filled_at: Nanos = Nanos(0)
    """Of a leg that shares its quantity: its newest fill by the venue's clock."""
    charges: dict[str, Charge] | None = None
    """By execution, where the venue says what it charges; None before the first."""
    let_go: bool = False
    """The venue ended it, and nobody here had asked for that."""
    never_left: bool = False
    """It was rejected without any venue having heard of it."""
    fees_apart: Money = Money(0)
    """What the venue has charged beyond the fee table so far; below zero less."""

    @property
    def fees_by_table(self) -> Money:
        """What its fills cost by its fee table: what is due for the next one counts from there."""
        return Money(self.fees - self.fees_apart)

    def charge_of(self, execution_id: str, revision: int) -> Charge | None:
        """What an execution cost; None where nobody says, and of one that was corrected since."""
        charge = self.charges.get(execution_id) if self.charges else None
        return charge if charge is not None and charge.revision == revision else None

    @property
    def fees_pending(self) -> int:
        """Executions of which the venue has not said yet what it charges."""
        return sum(not each.is_confirmed for each in (self.charges or {}).values())

    @property
    def leg(self) -> int:
        """Which leg of its group; 0 for an order on its own, an entry included."""
        return leg_of(self.order_id)

    @property
    def group(self) -> OrderId:
        """The id of its entry where it is a leg, else its own."""
        return group_of(self.order_id)

    @property
    def is_held(self) -> bool:
        """It waits here and was never sent: no exposure."""
        return self.status is Status.HELD

    @property
    def is_lost(self) -> bool:
        """The venue has proved that it never came: nothing of it exists anywhere."""
        is_proved = self.text == NEVER_REACHED or self.never_left
        return self.status is Status.REJECTED and is_proved

    @property
    def is_spent(self) -> bool:
        """A leg that did what it was for: it and its siblings filled all that it protected."""
        return self.is_done and self.cumulative + self.taken >= self.quantity

    @property
    def leaves(self) -> Quantity:
        """Open quantity; 0 once the order is done."""
        if self.status in DONE:
            return Quantity(0)
        return Quantity(max(0, self.quantity - self.cumulative - self.cancelled))

    @property
    def worst_quantity(self) -> Quantity:
        """Total if a larger one that is on its way takes effect after all."""
        quantity, replace = self.quantity, self.pending_replace
        if replace is not None and replace.quantity > quantity:
            return replace.quantity
        return quantity

    @property
    def worst_leaves(self) -> Quantity:
        """Open quantity if a replace in flight takes effect after all."""
        if self.status in DONE:
            return _NONE
        quantity, replace = self.quantity, self.pending_replace
        if replace is not None and replace.quantity > quantity:
            quantity = replace.quantity
        leaves = quantity - self.cumulative - self.cancelled
        return leaves if leaves > 0 else _NONE  # type: ignore[return-value]

    def is_filled_at(self, quantity: Quantity) -> bool:
        """Whether such a quantity is filled, by trades and by what siblings took of it."""
        return self.cumulative > 0 and self.cumulative + self.taken >= quantity

    @property
    def is_done(self) -> bool:
        return self.status in DONE

    @property
    def is_gone(self) -> bool:
        """Done, and not only because all of it was filled."""
        return self.status in DONE and self.status is not Status.FILLED

    @property
    def has_ended(self) -> bool:
        """Done, or proved to be over while fills of before are still to come."""
        return self.ending != 0 or self.status in DONE

    @property
    def owed(self) -> Quantity:
        """Fills that the venue has counted and nobody has told yet."""
        return self.leaves if self.ending else Quantity(0)

    @property
    def is_live(self) -> bool:
        """May stand at the venue: counts as exposure."""
        return self.status in LIVE

    @property
    def is_cancelling(self) -> bool:
        """A cancel is out whose answer can still come, or came: there is nothing to ask for again.

        One without an answer may be repeated.
        """
        if self.ending:
            return True
        cancel = self.pending_cancel
        return cancel is not None and cancel.certainty is Certainty.KNOWN

    @property
    def is_unknown(self) -> bool:
        return any(
            pending is not None and pending.certainty is Certainty.UNKNOWN
            for pending in (self.pending_new, self.pending_cancel, self.pending_replace)
        )

    def request_named(self, client_order_id: str) -> Pending | None:
        """The change that would bring this id, else the order's own beginning, if it is open."""
        change = self.pending_replace
        if change is not None and change.client_order_id == client_order_id:
            return change
        return self.pending_new

    @property
    def label(self) -> str:
        """`20261120-7`: unique in the life of a home."""
        return f"{self.trade_date}-{self.name}"

    @property
    def name(self) -> str:
        """`7`, or `7.1` for a leg: its name on its trade date."""
        leg = self.leg
        return f"{self.number}.{leg}" if leg else str(self.number)


def short_label(order: Order, trade_date: int) -> str:
    """As people and the order language name it: `7` today, `1119-7` of an earlier day."""
    if order.trade_date == trade_date:
        return order.name
    return f"{order.trade_date % 10_000:04d}-{order.name}"


def shares_of(order: Order, leaves: Quantity) -> tuple[Money, Money]:
    """(buying power, value): the shares of the whole order's for the `leaves` that are open.

    Rounded up: never short.
    """
    held, value = order.reserved_total, order.value_total
    if not leaves:
        return Money(0), Money(0)
    if leaves == order.quantity and order.pending_replace is None:
        return held, value
    quantity = order.worst_quantity
    return Money(-(-held * leaves // quantity)), Money(-(-value * leaves // quantity))


def reserve_of(order: Order) -> Money:
    """Buying power that it holds: none where it is done, and none for an exit."""
    return shares_of(order, order.worst_leaves)[0]


def open_value_of(order: Order) -> Money:
    """What the open part of it would trade."""
    return shares_of(order, order.worst_leaves)[1]


STATE_WORDS: dict[Status, str] = {
    Status.STAGED: "staged",
    Status.HELD: "held",
    Status.SENT: "sent",
    Status.WORKING: "working",
    Status.PARTIAL: "partial",
    Status.FILLED: "filled",
    Status.CANCELLED: "cancelled",
    Status.REJECTED: "rejected",
    Status.DENIED: "denied",
    Status.EXPIRED: "expired",
}


def state_word(order: Order) -> str:
    """The one word that people and scripts see; uncertainty outranks what was last proved."""
    if order.is_unknown:
        return "unknown"
    return STATE_WORDS[order.status]


def pending_word(order: Order) -> str:
    """What is on its way beside the state: 'queued', 'cancelling', 'replacing', 'fills owed' or
    ''."""
    if order.owed:
        return "fills owed"
    if order.pending_new is not None and order.pending_new.is_queued:
        return "queued"
    if order.pending_cancel is not None:
        return "cancelling"
    if order.pending_replace is not None:
        return "replacing"
    return ""
