"""What became true on the desk: each event carries all that `apply` needs, decided once."""

from enum import IntEnum

from engine.domain.commands import CancelScope, ExitsOnKill, Origin, SubmitOrder
from engine.domain.facts import Fact
from engine.domain.lifecycle import Request
from engine.domain.quotes import Phase, Source
from engine.domain.reasons import Finding, Refusal
from engine.domain.reports import LinkState
from engine.instruments import Instrument
from engine.values import Liquidity, Money, Nanos, OrderId, Price, Quantity


class TradingState(IntEnum):
    """Lowered by the machine, raised only by a person with a reason; a larger value is lower."""

    ACTIVE = 1
    REDUCING = 2
    HALTED = 3
    KILLED = 4
    DISARMED = 5


class QuoteSeen(Fact, frozen=True, tag="quote_seen"):
    """The quote that a decision was made against; zeros where there was none."""

    bid: Price = Price(0)
    bid_size: Quantity = Quantity(0)
    ask: Price = Price(0)
    ask_size: Quantity = Quantity(0)
    last: Price = Price(0)
    at: Nanos = Nanos(0)


class LotChange(Fact, frozen=True, tag="lot"):
    """One lot opened, enlarged or consumed; quantity and cost are signed deltas."""

    lot_id: int
    quantity: Quantity
    cost: Money
    """Change of the lot's total cost; long lots cost above zero, short lots below."""
    opened_at: Nanos


class SessionStarted(Fact, frozen=True, tag="session_started"):
    at: Nanos
    run: str
    mode: str
    market: str
    source: Source
    trade_date: int
    account: str
    fee_table: str
    limits: tuple[tuple[str, str], ...]
    limits_digest: str
    seed: int


class AccountOpened(Fact, frozen=True, tag="account_opened"):
    at: Nanos
    account: str
    currency: str
    cash: Money


class InstrumentsKnown(Fact, frozen=True, tag="instruments_known"):
    at: Nanos
    instruments: tuple[Instrument, ...]


class PhaseEntered(Fact, frozen=True, tag="phase_entered"):
    at: Nanos
    symbol: str
    phase: Phase


class DateRolled(Fact, frozen=True, tag="date_rolled"):
    """A new trade date: numbers start at 1, done orders leave the state, marks open the day."""

    at: Nanos
    trade_date: int
    marks: tuple[tuple[str, Price], ...]


class LinkMoved(Fact, frozen=True, tag="link_moved"):
    at: Nanos
    link: str
    state: LinkState
    text: str


class SessionClosed(Fact, frozen=True, tag="session_closed"):
    at: Nanos
    reason: str
    clean: bool


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
    """What warned or was overridden; what passed is in the digest."""
    rules: str
    """Digest of the rule set and its limits."""


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


class OrderWorking(Fact, frozen=True, tag="working"):
    at: Nanos
    order_id: OrderId
    venue_order_id: str
    queue_ahead: int


class OrderRejected(Fact, frozen=True, tag="rejected"):
    """The venue's no."""

    at: Nanos
    order_id: OrderId
    text: str


class OrderTriggered(Fact, frozen=True, tag="triggered"):
    at: Nanos
    order_id: OrderId
    price: Price


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


class OrderCancelled(Fact, frozen=True, tag="cancelled"):
    at: Nanos
    order_id: OrderId
    quantity: Quantity
    text: str
    requested: bool


class OrderExpired(Fact, frozen=True, tag="expired"):
    at: Nanos
    order_id: OrderId
    quantity: Quantity
    text: str


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


class ReplaceDenied(Fact, frozen=True, tag="replace_denied"):
    at: Nanos
    order_id: OrderId
    refusal: int
    """`Refusal`, or 0 when rules denied it: then `findings` say which."""
    findings: tuple[Finding, ...]


class ReplaceRejected(Fact, frozen=True, tag="replace_rejected"):
    at: Nanos
    order_id: OrderId
    text: str
    reserved: Money


