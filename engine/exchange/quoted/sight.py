"""What a feed shows of one side: sizes by price, and the price beyond which nothing is known."""

from collections.abc import Sequence

from engine.values import Side

ShownLevel = tuple[int, int]
"""(price, size) as the feed says them."""


class Sight:
    """One side as the feed last showed it, without anything of the trader's."""

    __slots__ = ("best", "edge", "side", "sizes")

    def __init__(self, side: Side) -> None:
        self.side = side
        self.sizes: dict[int, int] = {}
        self.best = 0
        """The best price on show; 0 where there is none."""
        self.edge: int | None = None
        """The worst price that would be shown; None: no price is known yet."""

    def displayed(self, price: int) -> int | None:
        """The size at a price; 0 where nobody stands in sight, None beyond it."""
        size = self.sizes.get(price)
        if size is not None:
            return size
        if self.edge is None or price * self.side < self.edge * self.side:
            return None
        return 0

    def changes_to(self, levels: Sequence[ShownLevel]) -> list[ShownLevel]:
        """Exactly these levels are on show: what is news of them, size 0 for who is gone.

        A price that was on show and lies beyond the last of them is out of sight: no news of it.
        """
        before, now = self.sizes, dict(levels)
        changes = [(price, size) for price, size in levels if before.get(price) != size]
        edge = min((price * self.side for price in now), default=None)
        changes += [
            (price, 0)
            for price in before
            if price not in now and (edge is None or price * self.side >= edge)
        ]
        self.sizes = now
        self.edge = None if edge is None else edge * self.side
        self._find_best()
        return changes

    def change(self, price: int, size: int) -> bool:
        """One level of a whole book is said anew; whether that is any news."""
        if self.sizes.get(price, 0) == size:
            return False
        if size:
            self.sizes[price] = size
            if not self.best or price * self.side > self.best * self.side:
                self.best = price
            return True
        del self.sizes[price]
        if price == self.best:
            self._find_best()
        return True

    def _find_best(self) -> None:
        prices = self.sizes
        self.best = (max(prices) if self.side is Side.BUY else min(prices)) if prices else 0
