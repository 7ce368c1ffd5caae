"""Queues that the trader shares with a recording: what is known of the places in them.

Beside `replay`, for the prices where a named order (of an owner that is not ANONYMOUS) stands. A
price that leaves a recording's view changes unseen; a named order there keeps its place, and what
was ahead of it can only become less.
"""

from engine.exchange.book import Book
from engine.exchange.levels import Level, Resting, unlink
from engine.exchange.messages import ANONYMOUS, NewOrder
from engine.exchange.replay import place_behind, place_front
from engine.exchange.standing import shrink
from engine.values import OrderType, Price, Quantity, Side

AMOUNT_IDS_BELOW = -(1 << 60)
"""Anonymous amounts that do not stand at the front of a price have ids below this."""


def move_to_front(book: Book, order_id: int) -> None:
    """The order becomes the first at its price; nothing happens when it does not rest."""
    resting = book.orders.get(order_id)
    if resting is None or resting.preceding is None:
        return
    level = resting.level
    unlink(resting)
    book.join(resting, level.first)


def named_at(book: Book, side: Side, price: int) -> list[int]:
    """Ids of the named orders at a price, in no order."""
    key = price * int(side)
    return [
        order_id
        for order_id, named in book.named.items()
        if named.level.key == key and named.order.side is side
    ]


def hide(book: Book, side: Side, price: int) -> None:
    """A price with named orders leaves the view: who stood ahead of them is an amount from now on.

    What stood behind the last of them is forgotten.
    """
    level = book.half(side).level_at(price)
    assert level is not None and named_at(book, side, price), "without them the price is forgotten"
    ahead = 0
    for resting in level:
        if resting.order.owner == ANONYMOUS:
            ahead += resting.leaves
            book.leave(resting)
        elif ahead:
            _place_amount(book, level, ahead, resting)
            ahead = 0


def reveal_around(book: Book, side: Side, price: int, quantity: int, seen: frozenset[int]) -> None:
    """A price with named orders comes back into view with this much of the market's quantity.

    Ahead of a named order in `seen`, which stood there when the price left the view, is at most
    what was ahead of it then; the rest stands behind these and ahead of all others.
    """
    level = book.half(side).level_at(price)
    assert level is not None, "a named order holds the price"
    left, last_seen = quantity, None
    for resting in level:
        if resting.order.owner != ANONYMOUS:
            last_seen = resting if resting.order.order_id in seen else last_seen
            continue
        kept = min(left, resting.leaves)
        left -= kept
        if not kept:
            book.leave(resting)
        elif kept < resting.leaves:
            shrink(resting, resting.leaves - kept)
    if left <= 0:
        return
    if last_seen is None:
        place_front(book, side, price, left)
    else:
        _place_amount(book, level, left, last_seen.following)


def take_amounts(book: Book, side: Side, price: int, quantity: int) -> int:
    """Takes up to `quantity` off the anonymous amounts at a price, the last in the queue first.

    From behind is what a waiting order can least wish for. Returns what could be taken.
    """
    level, taken = book.half(side).level_at(price), 0
    resting = None if level is None else level.last
    while resting is not None and taken < quantity:
        preceding = resting.preceding
        if resting.order.order_id < 0:
            part = min(quantity - taken, resting.leaves)
            taken += part
            if part < resting.leaves:
                shrink(resting, part)
            else:
                book.leave(resting)
        resting = preceding
    return taken


def _place_amount(book: Book, level: Level, quantity: int, before: Resting | None) -> None:
    order_id = AMOUNT_IDS_BELOW - 1
    while order_id in book.orders:
        order_id -= 1
    order = NewOrder(
        order_id,
        book.symbol,
        level.half.side,
        OrderType.LIMIT,
        Quantity(quantity),
        Price(level.price),
    )
    ahead = level.quantity if before is None else book.queue_ahead(before.order.order_id)
    place_behind(book, order, ahead)
