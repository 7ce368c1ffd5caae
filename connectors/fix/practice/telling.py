"""What became of an order, as ExecutionReport (8) and OrderCancelReject (9) of a FIX version."""

from connectors.fix.codes import LIFE_OF, LIQUIDITY_OF, SIDE_OF, TYPE_OF, Exec, Status
from connectors.fix.line import Reply
from connectors.fix.message import Field
from connectors.fix.practice.orders import FixOrder
from connectors.fix.stamps import format_stamp
from connectors.fix.tags import Tag, Type
from engine.domain.reports import VenueFilled
from engine.instruments import Instrument
from engine.values import Nanos, Price, Quantity

FIX42 = "FIX.4.2"
TEXT_MAX = 400
REJECT_REASON_MAX_42, BROKER_OPTION = 8, 0
CANCEL_REASON_MAX_42, BROKER_OPTION_OF_CANCEL = 3, 2
"""What FIX 4.2 has no number for is the broker's option there."""
NEW, CANCEL_42, CORRECT_42, STATUS_42 = b"0", b"1", b"2", b"3"
"""ExecTransType (20), of FIX 4.2 alone."""


class Teller:
    """Writes reports for one version; the body of each is in ascending order of its fields."""

    def __init__(self, version: str) -> None:
        self.is_42 = version == FIX42
        self.is_sp2 = version == "FIX.5.0SP2"

    def report(
        self,
        order: FixOrder,
        instrument: Instrument,
        exec_id: str,
        kind: bytes,
        at: Nanos,
        *,
        text: str = "",
        more: tuple[Field, ...] = (),
        transaction: bytes = NEW,
        client_id: str = "",
    ) -> Reply:
        """An ExecutionReport of the order as it is now."""
        request = order.request
        fields: dict[int, bytes] = {
            Tag.ACCOUNT: request.account.encode("ascii"),
            Tag.AVG_PX: order.average(instrument).encode("ascii"),
            Tag.CL_ORD_ID: (client_id or order.client_id).encode("latin-1"),
            Tag.CUM_QTY: instrument.plain_quantity(order.cumulative).encode("ascii"),
            Tag.EXEC_ID: exec_id.encode("ascii"),
            Tag.ORDER_ID: order.order_id.encode("ascii"),
            Tag.ORDER_QTY: instrument.plain_quantity(order.quantity).encode("ascii"),
            Tag.ORD_STATUS: order.status,
            Tag.ORD_TYPE: TYPE_OF[request.type],
            Tag.SIDE: SIDE_OF[request.instruction],
            Tag.SYMBOL: request.symbol.encode("ascii"),
            Tag.TIME_IN_FORCE: LIFE_OF[request.time_in_force],
            Tag.TRANSACT_TIME: format_stamp(at),
            Tag.EXEC_TYPE: self._kind(kind, order),
            Tag.LEAVES_QTY: instrument.plain_quantity(order.leaves).encode("ascii"),
        }
        if self.is_42:
            fields[Tag.EXEC_TRANS_TYPE] = transaction
        if order.price > 0:
            fields[Tag.PRICE] = instrument.format_price(order.price).encode("ascii")
        if order.stop > 0:
            fields[Tag.STOP_PX] = instrument.format_price(order.stop).encode("ascii")
        if text:
            fields[Tag.TEXT] = plain(text)
        fields.update(more)
        return Reply(Type.EXECUTION_REPORT, sorted(fields.items()))

    def trade(self, order: FixOrder, instrument: Instrument, fill: VenueFilled, at: Nanos) -> Reply:
        """One execution, already counted in the order."""
        more: list[Field] = [
            (Tag.LAST_PX, instrument.format_price(fill.price).encode("ascii")),
            (Tag.LAST_QTY, instrument.plain_quantity(fill.quantity).encode("ascii")),
        ]
        if not self.is_42:
            more.append((Tag.LAST_LIQUIDITY, LIQUIDITY_OF[fill.liquidity]))
        return self.report(
            order,
            instrument,
            fill.execution_id,
            Exec.TRADE,
            at,
            text=fill.explanation,
            more=tuple(more),
        )

    def bust(
        self, order: FixOrder, instrument: Instrument, exec_id: str, taken_back: str, at: Nanos
    ) -> Reply:
        """A trade is taken back."""
        return self.report(
            order,
            instrument,
            exec_id,
            Exec.BUST,
            at,
            text="the trade is taken back",
            more=((Tag.EXEC_REF_ID, taken_back.encode("ascii")),),
            transaction=CANCEL_42,
        )

    def correction(
        self,
        order: FixOrder,
        instrument: Instrument,
        exec_id: str,
        corrected: str,
        amounts: tuple[Price, Quantity],
        at: Nanos,
    ) -> Reply:
        """Another price and size stand for a trade; the order counts them already."""
        return self.report(
            order,
            instrument,
            exec_id,
            Exec.CORRECT,
            at,
            text="the trade is corrected",
            more=(
                (Tag.EXEC_REF_ID, corrected.encode("ascii")),
                (Tag.LAST_PX, instrument.format_price(amounts[0]).encode("ascii")),
                (Tag.LAST_QTY, instrument.plain_quantity(amounts[1]).encode("ascii")),
            ),
            transaction=CORRECT_42,
        )

    def status(self, order: FixOrder, instrument: Instrument, at: Nanos, *more: Field) -> Reply:
        """The answer to a question about the order: nothing happened."""
        return self.report(
            order, instrument, "0", Exec.STATUS, at, more=more, transaction=STATUS_42
        )

    def why_rejected(self, reason: int) -> bytes:
        """OrdRejReason (103) as the version knows it."""
        is_known = not self.is_42 or reason <= REJECT_REASON_MAX_42
        return b"%d" % (reason if is_known else BROKER_OPTION)

    def why_not_cancelled(self, reason: int) -> bytes:
        """CxlRejReason (102) as the version knows it."""
        is_known = not self.is_42 or reason <= CANCEL_REASON_MAX_42
        return b"%d" % (reason if is_known else BROKER_OPTION_OF_CANCEL)

    def cancel_refused(
        self, order: FixOrder | None, asked: tuple[str, str], reason: int, text: str, to: bytes
    ) -> Reply:
        """OrderCancelReject. `asked`: (11, 41) of the request; `to`: 1 a cancel, 2 a change."""
        client_id, of = asked
        fields: dict[int, bytes] = {
            Tag.CL_ORD_ID: client_id.encode("latin-1"),
            Tag.ORDER_ID: order.order_id.encode("ascii") if order is not None else b"NONE",
            Tag.ORD_STATUS: order.status if order is not None else Status.REJECTED,
            Tag.CXL_REJ_REASON: self.why_not_cancelled(reason),
            Tag.CXL_REJ_RESPONSE_TO: to,
            Tag.TEXT: plain(text),
        }
        if of:
            fields[Tag.ORIG_CL_ORD_ID] = of.encode("latin-1")
        return Reply(Type.CANCEL_REJECT, sorted(fields.items()))

    def _kind(self, kind: bytes, order: FixOrder) -> bytes:
        if not self.is_42:
            return kind
        if kind == Exec.TRADE:
            return Exec.FILL_42 if order.status == Status.FILLED else Exec.PARTIAL_42
        return order.status if kind in (Exec.STATUS, Exec.BUST, Exec.CORRECT) else kind


def plain(text: str) -> bytes:
    """Text (58) in ASCII, cut to what fits; an empty one cannot be sent."""
    return text.encode("ascii", "replace").replace(b"\x01", b"?")[:TEXT_MAX] or b"-"
