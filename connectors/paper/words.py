"""What the paper venue says in words: refusals, cancels by rule, and why an order was filled."""

from engine.exchange.auctions import Cross
from engine.exchange.messages import CancelReason, Refusal
from engine.exchange.quoted.outcomes import ReadAs
from engine.instruments import Instrument
from engine.values import Quantity, Side

REFUSALS = {
    Refusal.UNKNOWN_SYMBOL: "this market does not list the symbol",
    Refusal.DUPLICATE_ID: "an order with this id stands in the book already",
    Refusal.BAD_QUANTITY: "the quantity must be above zero",
    Refusal.BAD_PRICE: "the prices do not fit the order type",
    Refusal.WOULD_TAKE: "post-only: it would have taken from the book at this price",
    Refusal.FOK_UNFILLABLE: "fill or kill: the book cannot fill all of it at this price",
    Refusal.NOT_RESTING: "no such order is working",
    Refusal.CAP_REACHED: "the exchange holds as many orders as it allows",
    Refusal.COLLAR: "the limit lies too far beyond the market for the exchange's collar",
    Refusal.MARKET_CLOSED: "the market is closed",
    Refusal.NOT_TRADED: "it is an index: its bars carry no volume, so nothing can be filled",
    Refusal.NO_QUOTE_TO_TAKE: "the quote is too old, locked or crossed: nothing can be taken",
    Refusal.CALL: "orders line up for an auction: only limit orders that rest enter",
}

CANCELS = {
    CancelReason.REQUESTED: "cancelled as asked",
    CancelReason.IOC_REMAINDER: "immediate or cancel: nothing more stood within the limit",
    CancelReason.MARKET_REMAINDER: "the book was empty, so the rest of the market order is gone",
    CancelReason.SELF_MATCH: "it would have traded with your own order",
    CancelReason.EXPIRED: "the trading day ended",
    CancelReason.FOK_UNFILLABLE: "triggered, but the book could not fill all of it",
    CancelReason.WOULD_TAKE: "post-only: it would have taken from the book at this price",
    CancelReason.AUCTION_OVER: "the auction is over and did not fill it",
    CancelReason.COLLAR: "triggered, but its limit lay beyond the exchange's collar",
    CancelReason.SIBLING_FILLED: "the other exit of its group was filled",
    CancelReason.NOT_OPEN: "the symbol was not trading",
    CancelReason.STALE_QUOTE: "the quote was too old to take from",
    CancelReason.CROSSED_QUOTE: "the quote was locked or crossed: nothing could be taken from it",
}


def as_cross(
    name: str, cross: Cross, price: str, *, got: int, wanted: int, known: Instrument
) -> str:
    """Why an order was filled in an auction: at what price everybody traded, and its share."""
    size = known.format_quantity
    return (
        f"{name} cross {size(cross.quantity)} shares at {price}; yours {size(got)} of"
        f" {size(wanted)}; {imbalance_in_words(cross.imbalance, known)}"
    )


def left_by_cross(name: str, price: str) -> str:
    """Why what an order asked of an auction is gone; `price` is empty where nothing traded."""
    if not price:
        return f"nothing was paired in the {name} auction"
    return f"the {name} cross at {price} did not fill it"


def imbalance_in_words(imbalance: int, known: Instrument) -> str:
    """What stayed unpaired, and on which side."""
    if not imbalance:
        return "no imbalance"
    size = known.format_quantity(abs(imbalance))
    return f"imbalance {size} {'buy' if imbalance > 0 else 'sell'}"


def as_maker(
    taker_side: Side, came: int, price: str, *, ahead: int, got: int, known: Instrument
) -> str:
    """Why a resting order was filled: who came, what stood ahead, what was left for it."""
    size = known.format_quantity
    who = f"aggressive {taker_side.name.lower()} {size(came)} at {price}"
    if ahead:
        return f"{who} met the queue: {size(ahead)} ahead of you, you got {size(got)}"
    return f"{who} met you first in the queue, you got {size(got)}"


def as_taker(side: Side, size: str, price: str, orders: int) -> str:
    """Why an arriving order was filled: what it took, from which side, from how many orders."""
    book_side = "ask" if side > 0 else "bid"
    noun = "order" if orders == 1 else "orders"
    return f"took {size} at {price} from the {book_side}, {orders} {noun}"


def as_taker_of_a_quote(side: Side, size: str, price: str, *, assumed: bool) -> str:
    """From a level on show, or from one beyond the only one that is known."""
    book_side = "ask" if side > 0 else "bid"
    if assumed:
        return f"took {size} at {price}, a level assumed beyond the {book_side} on show"
    return f"took {size} at {price} from the {book_side} on show"


def as_taker_of_a_bar(size: str, price: str) -> str:
    """At a bar's open or at a stop inside it, worse by the named slip."""
    return f"met the bar at {price}, slip included: {size} within your share of its volume"


def as_maker_in_a_bar(size: str, price: str, taker_side: Side, read: ReadAs | None) -> str:
    """Bars name nobody: all that is known is that prices went to the limit or beyond it."""
    where = "below" if taker_side < 0 else "above"
    went = f"traded {where} {price}, through your limit"
    if read is not None and read.is_touch:
        went = f"reached {price}, your limit, and went no further"
    return f"the bar {went}: {size} within your share of its volume"


def reading_in_words(read: ReadAs | None, instrument: Instrument) -> str:
    """Which reading of the bar's path gave the fill, and whether another would have given less."""
    if read is None:
        return ""
    if read.at_open:
        return f"; path read {read.booked}: the open comes first in every reading"
    booked = dict(read.shares)[read.booked]
    others = [(name, shares) for name, shares in read.shares if name != read.booked]
    if all(shares == booked for _, shares in others):
        return f"; path read {read.booked}: every other reading gives the same in this bar"
    size = instrument.format_quantity
    told = ", ".join(f"{name} gives {size(Quantity(shares))}" for name, shares in others)
    return f"; path read {read.booked}, which decided: {told} in this bar"
