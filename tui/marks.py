"""Orders marked to be acted on together: a mark sticks to its order, wherever its row stands."""

from collections.abc import Callable

from engine.domain.tally import tally
from engine.domain.views import DeskView, OrderRow
from engine.instruments import Instrument
from engine.values import OrderId


class Marks:
    """Only working orders carry one: nothing that can be done to several makes sense for others."""

    def __init__(self) -> None:
        self._ids: set[OrderId] = set()

    def __contains__(self, order_id: object) -> bool:
        return order_id in self._ids

    def __bool__(self) -> bool:
        return bool(self._ids)

    def toggle(self, order_id: OrderId) -> None:
        self._ids ^= {order_id}

    def clear(self) -> None:
        self._ids.clear()

    def rows(self, view: DeskView) -> list[OrderRow]:
        """The marked orders that still work, newest first; a done one loses its mark."""
        if not self._ids:
            return []
        rows = [row for row in view.orders if row.order_id in self._ids and not row.is_done]
        self._ids = {row.order_id for row in rows}
        return rows


def tally_of(rows: list[OrderRow], instrument: Callable[[str], Instrument]) -> str:
    """`3 orders: 2 buys, 1 sell, 400 shares`."""
    return tally((row.instruction.side, row.leaves, instrument(row.symbol)) for row in rows)
