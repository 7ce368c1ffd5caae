"""What a venue states of itself when it is asked: open orders, executions, positions, cash."""

from enum import IntEnum

import msgspec

from engine.domain.facts import Fact
from engine.values import (
    Instruction,
    Liquidity,
    Money,
    Nanos,
    OrderType,
    Price,
    Quantity,
    TimeInForce,
)


class Statement(IntEnum):
    """What can be asked for; in the order in which it is."""

    ORDERS = 1
    EXECUTIONS = 2
    POSITIONS = 3
    CASH = 4


class OpenOrder(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One order that stands at the venue; `quantity` is the total, filled part included.

    `client_order_id` is the name that a cancel of it has to use: ours where it is ours, else
    whatever the connector gives a foreign order, such as its permanent id there.
    """

    client_order_id: str
    venue_order_id: str
    symbol: str
    instruction: Instruction
    type: OrderType
    time_in_force: TimeInForce
    quantity: Quantity
    cumulative: Quantity = Quantity(0)
    price: Price = Price(0)
    stop: Price = Price(0)


class Execution(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One trade as the venue has it now: revision 0, or the correction that stands for it."""

    client_order_id: str
    execution_id: str
    symbol: str
    instruction: Instruction
    price: Price
    quantity: Quantity
    liquidity: Liquidity
    revision: int = 0
    at: Nanos = Nanos(0)
    fee: Money | None = None
    """What the venue has charged for it; None where it does not say, or has not yet."""


class VenueOpenOrders(Fact, frozen=True, tag="v_open_orders"):
    """Everything that stands there. Not complete: no evidence of anything."""

    query: int
    orders: tuple[OpenOrder, ...]
    is_complete: bool = True
    """The venue said that this is the end of it."""
    text: str = ""
    at: Nanos = Nanos(0)


class VenueExecutions(Fact, frozen=True, tag="v_executions"):
    """Every trade since `since`, as far as the venue goes back."""

    query: int
    since: Nanos
    executions: tuple[Execution, ...]
    is_complete: bool = True
    text: str = ""
    at: Nanos = Nanos(0)
    missed: tuple[str, ...] = ()
    """Of these, what nobody had told before: set by the desk, which hears them first."""


class VenuePositions(Fact, frozen=True, tag="v_positions"):
    """(symbol, signed quantity) of everything that is held there; a missing symbol is flat."""

    query: int
    account: str
    positions: tuple[tuple[str, Quantity], ...]
    is_complete: bool = True
    text: str = ""
    at: Nanos = Nanos(0)


class VenueCash(Fact, frozen=True, tag="v_cash"):
    """(currency, amount). `is_traded`: what executions moved on this trade date, before fees."""

    query: int
    account: str
    cash: tuple[tuple[str, Money], ...]
    is_traded: bool = False
    is_complete: bool = True
    text: str = ""
    at: Nanos = Nanos(0)


class VenuePositionMoved(Fact, frozen=True, tag="v_position_moved"):
    """Unasked: what is held there has changed, by a trade or not; the books are asked for."""

    symbol: str


VenueStatement = VenueOpenOrders | VenueExecutions | VenuePositions | VenueCash
