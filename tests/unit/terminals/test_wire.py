"""Messages on a stream: whole ones come out, whatever the pieces; nonsense is refused in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.runtime.terminals.wire import Kind, Unpacker, WireError, packed

MESSAGES = st.lists(st.tuples(st.sampled_from(Kind), st.binary(max_size=200)), max_size=8)


@given(MESSAGES, st.lists(st.integers(1, 60), min_size=1, max_size=20))
def test_messages_come_out_whole_however_the_stream_is_cut(messages, cuts) -> None:
    stream = b"".join(packed(kind, payload) for kind, payload in messages)
    unpacker, found, at = Unpacker(1_000), [], 0
    while at < len(stream):
        step = cuts[len(found) % len(cuts)]
        found += unpacker.feed(stream[at : at + step])
        at += step
    assert found == messages


def test_a_message_that_is_too_long_is_refused_from_its_header() -> None:
    header = packed(Kind.REQUEST, b"x" * 101)[:5]
    with pytest.raises(WireError, match="101 bytes; at most 100"):
        list(Unpacker(100).feed(header))


@given(st.binary(min_size=5, max_size=400))
def test_garbage_is_messages_or_an_error_and_never_more_memory_than_came(garbage: bytes) -> None:
    unpacker = Unpacker(1_000)
    try:
        for _kind, payload in unpacker.feed(garbage):
            assert len(payload) <= 1_000
    except WireError:
        return
    assert len(unpacker._held) <= len(garbage)


def test_a_kind_that_nobody_knows_is_named() -> None:
    with pytest.raises(WireError, match="unknown kind 99"):
        list(Unpacker(100).feed(b"\0\0\0\0\x63"))
