"""What the outside claims: venues, the clock, the host; nothing is true before `decide`."""

from enum import IntEnum
from typing import get_args

from engine.domain.amendments import UNCOUNTED as UNCOUNTED
from engine.domain.amendments import VenueFeeCharged as VenueFeeCharged
from engine.domain.amendments import VenueRestated as VenueRestated
from engine.domain.amendments import VenueTradeBusted as VenueTradeBusted
from engine.domain.amendments import VenueTradeCorrected as VenueTradeCorrected
from engine.domain.arming_facts import AccountReconciled
from engine.domain.breaker_events import BreakerReport
from engine.domain.cost_facts import BorrowTerms, Dividend, FxRate
from engine.domain.factor_facts import SecondFactorChecked, SecondFactorKnown
from engine.domain.facts import Fact
from engine.domain.link_facts import LinkChanged as LinkChanged
from engine.domain.link_facts import LinkState as LinkState
from engine.domain.luck import Assumed
from engine.domain.margin_facts import MarginSeen
from engine.domain.measures import Displaced, Mark, Tape
from engine.domain.order_events import Levels, Places
from engine.domain.patience import PAPER_VENUE, Patience
from engine.domain.quotes import Phase, Source
from engine.domain.reference_facts import ReferenceListed
from engine.domain.statements import (
    VenueCash,
    VenueExecutions,
    VenueOpenOrders,
    VenuePositionMoved,
    VenuePositions,
)
from engine.instruments import Instrument
from engine.values import Liquidity, Money, Nanos, OrderId, Price, Quantity


class VenueAccepted(Fact, frozen=True, tag="v_accepted"):
    """The order stands at the venue; `queue_ahead` where the venue knows it, else −1.

    Like every report about an order it may say when it came true there: `at`, 0 where it does not.
    """

    client_order_id: str
    venue_order_id: str
    queue_ahead: int = -1
    at: Nanos = Nanos(0)
    bids: Levels = ()
    """The book on the order's arrival, before it met anything: best first, own orders included."""
    asks: Levels = ()


class VenueRejected(Fact, frozen=True, tag="v_rejected"):
    client_order_id: str
    text: str
    at: Nanos = Nanos(0)
    never_left: bool = False
    """The connector says it, and no venue has heard of the order: what kept it here may pass."""


class VenueFilled(Fact, frozen=True, tag="v_filled"):
    """One execution. `execution_id` is the venue's and is applied once, however often it comes."""

    client_order_id: str
    execution_id: str
    price: Price
    quantity: Quantity
    liquidity: Liquidity
    explanation: str = ""
    """For `why`: "aggressive sell 400 at 577.04 met the queue: 300 ahead, you got 100"."""
    at: Nanos = Nanos(0)
    misfit: str = ""
    """What the venue says of it that cannot be of this order, such as another symbol: then it is
    not booked, and a person has to look. Empty: it fits."""


class VenueCancelled(Fact, frozen=True, tag="v_cancelled"):
    """The remainder left the venue: asked for, or by its own rule (IOC, self-match …)."""

    client_order_id: str
    text: str = ""
    requested: bool = True
    at: Nanos = Nanos(0)
    twice_mid: int = 0
    """Bid plus ask when it left; 0 where that is not known."""
    cumulative: Quantity = UNCOUNTED
    """Filled by then as the venue counts, so that fills still to be told are known of."""


class VenueExpired(Fact, frozen=True, tag="v_expired"):
    client_order_id: str
    text: str = ""
    at: Nanos = Nanos(0)
    twice_mid: int = 0
    """Bid plus ask when it left, or twice the close; 0 where that is not known."""
    cumulative: Quantity = UNCOUNTED


class VenueReplaced(Fact, frozen=True, tag="v_replaced"):
    """The replace took effect: `quantity` is the new total, filled part included."""

    client_order_id: str
    new_client_order_id: str
    price: Price
    quantity: Quantity
    queue_ahead: int = -1
    at: Nanos = Nanos(0)
    stop: Price = Price(0)
    """0: it does not say: as it was asked for."""


class VenueCancelRefused(Fact, frozen=True, tag="v_cxl_ref"):
    """Too late, or unknown there."""

    client_order_id: str
    text: str
    at: Nanos = Nanos(0)


