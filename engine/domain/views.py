"""What the screen and scripts may read: frozen rows, published per batch and never edited."""

import msgspec

from engine.domain.attention import AttentionRow
from engine.domain.bars import Bar
from engine.domain.luck import Luck
from engine.domain.margin_view import MarginRow
from engine.domain.quotes import Lending, Phase, Source
from engine.domain.reasons import Finding
from engine.domain.standing_view import Severity as Severity
from engine.domain.standing_view import StandingRow
from engine.values import (
    Instruction,
    Liquidity,
    Money,
    Nanos,
    OrderId,
    OrderType,
    Price,
    Quantity,
    Side,
    TimeInForce,
)


class Row(msgspec.Struct, frozen=True, gc=False):
    """Base of all rows."""


class QuoteRow(Row, frozen=True):
    """One watchlist line; prices are 0 where there is none."""

    symbol: str
    last: Price
    last_direction: int
    last_size: Quantity
    change: Price
    """Last against the previous close (or the open where there is none); 0 without either."""
    change_reference: Price
    bid: Price
    bid_size: Quantity
    ask: Price
    ask_size: Quantity
    open: Price
    high: Price
    low: Price
    volume: Quantity
    position: Quantity
    working: int
    at: Nanos
    phase: Phase
    source: Source
    phase_text: str = ""
    """Why it is halted; empty otherwise."""
    is_stale: bool = False
    """From before the machine slept: nobody has heard of it since."""
    band_low: Price = Price(0)
    """The limits up and down between which it may trade; 0 where no band is told."""
    band_high: Price = Price(0)
    pauses_at: Nanos = Nanos(0)
    """In a limit state: when the pause begins that follows it."""
    reopens_at: Nanos = Nanos(0)
    """Halted for a known time: when it is to trade again."""
    source_text: str = ""
    """What its venue says of data that is late, frozen, partial or missing."""
    lending: Lending = Lending.UNSAID
    lendable: Quantity = Quantity(-1)
    """Shares that its venue has to lend; −1: it gives no number."""
    average_volume: Quantity = Quantity(-1)
    """Shares of an average day, as its venue tells; −1: it does not."""
    average_volume_date: int = 0


class DepthRow(Row, frozen=True):
    """One price of one side; `own` is the trader's open quantity there."""

    price: Price
    quantity: Quantity
    orders: int
    own: Quantity
    queue_ahead: int
    """Of the trader's first order at this price; −1 without one."""
    ghost: Quantity = Quantity(0)
    """What the trader had open here in the recorded session."""


class TradePrint(Row, frozen=True):
    """One trade on the tape."""

    at: Nanos
    price: Price
    quantity: Quantity
    aggressor: Side
    hidden: bool = False
    own: bool = False
    ghost: bool = False
    """The trader's own trade in the recorded session."""
    is_memory: bool = False
    """It did not print in this book: the recording alone remembers it."""
    auction: bool = False
    """All that an auction traded, at its one price; then `aggressor` says nothing."""


class AuctionView(Row, frozen=True):
    """What the next auction would do now: all of `paired` at `price`.

    `imbalance` stays unpaired: above zero buyers, below zero sellers. Price 0: nothing pairs yet.
    """

    name: str
    """opening, closing or reopening."""
    price: Price = Price(0)
    paired: Quantity = Quantity(0)
    imbalance: int = 0


class DepthView(Row, frozen=True):
    """Depth, tape and position of the symbol in focus."""

    symbol: str
    bids: tuple[DepthRow, ...]
    asks: tuple[DepthRow, ...]
    tape: tuple[TradePrint, ...]
    """Newest last, bounded."""
    note: str = ""
    """Such as "only announced depth is known"."""
    auction: AuctionView | None = None
    """While orders line up for one, and before the close once its imbalance is public."""


class ChartView(Row, frozen=True):
    """Bars of the symbol in focus, the oldest first, bounded."""

    symbol: str
    seconds: int
    """Of a bar."""
    bars: tuple[Bar, ...]
    since: Nanos
    """From when on trades were heard here; 0: none was yet."""
    note: str = ""
    """What there is to say of the time before."""


class FillTime(Row, frozen=True):
    """How long an order may still wait for its last share: seconds, a median and its quartiles."""

    seconds: int
    low: int
    high: int

    @property
    def text(self) -> str:
        """'≈ 2 min (50 s – 6 min)'."""
        return f"≈ {_span(self.seconds)} ({_span(self.low)} – {_span(self.high)})"


def _span(seconds: int) -> str:
    if seconds < 100:
        return f"{seconds} s"
    if seconds < 100 * 60:
        return f"{round(seconds / 60)} min"
    return f"{round(seconds / 3_600)} h"


class OrderRow(Row, frozen=True):
    """One order of the blotter."""

    order_id: OrderId
    label: str
    """`7` today, `1119-7` of an earlier day: what the order language calls it."""
    number: int
    at: Nanos
    changed_at: Nanos
    instruction: Instruction
    quantity: Quantity
    symbol: str
    type: OrderType
    time_in_force: TimeInForce
    price: Price
    stop: Price
    post_only: bool
    reduce_only: bool
    cumulative: Quantity
    leaves: Quantity
    average: Price
    """Rounded to the price scale for the eye; 0 without fills."""
    fees: Money
    state: str
    pending: str
    is_done: bool
    queue_ahead: int
    queue_is_estimate: bool
    origin: str
    text: str
    findings: tuple[Finding, ...] = ()
    fill_time: FillTime | None = None
    """How long it may still wait in its queue; None where nothing says so."""
    place: str = ""
    """Where it is beyond the line, in a word: `IB`, `gate`; `here` while the desk holds it."""
    place_text: str = ""
    """The same in a sentence."""


