"""Fills an order at the broker: the execution, what it does to the position, and who is told."""

from dataclasses import replace
from decimal import Decimal

from tests.connectors.ib.gateway import groups
from tests.connectors.ib.gateway.broker import Broker
from tests.connectors.ib.gateway.notices import Charged, Executed
from tests.connectors.ib.gateway.orders import BrokerOrder, Execution, Status

TOLD = ("execution", "status", "commission")


def fill(
    broker: Broker,
    order: BrokerOrder,
    shares: Decimal,
    price: Decimal,
    *,
    says: tuple[str, ...] = TOLD,
    commission: str = "",
    unset: bool = False,
    exchange: str = "",
) -> Execution:
    """One execution. ValueError where the order cannot have it.

    says: what is told of it, in this order, of `execution`, `status` and `commission`.
    unset: the commission report names no realized P&L.
    """
    if order.is_done or order.status is Status.API_PENDING or shares > order.remaining:
        raise ValueError(f"{order.ref!r} is {order.status}, {order.remaining} remaining")
    order.filled += shares
    order.paid += shares * price
    order.last_price = price
    done = _execution(broker, order, shares, price)
    realized = broker.books[order.account].book(done)
    done = replace(
        done,
        realized="" if unset else f"{realized:f}",
        commission=commission or done.commission,
        exchange=exchange or done.exchange,
    )
    broker.executions.append(done)
    broker.said.append(done)
    _move_on(broker, order)
    for word in says:
        _say(broker, word, order, done)
    broker.tell_position(order.account, order.listing)
    groups.filled(broker, order, shares)
    return done


def _execution(broker: Broker, order: BrokerOrder, shares: Decimal, price: Decimal) -> Execution:
    number = len(broker.said) + 1
    return Execution(
        f"0000e0d5.{order.perm_id & 0xFFFFFFFF:08x}.{number:02x}.01",
        order.perm_id,
        order.client_id,
        order.order_id,
        order.account,
        order.listing,
        order.listing.exchanges[-1],
        "BOT" if order.terms.action == "BUY" else "SLD",
        shares,
        price,
        order.filled,
        order.average_price,
        order.ref,
        broker.house.clock(),
        broker.house.commission,
    )


def _move_on(broker: Broker, order: BrokerOrder) -> None:
    order.why_held = ""
    order.parked = False
    if not order.remaining:
        order.status = Status.FILLED
        broker.complete(order, f"Filled Size: {order.filled:f}")
    elif order.status is not Status.PENDING_CANCEL:
        order.status = Status.SUBMITTED


def _say(broker: Broker, word: str, order: BrokerOrder, done: Execution) -> None:
    match word:
        case "execution":
            broker.tell(Executed(done))
        case "status":
            broker.say(order)
        case "commission":
            broker.tell(Charged(done))
        case _:
            raise ValueError(f"{word!r} is none of {', '.join(TOLD)}")
