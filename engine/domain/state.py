"""The desk's whole memory: changed by `apply` alone, holding nothing derived from quotes."""

import msgspec

from engine.domain.breaker_memory import Breakers
from engine.domain.commands import ExitsOnKill, Origin
from engine.domain.cost_facts import BorrowTerms, Dividend, FxRate
from engine.domain.day_flow import DayFlow
from engine.domain.day_kept import AccountDay
from engine.domain.events import FlattenStep, TradingState
from engine.domain.ledger.currency import NO_RATE, PAR, rate_on
from engine.domain.ledger.positions import Position
from engine.domain.loss_memory import LossMemory
from engine.domain.margin_kept import MarginMemory
from engine.domain.message_facts import Messages
from engine.domain.orders import Order
from engine.domain.patience import PAPER_VENUE, Patience
from engine.domain.quotes import Phase, Source
from engine.domain.recon import Recon
from engine.domain.reference_facts import NO_REFERENCE, Reference
from engine.domain.reports import LinkState, SpaceLevel
from engine.domain.risk.limits import Limits
from engine.domain.strategy_facts import StrategyHold
from engine.instruments import Instrument
from engine.structs import set_directly
from engine.values import Money, Nanos, OrderId, OrderType, Price, Quantity

DEFAULT_ACCOUNT = "PAPER"
ACK_TIMER = "ack"
"""The one timer of everything in flight, armed by the first request that goes out."""
NO_FEES = "zero"

# Numbers and not text: every order is looked up, and kept, by one of each.
Fingerprint = tuple[str, str, int, int, int, int, int, int]
"""Account, symbol, instruction, quantity, price, stop, type, life; text in snapshots of before."""
PricePrint = tuple[str, int, int, int]
"""Symbol, quantity, price, side."""


class Trading(msgspec.Struct, gc=False):
    """The trading state of an account or of one symbol, with who lowered it and why."""

    state: TradingState = TradingState.ACTIVE
    latched: bool = False
    reason: str = ""
    changed_at: Nanos = Nanos(0)
    origin: Origin = Origin.DESK


class FlattenRun(msgspec.Struct, gc=False):
    """A flatten protocol in progress for one symbol."""

    step: FlattenStep
    started_at: Nanos
    moved_at: Nanos
    origin: Origin
    rounds: int = 0
    reopen: int = 0
    """Signed quantity to open once flat; 0 for a plain flatten."""
    override: str = ""


class Bracket(msgspec.Struct, gc=False):
    """Exits that share one quantity: what their entry has filled, or a part of a position."""

    account: str
    symbol: str
    quantity: Quantity = Quantity(0)
    """Of two exits without an entry; 0: as much as the entry has filled."""
    legs: list[OrderId] = []
    """In the order in which they were made; one that was spent may have a successor."""
    turn: OrderType | None = None
    """Where one exit at a time may stand at the venue: which kind."""
    taken_back: list[OrderId] = []
    """Legs that the desk itself cancelled, for another to take their turn."""


class Factor(msgspec.Struct, frozen=True, gc=False):
    """The second factor as the desk knows it."""

    enrolment: str = ""
    """Empty: none is enrolled."""
    last_step: int = 0
    """The half minute of the last code that passed with this enrolment."""
    passed_at: int = -1
    """How many events had been applied when one passed: it counts for what is asked next."""


class Arming(msgspec.Struct, frozen=True, gc=False):
    """A live account that a person has armed, and under which limits."""

    until: Nanos
    limits_digest: str
    reason: str
    suspended_at: Nanos = Nanos(0)
    """When the line dropped; 0 while it stands."""


class Loosening(msgspec.Struct, frozen=True, gc=False):
    """A looser limit on its way: it counts when its minute is over."""

    account: str
    before: str
    after: str
    reason: str
    origin: Origin
    asked_at: Nanos


class LimitChange(msgspec.Struct, frozen=True, gc=False):
    """How a limit came to differ from the settings in this session."""

    at: Nanos
    before: str
    after: str
    is_looser: bool
    origin: Origin
    reason: str = ""


class Purse(msgspec.Struct):
    """Cash and the double-entry ledger of one currency that is not the account's own."""

    cash: Money = Money(0)
    ledger: dict[str, Money] = {}
    """Balance by ledger account, in this currency: sums to 0."""
    day_carry: dict[str, Money] = {}
    """What holding booked on this trade date, by kind."""
    day_open_value: Money = Money(0)
    """Cash and positions in this currency when the trade date began."""
    day_open_rate: int = 0
    """What a unit was worth then, in billionths of the account's currency."""
    day_bought: Money = Money(0)
    """Bought less sold by conversion on this trade date."""
    day_paid: Money = Money(0)
    """What that cost in the account's currency."""


