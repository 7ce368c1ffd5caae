"""What a desk holds to be true, without how often and in which order it was told."""

from typing import Any

from engine.domain.orders import Order
from engine.domain.state import State

HEARD = ("changed_at", "text", "queue_ahead", "created_at", "late_cancel", "is_resurrected")
"""Of an order: when it was spoken of, in which words, and whether a fill was heard after its end.
Everything else is compared."""


def truth_of(state: State) -> dict[str, Any]:
    """Orders, executions, positions, lots, cash and ledger; equal for equal sets of messages."""
    account = state.accounts["PAPER"]
    return {
        "orders": {i: _order(order) for i, order in sorted(state.orders.items())},
        "live": sorted(state.live),
        "executions": dict(sorted(state.executions.items())),
        "amended": dict(sorted(state.amended.items())),
        "cash": account.cash,
        "reserved": account.reserved,
        "month_volume": account.month_volume,
        "ledger": {k: v for k, v in sorted(account.ledger.items()) if v},
        "positions": {
            symbol: (
                position.quantity,
                position.cost,
                [(lot.lot_id, lot.opened_at, lot.quantity, lot.cost) for lot in position.lots],
                position.lot_next,
                position.realised,
                position.fees,
                position.day_realised,
                position.day_cash,
                position.day_traded,
                [tuple(f) for f in map(_fill, position.memory.fills)],
            )
            for symbol, position in sorted(account.positions.items())
            if position.memory.fills or position.quantity or position.realised
        },
    }


def _fill(fill: Any) -> tuple[Any, ...]:
    return (fill.at, fill.execution_id, fill.quantity, fill.price)


def _order(order: Order) -> dict[str, Any]:
    fields = {name: getattr(order, name) for name in order.__struct_fields__ if name not in HEARD}
    waits = (order.pending_new is None, order.pending_cancel is None)
    return {**fields, "pending_new": waits[0], "pending_cancel": waits[1]}
