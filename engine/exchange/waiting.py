"""Changes to what waits outside the book, for its stop or for an auction, or their refusal."""

from msgspec.structs import replace as with_changes

from engine.exchange.messages import (
    NO_PRICE,
    Cancelled,
    CancelReason,
    Event,
    Reduced,
    Refusal,
    Refused,
    Replaced,
    ReplaceOrder,
)
from engine.exchange.standing import Standing
from engine.values import OrderType, Quantity

_STOP_LIMIT = OrderType.STOP_LIMIT
_REQUESTED = CancelReason.REQUESTED


def replace_waiting(book: Standing, request: ReplaceOrder, events: list[Event]) -> None:
    """Sets what a waiting stop waits with; the same prices and not more quantity keep its age."""
    waiting = book.waiting.get(request.order_id)
    if waiting is None:
        _replace_called(book, request, events)
        return
    if request.quantity <= 0:
        _refuse(book, request.order_id, Refusal.BAD_QUANTITY, events)
        return
    old = waiting.order
    price = (request.price or old.price) if old.type is _STOP_LIMIT else NO_PRICE
    stop = request.stop or old.stop
    if price < 0 or stop < 0:
        _refuse(book, request.order_id, Refusal.BAD_PRICE, events)
        return
    order = with_changes(old, price=price, stop=stop, quantity=request.quantity)
    keeps = price == old.price and stop == old.stop and request.quantity <= old.quantity
    if keeps:
        waiting.order = order
    else:
        book.stops.remove(request.order_id)
        book.stops.add(order)
    events.append(Replaced(request.order_id, book.symbol, price, request.quantity, keeps))


def cancel_waiting(
    book: Standing, order_id: int, reason: CancelReason, events: list[Event]
) -> None:
    """What waits under the id goes; refused when nothing does."""
    waiting = book.waiting.get(order_id)
    if waiting is None:
        called = book.called.pop(order_id, None)
        if called is None:
            _refuse(book, order_id, Refusal.NOT_RESTING, events)
        else:
            events.append(Cancelled(order_id, book.symbol, called.quantity, reason))
        return
    book.stops.remove(order_id)
    events.append(Cancelled(order_id, book.symbol, waiting.order.quantity, reason))


def reduce_waiting(book: Standing, order_id: int, quantity: int, events: list[Event]) -> None:
    """Takes quantity off a waiting stop; at zero or below it is gone."""
    waiting = book.waiting.get(order_id)
    order = book.called.get(order_id) if waiting is None else waiting.order
    if order is None or quantity >= order.quantity:
        cancel_waiting(book, order_id, _REQUESTED, events)
        return
    if quantity <= 0:
        _refuse(book, order_id, Refusal.BAD_QUANTITY, events)
        return
    leaves = Quantity(order.quantity - quantity)
    if waiting is None:
        book.called[order_id] = with_changes(order, quantity=leaves)
    else:
        waiting.order = with_changes(order, quantity=leaves)
    events.append(Reduced(order_id, book.symbol, leaves))


def _replace_called(book: Standing, request: ReplaceOrder, events: list[Event]) -> None:
    """What waits for an auction: another price or more quantity goes to the end of the line."""
    old = book.called.get(request.order_id)
    if old is None:
        _refuse(book, request.order_id, Refusal.NOT_RESTING, events)
        return
    has_limit = old.type.has_limit
    if request.quantity <= 0:
        _refuse(book, request.order_id, Refusal.BAD_QUANTITY, events)
        return
    if request.price <= 0 if has_limit else request.price != NO_PRICE:
        _refuse(book, request.order_id, Refusal.BAD_PRICE, events)
        return
    keeps = request.price == old.price and request.quantity <= old.quantity
    if not keeps:
        del book.called[request.order_id]
    order = with_changes(old, price=request.price, quantity=request.quantity)
    book.called[request.order_id] = order
    events.append(Replaced(request.order_id, book.symbol, request.price, request.quantity, keeps))


def _refuse(book: Standing, order_id: int, reason: Refusal, events: list[Event]) -> None:
    events.append(Refused(order_id, book.symbol, reason))
