"""Which steps of the journal tell of which order; they are read when somebody asks."""

from collections.abc import Callable, Iterable
from itertools import compress, islice
from typing import get_args

from engine.domain.events import Event
from engine.domain.records import Record, Step, decode_records
from engine.ports import Block
from engine.values import Sequence as RecordSequence

ORDERS_REMEMBERED_MAX = 5_000
STEPS_PER_ORDER_MAX = 2_000
OF_ORDERS = frozenset(kind for kind in get_args(Event) if "order_id" in kind.__struct_fields__)
"""Types of events that tell of one order."""


class OrderHistory:
    """The steps that tell of each order, oldest first; bounded by orders and by steps each.

    The journal keeps the events themselves, so memory and snapshots hold nothing but numbers: of
    each step that of its first record, which is one number for all orders that it tells of.
    """

    def __init__(
        self,
        read: Callable[[RecordSequence], Iterable[Block]],
        places: dict[int, list[int]] | None = None,
        *,
        orders_max: int = ORDERS_REMEMBERED_MAX,
    ) -> None:
        """`read` gives the journal's blocks with records beyond a sequence; `places` go on here.

        `orders_max`: the oldest of more are forgotten, a quarter at once, which only a session
        that runs has to do.
        """
        self._orders_max, self._places_max = orders_max, orders_max + orders_max // 4 + 1
        self.read = read
        self.places: dict[int, list[int]] = places if places is not None else {}
        """Order → a sequence in each step, in the order in which orders were first told of."""

    def note(self, record: Record) -> None:
        """One record of a journal that is read back."""
        back = record.sequence - record.cause
        self.note_step(Step(record.sequence, record.at, [back], [record.body]))

    def note_step(self, step: Step) -> None:
        """The same a step at a time: a session hears every one with this."""
        known, first = self.places.get, step.first
        for body in compress(step.bodies, step.backs):
            if type(body) in OF_ORDERS:
                order_id: int = body.order_id  # type: ignore[union-attr]
                kept = known(order_id)
                if kept is None:
                    self.begin(order_id, first)
                elif kept[-1] != first and len(kept) < STEPS_PER_ORDER_MAX:
                    kept.append(first)

    def begin(self, order_id: int, sequence: int) -> None:
        """The first step that tells of an order."""
        places = self.places
        places[order_id] = [sequence]
        if len(places) >= self._places_max:
            # A dict does not find its first key quickly, so it is not asked for one at a time.
            for oldest in list(islice(places, len(places) - self._orders_max)):
                del places[oldest]

    def of(self, order_id: int) -> list[Event]:
        """The order's events, oldest first; empty for one that is not remembered.

        Raises TraderError where the journal cannot be read or does not fit its chain.
        """
        events: list[Event] = []
        read_to = 0
        for sequence in self.places.get(order_id, ()):
            if sequence <= read_to:
                continue  # a record behind another of the same block
            block = next(iter(self.read(RecordSequence(sequence - 1))))
            read_to = block.last
            events += _told_of(order_id, decode_records(block.payload))
        return events


def _told_of(order_id: int, records: Iterable[Record]) -> list[Event]:
    return [
        record.body  # type: ignore[misc]  # what has a cause before it is an event
        for record in records
        if record.cause != record.sequence and getattr(record.body, "order_id", None) == order_id
    ]
