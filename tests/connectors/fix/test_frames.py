"""A stream becomes the same messages whatever its pieces; garbage costs neither time nor room."""

import random

import pytest
import simplefix
from hypothesis import example, given, settings
from hypothesis import strategies as st
from simplefix.data import RAW_LEN_TAGS

from connectors.fix.frames import MESSAGE_BYTES_MAX, Framer, Garbled
from connectors.fix.message import (
    Field,
    FieldValueError,
    Message,
    byte_sum,
    encode,
    parse,
)

HEAD: list[Field] = [(34, b"2"), (49, b"TW44"), (52, b"20260101-10:00:00.000"), (56, b"ISLD")]
VALUES = st.binary(min_size=1, max_size=30).filter(lambda value: b"\x01" not in value)
BODIES = st.lists(st.tuples(st.integers(1_000, 9_999), VALUES), max_size=12)


class SlowFramer(Framer):
    """Takes every message the careful way."""

    def _take_usual(self, found: list[Message | Garbled]) -> None:
        pass


def fed(data: bytes, sizes: list[int]) -> list[Message | Garbled]:
    framer = Framer()
    found: list[Message | Garbled] = []
    at = 0
    for size in sizes:
        found += framer.feed(data[at : at + size])
        at += size
    return found + framer.feed(data[at:])


def messages(found: list[Message | Garbled]) -> list[bytes]:
    return [each.raw for each in found if isinstance(each, Message)]


@settings(max_examples=200)
@given(st.lists(BODIES, min_size=1, max_size=4), st.lists(st.integers(1, 40), max_size=60))
def test_any_chunking_gives_the_same_messages(bodies: list[list[Field]], sizes: list[int]) -> None:
    sent = [encode("FIX.4.4", "D", HEAD, body) for body in bodies]
    stream = b"".join(sent)
    assert messages(fed(stream, sizes)) == sent == messages(fed(stream, [1] * len(stream)))


@settings(max_examples=300)
@given(st.binary(max_size=400), st.lists(st.integers(1, 40), max_size=30))
@example(b"8=FIX.4.4\x019=999999999\x01", [])
@example(b"8=FIX.4.4\x019=\x0135=0\x0110=000\x01", [3])
@example(b"8=8=8=8=\x019=5\x0110=\x0110=\x01", [1, 1, 1])
def test_garbage_never_raises_and_the_next_message_is_found(junk: bytes, sizes: list[int]) -> None:
    good = encode("FIX.4.4", "0", HEAD, [])
    # A length that reaches far may swallow what follows it: only so much can be lost.
    found = messages(fed(junk + b"\x0110=000\x01" + good * 40, sizes))
    assert good in found or b"9=" in junk


def test_a_length_without_end_is_not_waited_for() -> None:
    framer = Framer(size_max=1_000)
    good = encode("FIX.4.4", "0", HEAD, [])
    found = framer.feed(b"8=FIX.4.4\x019=999999999\x0135=D\x01" + good)
    assert messages(found) == [good]
    assert framer.held == 0


def test_what_never_becomes_a_message_is_not_kept() -> None:
    framer = Framer()
    worst = 0
    for _ in range(300):
        framer.feed(b"8=FIX.4.4\x01" + b"x" * 16_000)
        worst = max(worst, framer.held)
    assert worst <= MESSAGE_BYTES_MAX + 20_000


def test_bytes_before_a_message_are_told_and_dropped() -> None:
    good = encode("FIX.4.4", "0", HEAD, [])
    found = Framer().feed(b"HTTP/1.1 200\r\n\r\n" + good)
    assert isinstance(found[0], Garbled)
    assert messages(found) == [good]


def mutated(rng: random.Random, good: bytes) -> bytes:
    """The message with up to three bytes changed, and half the time a checksum that fits."""
    data = bytearray(good)
    for _ in range(rng.randrange(4)):
        data[rng.randrange(len(data))] = rng.choice(b"\x01=0189F.\xff")
    if rng.randrange(2):
        data[-4:-1] = b"%03d" % (sum(data[:-7]) % 256)
    return bytes(data)


