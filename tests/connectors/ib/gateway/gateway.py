"""A gateway in a thread of its own, and the controls that a synchronous test has over it."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import Any, Self, TypeVar

from tests.connectors.ib.gateway.house import House
from tests.connectors.ib.gateway.hub import GatewayHub
from tests.connectors.ib.gateway.link_controls import LinkControls
from tests.connectors.ib.gateway.market_controls import MarketControls
from tests.connectors.ib.gateway.order_controls import OrderControls
from tests.connectors.ib.gateway.pace import Watch
from tests.connectors.ib.gateway.session import Session

T = TypeVar("T")
PATIENCE = 10.0


class Gateway(OrderControls, MarketControls, LinkControls):
    """`with Gateway(accounts=("DU1",)) as gateway: gateway.port`; keywords are fields of House."""

    def __init__(self, *, port: int = 0, **ways: Any) -> None:
        watch = Watch()
        self.hub = GatewayHub(House(**ways), watch.lag)
        self.port = port
        self._loop = asyncio.SelectorEventLoop(watch)
        self._loop.set_exception_handler(self.hub.broke)
        self._thread = threading.Thread(target=self._run, name="ib-gateway", daemon=True)
        self._server: asyncio.Server | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        self.listen()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._await(self._shut)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    async def _shut(self) -> None:
        await self._stop_listening()
        for session in list(self.hub.sessions):
            session.hang_up()
        await asyncio.sleep(0)

    # ── over the thread's border ───────────────────────────────────────────────────────────────

    def do(self, act: Callable[..., T], *arguments: Any, **named: Any) -> T:
        """Run in the gateway's thread and return what came of it, or raise what it raised."""
        if threading.current_thread() is self._thread:
            return act(*arguments, **named)
        answer: Future[T] = Future()

        def run() -> None:
            try:
                answer.set_result(act(*arguments, **named))
            except Exception as error:
                answer.set_exception(error)

        self._loop.call_soon_threadsafe(run)
        return answer.result(PATIENCE)

    def _await(self, act: Callable[[], Any]) -> None:
        asyncio.run_coroutine_threadsafe(act(), self._loop).result(PATIENCE)

    # ── listening ──────────────────────────────────────────────────────────────────────────────

    def listen(self) -> None:
        """Take connections, on the same port as before if there was one."""
        self._await(self._listen)

    def stop_listening(self) -> None:
        """New connections are refused (what clients call 502); those that are there stay."""
        self._await(self._stop_listening)

    async def _listen(self) -> None:
        if self._server is not None:
            return
        self._server = await self._loop.create_server(
            lambda: Session(self.hub), "127.0.0.1", self.port
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop_listening(self) -> None:
        if self._server is not None:
            # A connection that was taken in this very moment has to be the server's before it
            # closes: asyncio would lose it open, and its client would wait for an answer.
            for listening in self._server.sockets:
                self._loop.remove_reader(listening.fileno())
            for _ in range(3):
                await asyncio.sleep(0)
            self._server.close()
            self._server = None

    def set(self, **ways: Any) -> None:
        """Change fields of House while it runs. AttributeError for one that it has not."""
        for name in ways:
            if not hasattr(self.hub.house, name):
                raise AttributeError(f"House has no {name!r}")
        self.do(lambda: [setattr(self.hub.house, *item) for item in ways.items()])
        self.do(self.hub.broker.open_books)

    @property
    def house(self) -> House:
        return self.hub.house
