"""The last values of the market, read by rules and views; only the runtime writes them."""

from enum import IntEnum

import msgspec

from engine.domain.bars import BarBook
from engine.structs import set_directly
from engine.values import Nanos, Price, Quantity


class Source(IntEnum):
    """Where a value comes from; fills of different sources never mix in a statistic."""

    SYNTHETIC = 1
    REPLAY = 2
    LIVE = 3
    DELAYED = 4
    FROZEN = 5
    MISSING = 6
    """Its venue gives no data of it to this desk."""


class Phase(IntEnum):
    """The phase of a symbol's trading session."""

    CLOSED = 1
    PRE_OPEN = 2
    AUCTION = 3
    OPEN = 4
    HALTED = 5
    """Paused: nothing but cancels."""
    QUOTATION = 6
    """After a halt: orders line up for the auction with which it reopens."""

    @property
    def word(self) -> str:
        return self.name.lower().replace("_", "-")


class Lending(IntEnum):
    """Whether a venue lends shares of a symbol to who sells it short."""

    UNSAID = 0
    NONE = 1
    ON_REQUEST = 2
    """Somebody there would have to look for them first."""
    EASY = 3

    @property
    def word(self) -> str:
        return self.name.lower().replace("_", " ")


@set_directly
class Quote(msgspec.Struct, gc=False):
    """Best bid and ask, last trade and the day's figures of one symbol; 0 means there is none."""

    symbol: str
    bid: Price = Price(0)
    bid_size: Quantity = Quantity(0)
    ask: Price = Price(0)
    ask_size: Quantity = Quantity(0)
    last: Price = Price(0)
    last_size: Quantity = Quantity(0)
    last_direction: int = 0
    """+1 an uptick, −1 a downtick, 0 unchanged against the trade before."""
    open: Price = Price(0)
    high: Price = Price(0)
    low: Price = Price(0)
    previous_close: Price = Price(0)
    volume: Quantity = Quantity(0)
    trades: int = 0
    at: Nanos = Nanos(0)
    """Market time of the newest change."""
    source: Source = Source.SYNTHETIC
    phase: Phase = Phase.CLOSED
    phase_text: str = ""
    """Why it is halted; empty otherwise."""
    updates: int = 0
    band_low: Price = Price(0)
    """The limits between which it may trade now, as its venue tells them; 0: no band is told."""
    band_high: Price = Price(0)
    pauses_at: Nanos = Nanos(0)
    """In a limit state: when the pause begins that follows it; 0 otherwise."""
    reopens_at: Nanos = Nanos(0)
    """Halted for a known time: when it is to trade again; 0 where nobody says."""
    is_bar: bool = False
    """Told in bars without quotes: the last price stands where bid and ask would."""
    source_text: str = ""
    """What its venue says of data that is late, frozen, partial or missing; empty otherwise."""
    lending: Lending = Lending.UNSAID
    lendable: Quantity = Quantity(-1)
    """Shares that its venue has to lend now; −1: it gives no number."""
    average_volume: Quantity = Quantity(-1)
    """Shares (whole coins) of an average day, by its venue's own bars; −1: it told none."""
    average_volume_date: int = 0
    """YYYYMMDD: the last day that it counts."""

    @property
    def is_two_sided(self) -> bool:
        return self.bid > 0 and self.ask > 0

    @property
    def mid(self) -> Price:
        """Half-way between bid and ask, rounded down to the price scale; 0 without both."""
        return Price((self.bid + self.ask) // 2) if self.is_two_sided else Price(0)

    def record_trade(self, price: Price, quantity: Quantity, at: Nanos) -> None:
        """A trade printed: last, direction, open, high, low and volume follow."""
        last = self.last
        if last:
            self.last_direction = (price > last) - (price < last)
        self.last, self.last_size, self.at = price, quantity, at
        if not self.open:
            self.open = price
        if price > self.high:
            self.high = price
        if price < self.low or not self.low:
            self.low = price
        self.volume += quantity  # type: ignore[assignment]  # a sum of quantities is one
        self.trades += 1
        self.updates += 1


class Market:
    """Last values by symbol, and when the feed behind them last gave a sign of life."""

    __slots__ = ("bars", "doubted_at", "feed_heard_at", "quotes")

    def __init__(self) -> None:
        self.quotes: dict[str, Quote] = {}
        self.bars = BarBook()
        """For people alone: no decision looks at them."""
        self.feed_heard_at: Nanos = Nanos(0)
        self.doubted_at: Nanos = Nanos(-1)
        """The machine slept here: what was heard up to then is old, whatever the clocks say."""

    def quote(self, symbol: str) -> Quote | None:
        return self.quotes.get(symbol)
