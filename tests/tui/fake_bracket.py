"""The exits that the fake desk gives a filled entry: a dollar above it and a dollar below."""

import msgspec

from engine.domain.identity import leg_id
from engine.domain.views import OrderRow, PositionRow
from engine.values import Instruction, OrderType, Price, Quantity

DOLLAR = 10_000
EXITS = ("target ≈ 191.12 +100.00 · 1 R", "stop ≈ 189.12 −100.00 · 1 R")


def legs_of(entry: OrderRow, price: Price) -> list[OrderRow]:
    """Both at work at the venue, under their entry."""
    kinds = ((OrderType.LIMIT, price + DOLLAR, 0), (OrderType.STOP, 0, price - DOLLAR))
    return [
        msgspec.structs.replace(
            entry,
            order_id=leg_id(entry.order_id, leg),
            label=f"{entry.label}.{leg}",
            instruction=Instruction.SELL,
            type=kind,
            price=Price(limit),
            stop=Price(stop),
            reduce_only=True,
            cumulative=Quantity(0),
            leaves=entry.quantity,
            average=Price(0),
            state="working",
            is_done=False,
            queue_ahead=-1,
            origin="desk",
        )
        for leg, (kind, limit, stop) in enumerate(kinds, start=1)
    ]


def protected(row: PositionRow) -> PositionRow:
    """All of it has a stop that works."""
    size = Quantity(abs(row.quantity))
    return msgspec.structs.replace(row, exits=size, protected=size, has_exits=True)
