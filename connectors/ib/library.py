"""The vendor's library, whichever of the two is there: its codec and its socket, nothing else.

Only `Client`, `Contract`, `Order`, `TagValue` and `ExecutionFilter` are used, which are alike in
both. Neither library's own picture of orders is looked at: both show live orders as cancelled.
"""

import asyncio
import importlib
import logging
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from types import ModuleType
from typing import Any, TypeVar

from engine.errors import MachineError

LIBRARIES = ("ib_insync", "ib_async")
NONE_THERE = (
    "no library for Interactive Brokers can be imported ({}): install this program anew with its"
    " dependencies, ib_insync below Python 3.14 and ib_async from there on"
)
VERSION_ASSUMED = 176
"""The protocol version in which requests are written before any gateway has named one."""


class Library:
    """One of the two, imported."""

    def __init__(self, module: ModuleType) -> None:
        self._module: Any = module
        self.name = module.__name__
        _hush(self.name)

    @classmethod
    def load(cls, name: str = "auto") -> "Library":
        """`auto`: the one that is there. Raises MachineError."""
        trouble = []
        for each in LIBRARIES if name == "auto" else (name,):
            try:
                return cls(_imported(each))
            except ImportError as error:
                trouble.append(str(error))
        raise MachineError(NONE_THERE.format("; ".join(trouble)))

    def client(self, wrapper: object) -> Any:
        """A socket client that hands what it decodes to `wrapper`; it paces nothing by itself."""
        client = self._module.Client(wrapper)
        client.MaxRequests = 0
        return client

    def contract(self, **fields: object) -> Any:
        return self._module.Contract(**fields)

    def order(self, **fields: object) -> Any:
        return self._module.Order(**fields)

    def tags(self, pairs: dict[str, str]) -> list[Any]:
        return [self._module.TagValue(tag, value) for tag, value in pairs.items()]

    def execution_filter(self) -> Any:
        return self._module.ExecutionFilter()


Made = TypeVar("Made")


def _imported(name: str) -> ModuleType:
    """The module, imported in a thread that has an event loop: the library asks for one of the
    thread while it is imported, and a thread in which asyncio has run has none any more."""

    if name in sys.modules:
        return sys.modules[name]
    return _with_a_loop(lambda: importlib.import_module(name))


def _with_a_loop(act: Callable[[], Made]) -> Made:
    """Something of the library is made in a thread of its own that has a loop: without one ib_async
    makes itself one, and drops it unclosed."""

    def make() -> Made:
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        try:
            return act()
        finally:
            asyncio.set_event_loop(None)
            loop.close()  # every connection has a loop of its own, in its own thread

    with ThreadPoolExecutor(1) as elsewhere:
        return elsewhere.submit(make).result()


class Scribe:
    """Writes requests as the text that will leave; sends nothing, the same request alike."""

    def __init__(self, library: Library) -> None:
        self.version = VERSION_ASSUMED
        """Of the protocol, as the gateway of the newest connection speaks it."""
        self._taken: list[str] = []
        self._client = _with_a_loop(lambda: library.client(None))
        self._client.isConnected = lambda: True
        self._client.serverVersion = lambda: self.version
        self._client.sendMsg = self._taken.append

    def write(self, request: str, *arguments: object) -> str:
        """`request`: a method of the library's client, such as `placeOrder`."""
        self._taken.clear()
        getattr(self._client, request)(*arguments)
        (text,) = self._taken
        return text


def decimal_of(scaled: int, digits: int) -> Decimal:
    """The shortest text of a number: 1901000 of four digits leaves as 190.1."""
    whole, part = divmod(abs(scaled), int(10**digits))
    tail = f"{part:0{digits}d}".rstrip("0") if digits else ""
    sign = "-" if scaled < 0 else ""
    return Decimal(f"{sign}{whole}.{tail}" if tail else f"{sign}{whole}")


class _Complaints(logging.Handler):
    """Errors that the library swallows while it decodes, told to whoever reads in that thread."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.listeners: dict[int, Callable[[str], None]] = {}

    def emit(self, record: logging.LogRecord) -> None:
        listener = self.listeners.get(threading.get_ident())
        if listener is not None:
            fault = record.exc_info[1] if record.exc_info else None
            listener(f"{type(fault).__name__}: {fault}" if fault else record.getMessage())


COMPLAINTS = _Complaints()


def _hush(name: str) -> None:
    """It would write over the screen; what it cannot decode is told to the desk instead."""
    for each in (name, "eventkit"):
        logger = logging.getLogger(each)
        logger.propagate = False
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())
    decoder = logging.getLogger(f"{name}.Decoder")
    if COMPLAINTS not in decoder.handlers:
        decoder.addHandler(COMPLAINTS)
