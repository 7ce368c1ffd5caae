"""Kinds of orders: most rules pass all orders of some kinds, and are not asked about those."""

from typing import NamedTuple

from engine.domain.commands import Origin
from engine.domain.state import State
from engine.values import Instruction, OrderType, TimeInForce


class Kind(NamedTuple):
    """What an order is, whatever its symbol, size and prices are: it stays so for life."""

    type: OrderType
    time_in_force: TimeInForce
    instruction: Instruction
    origin: Origin
    reduce_only: bool


def is_no_short(state: State, kind: Kind) -> bool:
    """Nothing has to be borrowed for it."""
    return kind.instruction is not Instruction.SHORT


def is_no_stop(state: State, kind: Kind) -> bool:
    """It waits for no price."""
    return not kind.type.has_stop


def is_no_market_order(state: State, kind: Kind) -> bool:
    """It has a price of its own, or that of an auction."""
    return kind.type is not OrderType.MARKET or kind.time_in_force.is_for_auction


def may_open(state: State, kind: Kind) -> bool:
    """Nobody asked that it only reduces."""
    return not kind.reduce_only
