"""What a script calls its orders, and which orders they are."""

from engine.domain.identity import leg_id
from engine.domain.orders import Order
from engine.values import OrderId


class ScriptNumbers:
    """Numbers count the session's own orders from 1, in the order in which they were made."""

    def __init__(self, first_order_id: int) -> None:
        self._first = first_order_id

    def of(self, order: Order) -> int:
        """Of a leg: the number of its group."""
        return order.group - self._first + 1

    def name(self, order: Order) -> int | str | None:
        """As JSON tells it: `7`, a leg `"7.1"`; nothing for an order of before this session."""
        number = self.of(order)
        if number <= 0:
            return None
        return f"{number}.{order.leg}" if order.leg else number

    def text(self, order: Order) -> str:
        """`7` or `7.1`; of an order of before this session, which a script names by its day:
        `1119-7`."""
        if self.of(order) <= 0:
            return f"{order.trade_date % 10_000:04d}-{order.name}"
        return str(self.name(order))

    def order_id(self, number: int, leg: int | None = None) -> OrderId:
        group = OrderId(number + self._first - 1)
        return leg_id(group, leg) if leg else group
