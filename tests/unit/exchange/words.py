"""Short words for the tests of the exchange: one book, orders by side, and what came of them."""

from engine.exchange.book import Book
from engine.exchange.exchange import Exchange
from engine.exchange.messages import (
    CancelOrder,
    NewOrder,
    ReduceOrder,
    Refused,
    ReplaceOrder,
    Traded,
)
from engine.exchange.settings import BookSettings
from engine.values import OrderType, Side

SYMBOL = "IBM"


def market_with(**options) -> tuple[Exchange, Book]:
    """An exchange with one book, and the book."""
    exchange = Exchange(BookSettings(**options))
    return exchange, exchange.list_symbol(SYMBOL)


def limit(order_id, side, quantity, price, symbol=SYMBOL, **terms) -> NewOrder:
    return NewOrder(order_id, symbol, side, OrderType.LIMIT, quantity, price, **terms)


def buy(order_id, quantity, price, **terms) -> NewOrder:
    return limit(order_id, Side.BUY, quantity, price, **terms)


def sell(order_id, quantity, price, **terms) -> NewOrder:
    return limit(order_id, Side.SELL, quantity, price, **terms)


def market(order_id, side, quantity, **terms) -> NewOrder:
    return NewOrder(order_id, SYMBOL, side, OrderType.MARKET, quantity, **terms)


def stop(order_id, side, quantity, at, **terms) -> NewOrder:
    kind = OrderType.STOP_LIMIT if "price" in terms else OrderType.STOP
    return NewOrder(order_id, SYMBOL, side, kind, quantity, stop=at, **terms)


def cancel(order_id) -> CancelOrder:
    return CancelOrder(order_id, SYMBOL)


def reduce(order_id, quantity) -> ReduceOrder:
    return ReduceOrder(order_id, SYMBOL, quantity)


def replace(order_id, quantity, price, at=0) -> ReplaceOrder:
    return ReplaceOrder(order_id, SYMBOL, price, quantity, at)


def trades(events) -> list[tuple[int, int, int, int]]:
    """(taker, maker, quantity, price) of each trade."""
    return [
        (event.taker_id, event.maker_id, event.quantity, event.price)
        for event in events
        if isinstance(event, Traded)
    ]


def refusals(events) -> list:
    return [event.reason for event in events if isinstance(event, Refused)]


def queue(book, side, price) -> list[tuple[int, int]]:
    """(order id, open quantity) at a price, oldest first."""
    return [(order.order_id, order.quantity) for order in book.orders_at(side, price)]
