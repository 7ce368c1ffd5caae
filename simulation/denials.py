"""Holds that nothing is denied in vain, where the desk knows all that there is to know."""

from engine.domain.events import OrderDenied
from engine.domain.reasons import Verdict
from engine.domain.state import DEFAULT_ACCOUNT, State
from engine.values import OrderId, OrderType
from simulation.broken import hold
from simulation.invariants.limits import BPS, Moment, may_open
from simulation.reach import MONEY_PER_TICK

IN_VAIN = "in vain"
COUNTED = frozenset({"R01", "R08", "R17"})


def is_by_count(event: OrderDenied) -> bool:
    """Whether there is anything to look into."""
    return any(f.verdict is Verdict.DENY and f.rule in COUNTED for f in event.findings)


def hold_denial(event: OrderDenied, moment: Moment, state: State) -> None:
    """R01, R08 and R17: a limit that counted something twice would keep a trader from his work.

    Nothing is said of a moment in which the desk has to count more than there is.
    """
    order = event.order
    denied = {found.rule for found in event.findings if found.verdict is Verdict.DENY}
    if not may_open(order):
        return
    limits, symbol = moment.limits, order.symbol
    if "R01" in denied:
        hold(order.quantity > limits.order_quantity_max, IN_VAIN, f"R01 of {order.quantity}")
    if not _knows_all(moment, state):
        return
    if "R17" in denied:
        standing = moment.reach.standing.values()
        of_symbol = sum(1 for each in standing if each.symbol == symbol)
        is_full = of_symbol >= limits.open_orders_symbol_max
        is_full |= len(standing) >= limits.open_orders_max
        hold(is_full, IN_VAIN, f"R17 with {of_symbol} open of {symbol}, {len(standing)} in all")
    side, mark = order.instruction.side, moment.marks[symbol]
    is_plain = order.type is OrderType.LIMIT and mark > 0 and moment.held(symbol) * side >= 0
    if "R08" in denied and is_plain:
        worst = moment.worst(symbol, side) + order.quantity
        value = worst * max(order.price, mark) * MONEY_PER_TICK
        limit = moment.worth * limits.position_max // BPS
        hold(value > limit, IN_VAIN, f"R08: {worst} {symbol} are {value:,} of {limit:,}")


def _knows_all(moment: Moment, state: State) -> bool:
    """Orders and positions are to the desk what they are at the venue; nothing is on its way."""
    if any(moment.excused.values()) or set(state.live) != set(moment.reach.standing):
        return False
    for order_id, standing in moment.reach.standing.items():
        order = state.orders[OrderId(order_id)]
        pending = (order.pending_new, order.pending_replace, order.pending_cancel)
        if any(pending) or order.worst_leaves != standing.quantity:
            return False
    positions = state.accounts[DEFAULT_ACCOUNT].positions
    symbols = {*positions, *moment.reach.held}
    return all(
        (positions[symbol].quantity if symbol in positions else 0)
        == moment.reach.held.get(symbol, 0)
        for symbol in symbols
    )