@set_directly
class Account(msgspec.Struct):
    """Cash, positions and the double-entry ledger of one account."""

    account: str
    currency: str
    cash: Money
    fee_table: str
    ledger: dict[str, Money]
    """Balance by ledger account (cash, securities:SYM, realised:SYM, fees, capital): sums to 0."""
    positions: dict[str, Position]
    trading: Trading
    symbols: dict[str, Trading]
    """Symbols whose own state is lower than ACTIVE."""
    kill_exits: ExitsOnKill = ExitsOnKill.KEEP
    day_open_cash: Money = Money(0)
    reserved: Money = Money(0)
    """Sum of what its live orders hold; 0 when nothing is open."""
    fee_tables: dict[str, str] = {}
    """Fee table by currency, for what trades in another one than the account's."""
    month_volume: Quantity = Quantity(0)
    """Traded in the calendar month of the trade date: fee tables with steps count it."""
    interest_table: str = ""
    """What cash earns and costs; empty: nothing."""
    day_carry: dict[str, Money] = {}
    """What holding booked on this trade date, by kind."""
    day_conversion_fees: Money = Money(0)
    purses: dict[str, Purse] = {}
    """Every other currency that ever moved; empty for who trades in one alone."""
    other_months: dict[int, Quantity] = {}
    """Traded in other months (YYYYMM) than the one that the desk is in: another market has a
    calendar of its own, and who comes back finds the month as it was."""
    other_days: dict[int, AccountDay] = {}
    """The day's figures of other trade dates that the desk was in, by date."""
    day_open_equity: Money | None = None
    """Net liquidation value when the trade date began, at the marks of that moment; None where a
    journal of before did not tell it."""
    margin: MarginMemory = msgspec.field(default_factory=MarginMemory)
    opening_long: Money = Money(0)
    """Worst value of what its live orders may still open on the long side, kept by `apply`."""
    opening_short: Money = Money(0)
    opening: dict[str, Money] = {}
    """The same by symbol, both sides together; no row where nothing is open."""
    flow: DayFlow = msgspec.field(default_factory=DayFlow)
    open_value: Money = Money(0)
    """What its live orders would trade at worst, in its currency; 0 when nothing is open."""
    strategies: dict[str, StrategyHold] = {}
    """Those that are disabled, by name."""
    fees_pending: int = 0
    """Trades of this trade date of which the venue has not said yet what it charges."""

    def cash_in(self, currency: str) -> Money:
        """Cash of one currency; below zero is borrowed."""
        if currency == self.currency:
            return self.cash
        purse = self.purses.get(currency)
        return Money(0) if purse is None else purse.cash

    def cash_by_currency(self) -> dict[str, Money]:
        """The account's own currency first."""
        others = {currency: purse.cash for currency, purse in self.purses.items()}
        return {self.currency: self.cash, **others}

    def fee_table_for(self, instrument: Instrument) -> str:
        """The table that an order for it pays by; none is known for a currency: nothing is due."""
        if instrument.currency == self.currency:
            return self.fee_table
        return self.fee_tables.get(instrument.currency, NO_FEES)


class Checkpoint(msgspec.Struct, frozen=True):
    """Where a market stood: its own cursor, and the places of own orders in its queues."""

    cursor: bytes
    queue_ahead: dict[str, int]
    at: Nanos
    trade_date: int
    waiting: tuple[str, ...] = ()
    """Client order ids of own orders that had not met their market: they wait for a bar."""
    heard_at: Nanos = Nanos(0)
    """The last market time that the desk knows of it, where that is later."""


