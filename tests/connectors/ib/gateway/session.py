"""One client's socket: handshake, requests in, answers out, each past the scripted faults."""

import asyncio
import traceback
from collections.abc import Callable
from datetime import datetime
from typing import Any, Protocol

from tests.connectors.ib.gateway.broker import Broker
from tests.connectors.ib.gateway.faults import Act, Fault, Script
from tests.connectors.ib.gateway.house import House
from tests.connectors.ib.gateway.market import Market
from tests.connectors.ib.gateway.pace import Pace
from tests.connectors.ib.gateway.wire import (
    ANSWERS,
    REQUESTS,
    VERSION_MIN,
    Fields,
    Frames,
    frame,
)

FAREWELL_SECONDS = 2.0
"""How long a client has to hang up in its turn."""
TOO_FAST_MAX = 3
"""The violation at which the server hangs up."""


class Hub(Protocol):
    """What a session needs of the gateway."""

    house: House
    broker: Broker
    market: Market
    script: Script
    sessions: list["Session"]
    paces: list[Pace]
    previews: int
    bad: list[str]
    lag: Callable[[], float]
    """How long ago, at most, what is being read now may have arrived; in seconds."""

    def handler(self, kind: str) -> "Handler": ...
    def left(self, session: "Session") -> None: ...


Handler = Callable[["Session", Fields], None]


