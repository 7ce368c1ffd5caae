"""One client's side of the practice venue: its orders, what it asks, what it is told."""

from collections.abc import Callable, Mapping, Sequence

from connectors.fix.codes import Exec, Status
from connectors.fix.dictionary.arranging import Arranged
from connectors.fix.incoming import UNSUPPORTED_TYPE
from connectors.fix.line import Refused, Reply
from connectors.fix.message import Message
from connectors.fix.practice.depths import Depths
from connectors.fix.practice.entering import Objection, read_change, read_order
from connectors.fix.practice.floor import Floor
from connectors.fix.practice.orders import FixOrder
from connectors.fix.practice.telling import FIX42, Teller, plain
from connectors.fix.tags import Tag, Type
from engine.domain.reports import (
    Report,
    VenueAccepted,
    VenueCancelled,
    VenueCancelRefused,
    VenueExpired,
    VenueFilled,
    VenueRejected,
    VenueReplaced,
    VenueReplaceRefused,
    VenueRestated,
    VenueTriggered,
)
from engine.domain.requests import CancelRequest, Request
from engine.instruments import Instrument
from engine.values import Price, Quantity

TOO_LATE, UNKNOWN, OTHER_REASON, DUPLICATE = 0, 1, 99, 6
"""CxlRejReason (102)."""
DEFINE = Type.SECURITY_DEFINITION_REQUEST
TO_CANCEL, TO_REPLACE = b"1", b"2"
OTHER_RESTATEMENT = (Tag.EXEC_RESTATEMENT_REASON, b"5")
"""Why (378): the broker's partial decline is the nearest that every version knows."""
ORDERS_MAX = 50_000
TRADES_MAX = 1_000
ALL_ORDERS, OF_SYMBOL = b"7", b"1"
"""MassCancelRequestType (530), MassStatusReqType (585)."""


