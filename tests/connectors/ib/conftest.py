"""A desk at a gateway of the tests, for whatever is tried with both."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.connectors.contract.ib_end import IbEnd

Desk = Callable[..., IbEnd]


@pytest.fixture
def desk() -> Iterator[Desk]:
    """Makes one; at the end no reference has two orders at any of them."""
    made: list[IbEnd] = []

    def make(**ways: Any) -> IbEnd:
        made.append(IbEnd(**ways))
        return made[-1]

    yield make
    for end in made:
        refs = {order.ref for order in end.gateway.broker.orders if order.ref}
        assert all(len(end.gateway.broker.of(ref)) == 1 for ref in refs), "an order was doubled"
        end.close()
