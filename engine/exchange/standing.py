"""What stands in one book now, and the questions about it."""

from collections.abc import Iterable
from itertools import islice

from engine.exchange.levels import Half, Resting, link_before, unlink
from engine.exchange.messages import NewOrder
from engine.exchange.settings import BookSettings
from engine.exchange.stops import StopRoom
from engine.exchange.views import OrderView, view_of_resting, view_of_waiting
from engine.values import Price, Quantity, Side

_BUY = Side.BUY
_SELL = Side.SELL


class Standing:
    """The two sides, the orders by id and the waiting stops of one symbol.

    `named` holds the resting orders of owners that are not ANONYMOUS: few beside the flow of a
    whole market, and asked for on their own. `waiting` are the stops of `stops` by id, `called`
    the orders that wait outside the book for an auction, in the order they came. While the book
    `is_calling` nothing trades in it, and bids may stand above asks.
    """

    __slots__ = (
        "asks",
        "bids",
        "called",
        "groups",
        "is_calling",
        "last_price",
        "named",
        "orders",
        "settings",
        "stops",
        "symbol",
        "waiting",
    )

    def __init__(self, symbol: str, settings: BookSettings | None = None) -> None:
        self.symbol = symbol
        self.settings = settings or BookSettings()
        self.bids = Half(_BUY)
        self.asks = Half(_SELL)
        self.orders: dict[int, Resting] = {}
        self.named: dict[int, Resting] = {}
        self.stops = StopRoom()
        self.waiting = self.stops.waiting
        self.called: dict[int, NewOrder] = {}
        self.groups: dict[int, list[int]] = {}
        """Ids of orders that share one quantity, by group; some may stand no longer."""
        self.is_calling = False
        self.last_price: Price | None = None

    def __del__(self) -> None:
        # The collector does not see resting orders, so it cannot free what refers in a circle
        # through them: the queues come apart here, with the book.
        for resting in self.orders.values():
            resting.preceding = resting.following = None
            resting.level.first = resting.level.last = None

    @property
    def best_bid(self) -> Price | None:
        return self.bids.best_price

    @property
    def best_ask(self) -> Price | None:
        return self.asks.best_price

    def depth(self, levels: int) -> tuple[list[tuple[int, int, int]], list[tuple[int, int, int]]]:
        """(bids, asks), best first, each level as (price, quantity, order count)."""
        return _depth_of(self.bids, levels), _depth_of(self.asks, levels)

    def order(self, order_id: int) -> OrderView | None:
        """The order as it rests or waits now; None when it does neither."""
        resting = self.orders.get(order_id)
        if resting is not None:
            return view_of_resting(resting)
        stop = self.waiting.get(order_id)
        if stop is not None:
            return view_of_waiting(stop.order)
        called = self.called.get(order_id)
        return None if called is None else view_of_waiting(called)

    def queue_ahead(self, order_id: int, known: dict[int, int] | None = None) -> Quantity:
        """Quantity ahead of a resting order at its price. KeyError when it is not in the book.

        `known`: what was found for others of this book just now; the walk ends at one of them, so
        that many orders in one queue cost no more than the queue.
        """
        ahead, preceding = 0, self.orders[order_id].preceding
        while preceding is not None:
            ahead += preceding.leaves
            if known is not None and (before := known.get(preceding.order.order_id)) is not None:
                ahead += before
                break
            preceding = preceding.preceding
        if known is not None:
            known[order_id] = ahead
        return Quantity(ahead)

    def orders_at(self, side: Side, price: int) -> list[OrderView]:
        """The queue at one price, oldest first."""
        level = self.half(side).level_at(price)
        return [] if level is None else _views(level)

    def all_orders(self) -> list[OrderView]:
        """Bids, then asks, best price and oldest first; then waiting stops, oldest first; then
        those that wait for an auction, oldest first."""
        views = [
            view for half in (self.bids, self.asks) for level in half for view in _views(level)
        ]
        views += [view_of_waiting(stop.order) for stop in self.stops.by_age()]
        return views + [view_of_waiting(order) for order in self.called.values()]

    def half(self, side: Side) -> Half:
        return self.bids if side is _BUY else self.asks

    # What follows changes the book: for `Book` and the room `replay` only.

    def join(self, resting: Resting, before: Resting | None = None) -> None:
        """Puts an order into its level's queue: before the given one, or at the end."""
        link_before(resting, before)
        order = resting.order
        self.orders[order.order_id] = resting
        if order.owner:
            self.named[order.order_id] = resting

    def leave(self, resting: Resting) -> None:
        """Takes an order out of the book."""
        order = resting.order
        del self.orders[order.order_id]
        if order.owner:
            del self.named[order.order_id]
        unlink(resting)


def shrink(resting: Resting, quantity: int) -> None:
    """Takes part of an order's open quantity off; it keeps its place."""
    assert 0 <= quantity < resting.leaves, "an order that loses everything leaves the book"
    resting.leaves = Quantity(resting.leaves - quantity)
    resting.level.quantity -= quantity


def _views(level: Iterable[Resting]) -> list[OrderView]:
    return [view_of_resting(resting) for resting in level]


def _depth_of(half: Half, levels: int) -> list[tuple[int, int, int]]:
    shown = islice(half, max(levels, 0))
    return [(level.price, level.quantity, level.count) for level in shown]
