"""Both ends of an engine's socket for tests: a desk that remembers, a server, and a terminal."""

import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec

from commands.bench_frames import frame
from engine.instruments import Instrument
from engine.ports import DeskAnswer, DeskRequest, FocusSymbol, LineAnswered, SendLine
from engine.runtime.terminals.attaching import Attached, attach
from engine.runtime.terminals.messages import Role, vocabulary
from engine.runtime.terminals.peer import listen_at
from engine.runtime.terminals.server import Facts, TerminalServer

FACTS = Facts(
    vocabulary=vocabulary(),
    version="0.0.0",
    process=os.getpid(),
    home="/home",
    since="2026-01-05T14:30:00+00:00",
    mode="PAPER",
    market="test",
    how={"--market": "sim"},
    is_read_only=False,
    keeps_running=False,
)


class RememberingDesk:
    """A `Served` that answers every line with yes."""

    def __init__(self) -> None:
        self.requests: list[DeskRequest] = []
        self.untils: list[int] = []
        self.focuses: dict[int, FocusSymbol] = {}
        self.frame = msgspec.msgpack.encode(frame(0))

    def send(self, request, reply=None, until=0) -> None:
        self.requests.append(request)
        self.untils.append(until)
        if isinstance(request, SendLine):
            reply(LineAnswered(request.ticket, True, "order 1 sent"))

    def look_at(self, terminal: int, focus: FocusSymbol | None) -> None:
        if focus is None:
            self.focuses.pop(terminal, None)
        else:
            self.focuses[terminal] = focus

    def instruments(self) -> dict[str, Instrument]:
        return {"S000": Instrument("S000")}


class House:
    """A server in a thread of its own over a desk that remembers."""

    def __init__(self, folder: Path, **options) -> None:
        self.path = folder / "engine.sock"
        self.desk = RememberingDesk()
        facts = options.pop("facts", FACTS)
        self.server = TerminalServer(listen_at(self.path), **options)
        self.server.seat(self.desk, facts)
        self._is_open = True
        self._connections: list[socket.socket] = []
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self) -> None:
        while self._is_open and not self.server.is_over:
            self.server.turn(0.02)

    def close(self) -> None:
        """Everything at once, as when the process dies; harmless when it is done already."""
        if not self._is_open:
            return
        self._is_open = False
        self.server.wake()
        self.thread.join(10)
        self.server.close()
        for connection in self._connections:
            connection.close()

    def attach(self, role: Role = Role.TERMINAL, **options) -> Attached:
        attached = attach(self.path, role, seconds=10, **options)
        self._connections.append(attached.connection)
        return attached

    def raw(self) -> socket.socket:
        """A connection that has not said anything yet."""
        connection = socket.socket(socket.AF_UNIX)
        self._connections.append(connection)
        connection.settimeout(10)
        connection.connect(str(self.path))
        return connection

    def tell(self, answer: DeskAnswer) -> None:
        self.server.tell(answer)


@contextlib.contextmanager
def house(folder: Path, **options) -> Iterator[House]:
    one = House(folder, **options)
    try:
        yield one
    finally:
        one.close()
