"""Whether a sale breaks good faith: what had paid for the shares has not settled."""

from engine.domain import events as ev
from engine.domain.margin_facts import GoodFaithViolated
from engine.domain.orders import Order
from engine.domain.settling import recent_violations, sold_early
from engine.domain.state import State
from engine.values import Nanos


def good_faith(state: State, order: Order, fill: ev.OrderFilled, now: Nanos) -> list[ev.Event]:
    """One violation for a sale, however often it is filled; nothing keeps anybody from selling."""
    account = state.accounts[order.order.account]
    if order.side > 0 or order.order_id == account.margin.violated_by:
        return []
    position = account.positions.get(order.order.symbol)
    if position is None:
        return []
    early, until = sold_early(account, position, fill.quantity)
    if not early:
        return []
    count = recent_violations(account.margin, state.trade_date) + 1
    broken = (order.order_id, order.order.symbol, early, until, count)
    return [GoodFaithViolated(now, account.account, *broken)]