class Desk:
    """The application of one session. What it says collects in `outbox` until it is fetched."""

    def __init__(self, client: str, version: str, floor: Floor) -> None:
        self.client = client
        self.orders: dict[str, FixOrder] = {}
        """By every client id that an order ever had."""
        self.outbox: list[Reply] = []
        self.touched: dict[str, FixOrder] = {}
        """Orders that changed since somebody wrote them down."""
        self.depths = Depths(floor, version)
        self._floor = floor
        self._teller = Teller(version)
        self._trades: dict[str, tuple[FixOrder, Price, Quantity]] = {}
        """The newest, by ExecID: what can be taken back."""
        self._asked: dict[str, str] = {}
        """Of a cancel or a change under way: its own id by that of its order."""
        self._handlers: Mapping[str, Callable[[Message, Arranged], Refused | None]] = {
            Type.NEW_ORDER_SINGLE: self._new,
            Type.CANCEL_REQUEST: self._cancel,
            Type.REPLACE_REQUEST: self._replace,
            Type.STATUS_REQUEST: self._status,
            Type.MASS_STATUS_REQUEST: self._mass_status,
            Type.MASS_CANCEL_REQUEST: self._mass_cancel,
            Type.MARKET_DATA_REQUEST: self._market,
            Type.SESSION_STATUS_REQUEST: self._market,
            (DEFINE if version == FIX42 else Type.SECURITY_LIST_REQUEST): self._market,
        }

    # The session's application.

    def take(self, arranged: Arranged, message: Message) -> Sequence[Reply] | Refused:
        handler = self._handlers.get(message.type)
        if handler is None:
            return UNSUPPORTED_TYPE
        refused = handler(message, arranged)
        return self.fetch() if refused is None else refused

    def ended(self) -> None:
        """The connection is gone: market data ends, orders stay."""
        self.depths.forget()

    def fetch(self) -> list[Reply]:
        """What is to be said now."""
        told, self.outbox = self.outbox, []
        return told

    def open_orders(self) -> list[FixOrder]:
        """Each once, the oldest first."""
        found = {order.order_id: order for order in self.orders.values() if order.is_open}
        return list(found.values())

    # What it asks.

    def _new(self, message: Message, arranged: Arranged) -> None:
        client_id = message.text(Tag.CL_ORD_ID)
        known = self.orders.get(client_id)
        if known is not None:
            # The same id again is the same order: it is told about, never entered twice.
            self._tell_status(known)
            return
        order_id = self._floor.next_order_id()
        account = message.text(Tag.ACCOUNT) or self.client
        request = read_order(message, self._name(client_id), account, self._floor.instruments)
        if isinstance(request, Objection):
            self._reject_unread(message, order_id, request)
            return
        if objection := self._floor.objection():
            self._reject_unread(message, order_id, Objection(OTHER_REASON, objection))
            return
        order = FixOrder(
            client=self.client,
            client_id=client_id,
            order_id=order_id,
            request=request,
            quantity=request.quantity,
            price=request.price,
            stop=request.stop,
            trade_date=self._floor.venue.trade_date,
        )
        self.orders[client_id] = order
        if len(self.orders) > ORDERS_MAX:
            self._forget_oldest()
        self._serve(order, request)

    def _reject_unread(self, message: Message, order_id: str, why: Objection) -> None:
        """Nothing stands of it: the report says what was asked, as it was asked."""
        given = {
            tag: value
            for tag in (Tag.SYMBOL, Tag.SIDE, Tag.ORDER_QTY, Tag.ORD_TYPE, Tag.CL_ORD_ID)
            if (value := message.get(tag))
        }
        fields = given | {
            Tag.AVG_PX: b"0",
            Tag.CUM_QTY: b"0",
            Tag.EXEC_ID: self._floor.next_exec_id().encode("ascii"),
            Tag.ORDER_ID: order_id.encode("ascii"),
            Tag.ORD_STATUS: Status.REJECTED,
            Tag.TEXT: plain(why.text),
            Tag.ORD_REJ_REASON: self._teller.why_rejected(why.reason),
            Tag.EXEC_TYPE: Exec.REJECTED,
            Tag.LEAVES_QTY: b"0",
        }
        if self._teller.is_42:
            fields[Tag.EXEC_TRANS_TYPE] = b"0"
        self.outbox.append(Reply(Type.EXECUTION_REPORT, sorted(fields.items())))

    def _cancel(self, message: Message, arranged: Arranged) -> None:
        order = self._open_order(message, TO_CANCEL)
        if order is not None:
            self._asked[order.order_id] = message.text(Tag.CL_ORD_ID)
            self._serve(order, CancelRequest(self._name(order.client_id)))
            self._asked.pop(order.order_id, None)

    def _replace(self, message: Message, arranged: Arranged) -> None:
        order = self._open_order(message, TO_REPLACE)
        if order is None:
            return
        client_id, of = message.text(Tag.CL_ORD_ID), message.text(Tag.ORIG_CL_ORD_ID)
        names = self._name(order.client_id), self._name(client_id)
        change = read_change(message, *names, order.request.type, self._instrument(order))
        if isinstance(change, Objection):
            refusal = (client_id, of), OTHER_REASON, change.text, TO_REPLACE
            self.outbox.append(self._teller.cancel_refused(order, *refusal))
            return
        self._asked[order.order_id] = client_id
        self._serve(order, change)
        self._asked.pop(order.order_id, None)

    def _open_order(self, message: Message, to: bytes) -> FixOrder | None:
        """The order of a request (by 41; in 5.0 SP2 by 37 alone, too); else its refusal is said."""
        client_id, of = message.text(Tag.CL_ORD_ID), message.text(Tag.ORIG_CL_ORD_ID)
        order_id = "" if of else message.text(Tag.ORDER_ID)
        by_id = (each for each in self.orders.values() if each.order_id == order_id)
        order = next(by_id, None) if order_id else self.orders.get(of)
        reason, text = TOO_LATE, ""
        if order is None:
            reason, text = UNKNOWN, f"no order {of or order_id!r} of yours is known here"
        elif client_id in self.orders:
            reason, text = DUPLICATE, f"{client_id!r} was used before"
        elif not order.is_open:
            text = "too late: the order is done"
        elif of and order.client_id != of:
            reason, text = UNKNOWN, f"the order is {order.client_id!r} since it was changed"
        if not text:
            return order
        self.outbox.append(self._teller.cancel_refused(order, (client_id, of), reason, text, to))
        return None

    def _status(self, message: Message, arranged: Arranged) -> None:
        order = self.orders.get(message.text(Tag.CL_ORD_ID))
        if order is not None:
            self._tell_status(order)
            return
        fields = {
            Tag.AVG_PX: b"0",
            Tag.CL_ORD_ID: message.get(Tag.CL_ORD_ID) or b"-",
            Tag.CUM_QTY: b"0",
            Tag.EXEC_ID: b"0",
            Tag.ORDER_ID: b"NONE",
            Tag.ORD_STATUS: Status.REJECTED,
            Tag.SIDE: message.get(Tag.SIDE) or b"1",
            Tag.SYMBOL: message.get(Tag.SYMBOL) or b"-",
            Tag.TEXT: b"unknown order",
            Tag.ORD_REJ_REASON: b"5",
            Tag.EXEC_TYPE: Status.REJECTED if self._teller.is_42 else Exec.STATUS,
            Tag.LEAVES_QTY: b"0",
        }
        if self._teller.is_42:
            fields[Tag.EXEC_TRANS_TYPE] = b"3"
        self.outbox.append(Reply(Type.EXECUTION_REPORT, sorted(fields.items())))

    def _mass_status(self, message: Message, arranged: Arranged) -> Refused | None:
        kind, asked = message.get(Tag.MASS_STATUS_REQ_TYPE), message.get(Tag.MASS_STATUS_REQ_ID)
        if kind not in (ALL_ORDERS, OF_SYMBOL):
            return Refused(0, "mass status is told of all orders (585=7) or of a symbol (1)")
        symbol = message.text(Tag.SYMBOL) if kind == OF_SYMBOL else ""
        told = [o for o in self.open_orders() if symbol in ("", o.request.symbol)]
        for order in told:
            is_last = order is told[-1]
            more = [
                (Tag.MASS_STATUS_REQ_ID, asked or b"-"),
                (Tag.TOT_NUM_REPORTS, b"%d" % len(told)),
                (Tag.LAST_REPT_REQUESTED, b"Y" if is_last else b"N"),
            ]
            at = self._floor.now
            self.outbox.append(self._teller.status(order, self._instrument(order), at, *more))
        if told:
            return None
        return Refused(1, "no order of yours is open", asked or b"", is_usual=True)

    def _mass_cancel(self, message: Message, arranged: Arranged) -> None:
        kind = message.get(Tag.MASS_CANCEL_REQUEST_TYPE) or b""
        symbol = message.text(Tag.SYMBOL) if kind == OF_SYMBOL else ""
        taken = kind if kind in (ALL_ORDERS, OF_SYMBOL) else b"0"
        gone = [o for o in self.open_orders() if symbol in ("", o.request.symbol)]
        for order in gone if taken != b"0" else ():
            self._serve(order, CancelRequest(self._name(order.client_id)))
        fields = {
            Tag.CL_ORD_ID: message.get(Tag.CL_ORD_ID) or b"-",
            Tag.ORDER_ID: self._floor.next_exec_id().encode("ascii"),
            Tag.MASS_CANCEL_REQUEST_TYPE: kind,
            Tag.MASS_CANCEL_RESPONSE: taken,
            Tag.TOTAL_AFFECTED: b"%d" % len(gone),
        }
        if taken == b"0":
            fields[Tag.MASS_CANCEL_REJECT_REASON] = b"0"
        if self._teller.is_sp2:
            fields[Tag.MASS_ACTION_REPORT_ID] = fields[Tag.ORDER_ID]
        self.outbox.append(Reply(Type.MASS_CANCEL_REPORT, sorted(fields.items())))

    def _market(self, message: Message, arranged: Arranged) -> None:
        self.outbox += self.depths.answers(message, arranged)

    # What it is told.

    def heard(self, report: Report) -> None:
        """The exchange's word about one of its orders."""
        order = self.orders.get(self._own_name(getattr(report, "client_order_id", "")))
        if order is None:
            return
        self.touched[order.order_id] = order
        at, instrument = self._floor.now, self._instrument(order)
        match report:
            case VenueAccepted():
                order.working()
                self._tell(order, Exec.NEW)
            case VenueFilled():
                order.filled(report.price, report.quantity)
                self._trades[report.execution_id] = (order, report.price, report.quantity)
                if len(self._trades) > TRADES_MAX:
                    del self._trades[next(iter(self._trades))]
                self.outbox.append(self._teller.trade(order, instrument, report, at))
            case VenueRejected():
                order.status = Status.REJECTED
                why = ((Tag.ORD_REJ_REASON, self._teller.why_rejected(OTHER_REASON)),)
                self._tell(order, Exec.REJECTED, report.text, why)
            case VenueCancelled():
                order.status = Status.CANCELLED
                self._tell(order, Exec.CANCELLED, report.text)
            case VenueExpired():
                order.status = Status.EXPIRED
                self._tell(order, Exec.EXPIRED, report.text)
            case VenueReplaced():
                self._replaced(order, report)
            case VenueRestated():
                order.quantity, order.price = report.quantity, report.price
                order.working()
                self._tell(order, Exec.RESTATED, report.text, (OTHER_RESTATEMENT,))
            case VenueTriggered():
                order.triggered = True
                if not self._teller.is_42:
                    self._tell(order, Exec.TRIGGERED, "the stop has triggered")
            case VenueCancelRefused() | VenueReplaceRefused():
                to = TO_CANCEL if isinstance(report, VenueCancelRefused) else TO_REPLACE
                asked = self._asked.get(order.order_id, order.client_id), order.client_id
                self.outbox.append(
                    self._teller.cancel_refused(order, asked, TOO_LATE, report.text, to)
                )

    def bust(self, execution_id: str = "") -> str:
        """Takes a trade back, the newest unless named; its ExecID, empty where there is none."""
        trade = self._take_out(execution_id)
        if trade is None:
            return ""
        execution_id, order, price, quantity = trade
        order.busted(price, quantity)
        name, at = self._floor.next_exec_id(), self._floor.now
        self.outbox.append(
            self._teller.bust(order, self._instrument(order), name, execution_id, at)
        )
        return execution_id

    def correct(self, execution_id: str, price: Price, quantity: Quantity) -> str:
        """The trade was another one; the ExecID that it has from now on, empty where there is
        none."""
        trade = self._take_out(execution_id)
        if trade is None:
            return ""
        before, order, was_at, was = trade
        order.busted(was_at, was)
        order.corrected(price, quantity)
        name, at = self._floor.next_exec_id(), self._floor.now
        self._trades[name] = (order, price, quantity)
        corrected = self._instrument(order), name, before, (price, quantity), at
        self.outbox.append(self._teller.correction(order, *corrected))
        return name

    def _take_out(self, execution_id: str) -> tuple[str, FixOrder, Price, Quantity] | None:
        if not execution_id and self._trades:
            execution_id = next(reversed(self._trades))
        trade = self._trades.pop(execution_id, None)
        if trade is None:
            return None
        self.touched[trade[0].order_id] = trade[0]
        return (execution_id, *trade)

    def _replaced(self, order: FixOrder, report: VenueReplaced) -> None:
        before = order.client_id
        order.client_id = self._own_name(report.new_client_order_id)
        order.quantity, order.price = report.quantity, report.price
        order.stop = report.stop or order.stop
        order.working()
        self.orders[order.client_id] = order
        self._tell(order, Exec.REPLACED, more=((Tag.ORIG_CL_ORD_ID, before.encode("latin-1")),))

    def _tell(
        self,
        order: FixOrder,
        kind: bytes,
        text: str = "",
        more: tuple[tuple[int, bytes], ...] = (),
    ) -> None:
        client_id = order.client_id
        if kind == Exec.CANCELLED and order.order_id in self._asked:
            # The report of a cancel that was asked for carries the cancel's own id.
            more = (*more, (Tag.ORIG_CL_ORD_ID, client_id.encode("latin-1")))
            client_id = self._asked[order.order_id]
        self.outbox.append(
            self._teller.report(
                order,
                self._instrument(order),
                self._floor.next_exec_id(),
                kind,
                self._floor.now,
                text=text,
                more=more,
                client_id=client_id,
            )
        )

    def _tell_status(self, order: FixOrder) -> None:
        at = self._floor.now
        self.outbox.append(self._teller.status(order, self._instrument(order), at))

    # Names.

    def _name(self, client_id: str) -> str:
        return f"{self.client}/{client_id}"

    def _own_name(self, name: str) -> str:
        return name.removeprefix(f"{self.client}/")

    def _instrument(self, order: FixOrder) -> Instrument:
        return self._floor.instruments[order.request.symbol]

    def _serve(self, order: FixOrder, request: Request) -> None:
        self.touched[order.order_id] = order
        self._floor.serve(request)

    def _forget_oldest(self) -> None:
        """Of the orders that are done; open ones stay whatever comes."""
        for client_id, order in self.orders.items():
            if not order.is_open:
                del self.orders[client_id]
                return
