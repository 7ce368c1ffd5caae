"""The desk's requests as FIX messages of one version: pure, the same request in the same bytes."""

from collections.abc import Mapping

import msgspec

from connectors.fix.client.roll import Roll, Standing
from connectors.fix.codes import LIFE_OF, POST_ONLY, SIDE_OF, TYPE_OF
from connectors.fix.message import Field
from connectors.fix.settings import SessionSettings
from connectors.fix.stamps import format_stamp
from connectors.fix.tags import Tag, Type
from engine.domain.requests import (
    CancelRequest,
    NewOrderRequest,
    OpenOrdersRequest,
    ReplaceRequest,
    Request,
    StatusRequest,
)
from engine.instruments import Instrument
from engine.values import Nanos, OrderType, Price, Quantity, TimeInForce, Trigger

FIX42 = "FIX.4.2"
AUTOMATED = b"1"
"""HandlInst (21): straight to the market, nobody touches it."""
NO_SYMBOL = b"[N/A]"
"""What FIX writes for a symbol that the sender cannot know."""
EVERY_ORDER, OF_SYMBOL = b"7", b"1"
"""MassStatusReqType (585), MassCancelRequestType (530)."""
MASS_STATUS_PREFIX = "O"
_BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Ask(msgspec.Struct, frozen=True, gc=False):
    """One message that will leave: its type, and its body in ascending order."""

    type: str
    body: list[Field]


class Unsayable(msgspec.Struct, frozen=True, gc=False):
    """This venue has no words for a request; the sentence says why."""

    text: str


