"""What the desk remembers of where its journal tells of an order."""

from collections.abc import Iterable

from engine.domain.commands import CancelOrder
from engine.domain.events import OrderTriggered, OrderWorking
from engine.domain.records import Body, Step, decode_records, encode_step
from engine.ports import Block
from engine.runtime.history import OrderHistory
from engine.values import Nanos, OrderId, Price
from engine.values import Sequence as RecordSequence

AT = Nanos(1)


class _Journal:
    """Steps of one inbound each and what it caused, one block a step."""

    def __init__(self, *steps: list[Body]) -> None:
        self.steps: list[Step] = []
        self.reads = 0
        for events in steps:
            first = self.steps[-1].last + 1 if self.steps else 1
            bodies = [CancelOrder(OrderId(1)), *events]
            self.steps.append(Step(first, AT, list(range(len(bodies))), bodies))

    def read(self, after: RecordSequence) -> Iterable[Block]:
        self.reads += 1
        for number, step in enumerate(self.steps, 1):
            if step.last > after:
                first, last = RecordSequence(step.first), RecordSequence(step.last)
                yield Block(number, first, last, encode_step(step))

    def history(self, orders_max: int = 10) -> OrderHistory:
        history = OrderHistory(self.read, orders_max=orders_max)
        for step in self.steps:
            history.note_step(step)
        return history


def works(order: int) -> OrderWorking:
    return OrderWorking(AT, OrderId(order), f"V{order}", -1)


def triggers(order: int) -> OrderTriggered:
    return OrderTriggered(AT, OrderId(order), Price(order))


def test_an_order_is_told_by_its_own_events_in_the_order_in_which_they_happened() -> None:
    journal = _Journal([works(1), works(2), triggers(1)], [triggers(2)], [triggers(1)])
    history = journal.history()
    assert history.of(1) == [works(1), triggers(1), triggers(1)]
    assert history.of(2) == [works(2), triggers(2)]


def test_a_step_is_read_once_however_much_of_the_order_stands_in_it() -> None:
    journal = _Journal([works(1), triggers(1), triggers(1)])
    assert len(journal.history().of(1)) == 3
    assert journal.reads == 1


def test_records_that_are_read_back_tell_the_same_as_steps() -> None:
    journal = _Journal([works(1), triggers(1)], [works(2)], [triggers(1)])
    read_back = OrderHistory(journal.read)
    for block in journal.read(RecordSequence(0)):
        for record in decode_records(block.payload):
            read_back.note(record)
    for order in (1, 2, 3):
        assert read_back.of(order) == journal.history().of(order)


def test_the_oldest_orders_are_forgotten_and_never_the_newest() -> None:
    journal = _Journal(*[[works(order)] for order in range(1, 101)])
    known = list(journal.history(orders_max=8).places)
    assert 8 <= len(known) <= 10
    assert known == list(range(101 - len(known), 101))


def test_an_order_that_was_forgotten_is_told_from_its_next_event_on() -> None:
    journal = _Journal(*[[works(order)] for order in range(1, 21)], [triggers(1)])
    assert journal.history(orders_max=4).of(1) == [triggers(1)]
