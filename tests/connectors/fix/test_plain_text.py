"""S08, S14: plain text stays on this machine, and what a stranger logs on with is told inert."""

import asyncio

import pytest

from commands import venue
from connectors.fix.acceptor import Acceptor, now
from connectors.fix.echo import CLIENTS, VENUE, echo_session
from connectors.fix.message import encode
from connectors.fix.stamps import format_stamp
from engine.errors import InputError

PASSWORD = b"canary-password"
STEERS = b"\x1b]52;c;cm0gLXJm\x07"


def acceptor_of(notes: list[str]) -> Acceptor:
    return Acceptor((echo_session(version) for version in CLIENTS), notes.append)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.0.2.1", "localhost", "example.org"])
async def test_it_listens_on_this_machine_alone(host: str) -> None:
    with pytest.raises(InputError, match="stays on this machine"):
        await acceptor_of([]).listen(host, 0)


async def test_a_refused_logon_tells_no_password_and_steers_no_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    notes: list[str] = []
    acceptor = acceptor_of(notes)
    port = await acceptor.listen("127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    stamp = format_stamp(now().utc)
    head = [(34, b"1"), (49, b"X" + STEERS), (52, stamp), (56, VENUE.encode())]
    body = [(98, b"0"), (108, b"30"), (553, b"me"), (554, PASSWORD), (925, PASSWORD)]
    writer.write(encode("FIX.4.4", "A", head, [*body, (95, b"15"), (96, PASSWORD)]))
    assert await asyncio.wait_for(reader.read(), 5) == b""
    writer.close()
    await acceptor.close()
    assert any("for nobody here" in note for note in notes)
    assert PASSWORD.decode() not in "".join(notes)
    for note in notes:
        venue._note(note)
    assert all(c.isprintable() or c == "\n" for c in capsys.readouterr().err)
