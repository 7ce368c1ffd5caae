"""Resting orders in their queues: one queue per price, one sorted list of prices per side."""

from bisect import bisect_left, insort
from collections.abc import Iterator

from engine.exchange.messages import NewOrder
from engine.values import Price, Quantity, Side


class Resting:
    """An order in the book: the request as it arrived, what is still open, and its neighbours."""

    __slots__ = ("following", "leaves", "level", "order", "preceding")

    def __init__(
        self, order: NewOrder, leaves: Quantity, level: "Level", preceding: "Resting | None"
    ) -> None:
        self.order = order
        self.leaves = leaves
        self.level = level
        self.preceding = preceding
        self.following: Resting | None = None


class Level:
    """The queue at one price, oldest first, with its running quantity and count."""

    __slots__ = ("count", "first", "half", "key", "last", "price", "quantity")

    def __init__(self, half: "Half", price: Price, key: int) -> None:
        self.half = half
        self.price = price
        self.key = key
        self.quantity = 0
        self.count = 0
        self.first: Resting | None = None
        self.last: Resting | None = None

    def __iter__(self) -> Iterator[Resting]:
        """Oldest first; an order may be taken out while it is the one at hand."""
        resting = self.first
        while resting is not None:
            following = resting.following
            yield resting
            resting = following


EMPTY_LEVELS_MAX = 1_000
"""Levels that a side keeps although nobody is in their queue: prices come back all the time."""


class Half:
    """One side of a book.

    A level's key is its price for bids and minus its price for asks, so that on both sides the
    best level has the greatest key and stands last in the sorted `keys`, where it is cheap to
    look at and to remove. `keys` are those of the levels with somebody in their queue.
    """

    __slots__ = ("keys", "levels", "side", "sign")

    def __init__(self, side: Side) -> None:
        self.side = side
        self.sign = int(side)
        self.keys: list[int] = []
        self.levels: dict[int, Level] = {}

    def __iter__(self) -> Iterator[Level]:
        """Best price first."""
        return (self.levels[key] for key in reversed(self.keys))

    @property
    def best_price(self) -> Price | None:
        return Price(self.keys[-1] * self.sign) if self.keys else None

    def level_at(self, price: int) -> Level | None:
        """The level of a price at which somebody rests."""
        level = self.levels.get(price * self.sign)
        return None if level is None or level.first is None else level

    def level_for(self, key: int) -> Level:
        """The level of `key` for an order about to join it; made when there is none."""
        level = self.levels.get(key)
        if level is not None:
            return level
        if len(self.levels) >= len(self.keys) + EMPTY_LEVELS_MAX:
            self.levels = {key: self.levels[key] for key in self.keys}
        level = self.levels[key] = Level(self, Price(key * self.sign), key)
        return level

    def open(self, key: int) -> None:
        """The queue of `key` has its first order."""
        insort(self.keys, key)

    def close(self, key: int) -> None:
        """The queue of `key` has lost its last order."""
        keys = self.keys
        if keys[-1] == key:
            keys.pop()
        else:
            del keys[bisect_left(keys, key)]


def unlink(resting: Resting) -> None:
    """Takes the order out of its queue, and its level out of the side when it was the last one."""
    level, before, after = resting.level, resting.preceding, resting.following
    if before is None:
        level.first = after
    else:
        before.following = after
    if after is None:
        level.last = before
    else:
        after.preceding = before
    level.quantity -= resting.leaves
    level.count -= 1
    if before is after:
        # Neighbours can only be the same when there are none.
        level.half.close(level.key)


def link_before(resting: Resting, after: Resting | None) -> None:
    """Puts an order that is in no queue before `after`; with None at the end of its level."""
    level = resting.level
    before = level.last if after is None else after.preceding
    resting.preceding, resting.following = before, after
    if level.first is None:
        level.half.open(level.key)
    if before is None:
        level.first = resting
    else:
        before.following = resting
    if after is None:
        level.last = resting
    else:
        after.preceding = resting
    level.quantity += resting.leaves
    level.count += 1
