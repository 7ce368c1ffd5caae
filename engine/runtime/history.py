"""Which records of the journal tell of which order; they are read when somebody asks."""

from collections import deque
from collections.abc import Callable, Iterable
from itertools import compress

from engine.domain.events import Event
from engine.domain.records import Record, Step, decode_records
from engine.ports import Block
from engine.values import Sequence as RecordSequence

ORDERS_REMEMBERED_MAX = 5_000
RECORDS_PER_ORDER_MAX = 2_000


class OrderHistory:
    """The sequences of each order's events, oldest first; bounded by orders and by events each.

    The journal keeps the events themselves, so memory and snapshots hold nothing but numbers.
    """

    def __init__(
        self,
        read: Callable[[RecordSequence], Iterable[Block]],
        places: dict[int, list[int]] | None = None,
        *,
        orders_max: int = ORDERS_REMEMBERED_MAX,
    ) -> None:
        """`read` gives the journal's blocks with records beyond a sequence; `places` go on here.

        `orders_max`: the oldest of more are forgotten, which only a session that runs has to do.
        """
        self._orders_max = orders_max
        self.read = read
        self.places: dict[int, list[int]] = places if places is not None else {}
        """Order → sequences of its events, in the order in which the orders were first told of."""
        self._orders = deque(self.places)
        """The oldest first: a dict does not find its first key quickly."""

    def note(self, record: Record) -> None:
        """One record of a journal that is read back."""
        order_id = getattr(record.body, "order_id", None)
        if order_id is not None and record.cause != record.sequence:
            kept = self.places.get(order_id)
            if kept is None:
                self.begin(order_id, record.sequence)
            elif len(kept) < RECORDS_PER_ORDER_MAX:
                kept.append(record.sequence)

    def note_step(self, step: Step) -> None:
        """The same a step at a time: a session hears every one with this, and a start a million
        events, so it does no more than it must."""
        known = self.places.get
        for sequence, body in compress(enumerate(step.bodies, step.first), step.backs):
            order_id = getattr(body, "order_id", None)
            if order_id is None:
                continue
            kept = known(order_id)
            if kept is None:
                self.begin(order_id, sequence)
            elif len(kept) < RECORDS_PER_ORDER_MAX:
                kept.append(sequence)

    def begin(self, order_id: int, sequence: int) -> None:
        """The first event of an order."""
        self.places[order_id] = [sequence]
        self._orders.append(order_id)
        if len(self._orders) > self._orders_max:
            del self.places[self._orders.popleft()]

    def of(self, order_id: int) -> list[Event]:
        """The order's events, oldest first; empty for one that is not remembered.

        Raises TraderError where the journal cannot be read or does not fit its chain.
        """
        events: list[Event] = []
        first, records = RecordSequence(0), ()  # type: tuple[RecordSequence, tuple[Record, ...]]
        for sequence in self.places.get(order_id, ()):
            if sequence >= first + len(records):
                block = next(iter(self.read(RecordSequence(sequence - 1))))
                first, records = block.first, decode_records(block.payload)
            events.append(records[sequence - first].body)  # type: ignore[arg-type]
        return events