class Asker:
    """Writes requests for one session; what it says depends on nothing but its arguments."""

    def __init__(
        self,
        settings: SessionSettings,
        desk: str,
        roll: Roll,
        instruments: Mapping[str, Instrument],
    ) -> None:
        """`desk`: what every id of this desk begins with, such as `AB12-1`."""
        self._is_42 = settings.version == FIX42
        self._desk = desk
        self._roll = roll
        self._instruments = instruments

    def cancel_id(self, number: int) -> str:
        """The name of the `number`-th cancel: three parts, where orders have four."""
        return f"{self._desk}-X{base36(number)}"

    def asks(self, request: Request, at: Nanos, cancel: int) -> list[Ask] | Unsayable:
        """The messages of one request; `cancel` numbers the cancel that it may be."""
        match request:
            case NewOrderRequest():
                return self._new(request, at)
            case CancelRequest():
                return [self.cancel(request, at, cancel)]
            case ReplaceRequest():
                return self._replace(request, at)
            case StatusRequest():
                return [self._status(request.client_order_id, request.query)]
            case OpenOrdersRequest():
                return self._open_orders(request)
            case _:
                return Unsayable("this venue states no trades, positions or cash over FIX")

    def _new(self, request: NewOrderRequest, at: Nanos) -> list[Ask] | Unsayable:
        objection = self._objection(request)
        if objection:
            return Unsayable(objection)
        fields = self._terms(
            request.symbol, request.type, request.quantity, request.price, request.stop
        )
        fields |= {
            Tag.ACCOUNT: request.account.encode("ascii"),
            Tag.CL_ORD_ID: request.client_order_id.encode("ascii"),
            Tag.HANDL_INST: AUTOMATED,
            Tag.SIDE: SIDE_OF[request.instruction],
            Tag.TIME_IN_FORCE: LIFE_OF[request.time_in_force],
            Tag.TRANSACT_TIME: format_stamp(at),
        }
        if request.post_only:
            fields[Tag.EXEC_INST] = POST_ONLY
        return [_ask(Type.NEW_ORDER_SINGLE, fields)]

    def _objection(self, request: NewOrderRequest) -> str:
        if request.symbol not in self._instruments:
            return f"the venue has not listed {request.symbol}"
        if request.oca_group:
            return "a FIX venue has no groups of orders that cancel each other"
        if request.type.has_stop and request.trigger is not Trigger.LAST:
            return "stops at a FIX venue are triggered by the last trade"
        if self._is_42 and request.time_in_force is TimeInForce.CLS:
            return "FIX 4.2 has no time in force for the close"
        return ""

    def cancel(self, request: CancelRequest, at: Nanos, number: int) -> Ask:
        """Of one order, under the `number`-th name."""
        name = request.client_order_id
        order = self._roll.get(name)
        fields = {
            Tag.CL_ORD_ID: self.cancel_id(number).encode("ascii"),
            Tag.ORIG_CL_ORD_ID: name.encode("latin-1"),
            Tag.SIDE: b"1",
            Tag.SYMBOL: NO_SYMBOL,
            Tag.TRANSACT_TIME: format_stamp(at),
        }
        if order is not None:
            fields |= self._named(order)
            fields[Tag.ORDER_QTY] = self._size(order.symbol, order.quantity)
        elif not self._is_42:
            fields[Tag.ORDER_QTY] = b"1"
        return _ask(Type.CANCEL_REQUEST, fields)

    def mass_cancel(self, symbol: str, at: Nanos, number: int) -> Ask:
        """Of every order of this session, or of those in a symbol."""
        fields = {
            Tag.CL_ORD_ID: self.cancel_id(number).encode("ascii"),
            Tag.MASS_CANCEL_REQUEST_TYPE: OF_SYMBOL if symbol else EVERY_ORDER,
            Tag.TRANSACT_TIME: format_stamp(at),
        }
        if symbol:
            fields[Tag.SYMBOL] = symbol.encode("latin-1")
        return _ask(Type.MASS_CANCEL_REQUEST, fields)

    def _replace(self, request: ReplaceRequest, at: Nanos) -> list[Ask] | Unsayable:
        order = self._roll.get(request.client_order_id)
        if order is None or order.symbol not in self._instruments:
            return Unsayable("the desk does not know the order that is to be changed")
        stop = request.stop or order.stop
        fields = self._terms(order.symbol, order.type, request.quantity, request.price, stop)
        fields |= self._named(order)
        fields |= {
            Tag.CL_ORD_ID: request.new_client_order_id.encode("ascii"),
            Tag.ORIG_CL_ORD_ID: request.client_order_id.encode("latin-1"),
            Tag.HANDL_INST: AUTOMATED,
            Tag.TIME_IN_FORCE: LIFE_OF[order.time_in_force],
            Tag.TRANSACT_TIME: format_stamp(at),
        }
        if order.account:
            fields[Tag.ACCOUNT] = order.account.encode("ascii")
        if order.post_only:
            fields[Tag.EXEC_INST] = POST_ONLY
        return [_ask(Type.REPLACE_REQUEST, fields)]

    def _status(self, name: str, query: int) -> Ask:
        fields = {
            Tag.CL_ORD_ID: name.encode("latin-1"),
            Tag.SIDE: b"1",
            Tag.SYMBOL: NO_SYMBOL,
        }
        if not self._is_42:
            fields[Tag.ORD_STATUS_REQ_ID] = b"%d" % query
        order = self._roll.get(name)
        if order is not None:
            fields |= self._named(order)
            if name != order.name:
                # A venue that looks at its own id would tell of the order, not of the change.
                fields.pop(Tag.ORDER_ID, None)
        return _ask(Type.STATUS_REQUEST, fields)

    def _open_orders(self, request: OpenOrdersRequest) -> list[Ask]:
        """FIX 4.2 has no list of open orders: each that is known here is asked about."""
        if self._is_42:
            return [self._status(order.name, 0) for order in self._roll.open()]
        fields = {
            Tag.MASS_STATUS_REQ_ID: f"{MASS_STATUS_PREFIX}{request.query}".encode("ascii"),
            Tag.MASS_STATUS_REQ_TYPE: EVERY_ORDER,
        }
        return [_ask(Type.MASS_STATUS_REQUEST, fields)]

    def _named(self, order: Standing) -> dict[int, bytes]:
        """Symbol and side of an order, and the venue's own id where it has told it."""
        fields: dict[int, bytes] = {
            Tag.SIDE: SIDE_OF[order.instruction],
            Tag.SYMBOL: order.symbol.encode("latin-1"),
        }
        if order.order_id:
            fields[Tag.ORDER_ID] = order.order_id.encode("latin-1")
        return fields

    def _terms(
        self, symbol: str, kind: OrderType, quantity: Quantity, price: Price, stop: Price
    ) -> dict[int, bytes]:
        instrument = self._instruments[symbol]
        fields: dict[int, bytes] = {
            Tag.ORDER_QTY: self._size(symbol, quantity),
            Tag.ORD_TYPE: TYPE_OF[kind],
            Tag.SYMBOL: symbol.encode("ascii"),
        }
        if kind.has_limit:
            fields[Tag.PRICE] = instrument.format_price(price).encode("ascii")
        if kind.has_stop:
            fields[Tag.STOP_PX] = instrument.format_price(stop).encode("ascii")
        return fields

    def _size(self, symbol: str, quantity: Quantity) -> bytes:
        instrument = self._instruments.get(symbol)
        text = str(quantity) if instrument is None else instrument.plain_quantity(quantity)
        return text.encode("ascii")


def _ask(type: str, fields: dict[int, bytes]) -> Ask:
    return Ask(type, sorted(fields.items()))


def base36(number: int) -> str:
    """In capitals, as client ids are."""
    digits = ""
    while True:
        number, digit = divmod(number, 36)
        digits = _BASE36[digit] + digits
        if not number:
            return digits
