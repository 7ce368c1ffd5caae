"""Counts from a LOBSTER file alone what a resting order would have got; shares no product code.

A queue is counted by order ids: who stood at the price when the order came is ahead of it, who
came later is behind it. An arriving order is the rows of one time with one direction.
"""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

NEW, REDUCE, DELETE, VISIBLE, HIDDEN = 1, 2, 3, 4, 5
Row = tuple[int, int, int, int, int, int]


def read(path: Path) -> list[tuple[Row, list[int]]]:
    """(nanoseconds, type, id, size, price, direction) and the book row after it."""
    with ZipFile(path) as archive:
        texts = {
            kind: archive.read(next(n for n in archive.namelist() if kind in n)).decode()
            for kind in ("message", "orderbook")
        }
    rows = []
    books = csv.reader(io.StringIO(texts["orderbook"]))
    for message, book in zip(csv.reader(io.StringIO(texts["message"])), books, strict=True):
        whole, _, part = message[0].partition(".")
        at = int(whole) * 10**9 + int(part.ljust(9, "0"))
        rows.append(((at, *map(int, message[1:])), list(map(int, book))))
    return rows


class Count:
    """One order of the experiment, from the row it comes after to the end of the day."""

    def __init__(
        self, rows: list[tuple[Row, list[int]]], first: int, side: int, price: int, quantity: int
    ) -> None:
        self.fills: list[tuple[int, int]] = []
        """(nanoseconds after midnight, shares)"""
        self._side, self._price, self._open = side, price, quantity
        self._known, self._unknown = self._queue(rows, first)
        self._later: set[int] = set()
        """Orders that came after this one: behind it."""
        self.ahead_on_arrival = sum(self._known.values()) + self._unknown
        self._run(rows, first)

    def _queue(self, rows: list[tuple[Row, list[int]]], first: int) -> tuple[dict[int, int], int]:
        """Announced orders that stand at the price after `first` rows, and what else is shown."""
        standing: dict[int, int] = {}
        for (_, kind, order, size, price, direction), _ in rows[:first]:
            if direction != self._side or price != self._price:
                continue
            if kind == NEW:
                standing[order] = size
            elif kind in (REDUCE, VISIBLE, DELETE) and order in standing:
                standing[order] -= size
                if standing[order] <= 0 or kind == DELETE:
                    del standing[order]
        offset = 2 if self._side == 1 else 0
        book = rows[first - 1][1]
        shown = dict(zip(book[offset::4], book[offset + 1 :: 4], strict=True)).get(self._price, 0)
        return standing, shown - sum(standing.values())

    def _run(self, rows: list[tuple[Row, list[int]]], first: int) -> None:
        for group in _arrivals(rows, first):
            at, kind, order, size, price, direction = group[0]
            better = (price - self._price) * self._side
            if kind in (VISIBLE, HIDDEN) and direction == self._side:
                self._arrival(at, group)
            elif kind == NEW and direction == -self._side and better <= 0:
                self._take(at, size)
            elif kind == NEW and direction == self._side and better == 0:
                self._later.add(order)
            elif kind in (REDUCE, DELETE) and direction == self._side and price == self._price:
                self._cancel(order, size, whole=kind == DELETE)
            if not self._open:
                return

    def _arrival(self, at: int, group: list[Row]) -> None:
        reaches = [row for row in group if (row[4] - self._price) * self._side <= 0]
        for row in reaches:
            if row[1] == HIDDEN:
                self._take(at, row[3])
        left = sum(row[3] for row in reaches if row[1] == VISIBLE)
        for order in list(self._known) if left else ():
            if self._unknown:
                break
            met = min(left, self._known[order])
            self._cancel(order, met, whole=False)
            left -= met
        met = min(left, self._unknown)
        self._unknown, left = self._unknown - met, left - met
        for order in list(self._known) if left else ():
            met = min(left, self._known[order])
            self._cancel(order, met, whole=False)
            left -= met
        self._take(at, left)

    def _cancel(self, order: int, size: int, *, whole: bool) -> None:
        if order not in self._known:
            if order not in self._later:
                self._unknown = max(0, self._unknown - size)
            return
        self._known[order] -= size
        if self._known[order] <= 0 or whole:
            del self._known[order]

    def _take(self, at: int, size: int) -> None:
        got = min(size, self._open)
        if got:
            self._open -= got
            self.fills.append((at, got))


def _arrivals(rows: list[tuple[Row, list[int]]], first: int) -> Iterator[list[Row]]:
    """One row, or the rows of one arriving order."""
    group: list[Row] = []
    for row, _ in rows[first:]:
        same = group and row[0] == group[0][0] and row[5] == group[0][5]
        if same and row[1] in (VISIBLE, HIDDEN) and group[0][1] in (VISIBLE, HIDDEN):
            group.append(row)
            continue
        if group:
            yield group
        group = [row]
    yield group


def quote_after(rows: list[tuple[Row, list[int]]], first: int) -> tuple[int, int]:
    """Best bid and ask of the file after `first` rows."""
    book = rows[first - 1][1]
    return book[2], book[0]
