"""The real library of this Python, connected to a gateway of its own, with raw taps."""

import asyncio
import importlib
import importlib.util
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.connectors.ib.gateway import Gateway

LIBRARY = next((name for name in ("ib_insync", "ib_async") if importlib.util.find_spec(name)), "")
"""Never both: their event kits own the same import name."""
PATIENCE = 10.0
TAPS = (
    *("openOrder", "orderStatus", "execDetails", "commissionReport", "completedOrder", "error"),
    *("position", "updateMktDepth", "updateMktDepthL2", "nextValidId", "managedAccounts"),
    *("marketDataType", "tickReqParams", "priceSizeTick"),
)


async def until(condition: Callable[[], Any]) -> Any:
    """Wait for something to become true and return it. AssertionError when it does not."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + PATIENCE
    while not (value := condition()):
        assert loop.time() < deadline, "waited in vain"
        await asyncio.sleep(0.002)
    return value


class Client:
    """A library's IB object and all that its wrapper was told, in order."""

    def __init__(self, client_id: int = 1) -> None:
        self.lib = importlib.import_module(LIBRARY)
        self.ib = self.lib.IB()
        self.client_id = client_id
        self.heard: list[tuple[str, tuple[Any, ...]]] = []
        for name in TAPS:
            self._tap(name)

    def _tap(self, name: str) -> None:
        original = getattr(self.ib.wrapper, name)

        def tapped(*arguments: Any) -> Any:
            self.heard.append((name, arguments))
            return original(*arguments)

        setattr(self.ib.wrapper, name, tapped)

    async def connect(self, gateway: Gateway, **options: Any) -> "Client":
        options = {"clientId": self.client_id, "timeout": PATIENCE} | options
        await self.ib.connectAsync("127.0.0.1", gateway.port, **options)
        return self

    def told(self, name: str) -> list[tuple[Any, ...]]:
        return [arguments for kind, arguments in self.heard if kind == name]

    @property
    def errors(self) -> list[tuple[int, int]]:
        """Ids and codes, without what TWS says of its own connections."""
        return [(said[0], said[1]) for said in self.told("error") if not 2100 < said[1] < 2200]

    async def stock(self, symbol: str = "AAPL", exchange: str = "SMART") -> Any:
        (contract,) = await self.ib.qualifyContractsAsync(self.lib.Stock(symbol, exchange, "USD"))
        return contract

    def order(self, ref: str, action: str = "BUY", quantity: float = 100, **terms: Any) -> Any:
        """A limit order at 190.12 unless the terms say otherwise."""
        said = {"orderType": "LMT", "lmtPrice": 190.12, "tif": "DAY", "orderRef": ref} | terms
        if said["orderType"] in ("MKT", "MOC", "STP", "TRAIL", "MIT"):
            said.pop("lmtPrice")
        return self.lib.Order(action=action, totalQuantity=quantity, **said)

    async def place(self, ref: str, **terms: Any) -> Any:
        """Place an order in AAPL and wait until it is acknowledged."""
        trade = self.ib.placeOrder(await self.stock(), self.order(ref, **terms))
        await until(lambda: trade.orderStatus.status in ("Submitted", "PreSubmitted"))
        return trade


@asynccontextmanager
async def connected(gateway: Gateway, client_id: int = 1, **options: Any) -> AsyncIterator[Client]:
    """A client for the time of a block."""
    client = await Client(client_id).connect(gateway, **options)
    try:
        yield client
    finally:
        client.ib.disconnect()


@pytest.fixture(autouse=True)
def _every_message_is_read(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A library that cannot read a message only logs it: here that is a failure."""
    yield
    said = caplog.get_records("call")
    unread = [record.getMessage() for record in said if "Decoder" in record.name]
    assert unread == []


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway() as one:
        yield one
        assert one.bad == []
