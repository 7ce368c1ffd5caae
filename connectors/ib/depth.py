"""One symbol's depth from raw rows, with shifts: an insert moves what lies below, a delete too.

Gateways were seen to change rows in place and to shift them; this book is right under both.
"""

from engine.domain.views import DepthRow
from engine.values import Price, Quantity

INSERT, UPDATE, DELETE = 0, 1, 2
ASK, BID = 0, 1
ROWS_MAX = 50
NO_QUEUE = -1
Row = tuple[int, int]
"""(price, size)."""


class Depth:
    """Both sides, best first; `is_doubtful` once a row came that fits nothing."""

    def __init__(self) -> None:
        self._sides: dict[int, list[Row]] = {ASK: [], BID: []}
        self.is_doubtful = False

    def clear(self) -> None:
        """317: both sides begin anew."""
        self._sides = {ASK: [], BID: []}
        self.is_doubtful = False

    def change(self, position: int, operation: int, side: int, price: int, size: int) -> None:
        """One row, as updateMktDepth has it; positions beyond the end append, or do nothing."""
        rows = self._sides.get(side)
        if rows is None or position < 0:
            self.is_doubtful = True
            return
        if operation == INSERT:
            self.is_doubtful |= position > len(rows)
            rows.insert(min(position, len(rows)), (price, size))
            del rows[ROWS_MAX:]
        elif operation == UPDATE and position < len(rows):
            rows[position] = (price, size)
        elif operation == UPDATE:
            self.is_doubtful |= position > len(rows)
            rows.append((price, size))
            del rows[ROWS_MAX:]
        elif operation == DELETE and position < len(rows):
            rows.pop(position)
        else:
            self.is_doubtful = True

    def rows(self, side: int, levels: int, own: dict[int, int]) -> tuple[DepthRow, ...]:
        """`own`: the desk's open quantity by price. Rows of several makers at one price are one."""
        sums: dict[int, tuple[int, int]] = {}
        for price, size in self._sides[side]:
            total, count = sums.get(price, (0, 0))
            sums[price] = (total + size, count + 1)
        best_first = sorted(sums, reverse=side == BID)[:levels]
        return tuple(
            DepthRow(Price(p), Quantity(sums[p][0]), sums[p][1], Quantity(own.get(p, 0)), NO_QUEUE)
            for p in best_first
        )

    def taken(self, side: int, limit: int, quantity: int) -> list[Row]:
        """(price, size) that an order would take of this side; `limit` 0: no limit."""
        found: list[Row] = []
        for row in self.rows(side, ROWS_MAX, {}):
            is_beyond = limit and (row.price > limit if side == ASK else row.price < limit)
            if quantity <= 0 or is_beyond:
                break
            found.append((row.price, min(row.quantity, quantity)))
            quantity -= row.quantity
        return found

    @property
    def is_empty(self) -> bool:
        return not (self._sides[ASK] or self._sides[BID])
