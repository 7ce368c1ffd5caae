"""What became true of the desk: sessions, acts, trading state, limits, timers."""

from enum import IntEnum

from engine.domain.commands import CancelScope, ExitsOnKill, Origin
from engine.domain.facts import Fact
from engine.domain.patience import PAPER_VENUE, Patience
from engine.domain.quotes import Phase, Source
from engine.domain.reasons import Refusal
from engine.domain.reports import LinkState, SpaceLevel
from engine.instruments import Instrument
from engine.values import Money, Nanos, Price


class TradingState(IntEnum):
    """Lowered by the machine, raised only by a person with a reason; a larger value is lower."""

    ACTIVE = 1
    REDUCING = 2
    HALTED = 3
    KILLED = 4
    DISARMED = 5


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
    fee_tables: tuple[tuple[str, str], ...] = ()
    """(currency, fee table) for what trades in another currency than the account's."""
    epoch: int = 0
    """Of the home when the run began; 0 in records that were written before it was told."""
    interest_table: str = ""
    left_at: Nanos = Nanos(0)
    """Market time of the last record before this run; 0 in records that did not tell it."""
    has_oca: bool = False
    patience: Patience = Patience()
    venue: str = PAPER_VENUE
    """Who the orders of the run go to; every run of before it was told was on paper."""
    venue_rate: int = 0
    index: str = ""
    is_read_only: bool = False


class AccountOpened(Fact, frozen=True, tag="account_opened"):
    at: Nanos
    account: str
    currency: str
    cash: Money


class InstrumentsKnown(Fact, frozen=True, tag="instruments_known"):
    """What is new about the instruments of the market that was opened."""

    at: Nanos
    instruments: tuple[Instrument, ...]
    unlisted: tuple[str, ...] = ()
    """Symbols known from other markets that this one does not list."""


class PhaseEntered(Fact, frozen=True, tag="phase_entered"):
    """`text`: why, where it is a halt."""

    at: Nanos
    symbol: str
    phase: Phase
    text: str = ""


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


class LinkOperated(Fact, frozen=True, tag="link_operated"):
    """What a person decided of the line to the venue, and why."""

    at: Nanos
    account: str
    what: str
    value: str
    reason: str
    origin: Origin


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
    origin: Origin = Origin.DESK
    """Who did; the desk itself in records that were written before it was told."""


class LimitLooseningAsked(Fact, frozen=True, tag="limit_loosening"):
    """Passed the second factor; it becomes true at `due`, unless the limit is tightened before."""

    at: Nanos
    account: str
    key: str
    before: str
    after: str
    reason: str
    origin: Origin
    due: Nanos


class LimitLooseningDropped(Fact, frozen=True, tag="limit_not_loosened"):
    at: Nanos
    account: str
    key: str
    text: str


class LimitLoosened(Fact, frozen=True, tag="limit_loosened"):
    at: Nanos
    account: str
    key: str
    before: str
    after: str
    limits_digest: str
    reason: str
    origin: Origin
    asked_at: Nanos


class FlattenStep(IntEnum):
    CANCELLING = 1
    CLOSING = 2
    ASKING = 3
    """No evidence within the time allowed, or an order that the venue keeps: a person looks."""
    WORKING = 4
    """The closing order stands at the venue; the protocol goes on when it is done."""
    WAITING = 5
    """Nothing can be closed there now: exits stay, and it goes on by itself once it can be."""


class FlattenStarted(Fact, frozen=True, tag="flatten_started"):
    """`reopen` is the signed quantity to open once flat (a reverse); 0 for a plain flatten."""

    at: Nanos
    account: str
    symbol: str
    origin: Origin
    reopen: int = 0
    override: str = ""
    waits: bool = False
    """It begins by waiting: exits stay until it moves on."""


class FlattenMoved(Fact, frozen=True, tag="flatten_moved"):
    at: Nanos
    account: str
    symbol: str
    step: FlattenStep
    text: str
    reopen: int = 0
    """As in `FlattenStarted`: what this run is a part of."""


class FlattenFinished(Fact, frozen=True, tag="flatten_finished"):
    """The venue has proved the position flat; a reverse opens `reopen` from here."""

    at: Nanos
    account: str
    symbol: str
    text: str
    reopen: int = 0


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
    waiting: tuple[str, ...] = ()


class DiskSpaceChanged(Fact, frozen=True, tag="disk_changed"):
    at: Nanos
    level: SpaceLevel
    text: str


class ClockMoved(Fact, frozen=True, tag="clock_step"):
    """The wall clock was set; `by` is below 0 where it was set back."""

    at: Nanos
    by: Nanos


class MachineWoke(Fact, frozen=True, tag="woke"):
    at: Nanos
    span: Nanos
    """For which nothing ran."""
    is_suspend: bool


class Faulted(Fact, frozen=True, tag="faulted"):
    at: Nanos
    text: str
