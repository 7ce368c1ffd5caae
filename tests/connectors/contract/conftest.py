"""Every venue that there is, behind the one interface of the contract."""

import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest

from engine.domain.requests import CancelRequest, NewOrderRequest, ReplaceRequest
from engine.values import Instruction, OrderType, Price, Quantity, TimeInForce
from tests.connectors.chaos import Mood
from tests.connectors.contract.far_end import FarEnd
from tests.connectors.contract.fix_end import FixEnd
from tests.connectors.contract.ib_end import IbEnd
from tests.connectors.contract.paper_end import FaultyPaperEnd, PaperEnd

LIMIT = Price(1_901_000)
ENDS: dict[str, Callable[[], FarEnd]] = {
    "paper at once": PaperEnd,
    "paper over a line": lambda: PaperEnd(latency_ms=5),
    "paper over a bad line, 1": lambda: FaultyPaperEnd(seed=1),
    "paper over a bad line, 2": lambda: FaultyPaperEnd(seed=2),
    "paper over a bad line, 3": lambda: FaultyPaperEnd(seed=3),
    "FIX 4.2 over a socket": lambda: FixEnd("FIX.4.2"),
    "FIX 4.4 over a socket": lambda: FixEnd("FIX.4.4"),
    "FIX 5.0SP2 over a socket": lambda: FixEnd("FIX.5.0SP2"),
    "FIX 4.4 in pieces": lambda: FixEnd("FIX.4.4", Mood.PIECES),
    "IB over a socket": IbEnd,
}
ON_BAD_LINES: dict[str, Callable[[], FarEnd]] = {
    "FIX 4.2 byte by byte": lambda: FixEnd("FIX.4.2", Mood.SPLIT),
    "FIX 4.4 byte by byte": lambda: FixEnd("FIX.4.4", Mood.SPLIT),
    "FIX 5.0SP2 byte by byte": lambda: FixEnd("FIX.5.0SP2", Mood.SPLIT),
    "FIX 4.4 late": lambda: FixEnd("FIX.4.4", Mood.SLOW),
    "FIX 4.4 said twice": lambda: FixEnd("FIX.4.4", Mood.TWICE),
}
"""The same in the long tier: each piece waits for its moment."""
R = TypeVar("R")


def _name(name: str) -> str:
    return re.sub(r"\W+", "_", name)


@pytest.fixture(
    params=[
        *(pytest.param(name, id=_name(name)) for name in ENDS),
        *(pytest.param(name, id=_name(name), marks=pytest.mark.long) for name in ON_BAD_LINES),
    ]
)
def end(request: pytest.FixtureRequest) -> Iterator[FarEnd]:
    far_end = (ENDS | ON_BAD_LINES)[request.param]()
    yield far_end
    far_end.close()


def new(name: str, quantity: int = 100, price: int = LIMIT, **more: Any) -> NewOrderRequest:
    return NewOrderRequest(
        name,
        "PAPER",
        more.get("symbol", "AAPL"),
        Instruction.BUY,
        Quantity(quantity),
        OrderType.LIMIT,
        more.get("lives", TimeInForce.DAY),
        Price(price),
    )


def cancel(name: str) -> CancelRequest:
    return CancelRequest(name)


def replace(name: str, to: str, quantity: int, price: int = LIMIT) -> ReplaceRequest:
    return ReplaceRequest(name, to, Price(price), Quantity(quantity))


def only(told: list[Any], kind: type[R]) -> list[R]:
    """The different reports of one kind, in the order in which they were heard first."""
    found: list[R] = []
    for report in told:
        if isinstance(report, kind) and report not in found:
            found.append(report)
    return found
