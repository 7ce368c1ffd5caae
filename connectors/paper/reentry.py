"""Puts working orders back into the paper market after a restart, at the place they had."""

from connectors.feeds.flow import OWN_OWNER
from connectors.paper.clerk import Clerk
from connectors.paper.orders import OwnOrder, RestingOrder
from engine.exchange.book import Book
from engine.exchange.exchange import Exchange
from engine.exchange.messages import NO_PRICE, NewOrder, Refused
from engine.values import OrderType, Quantity, Side

_GONE = "it could not stand in the book again after the restart"


def enter_again(
    exchange: Exchange, clerk: Clerk, resting: RestingOrder, exchange_id: int
) -> OwnOrder:
    """The order stands again: no report says so, for the desk knows that it works.

    A limit order goes behind the quantity that stood ahead of it when that was last written down,
    to the end where that was never told; its place is an estimate from then on. Where the market
    has crossed its price meanwhile it arrives anew and trades; what happens then is reported.
    """
    order = _own_order(resting, exchange_id)
    clerk.roll.add(order)
    clerk.roll.stands(order)
    clerk.restored(order)
    book = exchange.book(resting.symbol)
    operation = _operation(resting, exchange_id)
    waits_in_book = operation.stop == NO_PRICE and not operation.time_in_force.is_for_auction
    if waits_in_book and (book.is_calling or not _would_take(book, operation)):
        exchange.stand(operation, resting.queue_ahead)
    else:
        events = exchange.submit([operation])
        clerk.heed(events)
        if any(isinstance(event, Refused) for event in events):
            clerk.gone_by_rule(order, _GONE)
    order.is_estimate = exchange_id in book.orders
    order.history.stands(clerk.now, clerk.queue_ahead(order))
    return order


def _own_order(resting: RestingOrder, exchange_id: int) -> OwnOrder:
    return OwnOrder(
        resting.client_order_id,
        exchange_id,
        resting.symbol,
        resting.instruction,
        resting.type,
        resting.price,
        resting.time_in_force,
        # What was taken off on the way is gone: filled and open parts are what counts here.
        Quantity(resting.cumulative + resting.open_quantity),
        resting.cumulative,
    )


def _operation(resting: RestingOrder, exchange_id: int) -> NewOrder:
    kind, stop = resting.type, resting.stop
    if resting.triggered and kind.has_stop:
        kind = OrderType.LIMIT if kind is OrderType.STOP_LIMIT else OrderType.MARKET
        stop = NO_PRICE
    return NewOrder(
        exchange_id,
        resting.symbol,
        resting.instruction.side,
        kind,
        resting.open_quantity,
        resting.price if kind.has_limit else NO_PRICE,
        stop if kind.has_stop else NO_PRICE,
        resting.time_in_force,
        resting.trigger,
        resting.post_only,
        OWN_OWNER,
    )


def _would_take(book: Book, order: NewOrder) -> bool:
    if order.type is not OrderType.LIMIT:
        return True
    touch = book.best_ask if order.side is Side.BUY else book.best_bid
    return touch is not None and (touch - order.price) * order.side <= 0
