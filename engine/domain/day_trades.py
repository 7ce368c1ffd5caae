"""Day trades by trade date: what was opened and closed on the same one, counted by its close."""

from engine.domain.ledger.positions import Position
from engine.domain.ledger.settlement import US, business_day
from engine.domain.margin_kept import MarginMemory
from engine.values import OrderId

DATES_KEPT_MAX = 64
"""Five dates of every market that the desk may visit, and more."""
ORDERS_KEPT_MAX = 1_000
"""Day trades of one date; beyond it the count stands still."""
WINDOW_DAYS = 5
"""FINRA 4210(f)(8)(B)(ii): business days in which they are counted."""


def count_trade(
    memory: MarginMemory, position: Position, order_id: OrderId, date: int, closes: bool
) -> None:
    """A fill: one that opens makes the next that closes a day trade; many of one side are one."""
    if not closes:
        position.day_opened = True
        return
    if not position.day_opened:
        return
    position.day_opened = False
    orders = memory.day_trades.setdefault(date, {})
    if len(orders) < ORDERS_KEPT_MAX:
        orders[order_id] = None
    while len(memory.day_trades) > DATES_KEPT_MAX:
        del memory.day_trades[next(iter(memory.day_trades))]


def forget_trade(
    memory: MarginMemory, position: Position, order_id: OrderId, date: int, *, is_gone: bool
) -> None:
    """A close that the venue took back whole was no day trade; what it closed is open again."""
    orders = memory.day_trades.get(date)
    if not is_gone or not orders or order_id not in orders:
        return
    del orders[order_id]
    position.day_opened = bool(position.quantity)
    if not orders:
        del memory.day_trades[date]


def recent_day_trades(memory: MarginMemory, trade_date: int) -> int:
    """Of the five business days that end on a trade date."""
    if not memory.day_trades:
        return 0
    since = business_day(US, trade_date, 1 - WINDOW_DAYS)
    counted = memory.day_trades.items()
    return sum(len(orders) for date, orders in counted if since <= date <= trade_date)