@set_directly
class State(msgspec.Struct):
    """Everything that replaying the journal brings back."""

    instance: str = ""
    epoch: int = 1
    run: str = ""
    mode: str = ""
    market: str = ""
    source: Source = Source.SYNTHETIC
    trade_date: int = 0
    seed: int = 0
    order_next: int = 1
    number_next: dict[int, int] = {}
    """Next order number by trade date: numbers are never reused, not even in a second pass."""
    accounts: dict[str, Account] = {}
    orders: dict[int, Order] = {}
    live: dict[int, None] = {}
    """Ids of orders that are not done, in the order they were made."""
    live_by_symbol: dict[str, dict[int, None]] = {}
    by_client_id: dict[str, int] = {}
    tickets: dict[str, int] = {}
    executions: dict[str, int] = {}
    """Order of every execution that was ever booked or made void, by its id."""
    amended: dict[str, int] = {}
    """Of executions that the venue changed: the newest revision, or `BUSTED`."""
    past_orders: dict[int, Order] = {}
    """Orders that were done when their date ended, bounded: a fill of theirs can still be late."""
    instruments: dict[str, Instrument] = {}
    unlisted: tuple[str, ...] = ()
    """Of these, what the running market does not list."""
    phases: dict[str, Phase] = {}
    halts: dict[str, str] = {}
    """Why a symbol is halted, while it is."""
    links: dict[str, LinkState] = {}
    link_texts: dict[str, str] = {}
    """Of a link that is down: what that means, in words."""
    patience: Patience = Patience()
    """What is expected of the venue's answers."""
    in_doubt: dict[int, None] = {}
    """Live orders of which an outcome is unknown."""
    link_up_at: Nanos = Nanos(0)
    """When a link last came back: what was asked before proves nothing."""
    recon: Recon = msgspec.field(default_factory=Recon)
    was_disconnected: bool = False
    """In this run: until every outcome is known again, nothing new leaves."""
    limits: Limits = Limits()
    limits_digest: str = ""
    order_attempts: list[Nanos] = []
    """When orders were tried, denied ones too; trimmed to the window of the order-rate rule."""
    ladder_attempts: list[Nanos] = []
    """The same of the armed ladder, which has limits of its own."""
    recent_orders: dict[Fingerprint | str, Nanos] = {}
    """Duplicate-order memory: fingerprint → when; trimmed to its window."""
    recent_prices: dict[PricePrint, Nanos] = {}
    """Wash memory: symbol, price, size and side of what left at a limit → when; bounded."""
    messages: Messages = msgspec.field(default_factory=Messages)
    venue_rate: int = 0
    """Messages a second that the venue takes; 0 where it says nothing of it."""
    repeats: dict[str, list[Nanos]] = {}
    """When each strategy executed what it does in a symbol and on a side; bounded."""
    timers: dict[str, Nanos] = {}
    flattening: dict[str, FlattenRun] = {}
    """Key `ACCOUNT/SYMBOL`."""
    day_marks: dict[str, Price] = {}
    checkpoints: dict[str, Checkpoint] = {}
    """Where each market stood when this home last saw it, by its description."""
    is_open: bool = False
    """A session is running, or the last one ended without saying so."""
    ended_clean: bool = True
    executions_seen: int = 0
    """All fills ever applied; a rebuilt paper venue numbers its executions from here."""
    disk: SpaceLevel = SpaceLevel.AMPLE
    """The last rung of room on the home's disk that was told of."""
    disk_text: str = ""
    clock_off: Nanos = Nanos(0)
    """How far the wall clock was set ahead since the run began; below 0 behind."""
    woke_at: Nanos = Nanos(0)
    """Market time at which the engine last came back from a sleep, and what to say of it."""
    woke_text: str = ""
    faults: int = 0
    duplicates: int = 0
    events: int = 0
    """Applied events: the state's own clock."""
    borrow: dict[str, BorrowTerms] = {}
    dividends: tuple[Dividend, ...] = ()
    fx_base: str = ""
    fx_rates: dict[str, tuple[FxRate, ...]] = {}
    """By currency, the oldest first."""
    account: str = ""
    """Of this run: the one its lines and keys mean, and whose books are compared."""
    has_oca: bool = False
    """The venue of this session takes groups of orders that share one quantity."""
    is_read_only: bool = False
    """This run only looks: nothing leaves it that changes anything at the venue."""
    brackets: dict[int, Bracket] = {}
    """Exits by their group: the id of their entry, or one of their own."""
    factor: Factor = Factor()
    configured: tuple[tuple[str, str], ...] = ()
    """(key, text) of every limit as the settings had it, with what the second factor loosened."""
    loosening: dict[str, Loosening] = {}
    """By the limit's key."""
    limit_changes: dict[str, LimitChange] = {}
    """The last change of each limit in this session, by its key."""
    arming: dict[str, Arming] = {}
    """By live account; empty on paper."""
    reference: Reference = NO_REFERENCE
    """Tables that a desk may have or not."""
    venue: str = PAPER_VENUE
    """Who the orders of this run go to."""
    began: dict[str, Nanos] = {}
    """When a condition began that is still there: `link/NAME`, `halt/SYMBOL`."""
    losses: dict[str, LossMemory] = {}
    """Peaks of equity, and the losses that were told, by account."""
    breakers: Breakers = msgspec.field(default_factory=Breakers)
    index: str = ""
    """The symbol whose move halts the whole market; empty: nobody configured one."""

    @property
    def links_down(self) -> list[str]:
        """Names of the lines over which nothing gets to a venue now."""
        return [name for name, link in self.links.items() if link.is_down]

    def rate_of(self, currency: str, base: str) -> int:
        """Billionths of `base` for one unit of `currency` today; 0 where nobody said."""
        if currency == base:
            return PAR
        if base != self.fx_base:
            return NO_RATE
        return rate_on(self.fx_rates.get(currency, ()), self.trade_date)


def flatten_key(account: str, symbol: str) -> str:
    """Key of a running flatten in `State.flattening`."""
    return f"{account}/{symbol}"


def loosening_timer(key: str) -> str:
    """Name of the timer behind which a looser limit counts."""
    return f"loosen:{key}"


def arming_timer(account: str) -> str:
    """Name of the timer at which an arming is over."""
    return f"arming:{account}"


def bracket_timer(group: int) -> str:
    """Name of the timer that makes the desk look at a group of exits again."""
    return f"bracket:{group}"


def flatten_timer(account: str, symbol: str) -> str:
    """Name of the timer that drives a flatten."""
    return f"flatten:{account}/{symbol}"
