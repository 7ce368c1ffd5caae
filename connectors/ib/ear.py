"""Takes down what the library decodes, raw and in order; decides nothing and never raises.

It stands where the library's own wrapper would. What a gateway says of orders is kept to the last
word; market data is conflated by request, because only its newest is looked at.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, tzinfo
from typing import Any

import msgspec

from connectors.ib.exec_times import seconds_of

KEPT_MAX = 4_000_000
"""Callbacks that wait to be heard; beyond them this desk does not keep up, and the line is cut."""
EXECUTION = "11"
EXECUTION_TIME = 15
"""Message type of an execution, and which of its fields says when it was made."""
RAW_KEPT_MAX = 2_000
NOT_KEPT = frozenset({"1", "2", "12", "13", "17", "45", "46", "49", "99"})
"""Message types of market data, bars and the heartbeat: they would push out everything else."""

HEARD = (
    *("orderStatus", "openOrder", "openOrderEnd", "completedOrder", "completedOrdersEnd"),
    *("execDetails", "execDetailsEnd", "commissionReport", "error", "orderBound"),
    *("position", "positionEnd", "nextValidId", "managedAccounts", "currentTime"),
    *("updateAccountValue", "updatePortfolio", "updateAccountTime", "accountDownloadEnd"),
    *("contractDetails", "contractDetailsEnd", "marketRule", "marketDataType"),
    *("updateMktDepth", "updateMktDepthL2", "tickString", "symbolSamples"),
    *("pnl", "pnlSingle", "historicalData", "historicalDataEnd", "connectionClosed"),
    *("rerouteMktDataReq", "rerouteMktDepthReq", "tickByTickAllLast"),
)
"""Callbacks that are taken down; all others say nothing that this desk has asked for."""
SIZE_OF = {1: 0, 2: 3, 4: 5, 66: 69, 67: 70, 68: 71}
"""Kind of tick of a price → that of its size, which also comes by itself."""


class Heard(msgspec.Struct, frozen=True, gc=False):
    """One callback, by the name that IB gives it."""

    name: str
    arguments: tuple[Any, ...]


class Crossed(msgspec.Struct, frozen=True, gc=False):
    """One message as it crossed the line, and when; UTC nanoseconds."""

    at: int
    is_ours: bool
    fields: tuple[str, ...]


class Zone:
    """What both decoders ask for a zone of bare times; they never see one (see `reads`)."""

    TimezoneTWS = "UTC"


class Ear:
    """Called in the thread of the socket; `taken` and `ticks` by whoever listens."""

    ib = Zone()
    defaultTimezone = UTC  # noqa: N815 - the name that the decoder looks for

    def __init__(self, ring: Callable[[], None], bare_zone: tzinfo = UTC) -> None:
        """`ring`: something came that is not market data. `bare_zone`: see `exec_times`."""
        self._ring, self._bare_zone = ring, bare_zone
        self._heard: deque[Heard] = deque()
        self._ticks: dict[tuple[int, int], tuple[float, float]] = {}
        self._lock = threading.Lock()
        self.ticks_count = 0
        self.on_tick: Callable[[], None] = _nothing
        self.raw: deque[Crossed] = deque(maxlen=RAW_KEPT_MAX)
        self.on_error: Callable[[int, str], None] = lambda code, text: None
        """Called at once with every error: before the session stands nobody else listens."""
        for name in HEARD:
            setattr(self, name, self._takes(name))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return _nothing

    def _takes(self, name: str) -> Callable[..., None]:
        def take(*arguments: Any) -> None:
            if name == "error":
                self.on_error(arguments[1], arguments[2])
            self.take(Heard(name, arguments))

        return take

    def take(self, heard: Heard) -> None:
        self._heard.append(heard)
        self._ring()

    def priceSizeTick(self, request: int, kind: int, price: float, size: float) -> None:  # noqa: N802
        with self._lock:
            self._ticks[request, kind] = (price, -1.0)
            if kind in SIZE_OF:
                self._ticks[request, SIZE_OF[kind]] = (-1.0, size)
        self.ticks_count += 1
        self.on_tick()

    def tickSize(self, request: int, kind: int, size: float) -> None:  # noqa: N802
        with self._lock:
            self._ticks[request, kind] = (-1.0, size)
        self.ticks_count += 1
        self.on_tick()

    def tickGeneric(self, request: int, kind: int, value: float) -> None:  # noqa: N802
        with self._lock:
            self._ticks[request, kind] = (value, -1.0)
        self.ticks_count += 1
        self.on_tick()

    # Who listens.

    @property
    def is_overfull(self) -> bool:
        return len(self._heard) > KEPT_MAX

    def taken(self) -> list[Heard]:
        """Everything since the last call, in order."""
        found: list[Heard] = []
        while self._heard:
            found.append(self._heard.popleft())
        return found

    def ticks(self) -> dict[tuple[int, int], tuple[float, float]]:
        """(price, size) by (request, kind of tick), the newest since the last call; −1: unsaid."""
        if not self._ticks:
            return {}
        with self._lock:
            found, self._ticks = self._ticks, {}
        return found

    def reads(self, fields: list[str]) -> None:
        """Every message before it is decoded. The time of an execution becomes one that cannot
        fail: a zone that nobody knows would lose the trade."""
        kind = fields[0] if fields else ""
        if kind in NOT_KEPT:
            return
        self.raw.append(Crossed(time.time_ns(), False, tuple(fields)))
        if kind == EXECUTION and len(fields) > EXECUTION_TIME:
            text = fields[EXECUTION_TIME]
            found = seconds_of(text, self._bare_zone)
            if found is None or not found[1]:
                self.take(Heard("strangeTime", (text,)))
            fields[EXECUTION_TIME] = str(found[0]) if found is not None else "0000000000"


def _nothing(*arguments: object) -> None:
    """A callback that says nothing this desk has asked for."""
