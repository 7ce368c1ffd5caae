"""A market exit that is worth more than one order may be (R02): it leaves as several orders.

Limits meant to stop opening must not stop closing, and the size of one order still means
something to a venue: so an exit is never refused for it, and never leaves beyond it at once.
"""

from msgspec import structs

from engine.domain import events as ev
from engine.domain.identity import client_order_id
from engine.domain.reasons import Finding, Verdict
from engine.domain.risk.findings import finding
from engine.domain.risk.proposal import Proposal
from engine.domain.risk.rules.quantities import R02, quantity_within
from engine.domain.state import State
from engine.instruments import format_money_rounded
from engine.values import OrderId, OrderType, Quantity, TimeInForce

ORDERS_MAX = 20
"""Of one exit: where the limit asks for more they are larger than it, for closing goes first."""


def slices_of(p: Proposal) -> tuple[Quantity, ...]:
    """Sizes of the orders as which the exit leaves, as equal as lots allow; empty: as it is.

    What has to be filled whole or not at all stays one order, and so does what exits hang on.
    """
    order, instrument = p.order, p.instrument
    is_sliced = order.type is OrderType.MARKET and p.is_exit and p.replaces is None
    is_whole = order.time_in_force is TimeInForce.FOK or order.target or order.stop_loss
    if not is_sliced or instrument is None or is_whole:
        return ()
    limit = p.limits.order_notional_max
    if not p.worst_price or p.notional(p.quantity) <= limit:
        return ()
    lot = instrument.lot_size
    most = max(1, quantity_within(p, limit, p.worst_price) // lot)
    lots = p.quantity // lot
    count = min(ORDERS_MAX, lots, -(-lots // most))
    if count < 2:
        return ()
    least, more = divmod(lots, count)
    return tuple(Quantity((least + (at < more)) * lot) for at in range(count))


def warning_of(p: Proposal, sizes: tuple[Quantity, ...]) -> Finding:
    """What a person and the journal are told of it."""
    limit, largest = format_money_rounded(p.limits.order_notional_max), p.size(max(sizes))
    return finding(
        R02,
        Verdict.WARN,
        f"Leaves as {len(sizes)} orders of {largest} at most: one order may be worth {limit}",
        actual=format_money_rounded(p.notional(p.quantity)),
        limit=limit,
    )


def in_slices(
    state: State,
    released: ev.OrderReleased,
    queued: ev.MessageQueued | None,
    sizes: tuple[Quantity, ...],
) -> list[ev.Event]:
    """The one order as several, all of them at once; the first has the ticket that was sent.

    `queued`: what the first waits for; the others wait for the same.
    """
    happened: list[ev.Event] = []
    for at, quantity in enumerate(sizes):
        order_id = OrderId(released.order_id + at)
        if at and queued is not None:
            happened.append(structs.replace(queued, order_id=order_id))
        asked = released.order
        ticket = f"{asked.ticket}/{at + 1}" if at else asked.ticket
        name = client_order_id(
            instance=state.instance, epoch=state.epoch, order_id=order_id, revision=0
        )
        happened.append(
            structs.replace(
                released,
                order_id=order_id,
                number=released.number + at,
                client_order_id=name,
                order=structs.replace(asked, ticket=ticket, quantity=quantity),
            )
        )
    return happened
