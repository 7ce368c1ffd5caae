"""What stands open already: other orders' worst quantities, buying power held, value at marks."""

import msgspec

from engine.domain.ledger.valuation import mark_of
from engine.domain.orders import Order
from engine.domain.quotes import Market
from engine.domain.state import Account, State
from engine.values import Money, OrderId

NO_ORDER = OrderId(0)


class Worth(msgspec.Struct, frozen=True, gc=False):
    """An account at the marks of this moment."""

    net_liquidation: Money | None
    """None when a short position has no mark: what it owes cannot be known."""
    short_value: Money
    """What covering every short position would cost, above zero."""
    unmarked: str = ""
    """The first symbol without a mark that matters."""


def worst_leaves(order: Order) -> int:
    """Open quantity of a live order, with a larger replace in flight counted as done."""
    quantity = order.quantity
    replace = order.pending_replace
    if replace is not None and replace.quantity > quantity:
        quantity = replace.quantity
    return max(0, quantity - order.cumulative - order.cancelled)


def open_quantities(
    state: State, account: str, symbol: str, *, excluding: OrderId = NO_ORDER
) -> tuple[int, int]:
    """(buys, sells) that may still fill, UNKNOWN ones included."""
    buys = sells = 0
    of_symbol = state.live_by_symbol.get(symbol)
    if not of_symbol:
        return 0, 0
    orders = state.orders
    for order_id in of_symbol:
        order = orders[order_id]
        if order_id == excluding or order.order.account != account:
            continue
        if order.pending_replace is None:
            leaves = order.quantity - order.cumulative - order.cancelled
        else:
            leaves = worst_leaves(order)
        assert leaves >= 0, "a live order is open for nothing or more"
        if order.side > 0:
            buys += leaves
        else:
            sells += leaves
    return buys, sells


def reserved_total(account: Account, state: State, *, excluding: OrderId = NO_ORDER) -> Money:
    """Buying power held by all live orders of the account, but for one."""
    held = account.reserved
    if excluding == NO_ORDER:
        return held
    return Money(held - state.orders[excluding].reserved)


def worth_of(account: Account, state: State, market: Market) -> Worth:
    """Cash and positions at their marks, on the careful side.

    A long position without a mark counts as nothing; a short one leaves the whole unknown.
    """
    total, short_value = int(account.cash), 0
    quotes, instruments = market.quotes, state.instruments
    for symbol, position in account.positions.items():
        quantity = position.quantity
        if not quantity:
            continue
        mark = mark_of(quotes.get(symbol))
        if mark:
            value = instruments[symbol].notional(mark, quantity)
            total += value
            if quantity < 0:
                short_value -= value
        elif quantity < 0:
            return Worth(None, Money(0), symbol)
    return Worth(Money(total), Money(short_value))
