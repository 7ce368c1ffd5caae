"""What stands open already: other orders' worst quantities, buying power held, value at marks."""

import msgspec

from engine.domain.ledger.currency import in_base
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
    long_value: Money = Money(0)
    """What every long position is worth; one without a mark counts with what it cost."""
    sector_value: Money = Money(0)
    """Of the positions, long or short, of the sector that was asked about."""


def worst_leaves(order: Order) -> int:
    """Open quantity of a live order, with a larger replace in flight counted as done."""
    quantity = order.quantity
    replace = order.pending_replace
    if replace is not None and replace.quantity > quantity:
        quantity = replace.quantity
    return max(0, quantity - order.cumulative - order.cancelled)


def open_quantities(
    state: State,
    account: str,
    symbol: str,
    *,
    excluding: OrderId = NO_ORDER,
    sharing: str = "",
) -> tuple[int, int]:
    """(buys, sells) that may still fill, UNKNOWN ones included.

    Orders of one group share one quantity, so they count once; those of `sharing` not at all.
    """
    buys = sells = 0
    of_symbol = state.live_by_symbol.get(symbol)
    if not of_symbol:
        return 0, 0
    orders = state.orders
    grouped: dict[str, int] | None = None
    for order_id in of_symbol:
        order = orders[order_id]
        if order_id == excluding or order.order.account != account:
            continue
        if order.pending_replace is None:
            leaves = order.quantity - order.cumulative - order.cancelled
        else:
            leaves = worst_leaves(order)
        assert leaves >= 0 or order.taken, "a live order is open for nothing or more"
        if group := order.oca_group:
            leaves = max(0, leaves)
            if group == sharing:
                continue
            grouped = {} if grouped is None else grouped
            counted = grouped.get(group, 0)
            grouped[group] = max(counted, leaves)
            leaves = max(0, leaves - counted)
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


def worth_of(
    account: Account, state: State, market: Market, *, sector: str = "", beside: str = ""
) -> Worth:
    """Cash and positions at their marks, on the careful side.

    A long position without a mark counts as nothing; a short one leaves the whole unknown.
    `sector`: what its positions come to is wanted too, but for that in the symbol `beside`.
    """
    if account.purses:
        return _worth_in_currencies(account, state, market, sector, beside)
    total, long_value, short_value, of_sector = int(account.cash), 0, 0, 0
    quotes, instruments = market.quotes, state.instruments
    for symbol, position in account.positions.items():
        quantity = position.quantity
        if not quantity:
            continue
        mark = mark_of(quotes.get(symbol))
        if mark:
            value = instruments[symbol].notional(mark, quantity)
            total += value
        elif quantity < 0:
            return Worth(None, Money(0), symbol)
        else:
            value = position.cost
        if quantity < 0:
            short_value -= value
        else:
            long_value += value
        if sector and symbol != beside and state.reference.sector_of(symbol) == sector:
            of_sector += abs(value)
    return Worth(Money(total), Money(short_value), "", Money(long_value), Money(of_sector))


def cash_in_base(account: Account, state: State) -> Money:
    """Cash of every currency at today's rates; a debit in one is covered by another."""
    if not account.purses:
        return account.cash
    total = int(account.cash)
    for currency, purse in account.purses.items():
        total += in_base(purse.cash, state.rate_of(currency, account.currency))
    return Money(total)


def _worth_in_currencies(
    account: Account, state: State, market: Market, sector: str, beside: str
) -> Worth:
    """The same for an account that holds more than its own currency."""
    rates = {
        currency: state.rate_of(currency, account.currency)
        for currency in (account.currency, *account.purses)
    }
    total, long_value, short_value, of_sector = int(cash_in_base(account, state)), 0, 0, 0
    for symbol, position in account.positions.items():
        if not position.quantity:
            continue
        instrument = state.instruments[symbol]
        mark = mark_of(market.quotes.get(symbol))
        if mark:
            local = instrument.notional(mark, position.quantity)
            value = in_base(local, rates[instrument.currency])
            total += value
        elif position.quantity < 0:
            return Worth(None, Money(0), symbol)
        else:
            value = in_base(position.cost, rates[instrument.currency])
        if position.quantity < 0:
            short_value -= value
        else:
            long_value += value
        if sector and symbol != beside and state.reference.sector_of(symbol) == sector:
            of_sector += abs(value)
    return Worth(Money(total), Money(short_value), "", Money(long_value), Money(of_sector))
