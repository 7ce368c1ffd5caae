"""Settled and unsettled cash: what trades move until their settlement date, what it paid for."""

from engine.domain.ledger.positions import Position
from engine.domain.ledger.settlement import AT_ONCE, calendar_day, settles_on
from engine.domain.margin_kept import Funded, MarginMemory, Settling
from engine.domain.orders import Order
from engine.domain.risk.margin import terms_under
from engine.domain.state import Account, State
from engine.instruments import Instrument
from engine.values import Money, OrderId, Quantity

VIOLATIONS_MAX = 3
"""Good-faith violations within a year after which only settled cash buys …"""
VIOLATION_DAYS, SETTLED_ONLY_DAYS = 365, 90
"""… for so many days. The practice of US brokers; 12 CFR 220.8(c) freezes for 90 days as well."""
VIOLATIONS_KEPT_MAX = 16
FUNDED_KEPT_MAX = 64
"""Purchases of one symbol with unsettled cash that are told apart; older ones run together."""


def settled_cash(account: Account, currency: str) -> Money:
    """Cash less what is still to come, and with what is still to be paid (I-27)."""
    unsettled = 0
    for moved in account.margin.settling.get(currency, {}).values():
        unsettled += moved.received - moved.owed
    return Money(account.cash_in(currency) - unsettled)


def free_settled(account: Account, currency: str) -> Money:
    """Settled cash that no purchase on its way to settlement has taken."""
    received = 0
    for moved in account.margin.settling.get(currency, {}).values():
        received += moved.received
    return Money(account.cash_in(currency) - received)


def last_receipt(account: Account, currency: str) -> int:
    """The date on which all proceeds on their way have settled; 0 where none are."""
    waiting = account.margin.settling.get(currency, {})
    return max((date for date, moved in waiting.items() if moved.received), default=0)


def settle_trade(state: State, account: Account, instrument: Instrument, amount: Money) -> None:
    """Cash of a trade goes to its settlement date; what is taken back there comes off it first."""
    date = settles_on(instrument, state.trade_date)
    if date == AT_ONCE or not amount:
        return
    settling = account.margin.settling
    dates = settling.get(instrument.currency)
    if dates is None:
        dates = settling[instrument.currency] = {}
    moved = dates.get(date)
    if moved is None:
        moved = dates[date] = Settling()
    if amount > 0:
        moved.received += amount  # type: ignore[assignment]  # sums of money are money
    else:
        moved.owed -= amount  # type: ignore[assignment]


def take_back(state: State, account: Account, instrument: Instrument, amount: Money) -> None:
    """A trade that the venue took back: what it had moved on the same date is gone."""
    date = settles_on(instrument, state.trade_date)
    moved = account.margin.settling.get(instrument.currency, {}).get(date)
    if moved is not None and amount < 0:
        gone = min(moved.received, -amount)
        moved.received, amount = Money(moved.received - gone), Money(amount + gone)
    elif moved is not None:
        gone = min(moved.owed, amount)
        moved.owed, amount = Money(moved.owed - gone), Money(amount - gone)
    settle_trade(state, account, instrument, amount)


def settle_date(memory: MarginMemory, trade_date: int) -> None:
    """A trade date begins: what was due up to it is settled, wherever the desk was meanwhile."""
    for currency in list(memory.settling):
        dates = memory.settling[currency]
        for date in [date for date in dates if date <= trade_date]:
            del dates[date]
        if not dates:
            del memory.settling[currency]
    for symbol in list(memory.funded):
        left = [each for each in memory.funded[symbol] if each.until > trade_date]
        if left:
            memory.funded[symbol] = left
        else:
            del memory.funded[symbol]


def fund(
    state: State, account: Account, order: Order, instrument: Instrument, size: int, paid: int
) -> None:
    """A purchase of a cash account: beyond free settled cash it was paid with what has to come.

    Called with the cash still as it was before the purchase.
    """
    if free_settled(account, instrument.currency) >= paid:
        return
    until = last_receipt(account, instrument.currency)
    if until <= state.trade_date:
        return
    kept = account.margin.funded.setdefault(order.order.symbol, [])
    if kept and (kept[-1].until == until or len(kept) >= FUNDED_KEPT_MAX):
        kept[-1].quantity = Quantity(kept[-1].quantity + size)
        kept[-1].until = until
        return
    kept.append(Funded(until, Quantity(size)))


def sold_early(account: Account, position: Position, size: int) -> tuple[Quantity, int]:
    """(shares of a sale that were bought with cash which has not settled, its settlement date).

    First in, first out: the newest purchases are sold last.
    """
    kept = account.margin.funded.get(position.symbol, [])
    early = min(size, size - position.quantity + sum(each.quantity for each in kept))
    if not kept or early <= 0:
        return Quantity(0), 0
    return Quantity(early), kept[0].until


def unfund(account: Account, position: Position, size: int) -> None:
    """What was sold of it is not there any more."""
    early, _ = sold_early(account, position, size)
    kept = account.margin.funded.get(position.symbol, [])
    while early and kept:
        taken = min(early, kept[0].quantity)
        kept[0].quantity = Quantity(kept[0].quantity - taken)
        early = Quantity(early - taken)
        if not kept[0].quantity:
            del kept[0]
    if not kept:
        account.margin.funded.pop(position.symbol, None)


def is_settled_account(state: State) -> bool:
    """Whether purchases are paid with cash that has to settle."""
    return terms_under(state.limits, state.trade_date).is_settled


def recent_violations(memory: MarginMemory, trade_date: int) -> int:
    """Good-faith violations of the year that ends on a trade date."""
    since = calendar_day(trade_date, -VIOLATION_DAYS)
    return sum(since < date <= trade_date for date in memory.violations)


def violate(memory: MarginMemory, order_id: OrderId, trade_date: int) -> None:
    """One violation for a sale; the third within a year leaves only settled cash."""
    memory.violations.append(trade_date)
    del memory.violations[:-VIOLATIONS_KEPT_MAX]
    memory.violated_by = order_id
    if recent_violations(memory, trade_date) >= VIOLATIONS_MAX:
        memory.settled_only_until = calendar_day(trade_date, SETTLED_ONLY_DAYS)
