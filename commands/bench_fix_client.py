"""A client of `trader venue` for its benchmark: a bare socket that costs as little as it can."""

import re
import select
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from commands.bench_halt import ROOT
from connectors.fix.acceptor import now
from connectors.fix.frames import Framer
from connectors.fix.message import Field, Message, encode
from connectors.fix.stamps import format_stamp
from connectors.fix.tags import Tag, Type
from engine.errors import MachineError

VERSION, CLIENT, VENUE = "FIX.4.4", "DESK", "VENUE"
HEARTBEAT = b"3600"
PATIENCE_SECONDS = 60.0
READ_BYTES = 1 << 18


_WHOLE = re.compile(rb"\x0110=\d{3}\x01$")
"""How what was heard ends when it does not end within a message."""


class VenueProcess:
    """`trader venue` as a person starts it, with its books in a folder of its own."""

    def __init__(self, home: Path) -> None:
        """Raises MachineError where it does not listen."""
        command = [sys.executable, str(ROOT / "trader.py"), "--home", str(home), "venue"]
        self._process = subprocess.Popen(
            [*command, "--port", "0"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None, "it was asked for"
        said = self._process.stdout.readline()
        if "127.0.0.1:" not in said:
            self.close()
            raise MachineError(f"trader venue did not listen: {said.strip() or 'it said nothing'}")
        self.port = int(said.partition("127.0.0.1:")[2].split()[0])

    def cpu_seconds(self) -> float:
        """What it has used of a processor; 0 where the system does not tell (no /proc)."""
        try:
            told = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii")
        except OSError:
            return 0.0
        user, system = told.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / _TICKS_PER_SECOND

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(PATIENCE_SECONDS)
        if self._process.stdout is not None:
            self._process.stdout.close()


_TICKS_PER_SECOND = 100
"""Of /proc on Linux (`getconf CLK_TCK`)."""


class Client:
    """One session. What it heard is kept as bytes; `messages` reads it afterwards."""

    def __init__(self, port: int) -> None:
        """Logs on. Raises MachineError where nobody answers."""
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._next = 1
        self.heard = bytearray()
        self.tell(self.written(Type.LOGON, [(98, b"0"), (108, HEARTBEAT), (141, b"Y")]))
        self.hear(Type.LOGON, 1)

    def written(self, type: str, body: Sequence[Field]) -> bytes:
        """One message with the next number."""
        head = [
            (Tag.MSG_SEQ_NUM, b"%d" % self._next),
            (Tag.SENDER_COMP_ID, CLIENT.encode()),
            (Tag.SENDING_TIME, format_stamp(now().utc)),
            (Tag.TARGET_COMP_ID, VENUE.encode()),
        ]
        self._next += 1
        return encode(VERSION, type, head, body)

    def tell(self, data: bytes) -> None:
        self._socket.setblocking(True)
        self._socket.sendall(data)

    def read_within(self, seconds: float) -> bytes:
        """What comes before so much time has passed; empty where nothing does.

        Raises MachineError where the venue hung up.
        """
        # A timeout of the socket's own is rounded up to milliseconds; this one is not.
        if not select.select([self._socket], [], [], max(seconds, 0.0))[0]:
            return b""
        chunk = self._socket.recv(READ_BYTES)
        if not chunk:
            raise MachineError("the venue hung up in the middle of its benchmark")
        self.heard += chunk
        return chunk

    def hear(self, type: str, count: int) -> None:
        """Until so many messages of that type have come since the last were taken."""
        self._socket.settimeout(PATIENCE_SECONDS)
        mark = _mark(type)
        while self.heard.count(mark) < count or not _WHOLE.search(self.heard, len(self.heard) - 8):
            chunk = self._socket.recv(READ_BYTES)
            if not chunk:
                raise MachineError("the venue hung up")
            self.heard += chunk

    def exchange(self, data: bytes, type: str, count: int) -> float:
        """Sends all of it and reads meanwhile; seconds until so many answers have come."""
        mark, seen, sent, began = _mark(type), 0, 0, time.perf_counter()
        view, tail = memoryview(data), b""
        with selectors.DefaultSelector() as ready:
            self._socket.setblocking(False)
            ready.register(self._socket, selectors.EVENT_READ | selectors.EVENT_WRITE)
            while seen < count:
                for _, event in ready.select(PATIENCE_SECONDS) or self._gone_quiet():
                    if event & selectors.EVENT_READ:
                        chunk = self.read_within(0)
                        seen += (tail + chunk).count(mark) - tail.count(mark)
                        tail = chunk[-len(mark) :]
                    if event & selectors.EVENT_WRITE:
                        sent += self._socket.send(view[sent : sent + READ_BYTES])
                        if sent == len(data):
                            ready.modify(self._socket, selectors.EVENT_READ)
        self.hear(type, count)
        return time.perf_counter() - began

    def _gone_quiet(self) -> list[tuple[selectors.SelectorKey, int]]:
        raise MachineError(f"the venue said nothing for {PATIENCE_SECONDS:.0f} s")

    def messages(self) -> list[Message]:
        """What was heard since the last call."""
        data, self.heard = bytes(self.heard), bytearray()
        return [found for found in Framer().feed(data) if isinstance(found, Message)]

    def close(self) -> None:
        self._socket.close()


def _mark(type: str) -> bytes:
    return b"\x0135=%b\x01" % type.encode()