class VenueReplaceRefused(Fact, frozen=True, tag="v_rpl_ref"):
    client_order_id: str
    text: str
    new_client_order_id: str = ""
    """The id that the refused change would have brought; empty where the venue does not say."""
    at: Nanos = Nanos(0)


class VenueTriggered(Fact, frozen=True, tag="v_triggered"):
    """A stop held at the venue entered the book."""

    client_order_id: str
    price: Price
    at: Nanos = Nanos(0)


class VenueOrderWaited(Fact, frozen=True, tag="v_waited"):
    """How an order waited, told when it left the book or the venue closed; changes nothing."""

    client_order_id: str
    places: Places
    traded_at_price: Quantity
    """Others' volume at its price while it waited."""
    nearest: Price
    """The trade most in its favour while it waited; of a stop, the one nearest to it. 0: none."""
    is_estimate: bool = False
    """Its place was set up again after a restart."""
    at: Nanos = Nanos(0)


class VenueOrderUnknown(Fact, frozen=True, tag="v_unknown"):
    """The answer to a status query: the venue never had this order (definitive evidence)."""

    client_order_id: str
    at: Nanos = Nanos(0)
    query: int = 0
    """Of the question that it answers; 0 where the venue does not say."""


class VenueCompared(Fact, frozen=True, tag="v_compared"):
    """A paper order that rested is done: what each queue assumption gave it; books nothing."""

    client_order_id: str
    booked: str
    price: Price
    outcomes: tuple[Assumed, ...]
    at: Nanos = Nanos(0)


OrderReport = (
    VenueAccepted
    | VenueRejected
    | VenueFilled
    | VenueCancelled
    | VenueExpired
    | VenueReplaced
    | VenueCancelRefused
    | VenueReplaceRefused
    | VenueTriggered
    | VenueOrderUnknown
    | VenueCompared
    | VenueOrderWaited
    | VenueTradeBusted
    | VenueTradeCorrected
    | VenueRestated
    | VenueFeeCharged
)
ORDER_REPORTS = get_args(OrderReport)
"""What a venue says about one order; each may carry when it came true there."""


class VenueCheckpoint(Fact, frozen=True, tag="v_checkpoint"):
    """Where a paper venue stands, so that it can be rebuilt: opaque cursor and own queue places."""

    cursor: bytes
    queue_ahead: tuple[tuple[str, int], ...] = ()
    """(client order id, quantity ahead) of each own resting order."""
    waiting: tuple[str, ...] = ()
    """Client order ids of what is there and has not met its market yet: it waits for a bar."""


class VenueMarked(Fact, frozen=True, tag="v_marked"):
    """Mids before fills and after them, taken as market time passed; changes no money."""

    marks: tuple[Mark, ...]


class VenueTape(Fact, frozen=True, tag="v_tape"):
    """What printed since the run began, and how far the trader changed a recording."""

    tape: tuple[Tape, ...]
    displaced: Displaced | None = None


class SessionOpened(Fact, frozen=True, tag="session_opened"):
    """The host starts a run: mode, market, trade date, and what limits and fees apply to it."""

    run: str
    mode: str
    market: str
    source: Source
    trade_date: int
    """YYYYMMDD of the venue's calendar."""
    account: str
    opening_cash: Money
    """Booked only when the account is new."""
    currency: str
    fee_table: str
    limits: tuple[tuple[str, str], ...]
    """(key, value) of every limit of the effective profile."""
    seed: int = 0
    fee_tables: tuple[tuple[str, str], ...] = ()
    """(currency, fee table) for what trades in another currency than the account's."""
    interest_table: str = ""
    """What cash earns and costs; empty: nothing."""
    left_at: Nanos = Nanos(0)
    """Market time at which the run before this one ended or was cut off; 0: there was none."""
    has_oca: bool = False
    """The venue takes groups of orders that share one quantity."""
    patience: Patience = Patience()
    """What is expected of this venue's answers."""
    venue: str = PAPER_VENUE
    """Who the orders go to, by the name that R44 knows."""
    venue_rate: int = 0
    """Messages a second that the venue takes; 0 where it says nothing of it."""
    index: str = ""
    """The symbol whose move halts the whole market; empty: nobody configured one."""
    is_read_only: bool = False
    """A desk that only looks: no order, no change and no cancel leaves in this run."""


