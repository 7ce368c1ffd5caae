"""How an order waits: its queue ahead over time, what traded at its price, how near trades came."""

import msgspec

from engine.domain.order_events import Places
from engine.structs import set_directly
from engine.values import Nanos, Price, Quantity

POINTS_MAX = 64
"""Places kept of one order; when they are full every second one in between goes."""
NOT_WAITING = -1
"""Queue ahead of an order that stands in no queue."""


class QueuePoint(msgspec.Struct, frozen=True, gc=False):
    """At market time `at` this much stood ahead, and others had traded so much at its price."""

    at: Nanos
    queue_ahead: int
    traded: int


@set_directly
class QueueHistory(msgspec.Struct, gc=False):
    """Collects the history of one order; bounded by POINTS_MAX."""

    points: list[QueuePoint] = msgspec.field(default_factory=list)
    traded_at_price: int = 0
    nearest: int = 0
    """The trade most in its favour; of a stop, the one nearest to it. 0 where there was none."""
    ahead: int = NOT_WAITING

    def stands(self, at: Nanos, queue_ahead: int) -> None:
        """A sample of its place, kept only when the queue ahead has changed."""
        if queue_ahead == self.ahead:
            return
        self.ahead = queue_ahead
        if queue_ahead == NOT_WAITING:
            return
        if len(self.points) >= POINTS_MAX:
            self._thin_out()
        self.points.append(QueuePoint(at, queue_ahead, self.traded_at_price))

    def saw_trade(self, price: Price, *, sign: int) -> None:
        """`sign` is above zero where a higher price is the nearer one."""
        if not self.nearest or (price - self.nearest) * sign > 0:
            self.nearest = price

    def traded(self, quantity: Quantity) -> None:
        """Others traded at its price."""
        self.traded_at_price += quantity

    def places(self) -> Places:
        return tuple((point.at, point.queue_ahead, point.traded) for point in self.points)

    def _thin_out(self) -> None:
        """First and last stay."""
        self.points = [*self.points[:-1:2], self.points[-1]]
