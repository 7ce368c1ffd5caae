"""What the exchange is asked (operations) and what became true there (events)."""

from enum import IntEnum

import msgspec

from engine.values import OrderType, Price, Quantity, Side, TimeInForce, Trigger

NO_PRICE = Price(0)
"""Stands where an order has no limit or no stop: a real price is always above zero."""
NO_GROUP = 0
"""An order on its own, as nearly all are."""
ANONYMOUS = 0
"""Owner of market flow: never subject to self-match prevention."""


class SelfMatch(IntEnum):
    """Self-match prevention, chosen per exchange (FIX 2964 values for the first three)."""

    OFF = 0
    CANCEL_AGGRESSIVE = 1
    CANCEL_PASSIVE = 2
    CANCEL_BOTH = 3
    DECREMENT = 4


class Refusal(IntEnum):
    """Why the exchange refused an operation or cancelled an order by itself."""

    UNKNOWN_SYMBOL = 1
    DUPLICATE_ID = 2
    BAD_QUANTITY = 3
    BAD_PRICE = 4
    WOULD_TAKE = 5
    FOK_UNFILLABLE = 6
    NOT_RESTING = 7
    CAP_REACHED = 8
    COLLAR = 9
    MARKET_CLOSED = 10
    NO_QUOTE_TO_TAKE = 11
    """The quote is stale, locked or crossed, or the symbol does not trade."""
    NOT_TRADED = 12
    """An index: it has prices, but nothing of it is ever traded."""
    CALL = 13
    """In a call phase nothing trades: only orders that can wait for the auction enter."""


class CancelReason(IntEnum):
    """Why an order or its remainder left the book without trading."""

    REQUESTED = 1
    IOC_REMAINDER = 2
    MARKET_REMAINDER = 3
    SELF_MATCH = 4
    EXPIRED = 5
    FOK_UNFILLABLE = 6
    WOULD_TAKE = 7
    """A triggered post-only order would take."""
    COLLAR = 8
    """A triggered order's limit lies beyond the collar."""
    NOT_OPEN = 9
    STALE_QUOTE = 10
    CROSSED_QUOTE = 11
    """The quote is locked or crossed: one of its sides cannot be meant."""
    AUCTION_OVER = 12
    """It came for an auction alone, and this is what the auction did not fill."""
    SIBLING_FILLED = 13
    """Another order of its group traded as much as it had open."""


class NewOrder(msgspec.Struct, frozen=True, gc=False, array_like=True, tag_field="op", tag="N"):
    """An order arrives. `order_id` is the exchange's, unique while the order lives."""

    order_id: int
    symbol: str
    side: Side
    type: OrderType
    quantity: Quantity
    price: Price = NO_PRICE
    stop: Price = NO_PRICE
    time_in_force: TimeInForce = TimeInForce.GTC
    trigger: Trigger = Trigger.LAST
    post_only: bool = False
    owner: int = ANONYMOUS
    oca_group: int = NO_GROUP
    """Orders of one group share one quantity: what trades in one is taken off the others."""


class CancelOrder(msgspec.Struct, frozen=True, gc=False, array_like=True, tag_field="op", tag="C"):
    """What is left of the order goes."""

    order_id: int
    symbol: str


class ReduceOrder(msgspec.Struct, frozen=True, gc=False, array_like=True, tag_field="op", tag="D"):
    """Takes `quantity` off and keeps the place; at zero or below the order is gone."""

    order_id: int
    symbol: str
    quantity: Quantity


class ReplaceOrder(msgspec.Struct, frozen=True, gc=False, array_like=True, tag_field="op", tag="P"):
    """Sets price and open quantity: same price and not more keeps the place, else it arrives anew.

    For a waiting stop order `stop` (and `price` of a stop-limit) replace the waiting values.
    """

    order_id: int
    symbol: str
    price: Price
    quantity: Quantity
    stop: Price = NO_PRICE


Operation = NewOrder | CancelOrder | ReduceOrder | ReplaceOrder


class Accepted(msgspec.Struct, frozen=True, gc=False, array_like=True, tag="a"):
    """The order passed the exchange's own checks; its trades, if any, follow."""

    order_id: int
    symbol: str
    side: Side
    price: Price
    quantity: Quantity


class Traded(msgspec.Struct, frozen=True, gc=False, array_like=True, tag="t"):
    """A trade at the resting order's price; `leaves` are what each side has open afterwards."""

    symbol: str
    taker_id: int
    maker_id: int
    price: Price
    quantity: Quantity
    taker_side: Side
    taker_leaves: Quantity
    maker_leaves: Quantity


class Cancelled(msgspec.Struct, frozen=True, gc=False, array_like=True, tag="c"):
    """`quantity` left the book, or never entered it, without trading."""

    order_id: int
    symbol: str
    quantity: Quantity
    reason: CancelReason


class Reduced(msgspec.Struct, frozen=True, gc=False, array_like=True, tag="d"):
    """The order is smaller and kept its place (also by self-match DECREMENT)."""

    order_id: int
    symbol: str
    leaves: Quantity


class Replaced(msgspec.Struct, frozen=True, gc=False, array_like=True, tag="p"):
    """Price and open quantity are set; trades of the new arrival, if any, follow."""

    order_id: int
    symbol: str
    price: Price
    quantity: Quantity
    kept_place: bool


class Triggered(msgspec.Struct, frozen=True, gc=False, array_like=True, tag="g"):
    """A stop order left its waiting room and enters the book now."""

    order_id: int
    symbol: str
    stop: Price


class Refused(msgspec.Struct, frozen=True, gc=False, array_like=True, tag="r"):
    """The operation changed nothing."""

    order_id: int
    symbol: str
    reason: Refusal


Event = Accepted | Traded | Cancelled | Reduced | Replaced | Triggered | Refused
