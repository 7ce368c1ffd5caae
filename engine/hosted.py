"""What a host runs a session against: a venue with a market, beyond a line or one of ours."""

from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from engine.domain.quotes import Market
from engine.domain.reports import Report, VenueOrderWaited
from engine.domain.requests import NewOrderRequest
from engine.domain.views import (
    AuctionView,
    DepthRow,
    FillTime,
    GhostFillRow,
    GhostRow,
    TradePrint,
)
from engine.instruments import Instrument
from engine.lookup import Directory
from engine.ports import Venue
from engine.values import Money, Nanos, Side


class Ghosts(Protocol):
    """What the trader of a recorded session did, as far as it has played; else nothing."""

    def orders(self, most: int) -> tuple[GhostRow, ...]:
        """Newest first."""

    def fills(self, most: int) -> tuple[GhostFillRow, ...]:
        """Their executions, newest first."""

    def words(self, symbol: str) -> tuple[str, ...]:
        """For `why`: what that trader did in the symbol, an order a sentence."""


class VenueFigure(msgspec.Struct, frozen=True, gc=False):
    """One figure of the account as a venue counts it; `at`: when it said so."""

    key: str
    """Of ours that it can be held against: equity, cash, realised, unrealised, day, fees; or ""."""
    words: str
    amount: Money
    currency: str
    at: Nanos
    text: str = ""


class OrderPlace(msgspec.Struct, frozen=True, gc=False):
    """Where an open order is just now, beyond the line."""

    word: str
    """For a column: `IB`, `gate`."""
    text: str
    """For a sentence, behind its subject: "is at IB, which holds it until its price is reached"."""


class VenueEstimate(msgspec.Struct, frozen=True, gc=False):
    """What a venue says that an order would need and cost; None where it does not say."""

    at: Nanos
    """When it said so."""
    margin: Money | None = None
    """By how much the initial margin would change."""
    margin_after: Money | None = None
    equity_after: Money | None = None
    fee: Money | None = None
    fee_max: Money | None = None
    currency: str = ""
    """Of the fee, where it is named."""
    problem: str = ""
    """Its warning, or why it says nothing."""


class HostedVenue(Venue, Protocol):
    """What every venue has that a host runs a session against: a market, and time that passes."""

    @property
    def simulated(self) -> "SimulatedVenue | None":
        """Itself, where its market time is ours to drive."""

    @property
    def live(self) -> "LiveVenue | None":
        """Itself, where its time is everybody's."""

    @property
    def market(self) -> Market: ...

    @property
    def instruments(self) -> tuple[Instrument, ...]: ...

    @property
    def trade_date(self) -> int: ...

    @property
    def note(self) -> str:
        """What a person should know about this market; else empty."""

    @property
    def description(self) -> str:
        """Such as `synthetic` or `GOOG 2012-06-21 (LOBSTER, 10 levels)`."""

    @property
    def now(self) -> Nanos: ...

    def next_at(self) -> Nanos | None:
        """Market time of the next thing that will happen by itself; None when the market ended."""

    def advance(self, until: Nanos) -> None:
        """Lets the market run up to and including `until`, but returns early, with `now` at that
        point, as soon as a report for the desk is waiting in `collect`."""

    def has_reports(self) -> bool:
        """Whether `collect` would return anything."""

    def queue_is_estimate(self, client_order_id: str) -> bool:
        """The place was restored after a restart and is a bound, not a count."""

    def fill_time(self, client_order_id: str) -> FillTime | None:
        """How long a resting order may still wait, by the recent pace of trades at its price."""

    def waited(self, client_order_id: str) -> VenueOrderWaited | None:
        """How an order has waited so far; None for one that never stood in a queue here."""

    def depth(self, symbol: str, levels: int) -> tuple[tuple[DepthRow, ...], tuple[DepthRow, ...]]:
        """(bids, asks), best first, own orders and queue places filled in."""

    def indication(self, symbol: str) -> AuctionView | None:
        """What the symbol's next auction would do now; None while there is none to speak of."""

    def tape(self, symbol: str, prints: int) -> tuple[TradePrint, ...]:
        """The last trades, newest last; bounded."""

    def would_fill(
        self, symbol: str, side: Side, price: int, quantity: int
    ) -> list[tuple[int, int]]:
        """(price, quantity) an order would take from the book now; price 0: no limit."""


class LineTold(msgspec.Struct, frozen=True):
    """How the line to a venue is, in one sentence of figures."""

    text: str
    is_doubtful: bool = False
    """It stands, and something of it wants a look, such as a clock that is off."""


class LiveVenue(HostedVenue, Protocol):
    """A venue beyond a line. Market time is the wall's: `advance` hears what has come by then, and
    whoever asks `collect` again has made durable what it was given before."""

    def clock(self) -> Nanos:
        """What time it is there; never backwards."""

    def wake_with(self, ring: Callable[[], None]) -> None:
        """`ring` is called, from any thread, when something has come that `advance` would hear."""

    def notes(self) -> tuple[str, ...]:
        """What a person should hear of the line since the last call; a sentence each."""

    def seen(self, symbols: Sequence[str]) -> None:
        """Somebody looks at these: they are quoted, if not all can be."""

    @property
    def directory(self) -> Directory | None:
        """Who is asked for more symbols; None where it says by itself all that is traded."""

    def line(self) -> LineTold:
        """Since when it is up or down, why, its numbers, and how far the clocks are apart."""

    def place(self, client_order_id: str) -> OrderPlace | None:
        """Where an open order is just now; None where it does not say."""

    def what_if(self, request: NewOrderRequest) -> VenueEstimate | None:
        """What it says of such an order, as far as it is known by now; it may be asked for it, and
        nothing is ever placed by that. Never waits."""

    def figures(self) -> tuple[VenueFigure, ...]:
        """What it says that the account is worth; nothing where it does not."""

    def messages(self, label: Callable[[str], str]) -> tuple[str, ...]:
        """The newest messages as they crossed the line, the newest last: a line each, its fields on
        lines that are set in; secrets are masked. `label`: the desk's word for an order's name."""


class SimulatedVenue(HostedVenue, Protocol):
    """A venue whose market time we drive: the paper venue with its market behind it."""

    def waits(self) -> list[VenueOrderWaited]:
        """How each order that still stands has waited so far."""

    def practise(self, drill: str, symbol: str, span: Nanos) -> str:
        """A drill by its word (`disconnect`, `reject`, `halt`); why it cannot be, or empty."""

    def measured(self, *, at_the_end: bool = False) -> list[Report]:
        """What was measured beside the trading and can wait for the next checkpoint."""

    @property
    def span(self) -> tuple[Nanos, Nanos] | None:
        """Market times at which the day, or the recording of it, begins and ends."""

    @property
    def ghost_fills_seen(self) -> int:
        """Executions of the recorded session's trader that have been played in this run."""

    def next_ghost_fill(self) -> Nanos | None:
        """Market time of the next such execution; None where the recording has none."""

    @property
    def ghosts(self) -> Ghosts: ...

    def checkpoint(self) -> Report:
        """A VenueCheckpoint of cursor and own queue places."""
