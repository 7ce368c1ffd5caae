"""When orders for an auction may still come, and when they may still go: the venue's own clock.

The times are those of the Nasdaq crosses: market-on-open until 9:28 and the same for its limits
here (late ones are re-priced there), market-on-close until 15:55 and limit-on-close until 15:58
since SR-NASDAQ-2018-068 (83 FR 53923), neither to be taken back once the imbalance is public.
"""

from connectors.paper.orders import OwnOrder
from engine.domain.phases import objection_to_entry
from engine.domain.quotes import Phase
from engine.domain.requests import NewOrderRequest
from engine.runtime.market_time import at_time_of_day, exchange_clock
from engine.values import NANOS_PER_SECOND, Nanos, OrderType, TimeInForce


def _clock(hour: int, minute: int) -> int:
    """Nanoseconds since midnight on the exchange's wall."""
    return (hour * 60 + minute) * 60 * NANOS_PER_SECOND


ON_OPEN_ENTRY_UNTIL = _clock(9, 28)
ON_OPEN_CANCEL_UNTIL = _clock(9, 28)
MARKET_ON_CLOSE_ENTRY_UNTIL = _clock(15, 55)
LIMIT_ON_CLOSE_ENTRY_UNTIL = _clock(15, 58)
ON_CLOSE_CANCEL_UNTIL = _clock(15, 50)
CLOSING_IMBALANCE_FROM = _clock(15, 50)
"""From here on the indicative closing price and the imbalance are public."""


def is_past(now: Nanos, trade_date: int, time_of_day: int) -> bool:
    """Whether that time of the trade date has come."""
    return now >= at_time_of_day(trade_date, time_of_day)


def objection_to_new(
    request: NewOrderRequest, phase: Phase, because: str, now: Nanos, trade_date: int
) -> str:
    """Why this venue takes no such order now; empty when it does."""
    lives = request.time_in_force
    if lives.is_for_auction:
        last = _last_entry(lives, request.type)
        if is_past(now, trade_date, last):
            until = exchange_clock(at_time_of_day(trade_date, last), digits=0)
            limited = "market" if request.type is OrderType.MARKET else "limit"
            what = "on-open" if lives is TimeInForce.OPG else f"{limited}-on-close"
            return f"{what} orders enter until {until}"
    return objection_to_entry(
        request.symbol,
        phase,
        type=request.type,
        time_in_force=lives,
        post_only=request.post_only,
        because=because,
    )


def objection_to_taking_back(order: OwnOrder, now: Nanos, trade_date: int) -> str:
    """Why an order for an auction stays now, whatever is asked; empty when it may go or change."""
    if not order.time_in_force.is_for_auction:
        return ""
    is_open = order.time_in_force is TimeInForce.OPG
    last = ON_OPEN_CANCEL_UNTIL if is_open else ON_CLOSE_CANCEL_UNTIL
    if not is_past(now, trade_date, last):
        return ""
    until = exchange_clock(at_time_of_day(trade_date, last), digits=0)
    return f"on-{'open' if is_open else 'close'} orders can be taken back or changed until {until}"


def _last_entry(lives: TimeInForce, kind: OrderType) -> int:
    if lives is TimeInForce.OPG:
        return ON_OPEN_ENTRY_UNTIL
    if kind is OrderType.MARKET:
        return MARKET_ON_CLOSE_ENTRY_UNTIL
    return LIMIT_ON_CLOSE_ENTRY_UNTIL
