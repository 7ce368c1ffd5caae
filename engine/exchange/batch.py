"""A batch of operations carried out, with a short way for plain limits and cancels.

`Book` says what an operation does. Nine in ten operations of a market are plain limits and
cancels, and for them this loop does the same with less: what a book keeps its orders in is looked
up once for as long as the symbol stays the same, and no call is made for what is a few lines. A
property test holds both ways against each other.
"""

from collections.abc import Mapping, Sequence

from engine.exchange.book import Book
from engine.exchange.levels import Half, Level, Resting
from engine.exchange.messages import (
    Accepted,
    Cancelled,
    CancelOrder,
    CancelReason,
    Event,
    NewOrder,
    Operation,
    ReduceOrder,
    Refusal,
    Refused,
    ReplaceOrder,
)
from engine.exchange.stops import WaitingStop
from engine.values import OrderType, Side, TimeInForce

_BUY = Side.BUY
_LIMIT = OrderType.LIMIT
_GTC = TimeInForce.GTC
_DAY = TimeInForce.DAY
_REQUESTED = CancelReason.REQUESTED

_Orders = dict[int, Resting]
_Levels = dict[int, Level]
Room = tuple[Book, bool, _Orders, _Orders, dict[int, WaitingStop], Half, Half, _Levels, _Levels]
"""A book, whether it is plain, and what it keeps its orders in, as one thing to unpack."""


def room_of(book: Book) -> Room:
    """What `carry_out` has at hand while it works in this book, until a call begins or ends."""
    bids, asks = book.bids, book.asks
    return (
        book,
        book.is_plain and not book.is_calling,
        book.orders,
        book.named,
        book.waiting,
        bids,
        asks,
        bids.levels,
        asks.levels,
    )


def carry_out(
    books: Mapping[str, Book], rooms: Mapping[str, Room], operations: Sequence[Operation]
) -> list[Event]:
    """Carries out the operations in their order; what became true, in the order it did."""
    events: list[Event] = []
    append, current = events.append, None
    for operation in operations:
        # An attribute is looked up fast where it is always of the same class: the class first.
        if type(operation) is NewOrder:
            symbol = operation.symbol
            if symbol is not current:
                try:
                    book, plain, orders, named, waiting, bids, asks, buys, sells = rooms[symbol]
                except KeyError:
                    append(Refused(operation.order_id, symbol, Refusal.UNKNOWN_SYMBOL))
                    continue
                current = symbol
            order_id, price, quantity = operation.order_id, operation.price, operation.quantity
            lives, side = operation.time_in_force, operation.side
            if (
                operation.type is not _LIMIT
                or (lives is not _GTC and lives is not _DAY)
                or quantity <= 0
                or price <= 0
                or operation.stop
                or operation.post_only
                or not plain
                or waiting
                or order_id in orders
                or operation.oca_group
            ):
                book.arrive(operation, events)
                continue
            append(Accepted(order_id, symbol, side, price, quantity))
            leaves: int = quantity
            if side is _BUY:
                half, levels = bids, buys
                if price >= asks.best:
                    leaves = book.match(operation, quantity, asks, -price, events)
            else:
                half, levels = asks, sells
                if price <= bids.best:
                    leaves = book.match(operation, quantity, bids, price, events)
            if not leaves:
                continue
            try:
                level = levels[price]
            except KeyError:
                level = half.level_for(price)
            last = level.last
            resting = Resting(operation, leaves, level, last, None)  # type: ignore[arg-type]
            level.last = orders[order_id] = resting
            if last is None:
                level.first = resting
                if not level.is_listed:
                    half.enlist(level)
            else:
                last.following = resting
            level.quantity += leaves
            level.count += 1
            if operation.owner:
                named[order_id] = resting
        elif type(operation) is CancelOrder:
            symbol = operation.symbol
            if symbol is not current:
                try:
                    book, plain, orders, named, waiting, bids, asks, buys, sells = rooms[symbol]
                except KeyError:
                    append(Refused(operation.order_id, symbol, Refusal.UNKNOWN_SYMBOL))
                    continue
                current = symbol
            order_id = operation.order_id
            gone = orders.pop(order_id, None)
            if gone is None:
                book.cancel(operation, events)
                continue
            if named:
                named.pop(order_id, None)
            # `unlink` in its own lines.
            level, before, after = gone.level, gone.preceding, gone.following
            taken = gone.leaves
            append(Cancelled(order_id, symbol, taken, _REQUESTED))
            level.quantity -= taken
            level.count -= 1
            if before is not None:
                before.following = after
            else:
                level.first = after
            if after is not None:
                after.preceding = before
            else:
                level.last = before
                if before is None:
                    level.half.drop_empty_best()
            if waiting:
                book.settle(events)
        else:
            _carry_out_other(books, operation, events)
    return events


def _carry_out_other(books: Mapping[str, Book], operation: Operation, events: list[Event]) -> None:
    book = books.get(operation.symbol)
    if book is None:
        events.append(Refused(operation.order_id, operation.symbol, Refusal.UNKNOWN_SYMBOL))
    elif type(operation) is ReduceOrder:
        book.reduce(operation, events)
    elif type(operation) is ReplaceOrder:
        book.replace(operation, events)
    else:
        raise AssertionError(f"no operation of the exchange: {operation!r}")