class OrderReplaced(Fact, frozen=True, tag="replaced"):
    at: Nanos
    order_id: OrderId
    client_order_id: str
    price: Price
    quantity: Quantity
    reserved: Money
    queue_ahead: int


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


class CommandRefused(Fact, frozen=True, tag="refused"):
    """A command that is no order and was not carried out."""

    at: Nanos
    command: str
    refusal: Refusal
    text: str


class DuplicateIgnored(Fact, frozen=True, tag="dup_ignored"):
    """A venue message or a ticket that had its effect before."""

    at: Nanos
    key: str


class ReportOrphaned(Fact, frozen=True, tag="orphaned"):
    """A venue spoke of an order that this desk never sent."""

    at: Nanos
    client_order_id: str
    text: str


class TradingStateChanged(Fact, frozen=True, tag="trading_state"):
    """`symbol` is `*` for the account. `latched` states survive a restart."""

    at: Nanos
    account: str
    symbol: str
    state: TradingState
    latched: bool
    reason: str
    origin: Origin


class EntriesCancelled(Fact, frozen=True, tag="entries_cancelled"):
    """An act cancelled working orders; the single requests follow as events of their own."""

    at: Nanos
    account: str
    symbol: str
    scope: CancelScope
    orders: int


class LimitTightened(Fact, frozen=True, tag="limit_tightened"):
    at: Nanos
    account: str
    key: str
    before: str
    after: str
    limits_digest: str


class FlattenStep(IntEnum):
    CANCELLING = 1
    CLOSING = 2
    ASKING = 3
    """No evidence within the time allowed: a person has to look."""


class FlattenStarted(Fact, frozen=True, tag="flatten_started"):
    """`reopen` is the signed quantity to open once flat (a reverse); 0 for a plain flatten."""

    at: Nanos
    account: str
    symbol: str
    origin: Origin
    reopen: int = 0
    override: str = ""


class FlattenMoved(Fact, frozen=True, tag="flatten_moved"):
    at: Nanos
    account: str
    symbol: str
    step: FlattenStep
    text: str


class FlattenFinished(Fact, frozen=True, tag="flatten_finished"):
    at: Nanos
    account: str
    symbol: str
    text: str


class Killed(Fact, frozen=True, tag="killed"):
    at: Nanos
    account: str
    exits: ExitsOnKill
    reason: str
    origin: Origin


class TimerSet(Fact, frozen=True, tag="timer_set"):
    """Data, not a thread: the host fires `name` back once market time has reached `due`."""

    at: Nanos
    name: str
    due: Nanos


class TimerCleared(Fact, frozen=True, tag="timer_cleared"):
    at: Nanos
    name: str


class VenueCheckpointed(Fact, frozen=True, tag="checkpointed"):
    at: Nanos
    cursor: bytes
    queue_ahead: tuple[tuple[str, int], ...]


class Faulted(Fact, frozen=True, tag="faulted"):
    at: Nanos
    text: str


Event = (
    SessionStarted
    | AccountOpened
    | InstrumentsKnown
    | PhaseEntered
    | DateRolled
    | LinkMoved
    | SessionClosed
    | OrderReleased
    | OrderDenied
    | OrderWorking
    | OrderRejected
    | OrderTriggered
    | OrderFilled
    | OrderCancelled
    | OrderExpired
    | CancelRequested
    | CancelDenied
    | CancelRejected
    | ReplaceRequested
    | ReplaceDenied
    | ReplaceRejected
    | OrderReplaced
    | OutcomeUnknown
    | StatusRequested
    | CommandRefused
    | DuplicateIgnored
    | ReportOrphaned
    | TradingStateChanged
    | EntriesCancelled
    | LimitTightened
    | FlattenStarted
    | FlattenMoved
    | FlattenFinished
    | Killed
    | TimerSet
    | TimerCleared
    | VenueCheckpointed
    | Faulted
)
