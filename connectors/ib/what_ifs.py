"""What IB says an order would need and cost: asked with its own preview, which places nothing.

One question at a time, at most one a second, behind everything else that wants to leave. A preview
uses up an order id at IB, so it has one of ours, durable before it leaves.
"""

from collections.abc import Callable
from typing import Any

import msgspec
from msgspec.structs import replace

from connectors.ib.codes import Kind, kind_of
from connectors.ib.numbers import MONEY_DIGITS, is_number, scaled
from connectors.ib.reading import shown
from connectors.ib.store import Ids
from connectors.ib.turnstile import Lane, Leaving
from connectors.ib.writing import Order, Writer
from engine.domain.requests import NewOrderRequest
from engine.errors import MachineError
from engine.hosted import VenueEstimate
from engine.values import (
    NANOS_PER_SECOND,
    Instruction,
    Money,
    Nanos,
    OrderType,
    Quantity,
    TimeInForce,
)

ANSWERS_WITHIN = Nanos(5 * NANOS_PER_SECOND)
APART = Nanos(NANOS_PER_SECOND)
"""Between two questions."""
SETTLED = Nanos(400_000_000)
"""So long the same order has to be wanted: who is still typing asks IB nothing."""
FRESH = Nanos(30 * NANOS_PER_SECOND)
"""An answer of so long ago is asked for again while it is still wanted."""
KEPT_MAX = 100
SILENT = "IB did not answer within 5 s"
Key = tuple[str, int, int, int, int]
"""Symbol, instruction, quantity, type and life: a price that follows the market moves little of
what an order needs, and would ask all the time."""


class _Asked(msgspec.Struct):
    order_id: int
    key: Key
    request: NewOrderRequest
    at: Nanos


class WhatIfs:
    """`clock`: UTC, as the venue counts it."""

    def __init__(
        self,
        writer: Writer,
        ids: Ids,
        account: Callable[[], str],
        send: Callable[[Leaving], bool],
        clock: Callable[[], Nanos],
    ) -> None:
        self._writer, self._ids, self._account = writer, ids, account
        self._send, self._clock = send, clock
        self._answers: dict[Key, VenueEstimate] = {}
        self._asked: _Asked | None = None
        self._wanted: tuple[Key, Nanos] | None = None
        self._asked_last = Nanos(0)

    def of(self, request: NewOrderRequest, *, may_ask: bool) -> VenueEstimate | None:
        """The newest answer for such an order; None while there is none. Asks where that is due."""
        now, key = self._clock(), _key(request)
        self._late(now)
        known = self._answers.get(key)
        if self._wanted is None or self._wanted[0] != key:
            self._wanted = key, now
        is_due = known is None or now - known.at >= FRESH
        is_settled = now - self._wanted[1] >= SETTLED
        if may_ask and is_due and is_settled and self._is_free(now):
            self._ask(request, key, now)
        return known

    @property
    def is_asking(self) -> bool:
        self._late(self._clock())
        return self._asked is not None

    def use_up_id(self, symbol: str) -> bool:
        """Asks for one share at the market, for the id that it takes; False: not now."""
        now = self._clock()
        if not self._is_free(now):
            return False
        day, market = TimeInForce.DAY, OrderType.MARKET
        one = NewOrderRequest(
            "", self._account(), symbol, Instruction.BUY, Quantity(1), market, day
        )
        self._ask(one, _key(one), now)
        return self._asked is not None

    def _late(self, now: Nanos) -> None:
        if self._asked is not None and now - self._asked.at >= ANSWERS_WITHIN:
            self._answer(problem=SILENT)

    def _is_free(self, now: Nanos) -> bool:
        is_idle = self._asked is None and now - self._asked_last >= APART
        return is_idle and not self._ids.is_broken

    def _ask(self, request: NewOrderRequest, key: Key, now: Nanos) -> None:
        written = self._writer.order(request, self._account())
        if not isinstance(written, Order):
            return  # the ticket says by itself why it cannot leave
        preview = replace(written, what_if=True, ref="", oca_group="")
        order_id = self._ids.take("", counts_there=False)
        asked = _Asked(order_id, key, request, now)
        try:
            self._ids.commit(now)
        except MachineError as error:
            # The next order says so as well, and ends the desk; a look at one does not.
            self._asked = asked
            self._answer(problem=str(error))
            return
        text = self._writer.place(preview, order_id)
        if self._send(Leaving(Lane.MARKET, text)):
            self._asked, self._asked_last = asked, now

    # What is heard.

    def owns(self, order_id: int) -> bool:
        return self._asked is not None and self._asked.order_id == order_id

    def heard(self, order_id: int, state: Any) -> None:
        """openOrder of a preview; a first answer may be empty, and a full one comes behind it."""
        if not self.owns(order_id) or not is_number(state.initMarginChange):
            return
        self._answer(
            margin=_money(state.initMarginChange),
            margin_after=_money(state.initMarginAfter),
            equity_after=_money(state.equityWithLoanAfter),
            fee=_money(state.commission),
            fee_max=_money(state.maxCommission),
            currency=shown(state.commissionCurrency),
            problem=shown(state.warningText),
        )

    def refused(self, code: int, text: str) -> None:
        if kind_of(code) is not Kind.WARNING:
            self._answer(problem=f"{shown(text)} ({code})")

    def forget(self) -> None:
        """The line is gone, and the question with it."""
        self._asked = None

    def _answer(self, **figures: Any) -> None:
        asked, self._asked = self._asked, None
        assert asked is not None, "somebody asked"
        self._answers[asked.key] = VenueEstimate(at=self._clock(), **figures)
        if len(self._answers) > KEPT_MAX:
            del self._answers[next(iter(self._answers))]


def _key(request: NewOrderRequest) -> Key:
    return (
        request.symbol,
        int(request.instruction),
        int(request.quantity),
        int(request.type),
        int(request.time_in_force),
    )


def _money(value: object) -> Money | None:
    return Money(scaled(value, MONEY_DIGITS).value) if is_number(value) else None
