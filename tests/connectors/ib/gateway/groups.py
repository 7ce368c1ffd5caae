"""What orders do to each other at the broker: brackets by parent id, and OCA groups."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol

from tests.connectors.ib.gateway.orders import HELD_TYPES, BrokerOrder, Status

CANCEL_OTHERS = 1
"""OCA type 1: any fill cancels the rest. 2 and 3 reduce the rest by what was filled."""
REDUCE_OTHERS = 3


class Book(Protocol):
    """What a group needs of the broker."""

    orders: dict[int, BrokerOrder]

    def find(self, client_id: int, order_id: int) -> BrokerOrder | None: ...
    def say(self, order: BrokerOrder) -> None: ...
    def end(self, order: BrokerOrder, status: Status, words: str = "") -> None: ...


def children(book: Book, order: BrokerOrder) -> list[BrokerOrder]:
    return [
        one
        for one in book.orders.values()
        if one.client_id == order.client_id
        and one.terms.parent_id == order.order_id
        and one is not order
        and not one.is_done
    ]


def family(book: Book, order: BrokerOrder) -> list[BrokerOrder]:
    """The order with all that its transmit flag lets go: its held parent and siblings, in order."""
    head = book.find(order.client_id, order.terms.parent_id) if order.terms.parent_id else None
    if head is None:
        return [order]
    kin = [head, *children(book, head)]
    return [one for one in kin if one is order or one.status is Status.API_PENDING]


def join(book: Book, order: BrokerOrder) -> None:
    """A child goes into the group of its parent, named by its permId, unless it has one."""
    if order.terms.parent_id and not order.group:
        parent = book.find(order.client_id, order.terms.parent_id)
        if parent is not None:
            order.group = str(parent.perm_id)
            order.group_type = REDUCE_OTHERS


def first_status(book: Book, order: BrokerOrder) -> tuple[Status, str]:
    """A child waits for its parent, a stop for its trigger; whatever else works at once."""
    held = order.terms.kind in HELD_TYPES
    parent = book.find(order.client_id, order.terms.parent_id) if order.terms.parent_id else None
    if parent is not None and parent.status is not Status.FILLED:
        return Status.PRE_SUBMITTED, "child,trigger" if held else "child"
    if held:
        return Status.PRE_SUBMITTED, "trigger"
    return Status.SUBMITTED, ""


def filled(book: Book, order: BrokerOrder, shares: Decimal) -> None:
    """What a fill sets off: children that waited, and the rest of the group."""
    if order.status is Status.FILLED:
        for child in children(book, order):
            child.status, child.why_held = first_status(book, child)
            book.say(child)
    for other in _others(book, order):
        if order.group_type == CANCEL_OTHERS:
            book.end(other, Status.CANCELLED, "Cancelled by System:OCA")
            continue
        other.quantity = max(other.quantity - shares, other.filled)
        if other.remaining:
            book.say(other)
        else:
            book.end(other, Status.CANCELLED, "Cancelled by System:OCA")


def ended(book: Book, order: BrokerOrder) -> None:
    """Children of an order that will never fill end with it."""
    for child in children(book, order):
        book.end(child, Status.CANCELLED, "Cancelled by System:Parent")


def _others(book: Book, order: BrokerOrder) -> Sequence[BrokerOrder]:
    if not order.group:
        return ()
    return [
        one
        for one in book.orders.values()
        if one.group == order.group
        and one.account == order.account
        and one is not order
        and not one.is_done
    ]
