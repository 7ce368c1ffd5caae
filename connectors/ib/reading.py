"""IB's orders, states and executions in the desk's words; pure."""

from typing import Any

from connectors.ib.contracts import Contracts
from connectors.ib.numbers import is_number, scaled
from connectors.ib.roll import Standing, Terms
from connectors.ib.trades import Trade, base_of
from engine.instruments import Instrument
from engine.values import (
    NANOS_PER_SECOND,
    Instruction,
    Liquidity,
    Nanos,
    OrderType,
    Price,
    Quantity,
    TimeInForce,
)

PENDING = ("PendingSubmit", "ApiPending", "")
WORKING = ("Submitted", "PreSubmitted")
CANCELLED = ("Cancelled", "ApiCancelled")
FILLED, INACTIVE, PENDING_CANCEL = "Filled", "Inactive", "PendingCancel"
TYPES = {
    "LMT": OrderType.LIMIT,
    "LOC": OrderType.LIMIT,
    "MKT": OrderType.MARKET,
    "MOC": OrderType.MARKET,
    "STP": OrderType.STOP,
    "STP LMT": OrderType.STOP_LIMIT,
    "TRAIL": OrderType.STOP,
    "TRAIL LIMIT": OrderType.STOP_LIMIT,
    "MIT": OrderType.STOP,
    "LIT": OrderType.STOP_LIMIT,
}
"""What is not here is told as a limit order: an order of somebody else's, in the nearest words."""
LIVES = {
    "GTC": TimeInForce.GTC,
    "GTD": TimeInForce.GTC,
    "IOC": TimeInForce.IOC,
    "FOK": TimeInForce.FOK,
    "OPG": TimeInForce.OPG,
}
MAKER, TAKER = 1, 2
TEXT_MAX = 512


def instrument_of(contract: Any, contracts: Contracts) -> Instrument:
    """Its own where it is listed here or was once, else one with the digits of a share."""
    return contracts.instrument(contracts.symbol_of(contract))


def terms_of(order: Any, kind: OrderType, instrument: Instrument) -> Terms:
    """Price, total quantity and stop: the fields that are used by its type, for IB writes ghosts
    into all others."""
    digits = instrument.price_digits
    price = scaled(order.lmtPrice, digits).value if kind.has_limit else 0
    stop = scaled(order.auxPrice, digits).value if kind.has_stop else 0
    quantity = scaled(order.totalQuantity, instrument.quantity_digits).value
    return Terms(Price(price), Quantity(quantity), Price(stop))


def size_of(value: object, instrument: Instrument) -> Quantity:
    return Quantity(scaled(value, instrument.quantity_digits).value)


def foreign_name(order: Any) -> str:
    """Of an order that is not this desk's: its reference where it has one, else its permId."""
    return str(order.orderRef) or f"P{order.permId}"


def foreign(order: Any, contract: Any, contracts: Contracts) -> Standing:
    """Somebody else's order of the account: a cancel finds it by the name that it has here."""
    name = foreign_name(order)
    kind = TYPES.get(str(order.orderType), OrderType.LIMIT)
    instrument = instrument_of(contract, contracts)
    terms = terms_of(order, kind, instrument)
    is_for_close = str(order.orderType) in ("LOC", "MOC")
    life = TimeInForce.CLS if is_for_close else LIVES.get(str(order.tif), TimeInForce.DAY)
    return Standing(
        ref=name,
        name=name,
        symbol=contracts.symbol_of(contract),
        instruction=Instruction.BUY if str(order.action) == "BUY" else Instruction.SELL,
        type=kind,
        time_in_force=life,
        quantity=terms.quantity,
        price=terms.price,
        stop=terms.stop,
        account=str(order.account),
        con_id=int(contract.conId),
        is_foreign=True,
        is_acknowledged=True,
    )


def trade_of(contract: Any, execution: Any, ref: str, contracts: Contracts) -> Trade:
    """`ref`: of the order that it belongs to."""
    instrument = instrument_of(contract, contracts)
    base, revision = base_of(str(execution.execId))
    is_bought = str(execution.side).upper().startswith("B")
    at = int(execution.time.timestamp()) if execution.time is not None else 0
    is_maker = is_number(execution.lastLiquidity) and int(execution.lastLiquidity) == MAKER
    return Trade(
        base,
        revision,
        ref,
        instrument.symbol,
        Instruction.BUY if is_bought else Instruction.SELL,
        Price(scaled(execution.price, instrument.price_digits).value),
        size_of(execution.shares, instrument),
        Liquidity.MAKER if is_maker else Liquidity.TAKER,
        Nanos(at * NANOS_PER_SECOND),
        str(execution.acctNumber),
        str(execution.execId),
        str(contract.currency),
        str(execution.orderRef),
    )


def shown(text: object) -> str:
    """Foreign words, bounded."""
    return str(text)[:TEXT_MAX]
