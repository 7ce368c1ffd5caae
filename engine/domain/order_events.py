"""What became true of an order, with every figure that it changes."""

from engine.domain.commands import Origin, SubmitOrder
from engine.domain.facts import Fact
from engine.domain.lifecycle import Request
from engine.domain.reasons import Finding, Refusal
from engine.values import Liquidity, Money, Nanos, OrderId, Price, Quantity

Levels = tuple[tuple[Price, Quantity], ...]
"""(price, displayed quantity) of the best prices of one side, best first."""
Places = tuple[tuple[Nanos, int, int], ...]
"""(market time, quantity ahead, others' volume at its price so far), oldest first."""


class QuoteSeen(Fact, frozen=True, tag="quote_seen"):
    """The quote that a decision was made against; zeros where there was none."""

    bid: Price = Price(0)
    bid_size: Quantity = Quantity(0)
    ask: Price = Price(0)
    ask_size: Quantity = Quantity(0)
    last: Price = Price(0)
    at: Nanos = Nanos(0)
    band_low: Price = Price(0)
    """The band that it might trade in; 0 where none was told, and in records of before."""
    band_high: Price = Price(0)


class LotChange(Fact, frozen=True, tag="lot"):
    """One lot opened, enlarged or consumed; quantity and cost are signed deltas."""

    lot_id: int
    quantity: Quantity
    cost: Money
    """Change of the lot's total cost; long lots cost above zero, short lots below."""
    opened_at: Nanos


class OrderReleased(Fact, frozen=True, tag="released"):
    """All rules passed; journaled before it is sent, so recovery knows what may exist outside."""

    at: Nanos
    order_id: OrderId
    trade_date: int
    number: int
    client_order_id: str
    order: SubmitOrder
    reserved: Money
    """Buying power held back for the worst case of the whole order."""
    protection: Price
    """Limit that a market order carries to the venue; 0 for every other type."""
    quote: QuoteSeen
    findings: tuple[Finding, ...]
    """What warned or was overridden; what passed is in `passed`."""
    rules: str
    """Digest of the rule set and its limits."""
    passed: int = 0
    """Set of the rules that passed, by `risk.findings.bit_of`; 0 in records of before."""
    off: int = 0
    oca_group: str = ""
    """Of a leg at a venue that has groups: its name there."""
    base: Quantity = Quantity(0)
    """Of a leg: what its group's other legs had filled before it left."""
    off_because: int = 0
    """Why rules are off, as a set by the numbers of `risk.off.OffReason`; here and below."""


class OrderHeld(Fact, frozen=True, tag="held"):
    """An exit waits here, without exposure, for what it is to protect: a leg of its group."""

    at: Nanos
    order_id: OrderId
    trade_date: int
    number: int
    order: SubmitOrder
    """Its quantity is what it may come to; its price 0 while that hangs on the entry's fills."""


class ExitReduced(Fact, frozen=True, tag="exit_reduced"):
    """Its sibling in the group filled so much: the venue took it off there and then."""

    at: Nanos
    order_id: OrderId
    quantity: Quantity
    by: OrderId
    completes: bool = False
    """Its own fills were told before, and with these nothing of the group is left."""


class ExitsSwapped(Fact, frozen=True, tag="exits_swapped"):
    """Where only one exit may stand at the venue: from now on it is this one."""

    at: Nanos
    order_id: OrderId
    """The exit whose turn it is."""
    taken_back: tuple[OrderId, ...]
    """Those that are cancelled for it."""
    price: Price
    """The market's, which made it so."""


class OrderDenied(Fact, frozen=True, tag="denied"):
    """Ours: an order with a number and a row, and every failed rule with its numbers."""

    at: Nanos
    order_id: OrderId
    trade_date: int
    number: int
    order: SubmitOrder
    quote: QuoteSeen
    findings: tuple[Finding, ...]
    rules: str
    passed: int = 0
    off: int = 0
    off_because: int = 0


class OrderWorking(Fact, frozen=True, tag="working"):
    """The venue has it. Here and below, `venue_at` is when that came true at the venue.

    0 where the venue did not say: then it is told as it was heard, at `at`.
    """

    at: Nanos
    order_id: OrderId
    venue_order_id: str
    queue_ahead: int
    venue_at: Nanos = Nanos(0)
    bids: Levels = ()
    """The book on the order's arrival; empty where the venue does not say."""
    asks: Levels = ()


class OrderWaited(Fact, frozen=True, tag="waited"):
    """How it waited: its queue ahead over time and what traded meanwhile. For `why` alone."""

    at: Nanos
    order_id: OrderId
    places: Places
    traded_at_price: Quantity
    nearest: Price
    is_estimate: bool
    venue_at: Nanos = Nanos(0)