class FillRow(Row, frozen=True):
    at: Nanos
    order_id: OrderId
    number: int
    symbol: str
    instruction: Instruction
    quantity: Quantity
    price: Price
    fee: Money
    liquidity: Liquidity
    realised: Money
    position_after: Quantity
    explanation: str
    label: str = ""
    """Of its order: `7`, a leg `7.1`."""
    execution_id: str = ""
    fee_is_provisional: bool = False
    """By the fee table, until the venue says what it charged."""


class GhostRow(Row, frozen=True):
    """An order that the trader had in the recorded session, as it stood at this market time."""

    at: Nanos
    changed_at: Nanos
    number: int
    symbol: str
    instruction: Instruction
    quantity: Quantity
    type: OrderType
    time_in_force: TimeInForce
    price: Price
    stop: Price
    filled: Quantity
    state: str
    text: str = ""
    is_done: bool = False
    leg: int = 0

    @property
    def name(self) -> str:
        """`7`, a leg `7.1`."""
        return f"{self.number}.{self.leg}" if self.leg else str(self.number)


class GhostFillRow(Row, frozen=True):
    """An execution that the trader had in the recorded session."""

    at: Nanos
    number: int
    symbol: str
    instruction: Instruction
    quantity: Quantity
    price: Price
    liquidity: Liquidity
    explanation: str
    leg: int = 0

    @property
    def name(self) -> str:
        """Of its order: `7`, a leg `7.1`."""
        return f"{self.number}.{self.leg}" if self.leg else str(self.number)


class PositionRow(Row, frozen=True):
    """One position; values are None where no mark exists, never zero."""

    symbol: str
    quantity: Quantity
    average_cost: Price
    mark: Price
    market_value: Money | None
    unrealised: Money | None
    realised_day: Money
    fees_day: Money
    day: Money | None
    traded_day: Quantity
    exits: Quantity
    """Working quantity that reduces it; what shares one quantity counts once."""
    protected: Quantity = Quantity(0)
    """Of it, what a stop that works at the venue would close."""
    has_exits: bool = False
    """The trader uses exits on this symbol: then a position without one is worth a word."""


class CurrencyRow(Row, frozen=True):
    """Cash of one currency, and what it is worth in the account's own."""

    currency: str
    cash: Money
    worth: Money | None


class AccountView(Row, frozen=True):
    account: str
    currency: str
    cash: Money
    reserved: Money
    buying_power: Money | None
    equity: Money | None
    realised_day: Money
    unrealised: Money | None
    fees_day: Money
    day: Money | None
    luck: Luck | None = None
    """What other queue assumptions would have added; None where places are known."""
    carry_day: tuple[tuple[str, Money], ...] = ()
    """What holding brought and cost today, by kind: interest, borrow, dividend …"""
    currencies: tuple[CurrencyRow, ...] = ()
    """Every other currency that holds cash."""
    price_day: Money | None = None
    """The part of the day's profit that came from prices, where there are other currencies."""
    rate_day: Money | None = None
    """The part that came from exchange rates."""
    margin: MarginRow = MarginRow("paid")
    """What the account's margin regime says of it."""
    fees_pending: int = 0
    """Trades of the day of which the venue has not said yet what it charges."""


class Condition(Row, frozen=True):
    """Comes and goes with evidence: market closed, link down, slow mode."""

    code: str
    text: str
    severity: Severity


class LinkView(Row, frozen=True):
    name: str
    severity: Severity
    text: str
    detail: str = ""
    """Figures of a line beyond this machine; empty where there is none."""
    is_down: bool = False
    """Nothing gets to its venue, whether that was planned or not."""


class DeskView(Row, frozen=True):
    """The whole read model of one frame."""

    frame: int
    market_at: Nanos
    trade_date: int
    mode: str
    market: str
    speed: str
    phase: Phase
    trading_state: str
    trading_reason: str
    account: AccountView
    quotes: tuple[QuoteRow, ...]
    depth: DepthView | None
    orders: tuple[OrderRow, ...]
    """Newest first; live orders always, done ones bounded."""
    fills: tuple[FillRow, ...]
    positions: tuple[PositionRow, ...]
    conditions: tuple[Condition, ...]
    links: tuple[LinkView, ...]
    updates_per_second: int
    conflated: int
    denied: int
    attention: int
    events: int
    ghosts: tuple[GhostRow, ...] = ()
    """Newest first, bounded; empty but in the replay of a recorded session."""
    ghost_fills: tuple[GhostFillRow, ...] = ()
    progress: int = -1
    """How far the recording or the day has played, in thousandths; −1 where nobody can tell."""
    attentions: tuple[AttentionRow, ...] = ()
    realism: str = ""
    """How far the session so far can be believed, in one line; empty before the first fill."""
    standings: tuple[StandingRow, ...] = ()
    """States, conditions and breakers, those that are ready or off too; bounded."""
    chart: ChartView | None = None
    """None while this terminal looks at none."""


class SymbolMatch(Row, frozen=True):
    symbol: str
    name: str
    mic: str
    currency: str = ""
    key: str = ""
    """The venue's own name of it, where it is not listed here yet; else empty."""
