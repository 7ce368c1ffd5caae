"""A command's conversation with a running engine: one question, its answer, and fresh views."""

import time
from typing import TypeVar

import msgspec

from data.home import Home
from engine.attachment import KilledTold, TellKilled
from engine.domain.identity import by_group
from engine.domain.limits_view import LimitsView
from engine.domain.residence import order_in_words
from engine.domain.views import DeskView, OrderRow
from engine.instruments import Instrument
from engine.limits_told import LimitsTold, TellLimits
from engine.ports import BooksTold, DeskRequest, EngineStopped, LineAnswered, TellBooks
from engine.runtime.clock_watch import waking_nanos
from engine.runtime.terminals.attaching import Attached
from engine.runtime.terminals.messages import answer_decoder, view_decoder
from engine.runtime.terminals.wire import READ_BYTES, STAMP_BYTES, Kind, packed

Told = TypeVar("Told")


class EngineShell:
    """What goes wrong with the connection is an end like any other: nothing more is heard."""

    def __init__(self, attached: Attached) -> None:
        self._connection = attached.connection
        self._unpacker = attached.unpacker
        self.welcome = attached.welcome
        self.view = view_decoder.decode(attached.view)
        self.answers: dict[str, LineAnswered] = {}
        self.told: dict[str, KilledTold] = {}
        self._newest: dict[type, object] = {}
        """The last answer of each kind that names nobody who asked."""
        self.end: EngineStopped | None = None
        self.is_over = False

    def ask(self, request: DeskRequest) -> None:
        stamp = waking_nanos().to_bytes(STAMP_BYTES, "big")
        self._connection.settimeout(None)
        self._connection.sendall(packed(Kind.REQUEST, stamp + msgspec.msgpack.encode(request)))

    def answer(self, ticket: str, seconds: float) -> LineAnswered | None:
        """What came of it; None when nothing was said in time."""
        until = time.monotonic() + seconds
        while ticket not in self.answers and self._hear(until):
            pass
        return self.answers.get(ticket)

    def killed(self, ticket: str, seconds: float) -> KilledTold | None:
        """Each order that was open at the kill, as it stands now; None when nothing was said."""
        self.ask(TellKilled(ticket))
        until = time.monotonic() + seconds
        while ticket not in self.told and self._hear(until):
            pass
        return self.told.pop(ticket, None)

    def books(self, seconds: float) -> BooksTold | None:
        """How the books compared with the venue's; None when nothing was said in time."""
        return self._answer_to(TellBooks(), BooksTold, seconds)

    def limits(self, symbol: str, seconds: float) -> LimitsView | None:
        """Every control as it stands for the symbol; None when nothing was said in time."""
        told = self._answer_to(TellLimits(symbol), LimitsTold, seconds)
        return told.view if told else None

    def _answer_to(self, request: DeskRequest, kind: type[Told], seconds: float) -> Told | None:
        self._newest.pop(kind, None)
        self.ask(request)
        until = time.monotonic() + seconds
        while kind not in self._newest and self._hear(until):
            pass
        told = self._newest.get(kind)
        return told if isinstance(told, kind) else None

    def next_view(self, seconds: float) -> bool:
        """Whether a newer view came in time."""
        frame, until = self.view.frame, time.monotonic() + seconds
        while self.view.frame == frame:
            if not self._hear(until):
                return False
        return True

    def until_the_end(self, seconds: float) -> EngineStopped | None:
        """What the engine said last; None when it said nothing in time."""
        until = time.monotonic() + seconds
        while self.end is None and self._hear(until):
            pass
        return self.end

    def instrument(self, symbol: str) -> Instrument:
        """A symbol that nobody knows is shown at the commonest scale."""
        return self.welcome.instruments.get(symbol) or Instrument(symbol)

    def words_of(self, order: OrderRow) -> str:
        """One order in a line."""
        return order_in_words(order, self.instrument(order.symbol))

    def held(self) -> dict[str, str]:
        """Symbol → quantity as text, of what is held."""
        rows = [row for row in self.view.positions if row.quantity]
        return {
            row.symbol: self.instrument(row.symbol).format_quantity(row.quantity, signed=True)
            for row in rows
        }

    def held_fields(self) -> dict[str, int | str]:
        """The same as JSON has sizes everywhere."""
        rows = [row for row in self.view.positions if row.quantity]
        return {
            row.symbol: self.instrument(row.symbol).quantity_field(row.quantity) for row in rows
        }

    def close(self) -> None:
        self._connection.close()

    def _hear(self, until: float) -> bool:
        """Takes what comes; False when time is over or the connection is."""
        left = until - time.monotonic()
        if left <= 0 or self.is_over:
            return False
        try:
            self._connection.settimeout(left)
            data = self._connection.recv(READ_BYTES)
        except OSError:
            data = b""
        if not data:
            self.is_over = time.monotonic() < until
            return False
        for kind, payload in self._unpacker.feed(data):
            if kind is Kind.VIEW:
                self.view = view_decoder.decode(payload)
            elif kind is Kind.ANSWER:
                self._note(payload)
        return True

    def _note(self, payload: bytes) -> None:
        answer = answer_decoder.decode(payload)
        if isinstance(answer, LineAnswered):
            self.answers[answer.ticket] = answer
        elif isinstance(answer, KilledTold):
            self.told[answer.ticket] = answer
        elif isinstance(answer, EngineStopped):
            self.end = answer
        else:
            self._newest[type(answer)] = answer


def working(view: DeskView) -> list[OrderRow]:
    """Oldest first, legs behind their entry in their order."""
    rows = [row for row in view.orders if not row.is_done]
    return sorted(rows, key=lambda row: by_group(row.order_id))


def as_words(since: str) -> str:
    """`2026-01-05T14:30:00+00:00` as people write it."""
    return since.replace("T", " ").replace("+00:00", " UTC")


def nobody_there(home: Home) -> str:
    return f"no engine of its own process runs in {home.path}: `trader` starts one"
