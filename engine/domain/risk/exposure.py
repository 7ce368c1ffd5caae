"""What stands open already: other orders' worst quantities, buying power held, value at marks."""

import msgspec

from engine.domain.ledger.currency import in_base
from engine.domain.ledger.valuation import mark_of, market_value
from engine.domain.quotes import Market
from engine.domain.risk.regimes import (
    BPS,
    FINRA_SHORT,
    REG_T_SHORT_MIN,
    SHORT_CHEAP_BELOW,
    SHORT_CHEAP_SHARE_MIN,
    SHORT_SHARE_MIN,
    Rates,
)
from engine.domain.state import Account, State
from engine.instruments import EQUITY, MONEY_IN_VALUE_UNIT, POWERS_OF_TEN, Instrument
from engine.values import FIGURE_MAX, Money, OrderId, Price, Side

_BUY = Side.BUY
NO_ORDER = OrderId(0)
NOTHING = Money(0)


class Worth(msgspec.Struct, frozen=True, gc=False):
    """An account at the marks of this moment."""

    net_liquidation: Money | None
    """None when a short position has no mark: what it owes cannot be known. Nor can what a mark
    makes of a position that no figure can say."""
    short_value: Money
    """What covering every short position would cost, above zero."""
    unmarked: str = ""
    """The first symbol without a mark that matters."""
    long_value: Money = Money(0)
    """What every long position is worth; one without a mark counts with what it cost."""
    sector_value: Money = Money(0)
    """Of the positions, long or short, of the sector that was asked about."""
    lent_value: Money = Money(0)
    """Of long positions with a mark, what money is lent on."""
    unlent_value: Money = Money(0)
    """Of long positions that must be paid in full: coins."""
    largest: Money = Money(0)
    """The largest single position, long or short."""
    short_maintenance: Money = Money(0)
    """FINRA 4210(c)(2) and (3) of every short: its share of value, or so much a share."""
    short_beyond: Money = Money(0)
    """What the same asks of cheap shorts beyond half their value."""

    @property
    def gross(self) -> int:
        """Everything held, long and short."""
        return self.long_value + self.short_value


