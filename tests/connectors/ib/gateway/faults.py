"""Faults as data: what goes wrong with the nth message of a kind, in either direction.

A kind is the name of a callback (`openOrder`, `execDetails` …) for what the gateway says, or of a
request (`placeOrder`, `reqAllOpenOrders` …) for what it hears. Counting starts when the fault is
scripted, and counts only messages that the fault's `ref` (an orderRef, or empty for any) fits.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from tests.connectors.ib.gateway.wire import ANSWERS, REQUESTS

KINDS = frozenset(ANSWERS) | frozenset(REQUESTS.values())


class Act(Enum):
    """What is done to the message."""

    LOSE = auto()
    DELAY = auto()
    DUPLICATE = auto()
    HOLD_FOR = auto()
    CLOSE_BEFORE = auto()
    CLOSE_AFTER = auto()
    REFUSE = auto()
    SWALLOW = auto()


@dataclass
class Fault:
    """One rule; `seen` counts the messages that it fits."""

    kind: str
    act: Act
    nth: int = 1
    times: int = 1
    ref: str = ""
    seconds: float = 0.0
    copies: int = 1
    other: str = ""
    code: int = 0
    text: str = ""
    json: str = ""
    seen: int = 0

    def __post_init__(self) -> None:
        for kind in filter(None, (self.kind, self.other)):
            if kind not in KINDS:
                raise ValueError(f"{kind!r} names no message of the protocol")

    @property
    def is_spent(self) -> bool:
        return self.seen >= self.nth + self.times - 1

    def strikes(self, kind: str, ref: str) -> bool:
        """Count a message; whether it is one of those to be spoilt."""
        if kind != self.kind or self.is_spent or (self.ref and ref != self.ref):
            return False
        self.seen += 1
        return self.seen >= self.nth


def lose(kind: str, *, nth: int = 1, times: int = 1, ref: str = "") -> Fault:
    """An answer never leaves; a request was never heard (lost before the broker took it)."""
    return Fault(kind, Act.LOSE, nth, times, ref)


def delay(kind: str, seconds: float, *, nth: int = 1, times: int = 1, ref: str = "") -> Fault:
    """The message is late; what follows it is not."""
    return Fault(kind, Act.DELAY, nth, times, ref, seconds=seconds)


def duplicate(kind: str, *, copies: int = 1, nth: int = 1, times: int = 1, ref: str = "") -> Fault:
    """The message comes `copies` times more."""
    return Fault(kind, Act.DUPLICATE, nth, times, ref, copies=copies)


def hold_for(kind: str, other: str, *, nth: int = 1, times: int = 1, ref: str = "") -> Fault:
    """An answer is said only after the next `other` was: two that change places."""
    return Fault(kind, Act.HOLD_FOR, nth, times, ref, other=other)


def close_before(kind: str, *, nth: int = 1, ref: str = "") -> Fault:
    """The socket dies in the place of the message: a request is not taken, an answer not sent."""
    return Fault(kind, Act.CLOSE_BEFORE, nth, 1, ref)


def close_after(kind: str, *, nth: int = 1, ref: str = "") -> Fault:
    """The socket dies after it: a request is taken, and none of its answers leaves."""
    return Fault(kind, Act.CLOSE_AFTER, nth, 1, ref)


def refuse(
    kind: str,
    code: int,
    text: str = "",
    *,
    nth: int = 1,
    times: int = 1,
    ref: str = "",
    json: str = "",
) -> Fault:
    """A request is not carried out but answered by an error on its id (504, 201, 110, 10147)."""
    return Fault(kind, Act.REFUSE, nth, times, ref, code=code, text=text, json=json)


def swallow(kind: str, *, nth: int = 1, times: int = 1, ref: str = "") -> Fault:
    """A request is carried out, and nothing of what it says at once leaves on this socket."""
    return Fault(kind, Act.SWALLOW, nth, times, ref)


class Script:
    """The faults that are still to come, in the order in which they were scripted."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self._hooks: list[tuple[Fault, Callable[[], Any]]] = []

    def add(self, *faults: Fault) -> None:
        self.faults += faults

    def when(self, kind: str, act: Callable[[], Any], nth: int) -> None:
        """Something to be done before the nth message of a kind, once."""
        self._hooks.append((Fault(kind, Act.DELAY, nth), act))

    def for_message(self, kind: str, ref: str) -> Fault | None:
        """The fault that strikes this message; every fault that fits it counts it."""
        for hook, act in list(self._hooks):
            if hook.strikes(kind, ref):
                self._hooks.remove((hook, act))
                act()
        if not self.faults:
            return None
        struck = [fault for fault in self.faults if fault.strikes(kind, ref)]
        self.faults = [fault for fault in self.faults if not fault.is_spent]
        return struck[0] if struck else None
