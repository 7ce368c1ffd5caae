"""Numbers of the desk and its days, as lines of every origin may say them."""

from engine.domain.state import State
from engine.language.syntax import OrderNumber
from engine.values import OrderId


def order_of_day(state: State, number: OrderNumber) -> OrderId | None:
    """Today's number, or that of the latest MMDD; newest first, so a reused day is the last.

    Without a leg the id of the whole group, which may be two exits and no order.
    """
    leg = number.leg or 0
    for order in reversed(state.orders.values()):
        if order.number != number.number or (leg and order.leg != leg):
            continue
        day = f"{order.trade_date % 10_000:04d}"
        is_day = order.trade_date == state.trade_date if not number.day else day == number.day
        if is_day:
            return order.order_id if leg else order.group
    return None
