"""What a desk does not open on: orders at work elsewhere that only a desk there could cancel."""

from commands.line_market import flag_of
from engine.domain.state import State
from engine.errors import InputError


def refuse_to_leave_alone(state: State, market: str) -> None:
    """Orders at a venue beyond a line work on whatever is opened here, and only a desk there can
    cancel them: from anywhere else a cancel would be a word in the journal. Raises InputError."""
    orders = [state.orders[order_id] for order_id in state.live]
    there = sorted({o.market for o in orders if flag_of(o.market)} - {market})
    if there:
        flags = " or ".join(sorted({flag_of(each) for each in there}))
        count = sum(order.market in there for order in orders)
        noun = "order works" if count == 1 else "orders work"
        raise InputError(
            f"{count:,} {noun} at {', '.join(there)}: open the desk there ({flags}) and cancel"
            " them or let them end; another market needs another --home"
        )