class SessionResumed(Fact, frozen=True, tag="resumed"):
    """The host is ready to speak to the venue again: what was out before it started is in doubt."""

    may_cancel: bool = True
    """Cancels without an answer are repeated; not on a desk that only looks."""


class InstrumentsListed(Fact, frozen=True, tag="listed"):
    instruments: tuple[Instrument, ...]


class BorrowListed(Fact, frozen=True, tag="borrow_listed"):
    """The borrow table of whoever lends, whole."""

    rows: tuple[BorrowTerms, ...]


class DividendsListed(Fact, frozen=True, tag="dividends_listed"):
    rows: tuple[Dividend, ...]


class FxRatesSet(Fact, frozen=True, tag="fx_set"):
    """Dated exchange rates, the oldest first; `base` is the currency that they count in."""

    base: str
    rows: tuple[FxRate, ...]


class PhaseChanged(Fact, frozen=True, tag="phase"):
    """A symbol (or `*`) entered a phase of its session; `text`: why, where it is a halt."""

    symbol: str
    phase: Phase
    text: str = ""


class TradeDateRolled(Fact, frozen=True, tag="rolled"):
    """The venue's calendar moved on; closing marks carry the day P&L over."""

    trade_date: int
    marks: tuple[tuple[str, Price], ...]


class ExitReached(Fact, frozen=True, tag="exit_reached"):
    """The market reached the price of an exit that waits here, because its venue has no groups."""

    order_id: OrderId
    price: Price


class TimerFired(Fact, frozen=True, tag="timer"):
    name: str


class SessionEnded(Fact, frozen=True, tag="session_ended"):
    """The run is over; `clean` when the market's cursor needs no resuming."""

    reason: str
    clean: bool


class SpaceLevel(IntEnum):
    """What the room that is left on the disk allows; a larger value allows less."""

    AMPLE = 1
    WARN = 2
    REDUCING = 3
    HALT = 4


class DiskSpaceSeen(Fact, frozen=True, tag="disk"):
    """The room under the home reached another rung (F04), or has to be heeded again."""

    level: SpaceLevel
    text: str
    """How much is left and what it allows, in one sentence to act on; empty when ample."""


class ClockStepped(Fact, frozen=True, tag="clock_stepped"):
    """Somebody set the machine's wall clock, or a time server did (F27)."""

    by: Nanos
    """Ahead; below 0 behind."""


class MachineSlept(Fact, frozen=True, tag="slept"):
    """Nothing ran for so long: the machine was suspended, or the engine stopped (F28)."""

    span: Nanos
    is_suspend: bool


class EngineFaulted(Fact, frozen=True, tag="fault"):
    """Our own code failed while handling something: the desk stops itself (F42)."""

    text: str


Report = (
    VenueAccepted
    | VenueRejected
    | VenueFilled
    | VenueCancelled
    | VenueExpired
    | VenueReplaced
    | VenueCancelRefused
    | VenueReplaceRefused
    | VenueTriggered
    | VenueOrderUnknown
    | VenueCompared
    | VenueOrderWaited
    | VenueTradeBusted
    | VenueTradeCorrected
    | VenueRestated
    | VenueFeeCharged
    | VenueCheckpoint
    | VenueMarked
    | VenueTape
    | LinkChanged
    | SessionOpened
    | InstrumentsListed
    | BorrowListed
    | DividendsListed
    | FxRatesSet
    | ReferenceListed
    | PhaseChanged
    | TradeDateRolled
    | TimerFired
    | ExitReached
    | SessionEnded
    | EngineFaulted
    | DiskSpaceSeen
    | SessionResumed
    | VenueOpenOrders
    | VenueExecutions
    | VenuePositions
    | VenueCash
    | VenuePositionMoved
    | ClockStepped
    | MachineSlept
    | SecondFactorKnown
    | SecondFactorChecked
    | AccountReconciled
    | BreakerReport
    | MarginSeen
)
