"""Which live orders only reduce a position, together not beyond it, and how much they close."""

from engine.domain.state import State
from engine.values import Instruction


def exits_of(state: State, account: str, symbol: str) -> set[int]:
    """Ids of live orders that only reduce the position, oldest first and together not beyond it.

    Everything else could open or increase a position, whatever its side: marked as short, or more
    than is left to close.
    """
    position = state.accounts[account].positions.get(symbol)
    held = position.quantity if position is not None else 0
    room, exits = abs(held), set()
    shared: dict[str, int] = {}
    for order_id in state.live_by_symbol.get(symbol, ()):
        order = state.orders[order_id]
        reduces = held * order.side < 0 and order.order.instruction is not Instruction.SHORT
        # Orders of one group share one quantity: only what goes beyond it counts again.
        counted = shared.get(order.oca_group, 0) if order.oca_group else 0
        more = max(0, order.worst_leaves - counted)
        if reduces and order.order.account == account and more <= room:
            exits.add(order_id)
            room -= more
            if order.oca_group:
                shared[order.oca_group] = counted + more
    return exits


def closing_quantities(state: State, account: str, symbol: str) -> tuple[int, int]:
    """(sells, covers) that may still fill; orders of one group share one quantity.

    What is marked as a short, or buys, closes nothing by its own word.
    """
    working = {Instruction.SELL: 0, Instruction.COVER: 0}
    shared: dict[str, int] = {}
    for order_id in state.live_by_symbol.get(symbol, ()):
        order = state.orders[order_id]
        if order.order.account != account or order.order.instruction not in working:
            continue
        more: int = order.worst_leaves
        if group := order.oca_group:
            counted = shared.get(group, 0)
            shared[group] = max(counted, more)
            more = max(0, more - counted)
        working[order.order.instruction] += more
    return working[Instruction.SELL], working[Instruction.COVER]
