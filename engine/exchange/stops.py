"""Stop orders that wait outside the book for their trigger, and the order in which they leave."""

from bisect import bisect_left, insort
from collections.abc import Iterator
from heapq import heapify, heappop, heappush

from engine.exchange.messages import NewOrder
from engine.values import Side, Trigger

_BUY = Side.BUY


class WaitingStop:
    """A stop order outside the book; `age` counts arrivals, the smaller the older."""

    __slots__ = ("age", "is_ready", "order")

    def __init__(self, order: NewOrder, age: int) -> None:
        self.order = order
        self.age = age
        self.is_ready = False


class StopRoom:
    """The waiting stops of one book.

    Each line (side, trigger) is sorted by nearness: minus the stop for buys, the stop for sells.
    A stop is reached when its nearness is at least that of the watched price, so the next one to
    trigger stands last. A reached stop stays reached even if the price comes back before its turn.
    """

    __slots__ = ("_age", "_high", "_lines", "_low", "_ready", "waiting")

    def __init__(self) -> None:
        self.waiting: dict[int, WaitingStop] = {}
        self._lines: dict[tuple[Side, Trigger], list[tuple[int, int, int]]] = {}
        self._ready: list[tuple[int, int]] = []
        self._age = 0
        self._low: int | None = None
        self._high: int | None = None

    def add(self, order: NewOrder) -> None:
        """The order waits, as the youngest, for what happens from now on."""
        self._reach_last()
        self._age += 1
        stop = self.waiting[order.order_id] = WaitingStop(order, self._age)
        insort(self._lines.setdefault((order.side, order.trigger), []), _place(stop))

    def remove(self, order_id: int) -> None:
        """The order waits no longer."""
        stop = self.waiting.pop(order_id)
        if stop.is_ready:
            # Reached, and gone before its turn: a sibling of its group traded meanwhile.
            self._ready.remove((stop.age, order_id))
            heapify(self._ready)
            return
        line = self._lines[stop.order.side, stop.order.trigger]
        del line[bisect_left(line, _place(stop))]

    def saw_trades(self, first: int, last: int) -> None:
        """The prices of one sweep run in one direction, so its ends are its extremes."""
        low, high = (first, last) if first < last else (last, first)
        self._low = low if self._low is None or low < self._low else self._low
        self._high = high if self._high is None or high > self._high else self._high

    def next_reached(
        self, last: int | None, bid: int | None, ask: int | None
    ) -> WaitingStop | None:
        """The oldest stop that the trades since the last call, or the quote now, have reached."""
        if last is not None:
            self.saw_trades(last, last)
        self._reach_last()
        if ask is not None:
            self._reach(Side.BUY, Trigger.QUOTE, 2 * ask)
        if bid is not None:
            self._reach(Side.SELL, Trigger.QUOTE, 2 * bid)
        if bid is not None and ask is not None:
            self._reach(Side.BUY, Trigger.MID, bid + ask)
            self._reach(Side.SELL, Trigger.MID, bid + ask)
        if not self._ready:
            return None
        return self.waiting.pop(heappop(self._ready)[1])

    def count_of(self, owner: int) -> int:
        return sum(1 for stop in self.waiting.values() if stop.order.owner == owner)

    def by_age(self) -> Iterator[WaitingStop]:
        """Every waiting stop, the oldest first."""
        return iter(sorted(self.waiting.values(), key=lambda stop: stop.age))

    def _reach_last(self) -> None:
        if self._low is not None and self._high is not None:
            self._reach(Side.BUY, Trigger.LAST, 2 * self._high)
            self._reach(Side.SELL, Trigger.LAST, 2 * self._low)
            self._low = self._high = None

    def _reach(self, side: Side, trigger: Trigger, doubled_price: int) -> None:
        # Doubled, because a mid may lie between two prices.
        line = self._lines.get((side, trigger))
        nearness = -doubled_price if side is _BUY else doubled_price
        while line and 2 * line[-1][0] >= nearness:
            _, minus_age, order_id = line.pop()
            self.waiting[order_id].is_ready = True
            heappush(self._ready, (-minus_age, order_id))


def _place(stop: WaitingStop) -> tuple[int, int, int]:
    order = stop.order
    nearness = -order.stop if order.side is _BUY else order.stop
    return nearness, -stop.age, order.order_id
