"""What is durable, read back through the real codec as it comes to lie on the disk."""

from collections.abc import Callable
from typing import Any

from engine.domain import events as ev
from engine.domain.commands import Origin, ProtectPosition
from engine.domain.orders import Order
from engine.domain.records import Record, decode_records
from engine.domain.reports import LinkState
from engine.domain.state import State
from simulation.broken import hold
from simulation.disk import Disk, Row


class Evidence:
    """Figures that follow from the journal alone; the promises that one event can break."""

    def __init__(
        self, disk: Disk, note: Callable[[bytes], None], heed: Callable[[Record], None]
    ) -> None:
        """`heed` is given every event once it is counted in here, in the journal's order."""
        self._disk, self._note, self._heed = disk, note, heed
        self.rows = 0
        self.events = 0
        self.held: dict[str, int] = {}
        self.cash = 0
        """Change since the opening, fees included."""
        self.fees = 0
        self.filled: dict[int, int] = {}
        self.executions: set[tuple[str, int]] = set()
        self.booked: dict[str, int] = {}
        """Quantity of each trade as it counts now, by execution id."""
        self.released: dict[str, ev.OrderReleased] = {}
        """By client order id."""
        self.by_order: dict[int, ev.OrderReleased | ev.OrderAdopted] = {}
        self.tickets: set[str] = set()
        self.protected: dict[str, int] = {}
        """Quantity of a position that exits were asked for, by their ticket."""
        self.renamed: set[str] = set()
        """Ids that replaces would bring."""
        self.adopted: dict[str, int] = {}
        """Foreign orders that are the desk's own now: their ids by their name at the venue."""
        self.resolved: set[int] = set()
        """Orders of which a person has said what became of them."""
        self.unexplained: set[str] = set()
        """Ids of which the venue said what could not be applied: a person is told."""
        self.staged: dict[bytes, int] = {}
        """Bytes that may leave: how many rows there were when they first could."""
        self.trading = ev.TradingState.ACTIVE
        self.links: dict[str, LinkState] = {}
        self.touched: set[int] = set()
        """Orders with an event since somebody last looked."""
        self.adopted_symbols: set[str] = set()
        """Whose position a person has taken over as the venue stated it."""
        self._sequence = self._step = 0
        self._enrolment = ""
        self._has_passed = self._just_passed = False

    @property
    def may_answer(self) -> bool:
        """What is asked now has its second factor, or wants none."""
        return not self._enrolment or self._has_passed

    def knows(self, client_order_id: str) -> bool:
        """Whether the id belongs to something durable."""
        known = client_order_id in self.released or client_order_id in self.renamed
        return known or client_order_id in self.adopted

    def id_of(self, client_order_id: str) -> int:
        """Of an order that was released or adopted under this name."""
        adopted = self.adopted.get(client_order_id)
        return self.released[client_order_id].order_id if adopted is None else adopted

    def find(self, client_order_id: str) -> int | None:
        """The same, where it is one of the desk's."""
        return self.id_of(client_order_id) if self.has_named(client_order_id) else None

    def has_named(self, client_order_id: str) -> bool:
        return client_order_id in self.released or client_order_id in self.adopted

    def read(self) -> None:
        """Everything that has become durable since the last time."""
        rows = self._disk.rows
        while self.rows < len(rows):
            row = rows[self.rows]
            self.rows += 1
            self._note(row.block.payload)
            self._read_row(row)

    def _read_row(self, row: Row) -> None:
        for sent in split(row.staged):
            self.staged.setdefault(sent, self.rows)
        for record in decode_records(row.block.payload):
            hold(record.sequence == self._sequence + 1, "I-36", f"sequence {record.sequence}")
            self._sequence = record.sequence
            if record.cause != record.sequence:
                self._read_event(record)
                continue
            # A pass counts for what is asked right behind it, whatever that comes to.
            self._has_passed, self._just_passed = self._just_passed, False
            if type(record.body) is ProtectPosition:
                self.protected[record.body.ticket] = record.body.quantity

    def _read_event(self, record: Record) -> None:
        event: Any = record.body
        self.events += 1
        order_id = getattr(event, "order_id", None)
        if order_id is not None:
            self.touched.add(order_id)
        look = _LOOKS.get(type(event))
        if look is not None:
            look(self, event)
        self._heed(record)

    def released_order(self, event: ev.OrderReleased) -> None:
        name = event.client_order_id
        hold(name not in self.released and name not in self.renamed, "I-06", f"{name} used twice")
        hold(
            event.order.ticket not in self.tickets,
            "I-06",
            f"ticket {event.order.ticket} released twice",
        )
        self.tickets.add(event.order.ticket)
        self.released[name] = self.by_order[event.order_id] = event
        self._what_may_leave(event)

    def _what_may_leave(self, event: ev.OrderReleased) -> None:
        """I-08: below ACTIVE only what reduces leaves, and nothing over a broken link."""
        order = event.order
        reduces = self.held.get(order.symbol, 0) * order.instruction.side < 0
        hold(
            self.trading is ev.TradingState.ACTIVE or reduces,
            "I-08",
            f"{order.ticket} left while {self.trading.name}",
        )
        down = [name for name, state in self.links.items() if state.is_down]
        hold(not down, "I-08", f"{order.ticket} left over a link that is down")

    def adopted_order(self, event: ev.OrderAdopted) -> None:
        hold(event.client_order_id not in self.adopted, "I-06", f"{event} was adopted twice")
        self.adopted[event.client_order_id] = event.order_id
        self.by_order[event.order_id] = event

    def adopted_position(self, event: ev.PositionAdopted) -> None:
        self.adopted_symbols.add(event.symbol)
        self.held[event.symbol] = event.after

    def orphaned(self, event: ev.ReportOrphaned) -> None:
        self.unexplained.add(event.client_order_id)

    def has_word_about(self, state: State, order: Order) -> bool:
        """A person has said what became of it, or of another exit of its group, which was taken off
        this one too."""
        bracket = state.brackets.get(order.group)
        legs = bracket.legs if bracket is not None else ()
        return order.order_id in self.resolved or any(leg in self.resolved for leg in legs)

    def resolved_order(self, event: ev.OrderResolved) -> None:
        """I-49: only for a reason."""
        hold(bool(event.reason), "I-49", f"{event} has no reason")
        self.resolved.add(event.order_id)

    def asked_to_replace(self, event: ev.ReplaceRequested) -> None:
        name = event.client_order_id
        hold(name not in self.released and name not in self.renamed, "I-06", f"{name} used twice")
        self.renamed.add(name)

    def filled_order(self, event: ev.OrderFilled) -> None:
        """I-03: each execution once; held and cash follow from the fills."""
        name = (event.execution_id, event.revision)
        hold(name not in self.executions, "I-03", f"{name} was applied twice")
        self.executions.add(name)
        self.booked[event.execution_id] = self.booked.get(event.execution_id, 0) + event.quantity
        order = self.by_order[event.order_id].order
        side = order.instruction.side
        self.held[order.symbol] = self.held.get(order.symbol, 0) + side * event.quantity
        self.filled[event.order_id] = self.filled.get(event.order_id, 0) + event.quantity
        self.cash += -side * event.quantity * event.price * 100 - event.fee
        self.fees += event.fee

    def reversed_fill(self, event: ev.FillReversed) -> None:
        """What it had changed is taken out again."""
        if not event.quantity:
            return
        order = self.by_order[event.order_id].order
        side = order.instruction.side
        self.booked[event.execution_id] -= event.quantity
        self.held[order.symbol] -= side * event.quantity
        self.filled[event.order_id] -= event.quantity
        self.cash += side * event.quantity * event.price * 100 - event.fee
        self.fees += event.fee

    def trading_changed(self, event: ev.TradingStateChanged) -> None:
        """I-34: only a person raises it."""
        raises = event.state < self.trading if event.symbol == "*" else True
        if raises and self._enrolment and event.state is ev.TradingState.ACTIVE:
            hold(self._has_passed, "I-48", f"{event.symbol} was raised without a fresh code")
        if event.symbol != "*":
            return
        is_person = event.origin is not Origin.DESK
        hold(event.state >= self.trading or is_person, "I-34", "the desk raised its own state")
        self.trading = event.state

    def factor_changed(self, event: ev.SecondFactorChanged) -> None:
        self._enrolment, self._step = event.after, 0

    def factor_passed(self, event: ev.SecondFactorPassed) -> None:
        """I-48: no code twice, and none that is older than one that counted."""
        hold(event.step > self._step, "I-48", f"the code of {event.step} passed again")
        self._step, self._just_passed = event.step, True

    def loosening_asked(self, event: ev.LimitLooseningAsked) -> None:
        hold(self._has_passed, "I-48", f"{event.key} was loosened without a fresh code")

    def link_moved(self, event: ev.LinkMoved) -> None:
        self.links[event.link] = event.state


_LOOKS: dict[type, Callable[[Evidence, Any], None]] = {
    ev.OrderReleased: Evidence.released_order,
    ev.ReplaceRequested: Evidence.asked_to_replace,
    ev.OrderFilled: Evidence.filled_order,
    ev.FillReversed: Evidence.reversed_fill,
    ev.TradingStateChanged: Evidence.trading_changed,
    ev.LinkMoved: Evidence.link_moved,
    ev.OrderAdopted: Evidence.adopted_order,
    ev.PositionAdopted: Evidence.adopted_position,
    ev.OrderResolved: Evidence.resolved_order,
    ev.ReportOrphaned: Evidence.orphaned,
    ev.SecondFactorChanged: Evidence.factor_changed,
    ev.SecondFactorPassed: Evidence.factor_passed,
    ev.LimitLooseningAsked: Evidence.loosening_asked,
}
_LENGTH_BYTES = 4


def split(staged: bytes) -> list[bytes]:
    """The messages of a row, as `data.journal.chain.joined` put them together."""
    messages, place = [], 0
    while place < len(staged):
        length = int.from_bytes(staged[place : place + _LENGTH_BYTES], "big")
        place += _LENGTH_BYTES
        messages.append(staged[place : place + length])
        place += length
    return messages
