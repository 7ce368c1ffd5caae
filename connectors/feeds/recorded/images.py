"""A book as one frame, and a frame as a book again."""

from msgspec.structs import replace as with_changes

from connectors.feeds.flow import GHOST_ORDER_IDS_FROM, GHOST_OWNER, OWN_ORDER_IDS_FROM, OWN_OWNER
from connectors.feeds.recorded.frames import BookImage, figures_of
from engine.domain.quotes import Quote
from engine.exchange.book import Book
from engine.exchange.messages import (
    NO_PRICE,
    CancelOrder,
    Event,
    NewOrder,
    Operation,
)
from engine.exchange.replay import place_behind

AT_THE_END = 1 << 62
"""More shares than any queue has ahead."""


def picture(book: Book, quote: Quote, trade_date: int) -> BookImage:
    """Everything that decides what this book does next, in the order of its queues."""
    resting = tuple(
        with_changes(order.order, quantity=order.leaves, price=level.price)
        for half in (book.bids, book.asks)
        for level in half
        for order in level
    )
    return BookImage(
        book.symbol,
        quote.phase,
        trade_date,
        figures_of(quote),
        book.last_price or NO_PRICE,
        resting,
        tuple(stop.order for stop in book.stops.by_age()),
        tuple(book.called.values()),
    )


def level_picture(book: Book, quote: Quote, trade_date: int, *, last_side: int) -> BookImage:
    """The same of a market of quotes: its levels are told beside it, and the orders in its book
    are the trader's own."""
    last_price = book.last_price or NO_PRICE
    figures = figures_of(quote)
    return BookImage(
        book.symbol, quote.phase, trade_date, figures, last_price, (), last_side=last_side
    )


def hang(book: Book, image: BookImage) -> None:
    """The image's orders stand in the empty book; nothing trades, the trader's are ghosts."""
    book.last_price = image.last_price or None
    for order in image.orders:
        place_behind(book, ghost_order(order), AT_THE_END)
    for order in image.stops:
        book.stops.add(ghost_order(order))
    for order in map(ghost_order, image.called):
        book.called[order.order_id] = order


def take_down(book: Book) -> list[NewOrder]:
    """Empties the book for an image after a gap; the paper orders that stood, oldest id first.

    They are to arrive again afterwards: what stood ahead of them is not known any more, so they
    go behind what the image has at their price.
    """
    own: list[NewOrder] = []
    for resting in list(book.orders.values()):
        if resting.order.order_id >= OWN_ORDER_IDS_FROM:
            own.append(
                with_changes(resting.order, quantity=resting.leaves, price=resting.level.price)
            )
        book.leave(resting)
    events: list[Event] = []
    for order_id in list(book.waiting):
        if order_id < OWN_ORDER_IDS_FROM:
            book.cancel(CancelOrder(order_id, book.symbol), events)
    for order_id in [order_id for order_id in book.called if order_id < OWN_ORDER_IDS_FROM]:
        del book.called[order_id]
    return sorted(own, key=lambda order: order.order_id)


def as_ghost(operation: Operation) -> Operation:
    """The trader's recorded operation as one of somebody who is not the trader of this session."""
    if operation.order_id < OWN_ORDER_IDS_FROM:
        return operation
    if type(operation) is NewOrder:
        return ghost_order(operation)
    return with_changes(operation, order_id=_ghost_id(operation.order_id))


def ghost_order(order: NewOrder) -> NewOrder:
    """The same of an order; anybody else's is returned as it is."""
    if order.order_id < OWN_ORDER_IDS_FROM:
        return order
    owner = GHOST_OWNER if order.owner == OWN_OWNER else order.owner
    return with_changes(order, order_id=_ghost_id(order.order_id), owner=owner)


def _ghost_id(order_id: int) -> int:
    return GHOST_ORDER_IDS_FROM + order_id - OWN_ORDER_IDS_FROM
