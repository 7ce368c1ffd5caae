"""A paper venue over a market in which nothing happens but what a test makes happen."""

from collections.abc import Sequence
from typing import Any
from zipfile import ZipFile

import pytest

from connectors.feeds.flow import FlowSink
from connectors.feeds.lobster_file import open_recording
from connectors.paper.orders import RestingOrder
from connectors.paper.venue import PaperVenue
from engine.domain.quotes import Phase, Source
from engine.domain.reports import Report, VenueOrderWaited
from engine.domain.requests import (
    CancelRequest,
    NewOrderRequest,
    ReplaceRequest,
    Request,
    StatusRequest,
)
from engine.exchange.messages import CancelOrder, NewOrder
from engine.instruments import Instrument
from engine.values import (
    NANOS_PER_SECOND,
    Instruction,
    Nanos,
    OrderType,
    Price,
    Quantity,
    Side,
    TimeInForce,
    Trigger,
)

GOOG = "lobster/LOBSTER_SampleFile_GOOG_2012-06-21_10.zip"
OPENS_AT = Nanos(1_767_623_400 * NANOS_PER_SECOND)


class QuietFlow:
    """One symbol, in continuous trading until CLOSES_AFTER; steps only close the day."""

    source = Source.SYNTHETIC
    description = "quiet"
    note = ""
    trade_date = 20260105

    def __init__(self, *, phase: Phase = Phase.OPEN, closes_after: int = 3_600) -> None:
        self.instruments = (Instrument("AAPL"), Instrument("MSFT", lot_size=Quantity(10)))
        self._phase = phase
        self._closes_at: Nanos | None = Nanos(OPENS_AT + closes_after * NANOS_PER_SECOND)

    def open(self, sink: FlowSink, cursor: bytes) -> Nanos:
        sink.entered_phase("*", self._phase)
        return OPENS_AT

    def next_at(self) -> Nanos | None:
        return self._closes_at

    def step(self, sink: FlowSink) -> None:
        self._closes_at = None
        sink.entered_phase("*", Phase.CLOSED)

    def cursor(self) -> bytes:
        return b"quiet"


def without_waits(reports: Sequence[Report]) -> list[Report]:
    """What happened, without how it was waited for."""
    return [report for report in reports if not isinstance(report, VenueOrderWaited)]


class Practice:
    """The venue from the desk's side (`send`) and from everybody else's (`other`)."""

    def __init__(self, **options: Any) -> None:
        phase = options.pop("phase", Phase.OPEN)
        self.venue = PaperVenue(QuietFlow(phase=phase), **options)
        self.venue.collect()
        self.waits: list[VenueOrderWaited] = []
        self._others = 0

    def send(self, *requests: Request) -> list[Report]:
        self.venue.release(requests, self.venue.stage(requests))
        return self.heard()

    def other(self, side: Side, quantity: int, price: int, symbol: str = "AAPL") -> int:
        """A limit order of somebody else; what it does to own orders waits in `heard`."""
        self._others += 1
        order = NewOrder(
            self._others, symbol, side, OrderType.LIMIT, Quantity(quantity), Price(price)
        )
        self.venue.submit([order])
        return self._others

    def other_cancels(self, order_id: int) -> None:
        self.venue.submit([CancelOrder(order_id, "AAPL")])

    def heard(self) -> list[Report]:
        """What happened; how orders waited is added to `waits`."""
        reports = self.venue.collect()
        self.waits += [report for report in reports if isinstance(report, VenueOrderWaited)]
        return without_waits(reports)

    def place(self, client_order_id: str) -> int:
        return self.venue.queue_ahead(client_order_id)


def new_order(
    client_order_id: str,
    instruction: Instruction,
    quantity: int,
    price: int = 0,
    *,
    kind: OrderType = OrderType.LIMIT,
    lives: TimeInForce = TimeInForce.DAY,
    stop: int = 0,
    trigger: Trigger = Trigger.LAST,
    post_only: bool = False,
    symbol: str = "AAPL",
) -> NewOrderRequest:
    return NewOrderRequest(
        client_order_id,
        "PAPER",
        symbol,
        instruction,
        Quantity(quantity),
        kind,
        lives,
        Price(price),
        Price(stop),
        trigger,
        post_only,
    )


class Asks:
    """The desk's requests in a test's words."""

    new = staticmethod(new_order)
    cancel = staticmethod(CancelRequest)
    status = staticmethod(StatusRequest)

    @staticmethod
    def buy(client_order_id: str, quantity: int, price: int = 0, **more: Any) -> NewOrderRequest:
        return new_order(client_order_id, Instruction.BUY, quantity, price, **more)

    @staticmethod
    def sell(client_order_id: str, quantity: int, price: int = 0, **more: Any) -> NewOrderRequest:
        return new_order(client_order_id, Instruction.SELL, quantity, price, **more)

    @staticmethod
    def replace(old: str, new: str, price: int, quantity: int) -> ReplaceRequest:
        return ReplaceRequest(old, new, Price(price), Quantity(quantity))

    @staticmethod
    def resting(client_order_id: str, quantity: int, price: int, **more: Any) -> RestingOrder:
        filled = more.pop("cumulative", 0)
        return RestingOrder(
            client_order_id,
            more.pop("symbol", "AAPL"),
            more.pop("instruction", Instruction.BUY),
            more.pop("type", OrderType.LIMIT),
            Price(price),
            Price(more.pop("stop", 0)),
            Trigger.LAST,
            Quantity(quantity),
            Quantity(quantity + filled),
            Quantity(filled),
            **more,
        )


@pytest.fixture
def practice() -> Practice:
    return Practice()


@pytest.fixture(scope="session")
def make_practice() -> type[Practice]:
    """For venues with other options than the usual ones."""
    return Practice


@pytest.fixture
def quiet_flow() -> type[QuietFlow]:
    """The market itself, to be opened with orders of its own."""
    return QuietFlow


@pytest.fixture(scope="session")
def asks() -> type[Asks]:
    return Asks


@pytest.fixture
def words_of() -> Any:
    """The kinds of some reports, in order."""

    def kinds(reports: Sequence[Report]) -> list[str]:
        return [type(report).__name__.removeprefix("Venue").lower() for report in reports]

    return kinds


@pytest.fixture(scope="session")
def morning(market_data, tmp_path_factory):
    """The recording up to 09:45, as a zip of its own: read in a tenth of the time."""
    path = tmp_path_factory.mktemp("goog") / "morning.zip"
    with ZipFile(market_data / GOOG) as day, ZipFile(path, "w") as cut:
        texts = {name: day.read(name).splitlines(True) for name in day.namelist() if "csv" in name}
        messages = next(lines for name, lines in texts.items() if "message" in name)
        count = sum(1 for line in messages if int(line.split(b".")[0]) < 35_100)
        for name, lines in texts.items():
            cut.writestr(name, b"".join(lines[:count]))
    return path


@pytest.fixture(scope="session")
def morning_recording(morning):
    return open_recording(morning)
