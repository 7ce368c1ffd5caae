"""What a recorded session consists of: small typed frames, each at its market time.

Order flow is kept as the operations that reached the exchange, the trader's own among them; level
data as quotes, prints and depth, without the trader, who changes nothing of it. Tags and the
places of fields are the format: new kinds get new tags, new fields go to the end and have defaults.
"""

import msgspec

from engine.domain.quotes import Phase, Quote, Source
from engine.exchange.messages import NewOrder, Operation
from engine.exchange.quoted.assumptions import Assumptions
from engine.instruments import Instrument
from engine.values import (
    Instruction,
    Liquidity,
    Nanos,
    OrderType,
    Price,
    Quantity,
    Side,
    TimeInForce,
)

FORMAT_VERSION = 1
"""Raised when old bytes would be read differently; a later version is refused by name."""


class Fact(msgspec.Struct, frozen=True, gc=False, array_like=True, tag_field="kind"):
    """Base of all frames."""


class Figures(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """The day's figures of one symbol, as the market's own data had them."""

    previous_close: Price
    open: Price
    high: Price
    low: Price
    last: Price
    last_size: Quantity
    last_direction: int
    volume: Quantity
    trades: int


def figures_of(quote: Quote) -> Figures:
    """The figures that a quote has now."""
    return Figures(
        quote.previous_close,
        quote.open,
        quote.high,
        quote.low,
        quote.last,
        quote.last_size,
        quote.last_direction,
        quote.volume,
        quote.trades,
    )


def put_figures(quote: Quote, figures: Figures, at: Nanos) -> None:
    """The inverse of `figures_of`; `at` is when they hold."""
    quote.previous_close, quote.at = figures.previous_close, at
    quote.open, quote.high, quote.low = figures.open, figures.high, figures.low
    quote.last, quote.last_size = figures.last, figures.last_size
    quote.last_direction = figures.last_direction
    quote.volume, quote.trades = figures.volume, figures.trades


# --- order flow


class Carried(Fact, frozen=True, tag="o"):
    """Operations as they reached the exchange, one batch."""

    operations: tuple[Operation, ...]


class PrintedHidden(Fact, frozen=True, tag="h"):
    """A hidden execution: tape and volume only."""

    symbol: str
    price: Price
    quantity: Quantity
    aggressor: Side


class Phased(Fact, frozen=True, tag="p"):
    """A symbol entered a phase; `figures` are those with which it did."""

    symbol: str
    phase: Phase
    trade_date: int
    figures: Figures
    text: str = ""
    """Why, where it is a halt."""


class BookImage(Fact, frozen=True, tag="i"):
    """A whole book: where a recording begins, and where it goes on after a gap.

    `orders` with what they have open, bids then asks, best price and oldest first; then `stops`.
    """

    symbol: str
    phase: Phase
    trade_date: int
    figures: Figures
    last_price: Price
    orders: tuple[NewOrder, ...]
    stops: tuple[NewOrder, ...] = ()
    called: tuple[NewOrder, ...] = ()
    """Those that wait for an auction, in the order they came."""
    last_side: int = 0
    """Who came for the last trade, where a market of quotes infers that; its levels are frames of
    their own behind this one."""


# --- level data


class Quoted(Fact, frozen=True, tag="q"):
    """Best bid and ask of one symbol; 0 where there is none."""

    symbol: str
    bid: Price
    bid_size: Quantity
    ask: Price
    ask_size: Quantity


class Printed(Fact, frozen=True, tag="t"):
    """A trade on the tape; `aggressor` 0 where the source does not tell."""

    symbol: str
    price: Price
    quantity: Quantity
    aggressor: int = 0
    is_regular: bool = True
    """Whether a resting order could have met it."""


class Levels(Fact, frozen=True, tag="l"):
    """Levels of a whole book that changed, as (side, price, size); none: what stood still does."""

    symbol: str
    changes: tuple[tuple[Side, Price, Quantity], ...]


class Depth(Fact, frozen=True, tag="d"):
    """All shown levels of one side as (price, quantity), best first; asks follow their bids."""

    symbol: str
    side: Side
    levels: tuple[tuple[Price, Quantity], ...]


# --- what the trader did, for ghosts: facts of the desk, with the desk's own time


class OwnOrder(Fact, frozen=True, tag="O"):
    """An order of the trader left the desk, or stood already when the recording began."""

    at: Nanos
    number: int
    symbol: str
    instruction: Instruction
    quantity: Quantity
    type: OrderType
    time_in_force: TimeInForce
    price: Price
    stop: Price
    trade_date: int = 0
    filled: Quantity = Quantity(0)
    leg: int = 0
    """Which exit of the number's group; 0 for an order on its own."""


class OwnChange(Fact, frozen=True, tag="C"):
    """It works, was replaced, or ended without a fill: `state` is the desk's word.

    `price` and `quantity` are what is in force afterwards; 0 leaves what was.
    """

    at: Nanos
    number: int
    state: str
    text: str = ""
    price: Price = Price(0)
    quantity: Quantity = Quantity(0)
    trade_date: int = 0
    leg: int = 0


class OwnFill(Fact, frozen=True, tag="F"):
    """One execution of one of the trader's orders."""

    at: Nanos
    number: int
    symbol: str
    instruction: Instruction
    price: Price
    quantity: Quantity
    liquidity: Liquidity
    explanation: str
    trade_date: int = 0
    leg: int = 0


OwnFact = OwnOrder | OwnChange | OwnFill


# --- the recording itself


class Gap(Fact, frozen=True, tag="g"):
    """So many frames were lost here; of order flow an image of every book follows."""

    frames: int


class Head(Fact, frozen=True, tag="H"):
    """The first frame of a file: what it is a recording of."""

    version: int
    identity: str
    """Short and the same for every copy of the file; another recording has another."""
    market: str
    source: Source
    trade_date: int
    run: str
    seed: int
    instruments: tuple[Instrument, ...]
    quotes: Assumptions | None = None
    """Of a market of quotes, what was assumed of it; None: a market of orders."""
    note: str = ""
    """What was amiss with the market, as a person was told."""


class End(Fact, frozen=True, tag="E"):
    """The last frame of a file that was closed in order."""

    frames: int
    lost: int


Body = (
    Carried
    | PrintedHidden
    | Phased
    | BookImage
    | Quoted
    | Printed
    | Levels
    | Depth
    | OwnOrder
    | OwnChange
    | OwnFill
    | Gap
    | Head
    | End
)
Frame = tuple[Nanos, Body]
"""Market time and what happened then; times never fall within a file."""

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(tuple[tuple[int, Body], ...])


def encode_frames(frames: list[Frame]) -> bytes:
    """Frames as one block's payload: each time as the distance to the one before, first from 0."""
    before = 0
    steps = []
    for at, body in frames:
        steps.append((at - before, body))
        before = at
    return _encoder.encode(steps)


def decode_frames(payload: bytes) -> list[Frame]:
    """The inverse. Raises msgspec.DecodeError (ValidationError is one) for anything else."""
    at = 0
    frames: list[Frame] = []
    for step, body in _decoder.decode(payload):
        at += step
        frames.append((Nanos(at), body))
    return frames
