"""Promises about the books, from what they say alone: a second, plain book that follows along."""

from collections.abc import Iterable, Mapping

import msgspec

from engine.exchange.book import Book
from engine.exchange.messages import (
    Accepted,
    Cancelled,
    CancelReason,
    Event,
    NewOrder,
    Reduced,
    Refused,
    Replaced,
    Traded,
    Triggered,
)
from engine.values import OrderType, Side, TimeInForce
from simulation.broken import hold

SIBLING_FILLED = CancelReason.SIBLING_FILLED
"""What a trade takes off a group leaves within the match, while its taker still trades."""


class Followed(msgspec.Struct, gc=False):
    """An order that the mirror knows of."""

    order_id: int
    asked: NewOrder
    price: int
    leaves: int
    rests: bool = False


class Mirror:
    """Queues by side and price, oldest first, kept from events and held against every trade."""

    def __init__(self, symbols: Iterable[str]) -> None:
        self._asked: dict[int, NewOrder] = {}
        self._known: dict[int, Followed] = {}
        self._queues: dict[tuple[str, Side], dict[int, list[Followed]]] = {
            (symbol, side): {} for symbol in symbols for side in Side
        }
        self._arriving: Followed | None = None
        self.traded: dict[int, int] = {}
        """Quantity by order, on either side."""

    def asked(self, order: NewOrder) -> None:
        """What somebody is about to send in; the events name it by its id alone."""
        self._asked[order.order_id] = order

    def follow(self, events: Iterable[Event]) -> None:
        """One batch of the exchange."""
        for event in events:
            if type(event) is Traded:
                self._trade(event)
                continue
            if type(event) is Reduced:
                self._known[event.order_id].leaves = event.leaves
                continue
            if type(event) is not Cancelled or event.reason is not SIBLING_FILLED:
                self._settle()
            if type(event) is Accepted:
                order = self._asked.pop(event.order_id)
                known = Followed(event.order_id, order, event.price, event.quantity)
                self._known[event.order_id] = known
                self._arriving = None if order.stop else known
            elif type(event) is Refused:
                self._asked.pop(event.order_id, None)
            elif type(event) is Cancelled:
                self._leave(self._known[event.order_id], event.quantity)
            elif type(event) is Triggered:
                self._trigger(self._known[event.order_id])
            elif type(event) is Replaced:
                self._replace(self._known[event.order_id], event)
        self._settle()

    def same_as(self, books: Mapping[str, Book]) -> None:
        """I-20: what stands in the books is what their events said, order for order.

        I-14: between two operations no book is crossed or locked.
        """
        for (symbol, side), queues in self._queues.items():
            book = books[symbol]
            for price, queue in queues.items():
                level = book.half(side).level_at(price)
                there = [] if level is None else [(r.order.order_id, r.leaves) for r in level]
                here = [(known.order_id, known.leaves) for known in queue]
                hold(here == there, "I-20", f"{symbol} at {price}: {here}, in the book {there}")
        for symbol, book in books.items():
            bid, ask = book.best_bid, book.best_ask
            crossed = bid is not None and ask is not None and bid >= ask
            hold(not crossed, "I-14", f"{symbol}: {bid} bid, {ask} asked")

    def _trade(self, trade: Traded) -> None:
        taker = self._arriving
        hold(taker is not None and taker.order_id == trade.taker_id, "I-16", f"who took? {trade}")
        assert taker is not None
        side = taker.asked.side
        queues = self._queues[trade.symbol, Side(-side)]
        best = min(queues, key=lambda price: price * side, default=0)
        hold(trade.price == best, "I-15", f"{trade} although {best} stood there")
        maker = queues[best][0]
        hold(maker.order_id == trade.maker_id, "I-15", f"{maker.order_id} came before {trade}")
        self._hold_limits(taker, maker, trade)
        for known in (taker, maker):
            known.leaves -= trade.quantity
            self.traded[known.order_id] = self.traded.get(known.order_id, 0) + trade.quantity
        there = (trade.taker_leaves, trade.maker_leaves)
        hold((taker.leaves, maker.leaves) == there, "I-17", f"open quantities of {trade}")
        if not maker.leaves:
            self._unrest(maker)

    def _hold_limits(self, taker: Followed, maker: Followed, trade: Traded) -> None:
        """I-18: no worse than the limit, no post-only order takes; I-19: nobody meets himself."""
        side = taker.asked.side
        within = not taker.price or (taker.price - trade.price) * side >= 0
        hold(within, "I-18", f"{trade} is beyond the limit {taker.price}")
        hold(not taker.asked.post_only, "I-18", f"{trade} of a post-only order that took")
        owner = taker.asked.owner
        hold(not owner or owner != maker.asked.owner, "I-19", f"{trade} with oneself")

    def _trigger(self, known: Followed) -> None:
        if known.asked.type is OrderType.STOP:
            known.price = 0
        self._arriving = known

    def _replace(self, known: Followed, event: Replaced) -> None:
        if event.kept_place:
            known.leaves = event.quantity
            return
        was_resting = known.rests
        if was_resting:
            self._unrest(known)
        known.price, known.leaves = event.price, event.quantity
        # A stop that waits outside the book goes on waiting there.
        self._arriving = known if was_resting else None

    def _settle(self) -> None:
        """Whoever arrived and neither went nor was filled stands at the end of his queue now."""
        known, self._arriving = self._arriving, None
        if known is None or not known.leaves or known.rests:
            return
        if known.price and known.asked.time_in_force not in (TimeInForce.IOC, TimeInForce.FOK):
            known.rests = True
            queues = self._queues[known.asked.symbol, known.asked.side]
            queues.setdefault(known.price, []).append(known)

    def _leave(self, known: Followed, quantity: int) -> None:
        seen = f"order {known.order_id}: {quantity} gone, {known.leaves} open"
        hold(quantity == known.leaves, "I-17", seen)
        if known.rests:
            self._unrest(known)
        known.leaves = 0

    def _unrest(self, known: Followed) -> None:
        queues = self._queues[known.asked.symbol, known.asked.side]
        queues[known.price].remove(known)
        if not queues[known.price]:
            del queues[known.price]
        known.rests = False