def open_quantities(
    state: State,
    account: str,
    symbol: str,
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
    orders, are_others = state.orders, len(state.accounts) > 1 or account not in state.accounts
    grouped: dict[str, int] | None = None
    for order_id in of_symbol:
        order = orders[order_id]
        if (are_others and order.order.account != account) or order_id == excluding:
            continue
        if order.pending_replace is None:
            leaves = order.quantity - order.cumulative - order.cancelled
            if leaves < 0:
                assert order.taken or order.is_overfilled, "a live order is open for 0 or more"
                leaves = 0
        else:
            leaves = order.worst_leaves
        if order.oca_group:
            group = order.oca_group
            if group == sharing:
                continue
            grouped = {} if grouped is None else grouped
            counted = grouped.get(group, 0)
            grouped[group] = max(counted, leaves)
            leaves = max(0, leaves - counted)
        if order.side is _BUY:
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
    """Cash and positions at their marks, on the careful side: one walk over what is held.

    A long position without a mark counts as nothing; a short one leaves the whole unknown.
    `sector`: what its positions come to is wanted too, but for that in the symbol `beside`.
    """
    if account.purses:
        return _worth_in_currencies(account, state, market, sector, beside)
    longs = unlent = unmarked = largest = of_sector = 0
    shorts: _Shorts | None = None
    quotes, instruments, exact_in = market.quotes, state.instruments, MONEY_IN_VALUE_UNIT
    for symbol, position in account.positions.items():
        quantity = position.quantity
        if not quantity:
            continue
        # The walk is half of all checks: what nearly every position is worth it works out itself,
        # just as `mark_of` and `notional` would.
        quote, mark = quotes.get(symbol), 0
        if quote is not None:
            bid, ask = quote.bid, quote.ask
            mark = (bid + ask) // 2 if 0 < bid <= ask else mark_of(quote)
        instrument, value = instruments[symbol], int(position.cost)
        if mark:
            value = mark * quantity * instrument.multiplier
            if exact := exact_in[instrument.price_digits + instrument.quantity_digits]:
                value *= exact
            else:
                value = instrument.notional(Price(mark), quantity)
        if quantity < 0:
            if not mark:
                return Worth(None, NOTHING, symbol)
            value = -value
            shorts = _Shorts() if shorts is None else shorts
            shorts.add(value, share_minimum(value, -quantity, instrument))
        elif not mark:
            unmarked += value
        elif instrument.asset_class == EQUITY:
            longs += value
        else:
            unlent += value
        if value > largest:
            largest = value
        if sector and symbol != beside and state.reference.sector_of(symbol) == sector:
            of_sector += value
    if largest > FIGURE_MAX:
        return Worth(None, NOTHING, _beyond(account, state, market))
    return _worth(account.cash, longs, unlent, unmarked, largest, of_sector, shorts)


def _beyond(account: Account, state: State, market: Market) -> str:
    """The first symbol at whose mark more would be held than a figure can say."""
    for symbol, position in account.positions.items():
        mark = mark_of(market.quotes.get(symbol))
        if mark and market_value(position, mark, state.instruments[symbol]) is None:
            return symbol
    return ""


class _Shorts:
    """Sums over short positions, with what FINRA 4210(c) asks of each of them."""

    __slots__ = ("beyond", "maintenance", "value")

    def __init__(self) -> None:
        self.value = self.maintenance = self.beyond = 0

    def add(self, value: int, least: int) -> None:
        """`value` above zero, and the `share_minimum`; 0 where that is not known."""
        self.value += value
        share, beyond = -(-value * FINRA_SHORT // BPS), least - value * REG_T_SHORT_MIN // BPS
        self.maintenance += share if share > least else least
        if beyond > 0:
            self.beyond += beyond


def share_minimum(value: int, quantity: int, instrument: Instrument) -> int:
    """FINRA 4210(c)(2) and (3): $5 a share; below $5 its whole value, $2.50 a share at least."""
    scale = POWERS_OF_TEN[instrument.quantity_digits]
    if quantity * SHORT_CHEAP_BELOW > value * scale:
        return max(value, -(-quantity * SHORT_CHEAP_SHARE_MIN // scale))
    return -(-quantity * SHORT_SHARE_MIN // scale)


def short_beyond(value: int, least: int, rates: Rates) -> int:
    """What a minimum a share asks of a short beyond its share of value; never too little.

    The same for an order as for positions in sum, so that a fill moves one into the other.
    """
    if rates.short >= REG_T_SHORT_MIN:
        return max(0, least - value * REG_T_SHORT_MIN // BPS)
    return max(0, least - value * FINRA_SHORT // BPS)


def _worth(
    cash: int,
    longs: int,
    unlent: int,
    unmarked: int,
    largest: int,
    of_sector: int,
    shorts: _Shorts | None,
) -> Worth:
    """By position: sums of money are money, and the call of a type costs more than a sum."""
    total, held = cash + longs + unlent, longs + unlent + unmarked
    if shorts is None:
        return Worth(total, NOTHING, "", held, of_sector, longs, unlent, largest)  # type: ignore[arg-type]
    return Worth(
        Money(total - shorts.value),
        Money(shorts.value),
        "",
        Money(held),
        Money(of_sector),
        Money(longs),
        Money(unlent),
        Money(largest),
        Money(shorts.maintenance),
        Money(shorts.beyond),
    )


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
    longs = unlent = unmarked = largest = of_sector = 0
    shorts: _Shorts | None = None
    for symbol, position in account.positions.items():
        quantity = position.quantity
        if not quantity:
            continue
        instrument, mark = state.instruments[symbol], mark_of(market.quotes.get(symbol))
        local = market_value(position, mark, instrument)
        is_marked = local is not None
        value = abs(in_base(position.cost if local is None else local, rates[instrument.currency]))
        if quantity < 0:
            if not is_marked:
                return Worth(None, NOTHING, symbol)
            shorts = _Shorts() if shorts is None else shorts
            # Minimums a share are known in the account's currency alone.
            is_own = instrument.currency == account.currency
            shorts.add(value, share_minimum(value, -quantity, instrument) if is_own else 0)
        elif not is_marked:
            unmarked += value
        elif instrument.asset_class == EQUITY:
            longs += value
        else:
            unlent += value
        largest = max(largest, value)
        if sector and symbol != beside and state.reference.sector_of(symbol) == sector:
            of_sector += value
    cash = cash_in_base(account, state)
    return _worth(cash, longs, unlent, unmarked, largest, of_sector, shorts)
