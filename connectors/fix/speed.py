"""What the benchmark of FIX measures and how: reading a stream, by our framer and by simplefix."""

from collections.abc import Callable
from time import process_time

import simplefix

from connectors.fix.frames import Framer
from connectors.fix.message import Field, Message, encode
from connectors.fix.tags import Tag

CHUNK_BYTES = 4_096
"""About what one read of a busy socket gives."""
_STAMP = b"20260105-14:30:00.123"
_VERSION = "FIX.4.4"


def sample(count: int) -> list[bytes]:
    """Orders and the reports that answer them, by turns, with the fields that ours carry."""
    messages: list[bytes] = []
    for number in range(2, count // 2 + 2):
        head = [
            (Tag.MSG_SEQ_NUM, b"%d" % number),
            (Tag.SENDER_COMP_ID, b"DESK"),
            (Tag.SENDING_TIME, _STAMP),
            (Tag.TARGET_COMP_ID, b"VENUE"),
        ]
        order = _order(number)
        messages.append(encode(_VERSION, "D", head, order))
        messages.append(encode(_VERSION, "8", head, sorted([*order, *_reported(number)])))
    return messages


def _order(number: int) -> list[Field]:
    return [
        (Tag.ACCOUNT, b"DESK"),
        (Tag.CL_ORD_ID, b"20260105-1-%d" % number),
        (Tag.ORDER_QTY, b"%d" % (100 + number % 900)),
        (Tag.ORD_TYPE, b"2"),
        (Tag.PRICE, b"190.%02d" % (number % 100)),
        (Tag.SIDE, b"1"),
        (Tag.SYMBOL, b"AAPL"),
        (Tag.TIME_IN_FORCE, b"0"),
        (Tag.TRANSACT_TIME, _STAMP),
    ]


def _reported(number: int) -> list[Field]:
    return [
        (Tag.AVG_PX, b"0"),
        (Tag.CUM_QTY, b"0"),
        (Tag.EXEC_ID, b"E-%d" % number),
        (Tag.ORDER_ID, b"O-%d" % number),
        (Tag.ORD_STATUS, b"0"),
        (Tag.EXEC_TYPE, b"0"),
        (Tag.LEAVES_QTY, b"%d" % (100 + number % 900)),
    ]


def seconds_of_ours(stream: bytes, count: int) -> float:
    """Seconds of a processor, to frame, check and cut into fields.

    Raises AssertionError where a message is missing.
    """
    framer = Framer()

    def read(chunk: bytes) -> int:
        return sum(type(found) is Message for found in framer.feed(chunk))

    return _seconds_of(read, stream, count)


def seconds_of_simplefix(stream: bytes, count: int) -> float:
    """The same by simplefix, which looks neither at the length nor at the checksum."""
    parser = simplefix.FixParser()

    def read(chunk: bytes) -> int:
        parser.append_buffer(chunk)
        found = 0
        while parser.get_message() is not None:
            found += 1
        return found

    return _seconds_of(read, stream, count)


def _seconds_of(read: Callable[[bytes], int], stream: bytes, count: int) -> float:
    chunks = [stream[at : at + CHUNK_BYTES] for at in range(0, len(stream), CHUNK_BYTES)]
    began = process_time()
    found = sum(read(chunk) for chunk in chunks)
    took = process_time() - began
    assert found == count, f"{found:,} of {count:,} messages were read"
    return took
