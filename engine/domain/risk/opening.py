"""What live orders may still open, at their worst price: a tally that `apply` keeps."""

from engine.domain.ledger.currency import in_base_up
from engine.domain.order_events import QuoteSeen
from engine.domain.orders import Order, shares_of
from engine.domain.state import Account, State
from engine.values import Instruction, Money, OrderType, Price, Quantity, Side

MARKET_WORST_PERCENT = 105
"""A market order's worst case: the far touch, this much of it."""
_BUY, _SHORT, _MARKET = Instruction.BUY, Instruction.SHORT, OrderType.MARKET
_LIMIT, _BUY_SIDE = OrderType.LIMIT, Side.BUY
_NOTHING = Money(0)


def opening_of(state: State, account: Account, order: Order, leaves: Quantity) -> Money:
    """Worst value of the `leaves` that may still fill, in the currency of its account; 0 of what
    only closes.

    A sale or a cover that was let out closes; while R26 is switched off it may open as well, and
    then buying power is held for it.
    """
    asked = order.order
    instruction = asked.instruction
    if not (instruction is _BUY or instruction is _SHORT or order.reserved_total):
        return _NOTHING
    instrument = state.instruments.get(asked.symbol)
    if instrument is None:
        return _NOTHING
    price, stop, worst, replace = order.price, order.stop, order.worst_price, order.pending_replace
    # Compared one by one: every order comes here, and `max` takes longer.
    if worst > price:
        price = worst
    if stop > price:
        price = stop
    if replace is not None:
        price = max(price, replace.price, replace.stop)
    if not price:
        # On-open orders of a symbol that has not traded yet: what is held for it is all that is
        # known of its value.
        return shares_of(order, leaves)[0]
    value = instrument.notional(price, leaves)
    if instrument.currency == account.currency:
        return value
    return in_base_up(value, state.rate_of(instrument.currency, account.currency))


def tally_opening(account: Account, order: Order, opening: Money) -> None:
    """The order opens this much from now on, and the account's sums follow."""
    change, symbol, by_symbol = opening - order.opening, order.order.symbol, account.opening
    order.opening = opening
    # Sums of money are money; saying so by a call of the type costs more than the sum.
    if order.side is _BUY_SIDE:
        total = account.opening_long + change
        account.opening_long = total  # type: ignore[assignment]
    else:
        total = account.opening_short + change
        account.opening_short = total  # type: ignore[assignment]
    assert total >= 0, "more was closed than could open"
    if of_symbol := by_symbol.get(symbol, 0) + change:
        by_symbol[symbol] = of_symbol  # type: ignore[assignment]
    else:
        by_symbol.pop(symbol, None)


def counted_price(
    type: OrderType, side: Side, price: Price, stop: Price, quote: QuoteSeen
) -> Price:
    """What it counts with beside its own limit: the mark that was seen, and where no limit bounds
    what it costs the worst price. A passive price makes no room."""
    bid, ask, last = quote.bid, quote.ask, quote.last
    mark = (bid + ask) // 2 if bid > 0 and ask > 0 else last
    if side is _BUY_SIDE and (type is _LIMIT or type.has_limit):
        return mark  # type: ignore[return-value]  # half-way between prices is a price
    if type is _LIMIT and not stop:
        worst = price if price > bid else bid  # as `worst_of`, for nearly every sale
    else:
        worst = worst_of(type, side, price=price, stop=stop, bid=bid, ask=ask, last=last)
    return worst if worst > mark else mark  # type: ignore[return-value]


def worst_of(
    type: OrderType,
    side: Side,
    *,
    price: Price,
    stop: Price,
    bid: Price,
    ask: Price,
    last: Price,
) -> Price:
    """The highest price at which the order counts: limits of value and buying power use it.

    A sale may execute above its limit, so it counts with the bid where that is higher.
    0 when there is nothing to go by.
    """
    if side > 0 and type.has_limit:
        return price
    if side > 0:
        touch = max(ask or last, stop)
        return Price(-(-touch * MARKET_WORST_PERCENT // 100))
    if type is _MARKET:
        return Price(-(-(bid or last) * MARKET_WORST_PERCENT // 100))
    if stop > price:
        price = stop
    return bid if bid > price else price
