"""Fills what the quotes make marketable, where the house matches: an order that finds its price.

Whole fills at the touch, no queue and no size: this is for sessions that run by themselves, not a
model of a market. Tests that want a certain fill say so with `Gateway.fill`.
"""

from decimal import Decimal

from tests.connectors.ib.gateway.broker import Broker
from tests.connectors.ib.gateway.filling import fill
from tests.connectors.ib.gateway.market import Market, Quote
from tests.connectors.ib.gateway.orders import HELD_TYPES, BrokerOrder, Status

AT_ONCE = frozenset({"IOC", "FOK"})


def match(broker: Broker, market: Market, con_id: int) -> None:
    """Fill or trigger every working order of a contract that its quote allows."""
    if not broker.house.matches:
        return
    quote = market.quote(con_id)
    for order in list(broker.orders.values()):
        if order.listing.con_id == con_id and order.is_live:
            _match(broker, order, quote)


def _match(broker: Broker, order: BrokerOrder, quote: Quote) -> None:
    touch = quote.ask if order.terms.action == "BUY" else quote.bid
    if order.status is Status.PENDING_CANCEL or "child" in order.why_held:
        return
    if order.why_held and not _is_triggered(order, quote):
        return
    if touch is not None and _is_marketable(order, touch):
        fill(broker, order, order.remaining, touch)
    elif order.why_held:
        order.status, order.why_held = Status.SUBMITTED, ""
        broker.say(order)
    elif order.terms.tif in AT_ONCE:
        broker.end(order, Status.CANCELLED, "Cancelled by System:IOC")


def _is_triggered(order: BrokerOrder, quote: Quote) -> bool:
    """Whether the last price reached the trigger; trails are triggered by tests only."""
    price = order.terms.aux_price
    if quote.last is None or price is None or order.terms.kind not in HELD_TYPES:
        return False
    if order.terms.kind.startswith("TRAIL"):
        return False
    rises = (order.terms.action == "BUY") == order.terms.kind.startswith("STP")
    return quote.last >= price if rises else quote.last <= price


def _is_marketable(order: BrokerOrder, touch: Decimal) -> bool:
    limit = order.terms.limit_price
    if order.terms.kind in ("MOC", "LOC", "REL") or order.terms.tif == "OPG":
        return False
    if limit is None or order.terms.kind in ("MKT", "STP", "MIT"):
        return True
    return limit >= touch if order.terms.action == "BUY" else limit <= touch
