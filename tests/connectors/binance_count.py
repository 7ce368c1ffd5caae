"""Counts from raw websocket lines what a resting order would have got; shares no product code.

The book is made anew from snapshot and updates, a newer bookTicker lies over it. The queue is the
pessimistic one: behind all on show, whoever leaves the price leaves from behind it.
"""

import gzip
import json
from decimal import Decimal
from pathlib import Path

SECOND = 10**9
Book = dict[Decimal, Decimal]


def read(path: Path) -> list[tuple[int, dict]]:  # type: ignore[type-arg]
    """(local nanoseconds, message without its envelope), line by line."""
    rows = []
    with gzip.open(path, "rt") as lines:
        for line in lines:
            at, _, text = line.partition(" ")
            message = json.loads(text)
            rows.append((int(at), message.get("data", message)))
    return rows


class Shown:
    """What is on show after each message, worked out from nothing but the messages so far."""

    def __init__(self) -> None:
        self.depth: dict[str, Book] = {"b": {}, "a": {}}
        self.depth_id = 0
        self.ticker: dict = {}  # type: ignore[type-arg]
        self._before: list[dict] = []  # type: ignore[type-arg]

    def hear(self, message: dict) -> None:  # type: ignore[type-arg]
        if "lastUpdateId" in message:
            for side, name in (("b", "bids"), ("a", "asks")):
                self.depth[side] = {Decimal(p): Decimal(q) for p, q in message[name]}
            self.depth_id = message["lastUpdateId"]
            for update in self._before:
                self._apply(update)
        elif message.get("e") == "depthUpdate":
            self._apply(message) if self.depth_id else self._before.append(message)
        elif "B" in message and message["u"] > self.ticker.get("u", 0):
            self.ticker = message

    def _apply(self, update: dict) -> None:  # type: ignore[type-arg]
        if update["u"] <= self.depth_id:
            return
        assert update["U"] <= self.depth_id + 1, "the recorded minutes have no gap"
        for side in "ba":
            for price, size in update[side]:
                if Decimal(size):
                    self.depth[side][Decimal(price)] = Decimal(size)
                else:
                    self.depth[side].pop(Decimal(price), None)
        self.depth_id = update["u"]

    def best(self, side: str) -> Decimal:
        if self._is_covered:
            return Decimal(self.ticker[side])
        return max(self.depth[side]) if side == "b" else min(self.depth[side])

    def size(self, side: str, price: Decimal) -> Decimal:
        if self._is_covered:
            best = Decimal(self.ticker[side])
            if price == best:
                return Decimal(self.ticker[side.upper()])
            if price > best if side == "b" else price < best:
                return Decimal(0)
        return self.depth[side].get(price, Decimal(0))

    def levels(self, side: str) -> Book:
        prices = {*self.depth[side], self.best(side)}
        return {price: size for price in prices if (size := self.size(side, price))}

    @property
    def _is_covered(self) -> bool:
        """A ticker that is newer than the updates says what the best level is."""
        return self.ticker.get("u", 0) > self.depth_id


class Count:
    """One order of the experiment, from the row it comes after to the last one."""

    def __init__(
        self,
        rows: list,
        at: int,
        side: str,
        away: Decimal,
        size: Decimal,  # type: ignore[type-arg]
    ) -> None:
        """`side` b or a; `away` from its best price, above zero further from trading."""
        self.fills: list[tuple[int, Decimal]] = []
        self._shown, self._side, self._open = Shown(), side, size
        first = sum(1 for row_at, _ in rows if row_at <= at)
        for _, message in rows[:first]:
            self._shown.hear(message)
        best = self._shown.best(side)
        self.price = best - away if side == "b" else best + away
        self._ahead = self._shown.size(side, self.price)
        self.ahead_on_arrival = self._ahead
        self._behind = self._unprinted = Decimal(0)
        self._unprinted_until = 0
        self._met: Book = {}
        for row_at, message in rows[first:]:
            if message.get("e") == "trade":
                self._trade(row_at, message)
            else:
                self._shown.hear(message)
                self._quote(row_at)
            if not self._open:
                return

    def _give(self, at: int, size: Decimal) -> Decimal:
        got = min(size, self._open)
        if got:
            self._open -= got
            self.fills.append((at, got))
        return got

    def _trade(self, at: int, trade: dict) -> None:  # type: ignore[type-arg]
        price, left = Decimal(trade["p"]), Decimal(trade["q"])
        seller_came = trade["m"]
        if seller_came is not (self._side == "b"):
            return
        through = price < self.price if self._side == "b" else price > self.price
        if through:
            self._give(at, left)
            return
        if price != self.price:
            return
        if at > self._unprinted_until:
            self._unprinted = Decimal(0)
        known = min(left, self._unprinted)
        self._unprinted -= known
        left -= known
        served = min(left, self._ahead)
        self._ahead -= served
        left -= served
        left -= self._give(at, left)
        self._behind = max(Decimal(0), self._behind - left)

    def _quote(self, at: int) -> None:
        now = self._shown.size(self._side, self.price)
        gone = self._ahead + self._behind - now
        if gone <= 0:
            self._behind -= gone
        else:
            from_ahead = max(Decimal(0), gone - self._behind)
            self._behind -= gone - from_ahead
            self._ahead -= from_ahead
            if from_ahead:
                self._unprinted += from_ahead
                self._unprinted_until = at + SECOND
        bid, ask = self._shown.best("b"), self._shown.best("a")
        if bid >= ask:
            return
        if not self._met and (self.price < ask if self._side == "b" else self.price > bid):
            return
        other = self._shown.levels("a" if self._side == "b" else "b")
        self._met = {price: met for price, met in self._met.items() if price in other}
        for price in sorted(other, reverse=self._side == "a"):
            if price > self.price if self._side == "b" else price < self.price:
                break
            met = self._met.get(price, Decimal(0))
            got = self._give(at, max(Decimal(0), other[price] - met))
            self._met[price] = met + got
