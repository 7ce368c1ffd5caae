"""The practice venue behind a real socket, in a thread, for tests that play both ends of a line."""

import asyncio
import ssl
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from connectors.feeds.flow import Flow
from connectors.fix.practice.desk import Desk
from connectors.fix.practice.rules import OPEN_HOUSE, HouseRules
from connectors.fix.practice.server import PracticeVenue
from tests.connectors.conftest import QuietFlow

T = TypeVar("T")
CLIENT = "DESK"
WAIT_SECONDS = 10.0


class House:
    """One venue process, as far as a desk can tell: it can be killed and opened again."""

    def __init__(
        self,
        path: Path,
        flow: Callable[[], Flow] = QuietFlow,
        *,
        port: int = 0,
        rules: HouseRules = OPEN_HOUSE,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.path = path
        self.port = port
        self.notes: list[str] = []
        self._flow, self._rules, self._tls = flow, rules, tls
        self.open()

    def open(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

        async def opened() -> int:
            self.practice = PracticeVenue(
                self._flow(),
                self.path,
                clients=(CLIENT,),
                note=self.notes.append,
                rules=self._rules,
            )
            return await self.practice.acceptor.listen("127.0.0.1", self.port, self._tls)

        self.port = self._await(opened())

    def do(self, act: Callable[[], T]) -> T:
        """In the venue's own thread; what comes of it leaves at once."""

        async def done() -> T:
            result = act()
            self.practice.floor._spread()
            self.practice.acceptor.settle()
            return result

        return self._await(done())

    def cut(self) -> None:
        """The line breaks; the venue and its orders stay."""
        self.do(lambda: self.practice.acceptor.cut(CLIENT))

    def kill(self) -> None:
        """As if the process had been killed: nobody says goodbye, what was committed stays."""

        async def die() -> None:
            acceptor = self.practice.acceptor
            if acceptor._ticking is not None:
                acceptor._ticking.cancel()
            for connection in list(acceptor._connections):
                connection._acceptor.left(connection)
                connection.session = None
                connection.abort()
            if acceptor._server is not None:
                acceptor._server.close()
            self.practice.ledger.close()

        self._await(die())
        self._end_loop()

    def close(self) -> None:
        async def closed() -> None:
            await self.practice.acceptor.close()
            self.practice.close()

        self._await(closed())
        self._end_loop()

    def desk(self, version: str) -> Desk:
        return self.practice.desks[f"{CLIENT}:{version}"]

    def numbers(self, version: str) -> tuple[int, int]:
        """(next_in, next_out) of the venue's side, with everything said that is to be said."""
        memory = self.practice.sessions[f"{CLIENT}:{version}"].memory
        return self.do(lambda: (memory.next_in, memory.next_out))

    def _await(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(WAIT_SECONDS)

    def _end_loop(self) -> None:
        time.sleep(0)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(WAIT_SECONDS)
        self._loop.close()
