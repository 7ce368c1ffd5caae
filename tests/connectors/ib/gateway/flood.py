"""Many ticks a second at low cost: frames made beforehand, one write each hundredth of a second."""

import asyncio
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import cycle
from typing import Any

from tests.connectors.ib.gateway import quote_requests
from tests.connectors.ib.gateway.hub import GatewayHub
from tests.connectors.ib.gateway.session import Session

PERIOD = 0.01
FRAMES_OF_A_LINE = 100
CENT = Decimal("0.01")
START = Decimal("190.00")


class Flood:
    """Ticks over the lines that are open when it begins, in turn; bid and ask by turns.

    No two ticks of a line that follow each other say the same, so that a library which suppresses
    unchanged values delivers all of them.
    """

    def __init__(self, do: Callable[..., Any], hub: GatewayHub, rate: int) -> None:
        self._do = do
        self._loop = asyncio.get_running_loop()
        self._rate = rate
        self._streams = list(_streams(hub))
        if not self._streams:
            raise ValueError("no market data line is open")
        self._turn = cycle(range(len(self._streams)))
        self._began = self._loop.time()
        self._sent = 0
        self._timer: asyncio.TimerHandle | None = None
        self._send()

    @property
    def sent(self) -> int:
        """How many ticks have been written."""
        return self._sent

    def stop(self) -> int:
        """End it; returns how many ticks were written in all."""

        def act() -> int:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
            return self._sent

        count: int = self._do(act)
        return count

    def _send(self) -> None:
        due = int((self._loop.time() - self._began) * self._rate) - self._sent
        chunks: dict[Session, list[bytes]] = {}
        for _ in range(due):
            session, frames = self._streams[next(self._turn)]
            chunks.setdefault(session, []).append(next(frames))
        for session, frames_due in chunks.items():
            session.push(b"".join(frames_due))
        self._sent += due
        self._timer = self._loop.call_later(PERIOD, self._send)


def _streams(hub: GatewayHub) -> Iterator[tuple[Session, Iterator[bytes]]]:
    for session in hub.sessions:
        for line in quote_requests.lines(session).values():
            yield session, cycle(_frames(line.request_id))


def _frames(request_id: int) -> list[bytes]:
    """Bids and asks that rise a cent at a time and begin again."""
    made = []
    for step in range(FRAMES_OF_A_LINE):
        tick = 1 + step % 2
        price = START + CENT * (step // 2 + 2 * (tick == 2))
        made.append(quote_requests.price_frame(request_id, tick, price, 100 + step))
    return made
