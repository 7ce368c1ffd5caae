"""An order of the book as others may see and keep it."""

import msgspec

from engine.exchange.levels import Resting
from engine.exchange.messages import NO_PRICE, NewOrder
from engine.values import OrderType, Price, Quantity, Side, TimeInForce, Trigger


class OrderView(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One resting or waiting order at the moment of the question.

    `price` is NO_PRICE for a waiting stop without limit, `stop` for every order in the book.
    """

    order_id: int
    side: Side
    type: OrderType
    price: Price
    quantity: Quantity
    """What is open now."""
    owner: int
    time_in_force: TimeInForce
    post_only: bool = False
    stop: Price = NO_PRICE
    trigger: Trigger = Trigger.LAST

    @property
    def is_waiting(self) -> bool:
        """Whether it is a stop that still waits outside the book."""
        return self.stop != NO_PRICE


def view_of_resting(resting: Resting) -> OrderView:
    """What may be known of an order in the book."""
    order = resting.order
    return OrderView(
        order.order_id,
        order.side,
        order.type,
        Price(resting.level.price),
        Quantity(resting.leaves),
        order.owner,
        order.time_in_force,
        order.post_only,
    )


def view_of_waiting(order: NewOrder) -> OrderView:
    """What may be known of a stop, or of an order for an auction, that waits outside the book."""
    return OrderView(
        order.order_id,
        order.side,
        order.type,
        order.price,
        order.quantity,
        order.owner,
        order.time_in_force,
        order.post_only,
        order.stop,
        order.trigger,
    )
