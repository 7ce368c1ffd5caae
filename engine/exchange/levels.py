"""Resting orders in their queues: one queue per price, one sorted list of prices per side."""

from bisect import insort
from collections.abc import Iterator

import msgspec

from engine.exchange.messages import NO_PRICE, NewOrder
from engine.structs import set_directly
from engine.values import Price, Quantity, Side

NO_ASK = 1 << 62
"""Stands for the best price of asks that are not there: no limit reaches it."""


@set_directly
class Resting(msgspec.Struct, gc=False, eq=False):
    """An order in the book: the request as it arrived, what is still open, and its neighbours.

    The collector does not know these: a book has thousands, and each that it tracks costs two
    writes into cold memory when it goes. What refers to each other here, `Standing` takes apart.
    """

    order: NewOrder
    leaves: Quantity
    level: "Level"
    preceding: "Resting | None"
    following: "Resting | None" = None

    def __repr__(self) -> str:
        # Without its neighbours: each of them would bring its own.
        return f"Resting({self.order!r}, leaves={self.leaves})"


class Level:
    """The queue at one price, oldest first, with its running quantity and count."""

    __slots__ = ("count", "first", "half", "is_listed", "key", "last", "price", "quantity")

    def __init__(self, half: "Half", price: Price, key: int) -> None:
        self.half = half
        self.price = price
        self.key = key
        self.is_listed = False
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
    look at and to remove. The last of `keys` is never empty; another level that loses its last
    order stays listed until it would be the best, because it mostly has new orders before that.

    `best` is the price of the last of `keys`; without one, a price that no limit reaches. `keys`
    and `levels` (by price) stay the same objects: the exchange keeps them at hand.
    """

    __slots__ = ("_levels_max", "_nothing", "best", "keys", "levels", "side", "sign")

    def __init__(self, side: Side) -> None:
        self.side = side
        self.sign = int(side)
        self.keys: list[int] = []
        self.levels: dict[int, Level] = {}
        self._nothing: int = NO_PRICE if side is Side.BUY else NO_ASK
        self.best = self._nothing
        self._levels_max = EMPTY_LEVELS_MAX

    def __iter__(self) -> Iterator[Level]:
        """Levels at which somebody rests, best price first."""
        levels = (self.levels[key * self.sign] for key in reversed(self.keys))
        return (level for level in levels if level.count)

    @property
    def best_price(self) -> Price | None:
        return Price(self.best) if self.keys else None

    def level_at(self, price: int) -> Level | None:
        """The level of a price at which somebody rests."""
        level = self.levels.get(price)
        return level if level is not None and level.count else None

    def level_for(self, price: int) -> Level:
        """The level of a price for an order about to join it; made when there is none."""
        level = self.levels.get(price)
        if level is not None:
            return level
        if len(self.levels) >= self._levels_max:
            self._drop_empty_levels()
        level = self.levels[price] = Level(self, Price(price), price * self.sign)
        return level

    def enlist(self, level: Level) -> None:
        """The level, listed or not, has its first order."""
        if not level.is_listed:
            level.is_listed = True
            insort(self.keys, level.key)
            self.best = self.keys[-1] * self.sign

    def drop_empty_best(self) -> None:
        """The best level may be empty: the best is the next one that is not."""
        keys, levels, sign = self.keys, self.levels, self.sign
        while keys:
            level = levels[keys[-1] * sign]
            if level.count:
                self.best = level.price
                return
            level.is_listed = False
            keys.pop()
        self.best = self._nothing

    def _drop_empty_levels(self) -> None:
        for price in [price for price, level in self.levels.items() if not level.count]:
            del self.levels[price]
        self.keys[:] = sorted(level.key for level in self.levels.values())
        self._levels_max = 2 * len(self.keys) + EMPTY_LEVELS_MAX


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
    if not level.count:
        level.half.drop_empty_best()


def link_before(resting: Resting, after: Resting | None) -> None:
    """Puts an order that is in no queue before `after`; with None at the end of its level."""
    level = resting.level
    before = level.last if after is None else after.preceding
    resting.preceding, resting.following = before, after
    if level.first is None:
        level.half.enlist(level)
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
