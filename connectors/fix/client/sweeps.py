"""Mass cancels (q) where one takes back everything that stands, and what is done where one did not.

What a mass report (r) says is believed of no order: each has to be told by a report of its own, and
is cancelled by itself where none comes. So a venue that promises and does nothing costs half a
second, and one that takes no mass cancel a round trip, once.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec

from connectors.fix.client.roll import Roll, Standing
from connectors.fix.message import Message
from connectors.fix.tags import Tag
from engine.domain.requests import CancelRequest, NewOrderRequest, ReplaceRequest, Request
from engine.values import NANOS_PER_SECOND, Nanos

ORDERS_MIN = 2
"""Cancels that one message stands for."""
ANSWER_WAIT = Nanos(NANOS_PER_SECOND)
EVIDENCE_WAIT = Nanos(NANOS_PER_SECOND // 2)
"""So long the reports of single orders may come behind the mass report."""
REFUSED, NOT_SUPPORTED = b"0", b"0"
"""MassCancelResponse (531), MassCancelRejectReason (532)."""


class Sweep(msgspec.Struct):
    """One mass cancel, and the orders that it is to take back."""

    symbol: str
    """Empty: of every symbol."""
    orders: list[Standing]
    id: str = ""
    due_at: Nanos = Nanos(0)
    """By the monotonic clock: when what still stands is cancelled by itself."""


class Plan(NamedTuple):
    """Requests of one release, by their place in it."""

    leads: dict[int, Sweep]
    """In place of this one's cancel a mass cancel leaves."""
    follows: frozenset[int]
    """What these ask is in a mass cancel."""


NO_PLAN = Plan({}, frozenset())


class Sweeps:
    """Those of one connection; with it they end, for the desk repeats what has no answer."""

    def __init__(self, roll: Roll, note: Callable[[str], None], *, is_allowed: bool) -> None:
        """`is_allowed`: a person lets them be used, and this version of FIX has them."""
        self._roll, self._note = roll, note
        self._is_allowed = is_allowed
        self._open: dict[str, Sweep] = {}

    def plan(self, requests: Sequence[Request]) -> Plan:
        """Only where everything that is known to stand there, or in a symbol, is to go: a mass
        cancel takes whatever it finds."""
        if not self._is_allowed or any(
            isinstance(each, NewOrderRequest | ReplaceRequest) for each in requests
        ):
            return NO_PLAN
        wanted: dict[str, dict[int, Standing]] = {}
        for at, request in enumerate(requests):
            if not isinstance(request, CancelRequest):
                continue
            order = self._roll.get(request.client_order_id)
            if order is not None and not order.is_done:
                wanted.setdefault(order.symbol, {})[at] = order
        standing: dict[str, set[int]] = {}
        for order in self._roll.open():
            standing.setdefault(order.symbol, set()).add(id(order))
        whole = {s: w for s, w in wanted.items() if {id(o) for o in w.values()} == standing[s]}
        if whole.keys() == standing.keys():
            return _plan([("", {at: o for w in whole.values() for at, o in w.items()})])
        return _plan(list(whole.items()))

    def begins(self, sweep: Sweep, id: str, now: Nanos) -> None:
        """It leaves under that id."""
        sweep.id, sweep.due_at = id, Nanos(now + ANSWER_WAIT)
        for order in sweep.orders:
            order.is_swept = True
        self._open[id] = sweep

    def heard(self, message: Message, now: Nanos) -> None:
        """A mass report (r)."""
        sweep = self._open.get(message.text(Tag.CL_ORD_ID))
        text = message.text(Tag.TEXT)
        if message.get(Tag.MASS_CANCEL_RESPONSE) == REFUSED:
            for_good = message.get(Tag.MASS_CANCEL_REJECT_REASON) == NOT_SUPPORTED
            self.refused(message.text(Tag.CL_ORD_ID), text, for_good=for_good)
        elif sweep is not None:
            sweep.due_at = min(sweep.due_at, Nanos(now + EVIDENCE_WAIT))
            if text:
                self._note(f"the venue says: {text}")

    def has(self, id: str) -> bool:
        return id in self._open

    def refused(self, id: str, text: str, *, for_good: bool) -> None:
        """What it was for is cancelled one by one, now; `for_good`: and so is all that follows."""
        self._is_allowed &= not for_good
        sweep = self._open.get(id)
        if sweep is not None:
            sweep.due_at = Nanos(0)
            self._note(
                f"the venue takes no mass cancel ({text or 'it does not say why'}):"
                " orders are cancelled one by one"
            )

    def late(self, now: Nanos) -> list[Standing]:
        """What still stands of mass cancels whose time is over: each is to be cancelled by itself,
        under a name of its own."""
        left: list[Standing] = []
        for id, sweep in list(self._open.items()):
            standing = [order for order in sweep.orders if not order.is_done]
            if not standing:
                del self._open[id]
            elif now >= sweep.due_at:
                del self._open[id]
                left += standing
        return left

    def forget(self) -> None:
        """The connection is gone."""
        self._open.clear()


def _plan(groups: list[tuple[str, dict[int, Standing]]]) -> Plan:
    leads: dict[int, Sweep] = {}
    follows: set[int] = set()
    for symbol, orders in groups:
        if len(orders) >= ORDERS_MIN:
            first = min(orders)
            leads[first] = Sweep(symbol, list(orders.values()))
            follows |= orders.keys() - {first}
    return Plan(leads, frozenset(follows))
