"""What was asked of the venue and is being answered: one order, or all that are open."""

from collections import deque
from collections.abc import Callable, Mapping

from connectors.fix.client.asking import FIX42, MASS_STATUS_PREFIX
from connectors.fix.client.hearing import Hearer
from connectors.fix.client.reading import instrument_of, life_of, size_of, terms_of, type_of
from connectors.fix.client.roll import Roll, Standing
from connectors.fix.codes import Exec, Status
from connectors.fix.message import Message
from connectors.fix.tags import Tag
from engine.domain import reports as rep
from engine.domain.requests import OpenOrdersRequest, StatusRequest
from engine.domain.statements import OpenOrder, VenueOpenOrders
from engine.instruments import Instrument

QUERIES_MAX = 1_000
ROWS_MAX = 50_000
"""Open orders of one statement; more are not whole."""
ENDED = (
    Status.FILLED,
    Status.DONE_FOR_DAY,
    Status.CANCELLED,
    Status.REJECTED,
    Status.EXPIRED,
)
EACH_ASKED = "FIX 4.2 lists no open orders: each of this desk's own was asked about"


class _Answer:
    """A statement that is being answered, order by order."""

    def __init__(self, query: int, waits_for: set[str] | None = None) -> None:
        self.query = query
        self.rows: dict[str, OpenOrder] = {}
        self.waits_for = waits_for
        """FIX 4.2: orders whose answer is still to come."""


class Statements:
    """Questions of this connection; with it they end, for an answer can no longer come."""

    def __init__(
        self,
        version: str,
        roll: Roll,
        hearer: Hearer,
        instruments: Mapping[str, Instrument],
        note: Callable[[str], None],
    ) -> None:
        self._is_42 = version == FIX42
        self._roll, self._hearer, self._instruments = roll, hearer, instruments
        self._note = note
        self._asked: dict[str, deque[int]] = {}
        self._open: dict[str, _Answer] = {}

    def forget(self) -> None:
        """The connection is gone: who still wants to know asks again."""
        self._asked.clear()
        self._open.clear()

    def asked(self, request: StatusRequest) -> None:
        queries = self._asked.setdefault(request.client_order_id, deque(maxlen=QUERIES_MAX))
        queries.append(request.query)
        if len(self._asked) > QUERIES_MAX:
            del self._asked[next(iter(self._asked))]

    def asked_for_orders(self, request: OpenOrdersRequest) -> list[rep.Report]:
        """Where there is nothing to ask the answer is here already."""
        name = f"{MASS_STATUS_PREFIX}{request.query}"
        answer = _Answer(request.query)
        if self._is_42:
            answer.waits_for = {order.name for order in self._roll.open()}
        if answer.waits_for == set():
            return [self._whole(answer)]
        self._open[name] = answer
        if len(self._open) > QUERIES_MAX:
            del self._open[next(iter(self._open))]
        return []

    def heard(self, message: Message) -> list[rep.Report]:
        """An ExecutionReport that answers a question (150=I)."""
        mass = self._open.get(message.text(Tag.MASS_STATUS_REQ_ID))
        if mass is not None:
            return self._row(message, mass)
        name = message.text(Tag.CL_ORD_ID)
        order = self._hearer.order_of(message)
        queries = self._asked.get(name)
        if not queries and order is not None:
            # Some venues answer under the name that is in force, whatever was asked about.
            names = [order.name, *([order.change.new_client_order_id] if order.change else [])]
            name = next((each for each in names if self._asked.get(each)), name)
            queries = self._asked.get(name)
        was_row, told = self._row_of_42(message, order) if self._is_42 else (False, [])
        if queries:
            query = queries.popleft()
            if not queries:
                del self._asked[name]
            stated = message.number(Tag.ORD_STATUS_REQ_ID)
            told += self._hearer.status(message, name, query if stated is None else stated)
        elif not was_row:
            told += self._hearer.status(message, order.name if order else name, 0)
        return told

    def refused(self, asked_as: str, text: str, *, is_none: bool) -> list[rep.Report]:
        """`is_none`: the venue says that there is nothing to state."""
        answer = self._open.pop(asked_as, None)
        if answer is None:
            return []
        if is_none:
            return [self._whole(answer)]
        return [VenueOpenOrders(answer.query, (), is_complete=False, text=text)]

    def status_refused(self, name: str, text: str, *, is_unknown: bool) -> list[rep.Report]:
        """A question that failed is no evidence; "unknown id" is."""
        queries = self._asked.pop(name, None)
        if is_unknown and queries:
            return [rep.VenueOrderUnknown(name, query=queries[0])]
        self._note(f"{name} could not be asked about: {text}")
        return []

    def _row(self, message: Message, answer: _Answer) -> list[rep.Report]:
        total = message.number(Tag.TOT_NUM_REPORTS)
        is_last = message.is_set(Tag.LAST_REPT_REQUESTED)
        self._add(message, answer)
        if not (is_last or total == 0 or (total is not None and len(answer.rows) >= total)):
            return []
        self._open.pop(message.text(Tag.MASS_STATUS_REQ_ID), None)
        return [self._whole(answer)]

    def _row_of_42(self, message: Message, order: Standing | None) -> tuple[bool, list[rep.Report]]:
        """An order's answer is a row of every statement that waits for it; whether one did."""
        names = {message.text(Tag.CL_ORD_ID)} | ({order.name} if order is not None else set())
        told: list[rep.Report] = []
        was_row = False
        for key, answer in list(self._open.items()):
            if answer.waits_for is None or not names & answer.waits_for:
                continue
            was_row = True
            answer.waits_for -= names
            self._add(message, answer)
            if not answer.waits_for:
                del self._open[key]
                told.append(self._whole(answer))
        return was_row, told

    def _add(self, message: Message, answer: _Answer) -> None:
        if message.get(Tag.ORD_STATUS) in ENDED or not message.text(Tag.SYMBOL):
            return
        row = self._open_order(message)
        answer.rows[row.client_order_id] = row

    def _open_order(self, message: Message) -> OpenOrder:
        instrument = instrument_of(message, self._instruments)
        price, quantity, stop = terms_of(message, instrument)
        order = self._hearer.order_of(message)
        order_id = message.text(Tag.ORDER_ID)
        if order is None:
            order = self._hearer.foreign(message)
        self._roll.has_id(order, order_id)
        cumulative = size_of(message, Tag.CUM_QTY, instrument).value
        return OpenOrder(
            self._hearer.name_of(message, order),
            order_id,
            message.text(Tag.SYMBOL),
            order.instruction,
            type_of(message),
            life_of(message),
            quantity or order.quantity,
            type(quantity)(cumulative),
            price or order.price,
            stop or order.stop,
        )

    def _whole(self, answer: _Answer) -> VenueOpenOrders:
        rows = tuple(answer.rows.values())
        text = EACH_ASKED if self._is_42 else ""
        return VenueOpenOrders(answer.query, rows[:ROWS_MAX], len(rows) <= ROWS_MAX, text)


def is_answer(message: Message, kind: bytes) -> bool:
    """Whether an ExecutionReport answers a question and tells nothing new."""
    return kind == Exec.STATUS or bool(message.text(Tag.MASS_STATUS_REQ_ID))
