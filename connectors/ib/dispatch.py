"""Each raw callback to who understands it; a handler that fails is told, and ends nothing else."""

import time
from collections.abc import Callable
from typing import Any

from connectors.ib import codes
from connectors.ib.ear import Heard
from connectors.ib.health import BROKEN, OK
from connectors.ib.line import Line, State
from connectors.ib.parts import Parts
from connectors.ib.reading import instrument_of, size_of
from connectors.ib.rounds import Kind
from connectors.ib.store import ORDER_ID_MAX
from connectors.ib.trades import base_of
from engine.domain.reports import Report
from engine.values import Nanos

Reports = list[Report]
NOBODY = -1
"""The id of an error about no request; orders of TWS itself may have others below 0."""
FAULTS_TOLD_MAX = 20
NO_NEWS = (codes.READ_ONLY, codes.CLIENT_ID_IN_USE, codes.CANCELLED)
"""Told in other words, or of an order that is nobody's here."""
LOST_WORDS = "the gateway has lost its connection to IB: nothing new is sent until it is back"


class Dispatch:
    """`clock`: what time it is at the venue."""

    def __init__(
        self,
        parts: Parts,
        line: Line,
        note: Callable[[str], None],
        clock: Callable[[], Nanos],
    ) -> None:
        self._parts, self._line = parts, line
        self._note, self._clock = note, clock
        self._heals_by_itself = False
        """The line was lost by 2110, of whose end nothing tells but farms that are well again."""
        self.faults = 0
        """Callbacks that one of our own handlers could not take."""
        self._handlers: dict[str, Callable[..., Reports | None]] = {
            "orderStatus": self._order_status,
            "openOrder": self._open_order,
            "openOrderEnd": lambda: parts.rounds.end(Kind.ORDERS),
            "completedOrder": parts.books.completed,
            "completedOrdersEnd": lambda: parts.rounds.end(Kind.COMPLETED),
            "execDetails": self._executed,
            "execDetailsEnd": lambda question: parts.rounds.end(Kind.EXECUTIONS, question),
            "commissionReport": parts.commissions.heard,
            "position": self._position,
            "positionEnd": lambda: parts.rounds.end(Kind.POSITIONS),
            "nextValidId": self._next_id,
            "updateAccountValue": self._account_value,
            "accountDownloadEnd": self._account_end,
            "pnl": self._profits,
            "contractDetails": parts.contracts.details,
            "contractDetailsEnd": parts.contracts.details_end,
            "symbolSamples": parts.directory.samples,
            "historicalData": parts.history.bar,
            "historicalDataEnd": parts.history.end,
            "marketRule": parts.contracts.market_rule,
            "marketDataType": parts.feed.data_type,
            "tickString": self._tick_text,
            "updateMktDepth": parts.feed.row,
            "updateMktDepthL2": self._depth_of_maker,
            "error": self._error,
            "strangeTime": self._strange_time,
            "undecoded": self._undecoded,
        }

    def hear(self, heard: Heard) -> Reports:
        """What follows from one callback for the desk."""
        handler = self._handlers.get(heard.name)
        if handler is None:
            return []
        try:
            return handler(*heard.arguments) or []
        except Exception as fault:
            # One of a connector's doors: what the gateway says next has to be heard all the same.
            self.faults += 1
            if self.faults <= FAULTS_TOLD_MAX:
                self._note(f"{heard.name} could not be taken in: {type(fault).__name__}: {fault}")
            self._parts.books.recheck(self._parts.rounds)
            return []

    # Orders.

    def _open_order(self, order_id: int, contract: Any, order: Any, state: Any) -> Reports:
        """A preview is no order."""
        if order.whatIf:
            self._parts.what_ifs.heard(order_id, state)
            return []
        return self._parts.hearer.open_order(order_id, contract, order, state)

    def _order_status(
        self,
        order_id: int,
        status: str,
        filled: object,
        remaining: object,
        average: object,
        perm_id: int,
        parent: int,
        last: object,
        client: int,
        why_held: str,
        *more: object,
    ) -> Reports:
        return self._parts.hearer.status(order_id, status, filled, perm_id, client, why_held)

    def _executed(self, question: int, contract: Any, execution: Any) -> Reports:
        parts = self._parts
        is_live = question != parts.rounds.question(Kind.EXECUTIONS)
        told = parts.hearer.execution(contract, execution, is_live=is_live)
        parts.books.executed(base_of(str(execution.execId))[0])
        return told

    def _position(self, account: str, contract: Any, position: object, cost: object) -> None:
        parts = self._parts
        size = size_of(position, instrument_of(contract, parts.contracts))
        parts.books.position(account, contract, size)

    def _next_id(self, next_id: int) -> None:
        self._parts.ids.promised(next_id)
        self._parts.rounds.end(Kind.IDS)

    # Account and market.

    def _account_value(self, key: str, value: str, currency: str, account: str) -> None:
        self._parts.values.heard(key, value, currency, self._clock())

    def _profits(self, question: int, daily: float, unrealised: float, realised: float) -> None:
        self._parts.values.profits(daily, unrealised, realised, self._clock())

    def _account_end(self, account: str) -> None:
        self._parts.values.is_complete = True
        self._parts.rounds.end(Kind.ACCOUNT)

    def _tick_text(self, question: int, kind: int, text: str) -> None:
        self._parts.feed.text(question, kind, text, self._clock())

    def _depth_of_maker(
        self,
        question: int,
        position: int,
        maker: str,
        operation: int,
        side: int,
        price: float,
        size: float,
        *more: object,
    ) -> None:
        self._parts.feed.row(question, position, operation, side, price, size)

    # Errors.

    def _error(self, of: int, code: int, text: str, more: str = "", *rest: object) -> Reports:
        parts = self._parts
        if code == codes.READ_ONLY and self._is_of_the_api(of, text):
            parts.rounds.read_only()
        owner = parts.speaker.owner(of) if of >= ORDER_ID_MAX else None
        if owner is not None:
            owner(of, code, text)
            return []
        if parts.what_ifs.owns(of):
            parts.what_ifs.refused(code, text)
            return []
        if of >= ORDER_ID_MAX:
            return []  # a question that nobody waits for: taken back, or its answer is here
        order = parts.roll.of_id(of) if of not in (0, NOBODY) else None
        if order is not None:
            if code == codes.NO_CONTRACT:
                parts.contracts.doubt(order.symbol)
            return parts.hearer.refused(order, code, text, more)
        self._of_the_line(code, text)
        return []

    def _is_of_the_api(self, of: int, text: str) -> bool:
        """321 is any request that IB finds wrong, and a read-only API in its own words, which may
        be in any language: then a question about orders goes without an end."""
        rounds = self._parts.rounds
        is_asked = rounds.is_open(Kind.ORDERS) or rounds.is_open(Kind.COMPLETED)
        return "read-only" in text.lower() or (of == NOBODY and is_asked)

    def _of_the_line(self, code: int, text: str) -> None:
        line, now = self._line, Nanos(time.monotonic_ns())
        if code in codes.FARMS:
            was, is_now = self._parts.health.farm(code, text)
            if is_now == BROKEN and was != BROKEN:
                self._parts.feed.farm_broken(self._clock())
            elif was == BROKEN and is_now == OK and line.is_up:
                self._parts.feed.lines.resume(self._clock())
            if is_now == OK and self._heals_by_itself and line.state is State.DEGRADED:
                line.restored(data_was_lost=False)
        elif code in (codes.LOST, codes.SERVER_BROKEN):
            self._heals_by_itself = code == codes.SERVER_BROKEN
            line.lost(LOST_WORDS)
        elif code in (codes.RESTORED, codes.RESTORED_ANEW):
            line.restored(data_was_lost=code == codes.RESTORED_ANEW)
        elif code in codes.PROTOCOL:
            line.drop(f"the gateway does not understand this desk: {text} ({code})", now)
        elif code == codes.PACING:
            self._note(f"the gateway says that this desk is too fast: {text}; it is dialled anew")
            line.drop("too many messages a second", now)
        elif code not in NO_NEWS:
            self._note(f"IB says: {text} ({code})")

    def _strange_time(self, text: str) -> None:
        self._note(
            f"a trade bears the time '{text[:40]}', whose zone nobody knows: it counts, and its"
            " time is read as ib.timezone"
        )

    def _undecoded(self, text: str) -> None:
        """The library could not read a message: what it said is asked for again."""
        self.faults += 1
        if self.faults <= FAULTS_TOLD_MAX:
            self._note(f"a message of the gateway could not be read ({text[:120]})")
        self._parts.books.recheck(self._parts.rounds)
