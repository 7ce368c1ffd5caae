"""Own resting orders that a new one would trade with, of whichever account of the owner."""

from enum import IntEnum

from engine.domain.orders import Order
from engine.domain.risk.proposal import Proposal
from engine.domain.state import State
from engine.values import Instruction, OrderType, Price


class SelfMatchMode(IntEnum):
    """What gives way, by how little may leave: the first is the loosest.

    FIX 2964 calls CANCEL_AGGRESSIVE 1, CANCEL_PASSIVE 2 and CANCEL_BOTH 3.
    """

    OFF = 0
    CANCEL_PASSIVE = 1
    """The resting order is cancelled, and the new one leaves right behind its cancel."""
    WAIT = 2
    """The same, but the new one waits for the venue's word that the other is gone."""
    DECREMENT = 3
    """Both lose the quantity that they would have traded with each other."""
    CANCEL_AGGRESSIVE = 4
    """The new order stays here."""
    CANCEL_BOTH = 5


_CLOSING = (Instruction.SELL, Instruction.COVER)
_MARKET = OrderType.MARKET


def may_meet(p: Proposal, state: State) -> bool:
    """Whether it is worth looking: something of the other side is open, of this account or not."""
    return p.open_opposite > 0 or len(state.accounts) > 1


def crossed_by(p: Proposal, state: State) -> list[Order]:
    """Resting orders that the new or changed one could trade with, in the order in which it would.

    A stop that waits and an order that only rests take nothing. What lies behind the touch is
    reached by what is larger than the touch alone; without a size there, by any.
    """
    order = p.order
    waits = order.type.has_stop and not (p.replaces is not None and p.replaces.is_triggered)
    if order.post_only or waits:
        return []
    touch, size = _touch(p)
    is_deep = p.quantity - p.filled > size
    found: list[Order] = []
    for order_id in state.live_by_symbol.get(order.symbol, ()):
        other = state.orders[order_id]
        if other.side is p.side or not _rests(other, state):
            continue
        price = _best_price(other)
        is_met = order.type is _MARKET or (p.price - price) * p.side >= 0
        is_near = not touch or (price - touch) * p.side <= 0
        if is_met and (is_near or is_deep or order.time_in_force.is_for_auction):
            found.append(other)
    return sorted(found, key=lambda other: (_best_price(other) * p.side, other.order_id))


def _touch(p: Proposal) -> tuple[Price, int]:
    """Price and displayed size that it would meet first."""
    quote = p.quote
    if quote is None:
        return Price(0), 0
    return (quote.ask, quote.ask_size) if p.side > 0 else (quote.bid, quote.bid_size)


def _rests(order: Order, state: State) -> bool:
    """It can be traded with at a price: no market order, no stop that waits, nothing asleep."""
    if order.has_ended or order.market != state.market or not _best_price(order):
        return False
    return not order.order.type.has_stop or order.is_triggered


def _best_price(order: Order) -> Price:
    """The price of it that a taker likes best, a change in flight included."""
    change = order.pending_replace
    if change is None or not order.price:
        return order.price
    return min(order.price, change.price) if order.side < 0 else max(order.price, change.price)


def protects(order: Order, state: State) -> bool:
    """It closes something: no new order of the desk takes it away."""
    if order.leg or order.order.reduce_only or not order.reserved_total:
        return True
    position = state.accounts[order.order.account].positions.get(order.order.symbol)
    held = position.quantity if position is not None else 0
    return held * order.side < 0 and order.order.instruction in _CLOSING
