"""Frames and fields, and what becomes of a client that speaks nonsense."""

import asyncio
from contextlib import suppress
from decimal import Decimal

import pytest

from tests.connectors.ib.faithful.conftest import connected, until
from tests.connectors.ib.gateway import Gateway
from tests.connectors.ib.gateway.order_writing import when_text
from tests.connectors.ib.gateway.wire import (
    FRAME_BYTES_MAX,
    UNSET,
    Fields,
    Frames,
    frame,
    number_of,
    text_of,
)


def test_frames_come_whole_however_they_are_cut() -> None:
    stream = frame(3, "A1") + frame(49, 1) + frame("")
    frames = Frames()
    whole = []
    for at in range(len(stream)):
        frames.feed(stream[at : at + 1])
        whole += frames.take()
    assert whole == [b"3\0A1\0", b"49\x001\0", b"\0"]


def test_a_frame_has_a_limit() -> None:
    frames = Frames()
    frames.feed((FRAME_BYTES_MAX + 1).to_bytes(4, "big"))
    with pytest.raises(ValueError, match="a frame of"):
        list(frames.take())


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("190.10"), "190.1"),
        (Decimal("100"), "100"),
        (Decimal("1E+3"), "1000"),
        (Decimal("0.00000001"), "0.00000001"),
        (True, "1"),
        (None, ""),
        (7, "7"),
    ],
)
def test_numbers_are_written_plain(value: object, text: str) -> None:
    assert text_of(value) == text


@pytest.mark.parametrize("text", ["", UNSET, "1.7976931348623157e+308", "2147483647"])
def test_what_is_not_set_is_no_number(text: str) -> None:
    assert number_of(text) is None


def test_a_message_that_ends_early_is_told() -> None:
    fields = Fields(b"3\0")
    fields.integer()
    with pytest.raises(ValueError, match="ends after 1 fields"):
        fields.text()


@pytest.mark.parametrize(
    ("style", "text"),
    [
        ("named US/Eastern", "20261130 09:30:00 US/Eastern"),
        ("bare US/Eastern", "20261130  09:30:00"),
        ("utc", "20261130-14:30:00"),
    ],
)
def test_times_are_written_in_every_way(style: str, text: str) -> None:
    assert when_text(1_796_049_000, style) == text


async def test_a_layout_with_a_field_too_many_is_told(gateway: Gateway) -> None:
    async with connected(gateway) as client:
        contract = await client.stock()
        send = client.ib.client.send
        client.ib.client.send = lambda *fields: send(*fields, "one more")
        client.ib.client.placeOrder(1, contract, client.order("A1"))
        await until(lambda: gateway.bad)
    assert "1 fields too many: ['one more']" in gateway.bad[0]
    gateway.do(gateway.hub.bad.clear)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (b"GET / HTTP/1.1\r\n", "expected b'API"),
        (b"API\0\0\0\0\x09v100..120", "no version in common"),
        (b"API\0\xff\xff\xff\xff", "a frame of"),
    ],
)
async def test_nonsense_is_noted_and_hung_up_on(said: bytes, words: str) -> None:
    with Gateway() as gateway:
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
        writer.write(said)
        with suppress(ConnectionResetError):
            assert await asyncio.wait_for(reader.read(), 5) == b""
        writer.close()
        assert len(gateway.bad) == 1
        assert words in gateway.bad[0]
