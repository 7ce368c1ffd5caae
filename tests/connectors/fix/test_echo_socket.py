"""`trader venue --echo` over a real socket: the same session, with bytes in pieces."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from connectors.fix.acceptor import Acceptor, now
from connectors.fix.echo import CLIENTS, VENUE, echo_session
from connectors.fix.frames import Framer
from connectors.fix.message import Field, Message, encode
from connectors.fix.stamps import format_stamp

PATIENCE = 5.0


class Client:
    """The other end, without a session layer of its own."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._framer = Framer()
        self._heard: list[Message] = []

    def send(self, type: str, number: int, *body: Field, piece: int = 0) -> None:
        stamp = format_stamp(now().utc)
        head = [(34, b"%d" % number), (49, b"TW44"), (52, stamp), (56, VENUE.encode())]
        data = encode("FIX.4.4", type, head, body)
        for at in range(0, len(data), piece or len(data)):
            self._writer.write(data[at : at + (piece or len(data))])

    async def heard(self) -> Message | None:
        """The next message; None where the connection ended."""
        while not self._heard:
            chunk = await asyncio.wait_for(self._reader.read(4_096), PATIENCE)
            if not chunk:
                return None
            self._heard += [one for one in self._framer.feed(chunk) if isinstance(one, Message)]
        return self._heard.pop(0)

    def close(self) -> None:
        self._writer.close()


@pytest.fixture
async def port() -> AsyncIterator[int]:
    notes: list[str] = []
    acceptor = Acceptor((echo_session(version) for version in CLIENTS), notes.append)
    yield await acceptor.listen("127.0.0.1", 0)
    await acceptor.close()


async def client_of(port: int) -> Client:
    return Client(*await asyncio.open_connection("127.0.0.1", port))


LOGON = ((98, b"0"), (108, b"30"))
ORDER = ((11, b"A1"), (21, b"1"), (40, b"1"), (54, b"1"), (55, b"INTC"), (60, b"20260101-10:00:00"))


async def test_an_order_comes_back_though_it_came_byte_by_byte(port: int) -> None:
    client = await client_of(port)
    client.send("A", 1, *LOGON, piece=1)
    assert (await client.heard() or pytest.fail("closed")).type == "A"
    client.send("D", 2, *ORDER, piece=1)
    echoed = await client.heard() or pytest.fail("closed")
    assert (echoed.type, echoed.get(11), echoed.get(34)) == ("D", b"A1", b"2")
    client.send("5", 3)
    assert (await client.heard() or pytest.fail("closed")).type == "5"
    assert await client.heard() is None
    client.close()


async def test_a_second_connection_of_the_same_name_is_dropped(port: int) -> None:
    first, second = await client_of(port), await client_of(port)
    first.send("A", 1, *LOGON)
    assert await first.heard() is not None
    second.send("A", 1, *LOGON)
    assert await second.heard() is None
    first.send("1", 2, (112, b"HELLO"))
    assert (await first.heard() or pytest.fail("closed")).get(112) == b"HELLO"
    first.close()
    second.close()


async def test_a_cut_line_lets_the_name_go(port: int) -> None:
    first = await client_of(port)
    first.send("A", 1, *LOGON)
    assert await first.heard() is not None
    first.close()
    for _ in range(100):
        second = await client_of(port)
        second.send("A", 1, *LOGON)
        answer = await second.heard()
        second.close()
        if answer is not None:
            return
    pytest.fail("the name was never free again")


async def test_what_is_no_logon_is_let_go_without_an_answer(port: int) -> None:
    client = await client_of(port)
    client.send("0", 1)
    assert await client.heard() is None
    client.close()