class Session(asyncio.Protocol):
    """A connection; everything here runs in the gateway's own loop."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.house = hub.house
        self.client_id = -1
        self.version = 0
        self.hears = True
        self.speaks = True
        self.pace = Pace()
        self.subscriptions: dict[str, Any] = {}
        """What each family of messages keeps for this client, by a name of its own."""
        self._frames = Frames()
        self._greeted = False
        self._transport: asyncio.Transport | None = None
        self._leaving: asyncio.Transport | None = None
        self._held: list[tuple[str, bytes]] = []
        self._swallows = False

    # ── the socket ─────────────────────────────────────────────────────────────────────────────

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self.hub.sessions.append(self)
        self.hub.paces.append(self.pace)

    def connection_lost(self, exc: Exception | None) -> None:
        self.hub.left(self)

    def data_received(self, data: bytes) -> None:
        if self.house.silent or not self.hears or self._transport is None:
            return
        try:
            self._frames.feed(data)
            if not self._greeted:
                self._greeted = self._frames.skip(b"API\0")
            if self._greeted:
                for body in self._frames.take():
                    if self._transport is None or not self.hears:
                        return
                    self._take(body)
        except ValueError as error:
            # A client that speaks nonsense is what these tests are there to find.
            self.hub.bad.append(str(error))
            self.hang_up()
        except Exception:
            # A fault of this gateway must fail the test that met it, and say where it is.
            self.hub.bad.append(traceback.format_exc())
            self.hang_up()

    def hang_up(self) -> None:
        for transport in (self._transport, self._leaving):
            if transport is not None:
                transport.abort()
        self._transport = None

    def close(self) -> None:
        """Hang up once what was said has arrived: what the client still sends is read and dropped.

        A socket closed over unread data is reset, and a reset throws away what was on its way.
        """
        if self._transport is None:
            return
        self._leaving, self._transport = self._transport, None
        self._leaving.write_eof()
        asyncio.get_running_loop().call_later(FAREWELL_SECONDS, self._leaving.abort)

    @property
    def is_ready(self) -> bool:
        """Past the handshake, with a client id."""
        return self.client_id >= 0 and self._transport is not None

    # ── what comes in ──────────────────────────────────────────────────────────────────────────

    def _take(self, body: bytes) -> None:
        if not self.version:
            return self._greet(body.decode())
        fields = Fields(body)
        number = fields.integer()
        kind = REQUESTS.get(number)
        if kind is None:
            raise ValueError(f"request {number} is not one that this gateway knows")
        read_at, most = self.house.monotonic(), self.house.messages_max
        if self.pace.count(kind, read_at, self.hub.lag(), most) and self._too_fast():
            return None
        self._take_request(kind, fields, body)
        return None

    def _greet(self, wish: str) -> None:
        """`v157..176`, perhaps with options behind it."""
        low, _, high = wish.split(" ")[0].removeprefix("v").partition("..")
        version = min(int(high or low), self.house.server_version)
        if version < max(int(low), VERSION_MIN):
            raise ValueError(f"no version in common: {wish}")
        self.version = version
        now = datetime.fromtimestamp(self.house.clock()).strftime("%Y%m%d %H:%M:%S EST")
        self._write(frame(version, now))

    def _too_fast(self) -> bool:
        count = self.pace.violations
        text = (
            f"Max rate of messages per second has been exceeded:max={self.house.messages_max} "
            f"rec={self.house.messages_max + 1} ({count})"
        )
        self.error(-1, 100, text)
        if count < TOO_FAST_MAX:
            return False
        self.close()
        return True

    def _take_request(self, kind: str, fields: Fields, body: bytes) -> None:
        about, ref = _subject(kind, body)
        if kind == "cancelOrder" and (order := self.hub.broker.find(self.client_id, about)):
            ref = order.ref
        fault = self.hub.script.for_message(kind, ref)
        if fault is not None and self._spoil_request(fault, kind, about, body):
            return
        if self._transport is not None:
            self.hub.handler(kind)(self, fields)
        if fault is not None and fault.act is Act.CLOSE_AFTER:
            self.hang_up()
        self._swallows = False

    def _spoil_request(self, fault: Fault, kind: str, about: int, body: bytes) -> bool:
        """Whether the request goes no further now."""
        match fault.act:
            case Act.LOSE:
                return True
            case Act.CLOSE_BEFORE:
                self.hang_up()
                return True
            case Act.REFUSE:
                self.error(about, fault.code, fault.text or "Refused by the script", fault.json)
                return True
            case Act.DELAY:
                loop = asyncio.get_running_loop()
                loop.call_later(fault.seconds, self._take_late, kind, body)
                return True
            case Act.DUPLICATE:
                for _ in range(fault.copies):
                    self._take_late(kind, body)
                return False
            case Act.SWALLOW | Act.CLOSE_AFTER:
                self._swallows = True
                return False
            case Act.HOLD_FOR:
                raise ValueError("only what the gateway says can be held for something else")

    def _take_late(self, kind: str, body: bytes) -> None:
        fields = Fields(body)
        fields.integer()
        self.hub.handler(kind)(self, fields)

    # ── what goes out ──────────────────────────────────────────────────────────────────────────

    def say(self, kind: str, *fields: Any, ref: str = "") -> None:
        """One message; `ref` is the orderRef that it is about, for faults that name one."""
        if not self.is_ready or not self.speaks or self._swallows:
            return
        data = frame(ANSWERS[kind], *fields)
        fault = self.hub.script.for_message(kind, ref)
        due = [held for other, held in self._held if other == kind]
        self._held = [(other, held) for other, held in self._held if other != kind]
        if fault is None:
            self._write(data)
        else:
            self._spoil_answer(fault, data)
        for held in due:
            self._write(held)

    def error(self, about: int, code: int, text: str, json: str = "", ref: str = "") -> None:
        more = [json] if self.version >= 166 else []
        self.say("error", 2, about, code, text, *more, ref=ref)

    def push(self, data: bytes) -> None:
        """Frames that were made beforehand, past no fault: for a flood of quotes."""
        if self.is_ready and self.speaks:
            self._write(data)

    def _spoil_answer(self, fault: Fault, data: bytes) -> None:
        match fault.act:
            case Act.LOSE | Act.SWALLOW:
                pass
            case Act.DELAY:
                asyncio.get_running_loop().call_later(fault.seconds, self._write, data)
            case Act.DUPLICATE:
                self._write(data * (fault.copies + 1))
            case Act.HOLD_FOR:
                self._held.append((fault.other, data))
            case Act.CLOSE_BEFORE:
                self.hang_up()
            case Act.CLOSE_AFTER:
                self._write(data)
                self.close()
            case Act.REFUSE:
                raise ValueError("only a request can be refused")

    def _write(self, data: bytes) -> None:
        if self._transport is not None and self.speaks:
            self._transport.write(data)


REF_AT = 26
"""Where the orderRef stands in a placeOrder."""


def _subject(kind: str, body: bytes) -> tuple[int, str]:
    """The id that an error about the request carries, and the orderRef of a placeOrder."""
    texts = body.decode().split("\0")
    if kind == "placeOrder":
        return int(texts[1]), texts[REF_AT]
    if kind in VERSIONED:
        return (int(texts[2]), "") if kind in WITH_ID and texts[2] else (-1, "")
    return (int(texts[1]), "") if texts[1].lstrip("-").isdigit() else (-1, "")


VERSIONED = frozenset(
    {
        *("reqMktData", "cancelMktData", "cancelOrder", "reqOpenOrders", "reqAccountUpdates"),
        *("reqExecutions", "reqIds", "reqContractDetails", "reqMktDepth", "cancelMktDepth"),
        *("reqNewsBulletins", "cancelNewsBulletins", "setServerLogLevel", "reqAutoOpenOrders"),
        *("reqAllOpenOrders", "reqManagedAccts", "cancelHistoricalData", "reqCurrentTime"),
        *("reqRealTimeBars", "cancelRealTimeBars", "reqGlobalCancel", "reqMarketDataType"),
        *("reqPositions", "reqAccountSummary", "cancelAccountSummary", "cancelPositions"),
        *("startApi", "reqPositionsMulti", "cancelPositionsMulti", "reqAccountUpdatesMulti"),
        "cancelAccountUpdatesMulti",
    }
)
"""Requests whose second field is a version, by which an id comes third."""
WITH_ID = frozenset(
    {
        *("reqMktData", "cancelMktData", "cancelOrder", "reqExecutions", "reqContractDetails"),
        *("reqMktDepth", "cancelMktDepth", "cancelHistoricalData", "reqRealTimeBars"),
        *("cancelRealTimeBars", "reqAccountSummary", "cancelAccountSummary"),
        *("reqPositionsMulti", "cancelPositionsMulti", "reqAccountUpdatesMulti"),
        "cancelAccountUpdatesMulti",
    }
)
