"""What needs a person: orders in doubt, owed fills, foreign orders, breaks; and what settles it."""

import msgspec

from engine.domain.doubt import in_flight
from engine.domain.lifecycle import Certainty
from engine.domain.orders import STATE_WORDS, Order, short_label
from engine.domain.recon_events import DifferenceFound
from engine.domain.state import State
from engine.instruments import Instrument
from engine.values import Nanos, OrderId

ATTENTION_SHOWN_MAX = 200
NOBODY = OrderId(0)


class AttentionRow(msgspec.Struct, frozen=True, gc=False):
    """One thing: what is known, what it comes to at worst, and the line that settles it."""

    kind: str
    """unknown, owed, foreign, break."""
    key: str
    at: Nanos
    order_id: OrderId
    label: str
    symbol: str
    known: str
    worst: str
    line: str
    """The beginning of the order-language line that settles it; a person finishes it."""


def attention_of(state: State) -> tuple[AttentionRow, ...]:
    """Orders first, oldest first; bounded."""
    rows = [_doubt(state, state.orders[i]) for i in sorted(state.in_doubt)]
    rows += [
        _owed(state, order)
        for order in (state.orders[i] for i in state.live)
        if order.ending and order.order_id not in state.in_doubt
    ]
    rows += _of_books(state)
    return tuple(rows[:ATTENTION_SHOWN_MAX])


def count_attention(state: State) -> int:
    """How many rows there would be."""
    owed = sum(1 for i in state.live if state.orders[i].ending and i not in state.in_doubt)
    return len(state.in_doubt) + owed + len(state.recon.breaks) + len(state.recon.foreign)


def _instrument(state: State, symbol: str) -> Instrument:
    return state.instruments.get(symbol) or Instrument(symbol)


def _doubt(state: State, order: Order) -> AttentionRow:
    asked = order.order
    known = _instrument(state, asked.symbol)
    unknown = [
        f"{request.name.lower()} outcome unknown, asked {pending.asked}×"
        for request, pending in in_flight(order)
        if pending.certainty is Certainty.UNKNOWN
    ]
    filled = known.format_quantity(order.cumulative)
    words = f"{STATE_WORDS[order.status]} {filled}/{known.format_quantity(order.quantity)}"
    label = short_label(order, state.trade_date)
    since = min((pending.since for _, pending in in_flight(order)), default=order.changed_at)
    return AttentionRow(
        "unknown",
        f"order/{order.order_id}",
        since,
        order.order_id,
        label,
        asked.symbol,
        f"{words}, {'; '.join(unknown)}",
        _worst(order, order.worst_leaves, known),
        f"resolve {label} ",
    )


def _owed(state: State, order: Order) -> AttentionRow:
    known = _instrument(state, order.order.symbol)
    label = short_label(order, state.trade_date)
    owed = known.format_quantity(order.owed)
    return AttentionRow(
        "owed",
        f"order/{order.order_id}",
        order.changed_at,
        order.order_id,
        label,
        order.order.symbol,
        f"over at the venue, which counts {owed} more filled than it told",
        _worst(order, order.owed, known),
        f"resolve {label} ",
    )


def _worst(order: Order, quantity: int, known: Instrument) -> str:
    sign = "+" if order.side > 0 else "−"
    return f"{sign}{known.format_quantity(quantity)} {order.order.symbol} more"


def _settling(state: State, key: str, found: DifferenceFound) -> str:
    """The line that ends a break, as far as one can."""
    if key.startswith("position/"):
        return f"adopt position {found.symbol} "
    order = state.orders.get(found.order_id)
    if order is None or order.is_done:
        return "reconcile"
    return f"resolve {short_label(order, state.trade_date)} "


def _of_books(state: State) -> list[AttentionRow]:
    rows, recon = [], state.recon
    for key, found in recon.breaks.items():
        about = _settling(state, key, found)
        rows.append(
            AttentionRow(
                "break",
                key,
                found.at,
                found.order_id,
                str(found.order_id or ""),
                found.symbol,
                f"{found.ours} here, {found.venues} at the venue",
                f"{found.symbol} only reduces",
                about,
            )
        )
    for name, row in recon.foreign.items():
        rows.append(
            AttentionRow(
                "foreign",
                f"foreign/{name}",
                recon.finished_at,
                NOBODY,
                name,
                row.symbol,
                f"{row.instruction.word} {row.quantity - row.cumulative} open, not from this desk",
                "not counted until it is adopted",
                f"adopt order {name} ",
            )
        )
    return rows
