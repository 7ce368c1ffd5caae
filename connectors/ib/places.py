"""Where an order is just now: on its way, at the gateway, or at IB, and what it waits for there."""

from connectors.ib.reading import INACTIVE, PENDING, PENDING_CANCEL
from connectors.ib.roll import Standing
from engine.hosted import OrderPlace

ON_ITS_WAY = OrderPlace("sent", "is on its way to IB, which has not said a word of it yet")
AT_GATEWAY = OrderPlace("gate", "is at the gateway, which has not passed it on to IB yet")
HELD = OrderPlace("IB", "is at IB, which holds it until its price is reached")
LOCATE = OrderPlace("IB", "is at IB, which looks for shares to borrow")
EARLY = OrderPlace("IB", "is at IB, which holds it until its session")
WORKING = OrderPlace("IB", "works at IB")
PARKED = OrderPlace("IB", "is inactive at IB: it stands there and trades nothing")
PRE_SUBMITTED = "PreSubmitted"


def place_of(order: Standing) -> OrderPlace:
    """By the newest word of IB's about it."""
    if not order.status_there:
        return ON_ITS_WAY
    if order.status_there in PENDING:
        return AT_GATEWAY
    if order.status_there == INACTIVE:
        return PARKED
    if order.status_there in (PRE_SUBMITTED, PENDING_CANCEL):
        if "locate" in order.why_held:
            return LOCATE
        if order.type.has_stop:
            return HELD
        return EARLY if order.status_there == PRE_SUBMITTED else WORKING
    return WORKING
