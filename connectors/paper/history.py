"""How an order waited: its queue ahead over time and what traded at its price meanwhile."""

import msgspec

from engine.values import Nanos, Quantity

POINTS_MAX = 64
"""Points kept of one order; when they are full every second sample in between goes."""
WAITED = "queue"
"""The word of a point that is only a sample; the others are things that happened."""


class QueuePoint(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """At market time `at`, `what` happened and this much stood ahead; −1 where nothing queues."""

    at: Nanos
    what: str
    queue_ahead: int


class OrderHistory(msgspec.Struct, frozen=True, gc=False):
    """For `why`: the points, oldest first, and others' volume at the order's price meanwhile."""

    points: tuple[QueuePoint, ...]
    traded_at_price: Quantity


class QueueHistory(msgspec.Struct, gc=False):
    """Collects the history of one order; bounded by POINTS_MAX."""

    points: list[QueuePoint] = msgspec.field(default_factory=list)
    traded_at_price: int = 0
    ahead: int = -1

    def waited(self, at: Nanos, queue_ahead: int) -> None:
        """A sample, kept only when the queue ahead has changed."""
        if queue_ahead != self.ahead:
            self.happened(at, WAITED, queue_ahead)

    def happened(self, at: Nanos, what: str, queue_ahead: int) -> None:
        if len(self.points) >= POINTS_MAX:
            self._thin_out()
        self.ahead = queue_ahead
        self.points.append(QueuePoint(at, what, queue_ahead))

    def freeze(self) -> OrderHistory:
        return OrderHistory(tuple(self.points), Quantity(self.traded_at_price))

    def _thin_out(self) -> None:
        samples = [point for point in self.points if point.what == WAITED]
        dropped = {id(point) for point in samples[1::2]} or {id(self.points[1])}
        self.points = [point for point in self.points if id(point) not in dropped]