class OrderRejected(Fact, frozen=True, tag="rejected"):
    """The venue's no."""

    at: Nanos
    order_id: OrderId
    text: str
    venue_at: Nanos = Nanos(0)
    never_left: bool = False
    """No venue has heard of it: the way there was not free."""


class OrderTriggered(Fact, frozen=True, tag="triggered"):
    at: Nanos
    order_id: OrderId
    price: Price
    venue_at: Nanos = Nanos(0)


class OrderFilled(Fact, frozen=True, tag="filled"):
    """One execution, with everything it changes in the ledger."""

    at: Nanos
    order_id: OrderId
    execution_id: str
    price: Price
    quantity: Quantity
    liquidity: Liquidity
    fee: Money
    realised: Money
    """Realised by this fill before fees."""
    cash_delta: Money
    """Change of cash, fee included."""
    position_after: Quantity
    lots: tuple[LotChange, ...]
    quote: QuoteSeen
    explanation: str
    resurrected: bool = False
    """The order was already done: applied all the same (U5)."""
    overfill: bool = False
    """More than was ordered: applied all the same (U8)."""
    cumulative: Quantity = Quantity(0)
    """Filled quantity of the order after this fill."""
    venue_at: Nanos = Nanos(0)
    revision: int = 0
    """Of a trade that the venue corrected: which version this is."""
    lot_next: int = 0
    """Above 0 the fill was not the newest of its position, and `lots` are all that is held."""


class OrderCancelled(Fact, frozen=True, tag="cancelled"):
    at: Nanos
    order_id: OrderId
    quantity: Quantity
    text: str
    requested: bool
    venue_at: Nanos = Nanos(0)
    twice_mid: int = 0
    """Bid plus ask when the remainder left the market; 0 where that is not known."""
    owed: Quantity = Quantity(0)
    """Fills of before that nobody has told yet: until they come they count as open."""


class OrderExpired(Fact, frozen=True, tag="expired"):
    at: Nanos
    order_id: OrderId
    quantity: Quantity
    text: str
    venue_at: Nanos = Nanos(0)
    twice_mid: int = 0
    """The same, or twice the close where nobody quotes any more."""
    owed: Quantity = Quantity(0)
    """As in `OrderCancelled`."""


class CancelRequested(Fact, frozen=True, tag="cancel_requested"):
    at: Nanos
    order_id: OrderId
    client_order_id: str
    origin: Origin


class CancelDenied(Fact, frozen=True, tag="cancel_denied"):
    """Ours: there was nothing to cancel."""

    at: Nanos
    order_id: OrderId
    refusal: Refusal


class CancelRejected(Fact, frozen=True, tag="cancel_rejected"):
    """The venue's: too late."""

    at: Nanos
    order_id: OrderId
    text: str
    venue_at: Nanos = Nanos(0)


class ReplaceRequested(Fact, frozen=True, tag="replace_requested"):
    at: Nanos
    order_id: OrderId
    client_order_id: str
    """The new one; the old one stays valid until the venue has replaced it."""
    price: Price
    quantity: Quantity
    reserved: Money
    """Buying power held for the worse of old and new while the answer is open."""
    findings: tuple[Finding, ...]
    origin: Origin
    passed: int = 0
    off: int = 0
    stop: Price = Price(0)
    """0 keeps the one in force."""


class ReplaceDenied(Fact, frozen=True, tag="replace_denied"):
    at: Nanos
    order_id: OrderId
    refusal: int
    """`Refusal`, or 0 when rules denied it: then `findings` say which."""
    findings: tuple[Finding, ...]
    passed: int = 0
    off: int = 0


class ReplaceRejected(Fact, frozen=True, tag="replace_rejected"):
    at: Nanos
    order_id: OrderId
    text: str
    reserved: Money
    venue_at: Nanos = Nanos(0)
    by_hand: bool = False
    """A person says so; the venue may still say that it took effect."""


class OrderReplaced(Fact, frozen=True, tag="replaced"):
    at: Nanos
    order_id: OrderId
    client_order_id: str
    price: Price
    quantity: Quantity
    reserved: Money
    queue_ahead: int
    venue_at: Nanos = Nanos(0)
    stop: Price = Price(0)
    """0: as it was."""


class OutcomeUnknown(Fact, frozen=True, tag="unknown"):
    """No answer in time, or the link broke with the request out."""

    at: Nanos
    order_id: OrderId
    request: Request
    text: str


class StatusRequested(Fact, frozen=True, tag="status_requested"):
    at: Nanos
    order_id: OrderId
    client_order_id: str
