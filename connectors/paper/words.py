"""What the paper venue says in words: refusals, cancels by rule, and why an order was filled."""

from engine.exchange.auctions import Cross
from engine.exchange.messages import CancelReason, Refusal
from engine.values import Side

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


def as_cross(name: str, cross: Cross, price: str, *, got: int, wanted: int) -> str:
    """Why an order was filled in an auction: at what price everybody traded, and its share."""
    return (
        f"{name} cross {cross.quantity:,} shares at {price}; yours {got:,} of {wanted:,}; "
        f"{imbalance_in_words(cross.imbalance)}"
    )


def left_by_cross(name: str, price: str) -> str:
    """Why what an order asked of an auction is gone; `price` is empty where nothing traded."""
    if not price:
        return f"nothing was paired in the {name} auction"
    return f"the {name} cross at {price} did not fill it"


def imbalance_in_words(imbalance: int) -> str:
    """What stayed unpaired, and on which side."""
    if not imbalance:
        return "no imbalance"
    return f"imbalance {abs(imbalance):,} {'buy' if imbalance > 0 else 'sell'}"


def as_maker(taker_side: Side, size: int, price: str, *, ahead: int, got: int) -> str:
    """Why a resting order was filled: who came, what stood ahead, what was left for it."""
    came = f"aggressive {taker_side.name.lower()} {size:,} at {price}"
    if ahead:
        return f"{came} met the queue: {ahead:,} ahead of you, you got {got:,}"
    return f"{came} met you first in the queue, you got {got:,}"


def as_taker(side: Side, quantity: int, price: str, orders: int) -> str:
    """Why an arriving order was filled: what it took, from which side, from how many orders."""
    book_side = "ask" if side > 0 else "bid"
    noun = "order" if orders == 1 else "orders"
    return f"took {quantity:,} at {price} from the {book_side}, {orders} {noun}"


def as_taker_of_a_quote(side: Side, quantity: int, price: str, *, assumed: bool) -> str:
    """From a level on show, or from one beyond the only one that is known."""
    book_side = "ask" if side > 0 else "bid"
    if assumed:
        return f"took {quantity:,} at {price}, a level assumed beyond the {book_side} on show"
    return f"took {quantity:,} at {price} from the {book_side} on show"


def as_taker_of_a_bar(quantity: int, price: str) -> str:
    """At a bar's open or at a stop inside it, worse by the named slip."""
    return f"met the bar at {price}, slip included: {quantity:,} within your share of its volume"


def as_maker_in_a_bar(quantity: int, price: str, taker_side: Side) -> str:
    """Bars name nobody: all that is known is that prices went beyond the limit."""
    where = "below" if taker_side < 0 else "above"
    return (
        f"the bar traded {where} {price}, through your limit:"
        f" {quantity:,} within your share of its volume"
    )
