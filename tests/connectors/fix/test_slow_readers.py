"""Who reads nothing of what it is sent: let go by the venue, told and given up by the desk."""

import asyncio
import socket
import time

from connectors.fix.acceptor import CONNECTIONS_MAX, Acceptor
from connectors.fix.client.wire import UNSENT_BYTES_MAX, Gone, Opened, Wire
from connectors.fix.echo import CLIENTS, echo_session
from tests.connectors.fix.test_echo_socket import LOGON, ORDER, client_of

PATIENCE_SECONDS = 20.0
TEXT = (58, b"x" * 60_000)


async def test_a_client_that_does_not_read_is_let_go_and_may_come_back() -> None:
    notes: list[str] = []
    acceptor = Acceptor((echo_session(version) for version in CLIENTS), notes.append)
    port = await acceptor.listen("127.0.0.1", 0)
    client = await client_of(port)
    client.send("A", 1, *LOGON)
    assert await client.heard() is not None
    number, late = 2, time.monotonic() + PATIENCE_SECONDS
    while not any("does not read" in note for note in notes):
        assert time.monotonic() < late, notes
        client.send("D", number, *sorted((*ORDER, TEXT)))
        number += 1
        await asyncio.sleep(0)
    client.close()
    again = await client_of(port)
    again.send("A", 1, *LOGON)
    answer = await again.heard()
    assert answer is not None and answer.type == "A"
    again.close()
    await acceptor.close()


async def test_more_callers_than_there_is_room_for_are_turned_away() -> None:
    notes: list[str] = []
    acceptor = Acceptor((echo_session(version) for version in CLIENTS), notes.append)
    port = await acceptor.listen("127.0.0.1", 0)
    callers = [await client_of(port) for _ in range(CONNECTIONS_MAX)]
    one_more = await client_of(port)
    assert await one_more.heard() is None
    assert notes == [f"more than {CONNECTIONS_MAX} connections: one was turned away"]
    callers[0].send("A", 1, *LOGON)
    assert await callers[0].heard() is not None, "who is in stays in"
    for caller in (*callers, one_more):
        caller.close()
    await acceptor.close()


def test_a_venue_that_does_not_read_is_given_up_with_a_word() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        wire = Wire(lambda: socket.create_connection(listening.getsockname()), lambda: None)
        wire.connect()
        told, late = wire.happened(), time.monotonic() + PATIENCE_SECONDS
        while not any(isinstance(each, Gone) for each in told):
            assert time.monotonic() < late, told
            if any(isinstance(each, Opened) for each in told):
                wire.send(b"x" * UNSENT_BYTES_MAX)
            time.sleep(0.001)
            told += wire.happened()
        assert told[-1] == Gone("the venue does not read what it is sent", was_open=True)
        assert not wire.is_busy
