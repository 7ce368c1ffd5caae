"""What a client asks for in FIX, as requests to the exchange; or why it cannot be, in words."""

from collections.abc import Mapping

import msgspec

from connectors.fix.codes import LIVES, POST_ONLY, SIDES, TYPES
from connectors.fix.message import Message
from connectors.fix.tags import Tag
from engine.domain.requests import NewOrderRequest, ReplaceRequest
from engine.instruments import Instrument, NumberTextError
from engine.values import Instruction, OrderType, Price, Quantity, TimeInForce

UNKNOWN_SYMBOL, UNSUPPORTED, INCORRECT_QUANTITY, OTHER = 1, 11, 13, 99
"""OrdRejReason (103)."""


class Objection(msgspec.Struct, frozen=True, gc=False):
    """Why not: OrdRejReason (103) and a sentence."""

    reason: int
    text: str


class Amounts(msgspec.Struct, frozen=True, gc=False):
    """Of an order or of a change of one."""

    quantity: Quantity
    price: Price
    stop: Price


def read_order(
    message: Message, name: str, account: str, instruments: Mapping[str, Instrument]
) -> NewOrderRequest | Objection:
    """A NewOrderSingle; the dictionary has looked at its form already."""
    symbol = message.text(Tag.SYMBOL)
    instrument = instruments.get(symbol)
    if instrument is None:
        return Objection(UNKNOWN_SYMBOL, f"nothing called {symbol!r} is traded here")
    side = SIDES.get(message.get(Tag.SIDE) or b"")
    kind = TYPES.get(message.get(Tag.ORD_TYPE) or b"")
    life = LIVES.get(message.get(Tag.TIME_IN_FORCE) or b"0")
    if side is None or kind is None or life is None:
        return Objection(UNSUPPORTED, _unsupported(side, kind, life))
    amounts = read_amounts(message, kind, instrument)
    if isinstance(amounts, Objection):
        return amounts
    return NewOrderRequest(
        client_order_id=name,
        account=account,
        symbol=symbol,
        instruction=side,
        quantity=amounts.quantity,
        type=kind,
        time_in_force=life,
        price=amounts.price,
        stop=amounts.stop,
        post_only=POST_ONLY in (message.get(Tag.EXEC_INST) or b"").split(b" "),
    )


def _unsupported(side: Instruction | None, kind: OrderType | None, life: TimeInForce | None) -> str:
    if side is None:
        return "sides here are 1 buy, 2 sell, 5 sell short"
    if kind is None:
        return "orders here are 1 market, 2 limit, 3 stop, 4 stop limit"
    assert life is None, "one of the three is not supported"
    return "orders here live 0 day, 1 till cancelled, 2 for the open, 3 IOC, 4 FOK, 7 for the close"


def read_amounts(message: Message, kind: OrderType, instrument: Instrument) -> Amounts | Objection:
    """Quantity, limit and stop, exact in the instrument's scales."""
    try:
        quantity = instrument.parse_quantity(message.text(Tag.ORDER_QTY) or "0")
        price = _price(message, Tag.PRICE, instrument) if kind.has_limit else Price(0)
        stop = _price(message, Tag.STOP_PX, instrument) if kind.has_stop else Price(0)
    except NumberTextError as error:
        return Objection(OTHER, str(error))
    if quantity <= 0:
        return Objection(INCORRECT_QUANTITY, "the quantity (38) must be above zero")
    if kind.has_limit and price <= 0:
        return Objection(OTHER, "a limit order needs its price (44)")
    if kind.has_stop and stop <= 0:
        return Objection(OTHER, "a stop order needs its stop (99)")
    return Amounts(quantity, price, stop)


def _price(message: Message, tag: int, instrument: Instrument) -> Price:
    """0 where it is not there. `100.0` and `100.` are what others write for 100."""
    text = message.text(tag)
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return instrument.parse_price(text) if text else Price(0)


def read_change(
    message: Message, name: str, new_name: str, kind: OrderType, instrument: Instrument
) -> ReplaceRequest | Objection:
    """An OrderCancelReplaceRequest of an order of that kind."""
    amounts = read_amounts(message, kind, instrument)
    if isinstance(amounts, Objection):
        return amounts
    return ReplaceRequest(name, new_name, amounts.price, amounts.quantity, amounts.stop)
