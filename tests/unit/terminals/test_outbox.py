"""What waits for a terminal that does not read: bounded, answers in order, the newest view only."""

import socket

import pytest

from engine.runtime.terminals.outbox import ANSWER_BYTES_MAX, ANSWERS_MAX, Outbox
from engine.runtime.terminals.wire import Kind, Unpacker, packed


@pytest.fixture
def pair():
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.setblocking(False)
    with ours, theirs:
        yield ours, theirs


def all_read(theirs: socket.socket, outbox: Outbox, ours: socket.socket) -> list:
    unpacker, found = Unpacker(1 << 24), []
    while True:
        outbox.send_some(ours)
        try:
            found += unpacker.feed(theirs.recv(1 << 16))
        except BlockingIOError:
            return found


def test_views_are_conflated_and_answers_are_not(pair) -> None:
    ours, theirs = pair
    outbox = Outbox()
    for number in range(200):
        outbox.show(packed(Kind.VIEW, b"view %d" % number * 5_000))
        assert outbox.put(packed(Kind.ANSWER, b"answer %d" % number))
        outbox.send_some(ours)
    found = all_read(theirs, outbox, ours)
    answers = [payload for kind, payload in found if kind is Kind.ANSWER]
    views = [payload for kind, payload in found if kind is Kind.VIEW]
    assert answers == [b"answer %d" % number for number in range(200)]
    assert views[-1] == b"view 199" * 5_000
    assert len(views) < 50 and outbox.views_replaced == 200 - len(views)


def test_a_terminal_that_reads_nothing_costs_a_bounded_amount() -> None:
    by_count, by_bytes = Outbox(), Outbox()
    assert all(by_count.put(b"x") for _ in range(ANSWERS_MAX))
    assert not by_count.put(b"x")
    assert by_bytes.put(b"x" * ANSWER_BYTES_MAX)
    assert not by_bytes.put(b"x")


def test_what_has_begun_is_finished_before_the_last_word(pair) -> None:
    ours, theirs = pair
    outbox = Outbox()
    outbox.show(packed(Kind.VIEW, b"v" * 2_000_000))
    outbox.send_some(ours)
    for _ in range(10):
        outbox.put(packed(Kind.ANSWER, b"never heard"))
    outbox.end_with(packed(Kind.REFUSED, b"why"))
    assert [kind for kind, _ in all_read(theirs, outbox, ours)] == [Kind.VIEW, Kind.REFUSED]
