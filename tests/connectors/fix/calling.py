"""The simplest line for a session that calls: connects, reads, ticks, and calls again."""

import asyncio
from contextlib import suppress

from connectors.fix.acceptor import now
from connectors.fix.line import Closed, Noted, Outgoing, Output
from connectors.fix.message import Field
from connectors.fix.session import Session
from tests.connectors.chaos import ended

TICK_SECONDS = 0.02
AGAIN_SECONDS = 0.02


class Caller:
    """Calls until it is closed; what the session says leaves as it comes."""

    def __init__(self, session: Session, port: int) -> None:
        self.session = session
        self.port = port
        self.notes: list[str] = []
        self.outputs: list[Output] = []
        self.calls = 0
        self._writer: asyncio.StreamWriter | None = None
        self._is_over = self._is_closed = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.ensure_future(self._run())

    def say(self, type: str, body: list[Field]) -> None:
        self._act(self.session.send(type, body, now()))

    async def close(self) -> None:
        # Not cancelled: a wait that ends in the same moment would swallow that.
        self._is_closed = True
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        while not self._is_closed:
            with suppress(OSError):
                await self._call()
            self._act(self.session.disconnected(now(), "the line is gone"))
            await asyncio.sleep(AGAIN_SECONDS)

    async def _call(self) -> None:
        reader, self._writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.calls += 1
        self._is_over = False
        try:
            self._act(self.session.connect(now()))
            while not (self._is_over or self._is_closed):
                try:
                    data = await asyncio.wait_for(reader.read(4_096), TICK_SECONDS)
                except TimeoutError:
                    self._act(self.session.tick(now()))
                    continue
                if not data:
                    return
                self._act(self.session.receive(data, now()))
        finally:
            writer, self._writer = self._writer, None
            await ended(writer)

    def _act(self, outputs: list[Output]) -> None:
        self.outputs += outputs
        for output in outputs:
            if isinstance(output, Outgoing) and self._writer is not None:
                self._writer.write(output.data)
            elif isinstance(output, Noted):
                self.notes.append(output.text)
            elif isinstance(output, Closed):
                self._is_over = True
