"""Trades of an arriving order with the other side of the book, self-match prevention included."""

from engine.exchange.groups import took
from engine.exchange.levels import Half, Resting
from engine.exchange.messages import (
    ANONYMOUS,
    Cancelled,
    CancelReason,
    Event,
    NewOrder,
    Reduced,
    SelfMatch,
    Traded,
)
from engine.exchange.settings import BookSettings
from engine.exchange.standing import Standing, shrink
from engine.values import Quantity

_SELF_MATCH = CancelReason.SELF_MATCH


class Matching(Standing):
    """What stands in a book, and how it trades.

    The loop counts in plain integers: a call of Quantity for each would cost as much as an event.
    """

    __slots__ = ("_guards",)

    def __init__(self, symbol: str, settings: BookSettings | None = None) -> None:
        super().__init__(symbol, settings)
        self._guards = self.settings.self_match is not SelfMatch.OFF

    def match(
        self, order: NewOrder, quantity: int, opposite: Half, floor: int, events: list[Event]
    ) -> int:
        """Trades against the opposite side down to the key `floor`; returns what is open then.

        Best price first, at a price the oldest order first, at the resting order's price.
        """
        append, symbol, taker_id, side = events.append, self.symbol, order.order_id, order.side
        guarded = order.owner if self._guards else ANONYMOUS
        orders, named, keys, leaves = self.orders, self.named, opposite.keys, quantity
        first_price = last_price = None
        while leaves and keys and keys[-1] >= floor:
            level = opposite.levels[opposite.best]
            price, maker = level.price, level.first
            while leaves and maker is not None:
                resting = maker.order
                owner = resting.owner
                if owner and owner == guarded:
                    break
                maker_id, open_before = resting.order_id, maker.leaves
                last_price = price
                first_price = first_price or price
                if open_before > leaves:
                    left = maker.leaves = open_before - leaves  # type: ignore[assignment]
                    append(Traded(symbol, taker_id, maker_id, price, leaves, side, 0, left))  # type: ignore[arg-type]
                    level.quantity -= leaves
                    if owner and resting.oca_group:
                        took(self, resting, leaves, events)
                    leaves = 0
                    break
                leaves -= open_before
                append(Traded(symbol, taker_id, maker_id, price, open_before, side, leaves, 0))  # type: ignore[arg-type]
                del orders[maker_id]
                if owner:
                    del named[maker_id]
                    if resting.oca_group:
                        # The maker is still linked, so its level stays while siblings leave.
                        took(self, resting, open_before, events)
                level.quantity -= open_before
                level.count -= 1
                maker = level.first = maker.following
                if maker is None:
                    level.last = None
                else:
                    maker.preceding = None
            else:
                if maker is None:
                    opposite.drop_empty_best()
                continue
            if leaves:
                leaves = self._prevent(order, leaves, maker, events)
        if last_price is not None and first_price is not None:
            self.last_price = last_price
            if self.waiting:
                self.stops.saw_trades(first_price, last_price)
        return leaves

    def remove(self, resting: Resting, reason: CancelReason, events: list[Event]) -> None:
        """An order leaves the book without trading."""
        self.leave(resting)
        order_id = resting.order.order_id
        events.append(Cancelled(order_id, self.symbol, resting.leaves, reason))

    def _prevent(self, order: NewOrder, leaves: int, maker: Resting, events: list[Event]) -> int:
        """The order met one of its own owner: nothing trades; returns what is open then."""
        mode, taker_id = self.settings.self_match, order.order_id
        if mode is SelfMatch.DECREMENT:
            return self._decrement(taker_id, leaves, maker, events)
        if mode is not SelfMatch.CANCEL_AGGRESSIVE:
            self.remove(maker, _SELF_MATCH, events)
        if mode is SelfMatch.CANCEL_PASSIVE:
            return leaves
        events.append(Cancelled(taker_id, self.symbol, Quantity(leaves), _SELF_MATCH))
        return 0

    def _decrement(self, taker_id: int, leaves: int, maker: Resting, events: list[Event]) -> int:
        """Both lose the smaller quantity; the one that loses everything is cancelled."""
        met = min(leaves, maker.leaves)
        if met == maker.leaves:
            self.remove(maker, _SELF_MATCH, events)
        else:
            shrink(maker, met)
            events.append(Reduced(maker.order.order_id, self.symbol, maker.leaves))
        if met == leaves:
            events.append(Cancelled(taker_id, self.symbol, Quantity(leaves), _SELF_MATCH))
        else:
            events.append(Reduced(taker_id, self.symbol, Quantity(leaves - met)))
        return leaves - met
