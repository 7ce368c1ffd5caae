"""What happens to an execution afterwards: a correction replaces it, a bust takes it away."""

from dataclasses import replace
from decimal import Decimal

from tests.connectors.ib.gateway.broker import Broker
from tests.connectors.ib.gateway.notices import Charged, Executed
from tests.connectors.ib.gateway.orders import BrokerOrder, Execution, Status


def correct(broker: Broker, exec_id: str, shares: Decimal, price: Decimal) -> Execution:
    """Replace an execution by one whose id ends in the next number; the truth follows it."""
    old = _standing(broker, exec_id)
    order = broker.orders[old.perm_id]
    _take_back(broker, order, old)
    order.filled += shares
    order.paid += shares * price
    if order.remaining and order.status is Status.FILLED:
        order.status = Status.SUBMITTED
    number = int(old.exec_id.rpartition(".")[2]) + 1
    new = replace(
        old,
        exec_id=f"{old.base}.{number:02d}",
        shares=shares,
        price=price,
        cumulative=order.filled,
        average=order.average_price,
        pending_revision=False,
    )
    realized = broker.books[order.account].book(new)
    new = replace(new, realized=f"{realized:f}")
    broker.executions[broker.executions.index(old)] = new
    broker.said.append(new)
    broker.tell(Executed(new))
    broker.tell(Charged(new))
    broker.tell_position(order.account, order.listing)
    return new


def bust(broker: Broker, exec_id: str) -> None:
    """Take an execution away: it is replayed no more, and only the position says so.

    The API has no message for it; what is modelled here is an assumption, named in ARCHITECTURE.
    """
    old = _standing(broker, exec_id)
    order = broker.orders[old.perm_id]
    _take_back(broker, order, old)
    broker.executions.remove(old)
    broker.tell_position(order.account, order.listing)


def _standing(broker: Broker, exec_id: str) -> Execution:
    for fill in broker.executions:
        if exec_id in (fill.exec_id, fill.base):
            return fill
    raise KeyError(f"no execution {exec_id!r} stands")


def _take_back(broker: Broker, order: BrokerOrder, old: Execution) -> None:
    order.filled -= old.shares
    order.paid -= old.shares * old.price
    broker.books[order.account].holding(old.listing).trade(-old.signed, old.price)
