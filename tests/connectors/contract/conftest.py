"""Every venue that there is, behind the one interface of the contract."""

import re
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest

from engine.domain.requests import CancelRequest, NewOrderRequest, ReplaceRequest
from engine.values import Instruction, OrderType, Price, Quantity, TimeInForce
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
    "FIX 4.4 in pieces": lambda: FixEnd("FIX.4.4", splits=True),
    "IB over a socket": IbEnd,
}
R = TypeVar("R")


@pytest.fixture(params=ENDS, ids=lambda name: re.sub(r"\W+", "_", name))
def end(request: pytest.FixtureRequest) -> Iterator[FarEnd]:
    far_end = ENDS[request.param]()
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
