"""The orders that a desk has beyond a line, by every name they had: a change brings a new one."""

from collections import deque
from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar

from engine.domain.requests import ReplaceRequest

DONE_KEPT_MAX = 20_000
"""Orders that are over and still have a name here: late fills, busts and corrections find them."""


class NamedOrder(Protocol):
    name: str
    """The newest that is in force."""
    names: tuple[str, ...]
    """Every one that it had or is to have."""
    change: ReplaceRequest | None
    """A change that has no answer yet."""
    is_done: bool


Known = TypeVar("Known", bound=NamedOrder)


class NamedOrders(Generic[Known]):
    """Open ones, and the newest of those that are over."""

    def __init__(self) -> None:
        self._by_name: dict[str, Known] = {}
        self._open: dict[int, Known] = {}
        self._done: deque[Known] = deque()

    def add(self, order: Known) -> None:
        self._open[id(order)] = order
        self._name(order, order.name)
        if order.change is not None:
            self._name(order, order.change.new_client_order_id)

    def get(self, name: str) -> Known | None:
        return self._by_name.get(name)

    def open(self) -> Iterator[Known]:
        """Each order that is not over, the oldest first."""
        yield from list(self._open.values())

    def done(self, order: Known) -> None:
        """It is over; its names are kept as long as there is room."""
        if order.is_done:
            return
        order.is_done = True
        self._open.pop(id(order), None)
        self._done.append(order)
        if len(self._done) > DONE_KEPT_MAX:
            self._forget(self._done.popleft())

    def _name(self, order: Known, name: str) -> None:
        if self._by_name.get(name) is not order:
            self._by_name[name] = order
            order.names = (*order.names, name)

    def _forget(self, order: Known) -> None:
        for name in order.names:
            if self._by_name.get(name) is order:
                del self._by_name[name]