def test_the_quick_way_finds_what_the_careful_way_finds() -> None:
    rng = random.Random(11)
    body: list[Field] = [(11, b"ID"), (38, b"1"), (55, b"INTC"), (58, b"a=b"), (60, b"x")]
    plain = encode("FIX.4.4", "D", HEAD, [(11, b"ID"), (38, b"100"), (55, b"INTC")])
    data = encode("FIX.4.4", "A", HEAD, [(95, b"5"), (96, b"a\x01b=c"), (108, b"30")])
    kinds = [plain, encode("FIX.4.4", "D", HEAD, body), data]
    seen = 0
    for _ in range(3_000):
        stream = b"".join(mutated(rng, rng.choice(kinds)) for _ in range(4)) + plain
        found = Framer().feed(stream)
        assert found == SlowFramer().feed(stream), stream
        seen += len(messages(found))
    assert seen > 5_000, "most are read, else nothing was compared"


@pytest.mark.parametrize("size", [1, 255, 256, 257, 1_000, 70_000])
def test_bytes_add_up_however_many(size: int) -> None:
    assert byte_sum(b"\xff" * size) == 255 * size


@pytest.mark.parametrize("value", [b"", b"a\x01b", b"\x01"])
def test_a_value_that_would_break_its_message_cannot_leave(value: bytes) -> None:
    with pytest.raises(FieldValueError):
        encode("FIX.4.4", "D", HEAD, [(58, value)])


def test_a_data_field_may_hold_separators() -> None:
    data = b"a\x0110=000\x01b"
    wire = encode("FIX.4.4", "A", HEAD, [(95, b"%d" % len(data)), (96, data)])
    message = parse(wire)
    assert isinstance(message, Message)
    assert message.get(96) == data


@settings(max_examples=200)
@given(BODIES)
def test_another_codec_reads_what_we_write_and_we_read_what_it_writes(body: list[Field]) -> None:
    ours = encode("FIX.4.4", "D", HEAD, body)
    theirs = simplefix.FixMessage()
    for tag, value in [(8, b"FIX.4.4"), (35, b"D"), *HEAD, *body]:
        theirs.append_pair(tag, value)
    assert theirs.encode() == ours
    message = parse(ours)
    assert isinstance(message, Message)
    assert message.fields == [(35, b"D"), *HEAD, *body]


@settings(max_examples=200)
@given(st.lists(BODIES, min_size=1, max_size=5), st.integers(1, 60))
def test_another_parser_finds_the_same_fields_in_the_same_stream(
    bodies: list[list[Field]], size: int
) -> None:
    plain = [[field for field in body if field[0] not in RAW_LEN_TAGS] for body in bodies]
    stream = b"".join(encode("FIX.4.4", "D", HEAD, body) for body in plain)
    theirs, found = simplefix.FixParser(), []
    for at in range(0, len(stream), size):
        theirs.append_buffer(stream[at : at + size])
        while (message := theirs.get_message()) is not None:
            found.append([(int(tag), value) for tag, value in message.pairs[2:-1]])
    ours = [each.fields for each in Framer().feed(stream) if isinstance(each, Message)]
    assert ours == found


@pytest.mark.long
def test_a_million_mutated_messages_neither_raise_nor_grow() -> None:
    rng = random.Random(7)
    good = bytearray(encode("FIX.4.4", "D", HEAD, [(11, b"ID"), (55, b"INTC"), (58, b"x" * 40)]))
    framer = Framer()
    for _ in range(1_000_000):
        mutated = bytearray(good)
        for _ in range(rng.randrange(1, 4)):
            mutated[rng.randrange(len(mutated))] = rng.choice(b"\x01=0189F.\xff")
        framer.feed(bytes(mutated))
        assert framer.held <= MESSAGE_BYTES_MAX
