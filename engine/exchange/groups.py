"""One cancels all: what trades in one order of a group is taken off the others at once.

At once means before anything else can trade: inside the match that filled it, before a stop that
the same match reached may enter.
"""

from engine.exchange.messages import Cancelled, CancelReason, Event, NewOrder, Reduced, Traded
from engine.exchange.standing import Standing, shrink
from engine.exchange.waiting import cancel_waiting, reduce_waiting

_SIBLING_FILLED = CancelReason.SIBLING_FILLED


def link(book: Standing, order: NewOrder) -> None:
    """The order stands in its group from now on; groups that nobody stands in are forgotten."""
    groups, group = book.groups, order.oca_group
    if group not in groups:
        over = [g for g, ids in groups.items() if not any(_stands(book, i) for i in ids)]
        for other in over:
            del groups[other]
    members = groups.setdefault(group, [])
    if order.order_id not in members:
        members.append(order.order_id)


def took(book: Standing, order: NewOrder, quantity: int, events: list[Event]) -> None:
    """`quantity` of a grouped order has just traded: its siblings are smaller by it, or gone."""
    for sibling_id in book.groups.get(order.oca_group, ()):
        if sibling_id != order.order_id:
            _take_off(book, sibling_id, quantity, events)


def took_as_taker(book: Standing, order: NewOrder, since: int, events: list[Event]) -> None:
    """The same for an order that has just entered: its trades are those among `events[since:]`."""
    own = (event for event in events[since:] if type(event) is Traded)
    quantity = sum(trade.quantity for trade in own if trade.taker_id == order.order_id)
    if quantity:
        took(book, order, quantity, events)


def _take_off(book: Standing, order_id: int, quantity: int, events: list[Event]) -> None:
    resting = book.orders.get(order_id)
    if resting is not None:
        if quantity < resting.leaves:
            shrink(resting, quantity)
            events.append(Reduced(order_id, book.symbol, resting.leaves))
            return
        book.leave(resting)
        events.append(Cancelled(order_id, book.symbol, resting.leaves, _SIBLING_FILLED))
        return
    waiting = book.waiting.get(order_id)
    if waiting is None:
        return
    if quantity < waiting.order.quantity:
        reduce_waiting(book, order_id, quantity, events)
    else:
        cancel_waiting(book, order_id, _SIBLING_FILLED, events)


def _stands(book: Standing, order_id: int) -> bool:
    return order_id in book.orders or order_id in book.waiting
