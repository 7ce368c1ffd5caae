"""The book of a pair from snapshot, updates and tickers: what is news, and what is on show.

Pure: told messages in the order in which they came, it says which levels changed. An update is
applied only where its ids follow without a gap (Binance, "How to manage a local order book").
"""

from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterable

import msgspec

from connectors.feeds.binance.lines import Levels, Snapshot, Ticker, Update
from engine.values import Side

UPDATES_WAITING_MAX = 10_000
"""Kept for a snapshot to come: a quarter of an hour of them."""
SIDES = (Side.BUY, Side.SELL)

Change = tuple[Side, int, int]
"""(side, price, size) of a level that is another one than before; size 0: nobody is left."""


class Gap(msgspec.Struct, frozen=True, gc=False):
    """Update ids that never came."""

    first_id: int
    last_id: int

    @property
    def words(self) -> str:
        return f"update ids {self.first_id} to {self.last_id} never came"


class PairSide:
    """One side: the levels of the updates, and over them the touch of a newer ticker."""

    __slots__ = ("_keys", "_on_show", "_over", "_sign", "_sizes", "_unlike")

    def __init__(self, side: Side) -> None:
        self._sign = int(side)
        self._sizes: dict[int, int] = {}
        """What snapshot and updates say, without the ticker."""
        self._keys: list[int] = []
        """Prices times the sign of the side, sorted: the best is the last."""
        self._over: tuple[int, int] | None = None
        self._unlike: set[int] = set()
        """Prices that the ticker shows otherwise than the updates do."""
        self._on_show: dict[int, int] = {}
        """What was told last."""

    def clear(self) -> None:
        self._sizes.clear()
        self._keys.clear()
        self._unlike.clear()
        self._on_show.clear()
        self._over = None

    def put(self, levels: Levels) -> None:
        """Levels as an update has them."""
        sizes, sign = self._sizes, self._sign
        for price, size in levels:
            key = price * sign
            if size:
                if price not in sizes:
                    insort(self._keys, key)
                sizes[price] = size
            elif sizes.pop(price, 0):
                del self._keys[bisect_left(self._keys, key)]

    def cover(self, touch: tuple[int, int] | None) -> set[int]:
        """The best level as a newer ticker has it, or None; prices whose showing may change."""
        before, unlike = self._unlike, set[int]()
        self._over = touch
        if touch is not None:
            unlike.add(touch[0])
            edge = touch[0] * self._sign
            for key in reversed(self._keys):
                if key <= edge:
                    break
                unlike.add(key * self._sign)
        self._unlike = unlike
        return before | unlike

    def news_of(self, prices: Iterable[int]) -> Levels:
        """Those of these levels that are not on show as they were last told; told now."""
        news: Levels = []
        for price in prices:
            size = self._shown(price)
            if size != self._on_show.get(price, 0):
                news.append((price, size))
                if size:
                    self._on_show[price] = size
                else:
                    del self._on_show[price]
        return news

    def levels(self) -> Levels:
        """Everything on show, best first."""
        return sorted(self._on_show.items(), key=lambda level: -level[0] * self._sign)

    @property
    def prices(self) -> Iterable[int]:
        """Every price that updates or ticker have somebody at."""
        return self._sizes.keys() | self._unlike

    def _shown(self, price: int) -> int:
        over = self._over
        if over is not None:
            if price == over[0]:
                return over[1]
            if price * self._sign > over[0] * self._sign:
                return 0
        return self._sizes.get(price, 0)


class PairBook:
    """Both sides, and the ids that say what is news."""

    __slots__ = ("_sides", "_ticker", "_waiting", "gap", "stale", "updated_to")

    def __init__(self) -> None:
        self._sides = {side: PairSide(side) for side in SIDES}
        self.updated_to = 0
        """Id up to which the levels hold; 0: they are not known."""
        self.gap: Gap | None = None
        """Why the levels are not known any more."""
        self.stale = 0
        """Messages that said nothing newer than what was known."""
        self._ticker: Ticker | None = None
        self._waiting: deque[Update] = deque(maxlen=UPDATES_WAITING_MAX)

    @property
    def knows_levels(self) -> bool:
        return self.updated_to > 0

    def levels(self) -> tuple[Levels, Levels]:
        """Everything on show, best first: bids and asks; where levels are not known, the touch."""
        if self.knows_levels:
            return self._sides[Side.BUY].levels(), self._sides[Side.SELL].levels()
        told = self._ticker
        if told is None:
            return [], []
        bids = [(told.bid, told.bid_size)] if told.bid_size else []
        return bids, [(told.ask, told.ask_size)] if told.ask_size else []

    def snapshot(self, told: Snapshot) -> bool:
        """The levels are these, with the waiting updates that follow; whether it was any news."""
        if told.last_id < self.updated_to:
            self.stale += 1
            return False
        for side, levels in zip(SIDES, (told.bids, told.asks), strict=True):
            self._sides[side].clear()
            self._sides[side].put(levels)
        self.updated_to, self.gap = told.last_id, None
        waiting, self._waiting = self._waiting, deque(maxlen=UPDATES_WAITING_MAX)
        for update in waiting:
            if not self.knows_levels:
                self._waiting.append(update)
            elif update.last_id > self.updated_to:
                self._apply(update)
            else:
                self.stale += 1
        self._cover()
        for one_side in self._sides.values():
            one_side.news_of(one_side.prices)
        return True

    def update(self, told: Update) -> list[Change] | None:
        """What changed on show; None where the levels are not known, or since now no longer."""
        if not self.knows_levels:
            self._waiting.append(told)
            return None
        if told.last_id <= self.updated_to:
            self.stale += 1
            return []
        if not self._apply(told):
            return None
        return self._news({price for price, _ in told.bids}, {price for price, _ in told.asks})

    def ticker(self, told: Ticker) -> list[Change] | None:
        """As `update`; where levels are not known, the touch is on show (`levels`)."""
        last = self._ticker
        newest = max(self.updated_to, last.update_id if last is not None else 0)
        if told.update_id <= newest:
            self.stale += 1
            return []
        self._ticker = told
        return self._news(set(), set()) if self.knows_levels else None

    # --- inside

    def _apply(self, told: Update) -> bool:
        """Where ids are missing the levels are not known from here on."""
        if told.first_id > self.updated_to + 1:
            self.gap = Gap(self.updated_to + 1, told.first_id - 1)
            self.updated_to = 0
            for one_side in self._sides.values():
                one_side.clear()
            self._waiting.append(told)
            return False
        self._sides[Side.BUY].put(told.bids)
        self._sides[Side.SELL].put(told.asks)
        self.updated_to = told.last_id
        return True

    def _cover(self) -> tuple[set[int], set[int]]:
        """The ticker lies over the levels as long as it is the newer of the two."""
        told = self._ticker
        bids, asks = self._sides[Side.BUY], self._sides[Side.SELL]
        if told is None or told.update_id <= self.updated_to:
            return bids.cover(None), asks.cover(None)
        bid = (told.bid, told.bid_size) if told.bid_size else None
        ask = (told.ask, told.ask_size) if told.ask_size else None
        return bids.cover(bid), asks.cover(ask)

    def _news(self, bids: set[int], asks: set[int]) -> list[Change]:
        covered_bids, covered_asks = self._cover()
        buy, sell = self._sides[Side.BUY], self._sides[Side.SELL]
        news = [(Side.BUY, *level) for level in buy.news_of(sorted(bids | covered_bids))]
        news += [(Side.SELL, *level) for level in sell.news_of(sorted(asks | covered_asks))]
        return news
