"""The gateway without its thread: broker, market, script, sessions and who handles what."""

import asyncio
from collections.abc import Callable
from typing import Any

from tests.connectors.ib.gateway import (
    account_requests,
    depth_requests,
    history_requests,
    quote_requests,
    reference_requests,
    tick_requests,
    trading,
)
from tests.connectors.ib.gateway.broker import Broker
from tests.connectors.ib.gateway.faults import Script
from tests.connectors.ib.gateway.house import House
from tests.connectors.ib.gateway.listings import Reference
from tests.connectors.ib.gateway.market import Market
from tests.connectors.ib.gateway.notices import Charged, Notice
from tests.connectors.ib.gateway.pace import Pace
from tests.connectors.ib.gateway.session import Handler, Session

FAMILIES = (
    account_requests,
    depth_requests,
    history_requests,
    quote_requests,
    reference_requests,
    tick_requests,
    trading,
)
HANDLERS: dict[str, Handler] = {
    kind: handler for family in FAMILIES for kind, handler in family.HANDLERS.items()
}


class GatewayHub:
    """All of it runs in the gateway's loop; `Gateway` is the door for other threads."""

    def __init__(self, house: House, lag: Callable[[], float]) -> None:
        self.house = house
        self.lag = lag
        self.broker = Broker(house, Reference())
        self.broker.tell = self._tell
        self.market = Market()
        self.script = Script()
        self.sessions: list[Session] = []
        self.paces: list[Pace] = []
        """Of every session ever, the gone ones too."""
        self.previews = 0
        self.bad: list[str] = []
        """What clients said that the protocol does not allow; a test wants it empty."""

    def handler(self, kind: str) -> Handler:
        return HANDLERS[kind]

    def broke(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """The loop's door for what a timer or a transport raised: told to the test as well."""
        self.bad.append(f"{context['message']}: {context.get('exception')!r}")

    def left(self, session: Session) -> None:
        if session in self.sessions:
            self.sessions.remove(session)

    def _tell(self, notice: Notice) -> None:
        if isinstance(notice, Charged) and self.house.commission_delay:
            self.later(self.house.commission_delay, notice)
        else:
            trading.route(self.sessions, notice)

    def later(self, seconds: float, notice: Notice) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(seconds, trading.route, self.sessions, notice)
