"""The book rebuilt from the events alone, and what must hold of every event (I-14 to I-20)."""

from dataclasses import dataclass

from engine.exchange.messages import (
    Accepted,
    Cancelled,
    CancelReason,
    NewOrder,
    Reduced,
    Refused,
    Replaced,
    ReplaceOrder,
    SelfMatch,
    Traded,
    Triggered,
)
from engine.values import OrderType, Side, TimeInForce, Trigger


@dataclass(eq=False)
class Seen:
    """An order as its events describe it; `turn` is its place in time at its price."""

    order: NewOrder
    price: int
    stop: int
    open: int
    turn: int
    waits: bool
    rested: bool = False


class Tape:
    """Reads each operation with its events; asserts on the way."""

    def __init__(self, settings) -> None:
        self.settings = settings
        self.live: dict[int, Seen] = {}
        self.turn = 0
        self.prints: dict[int, list[int]] = {}
        self.last: int | None = None
        self.asked = self.traded = self.gone = 0

    def read(self, operation, events) -> None:
        self.whole = None
        for event in events:
            getattr(self, "on_" + type(event).__name__.lower())(event, operation)
        self._arrivals_are_done()
        assert self.whole not in self.live  # I-18: all or nothing
        for seen in self.live.values():
            assert seen.open > 0
            if not seen.waits:
                # I-18: what does not rest is gone when its operation is done.
                assert seen.order.type in (OrderType.LIMIT, OrderType.STOP_LIMIT)
                assert seen.order.time_in_force in (TimeInForce.DAY, TimeInForce.GTC)
        # I-17: whatever was asked for has traded, has gone, or is open.
        assert self.asked == self.traded + self.gone + sum(s.open for s in self.live.values())

    def agrees_with(self, book) -> None:
        resting = [seen for seen in self.live.values() if not seen.waits]
        for side, levels in zip((Side.BUY, Side.SELL), book.depth(1_000), strict=True):
            mine = sorted(
                (seen for seen in resting if seen.order.side is side),
                key=lambda seen: (-seen.price * side, seen.turn),
            )
            queues = [view for price, *_ in levels for view in book.orders_at(side, price)]
            # I-15, I-20: same orders, same order, and levels are the sums of their orders.
            assert [(s.order.order_id, s.price, s.open) for s in mine] == [
                (view.order_id, view.price, view.quantity) for view in queues
            ]
            for price, quantity, count in levels:
                there = [seen for seen in mine if seen.price == price]
                assert (quantity, count) == (sum(s.open for s in there), len(there))
                ahead = 0
                for seen in there:
                    assert book.queue_ahead(seen.order.order_id) == ahead
                    ahead += seen.open
        if book.best_bid is not None and book.best_ask is not None:
            assert book.best_bid < book.best_ask  # I-14
        assert {s.order.order_id for s in self.live.values() if s.waits} == set(book.stops.waiting)

    def _arrivals_are_done(self) -> None:
        for seen in self.live.values():
            seen.rested = not seen.waits

    def _next_turn(self) -> int:
        self.turn += 1
        return self.turn

    def on_accepted(self, event: Accepted, operation: NewOrder) -> None:
        assert event.order_id not in self.live
        assert event.quantity > 0
        waits = operation.type in (OrderType.STOP, OrderType.STOP_LIMIT)
        self.live[event.order_id] = Seen(
            operation, operation.price, operation.stop, event.quantity, self._next_turn(), waits
        )
        self.prints[event.order_id] = [] if self.last is None else [self.last]
        self.asked += event.quantity
        if operation.time_in_force is TimeInForce.FOK and not waits:
            self.whole = event.order_id

    def on_traded(self, event: Traded, operation) -> None:
        taker, maker = self.live[event.taker_id], self.live[event.maker_id]
        assert not taker.waits
        assert event.quantity > 0
        assert taker.order.side is event.taker_side
        assert event.price == maker.price  # I-16
        front = min(
            (s for s in self.live.values() if s.order.side is not taker.order.side and s.rested),
            key=lambda seen: (seen.price * event.taker_side, seen.turn),
        )
        assert front is maker  # I-15: no better price, nobody older at it
        if taker.order.type in (OrderType.LIMIT, OrderType.STOP_LIMIT):
            assert (taker.price - event.price) * event.taker_side >= 0  # I-18
        if taker.order.post_only and not taker.rested:
            assert isinstance(operation, ReplaceOrder)  # I-18: it never takes when it arrives
            assert not self.settings.post_only_survives_replace
        if self.settings.self_match is not SelfMatch.OFF and taker.order.owner:
            assert taker.order.owner != maker.order.owner  # I-19
        for seen, leaves in ((taker, event.taker_leaves), (maker, event.maker_leaves)):
            seen.open -= event.quantity
            assert seen.open == leaves
            if not leaves:
                del self.live[seen.order.order_id]
        self.traded += 2 * event.quantity
        self.last = event.price
        for prints in self.prints.values():
            prints.append(event.price)

    def on_cancelled(self, event: Cancelled, operation) -> None:
        seen = self.live.pop(event.order_id)
        assert event.quantity == seen.open
        assert event.order_id != self.whole  # I-18
        if event.reason is CancelReason.EXPIRED:
            assert seen.order.time_in_force is TimeInForce.DAY
        self.gone += event.quantity

    def on_reduced(self, event: Reduced, operation) -> None:
        seen = self.live[event.order_id]
        assert 0 < event.leaves < seen.open
        self.gone += seen.open - event.leaves
        seen.open = event.leaves

    def on_replaced(self, event: Replaced, operation: ReplaceOrder) -> None:
        seen = self.live[event.order_id]
        stop = operation.stop or seen.stop
        keeps = event.price == seen.price and event.quantity <= seen.open
        assert event.kept_place == (keeps and (stop == seen.stop or not seen.waits))
        self.asked += event.quantity - seen.open
        seen.price, seen.open = event.price, event.quantity
        if not event.kept_place:
            seen.turn, seen.rested = self._next_turn(), False
            if seen.waits:
                seen.stop = stop
                self.prints[event.order_id] = [] if self.last is None else [self.last]

    def on_triggered(self, event: Triggered, operation) -> None:
        seen = self.live[event.order_id]
        assert seen.waits
        assert event.stop == seen.stop
        if seen.order.trigger is Trigger.LAST:  # I-18: never before its price has printed
            side = seen.order.side
            assert any(price * side >= seen.stop * side for price in self.prints[event.order_id])
        self._arrivals_are_done()
        seen.waits, seen.turn = False, self._next_turn()

    def on_refused(self, event: Refused, operation) -> None:
        assert event.order_id == operation.order_id
