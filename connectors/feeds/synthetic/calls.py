"""What a crowd sends while orders line up: for the opening and closing cross, and to reopen."""

from math import floor

from connectors.feeds.synthetic.chance import heavy, waiting
from connectors.feeds.synthetic.crowd import Crowd
from engine.exchange.messages import NewOrder
from engine.values import NANOS_PER_SECOND, Side, TimeInForce

CALL_SECONDS = 300
"""Before the open, where a market begins with its pre-open."""
ORDERS_PER_CALL = 90
"""Orders for one cross alone, of one symbol, usually."""
ON_CLOSE_FROM, ON_CLOSE_UNTIL = 600 * NANOS_PER_SECOND, 120 * NANOS_PER_SECOND
"""Before the close: when orders for its cross come."""
MARKET_ON_CLOSE_UNTIL = 300 * NANOS_PER_SECOND
"""Before the close: afterwards only those with a limit may come."""
REOPENING_ORDERS = 40
"""Limits around what a halted symbol is worth now, until it reopens."""

_AT_MARKET = 0.7
_LIMIT_SPREADS = 3.0
_EXPONENT, _LOTS_MAX = 1.5, 25
_CLOSE_SECONDS = (ON_CLOSE_FROM - ON_CLOSE_UNTIL) / NANOS_PER_SECOND


def seconds_to_next(crowd: Crowd, span_nanos: int, orders: int) -> float:
    """Until somebody sends again, so that so many come in the whole span."""
    return waiting(crowd.random) * span_nanos / NANOS_PER_SECOND / orders


def for_cross(crowd: Crowd, lives: TimeInForce, *, at_market: bool = True) -> NewOrder:
    """One order for a cross alone: mostly without a limit, else one near what it is worth."""
    random = crowd.random
    side = Side.BUY if random.random() < 0.5 else Side.SELL
    size = crowd.listing.lot * heavy(random, exponent=_EXPONENT, at_most=_LOTS_MAX)
    if random.random() < _AT_MARKET and at_market:
        return crowd.for_cross(side, lives, None, size)
    return crowd.for_cross(side, lives, _near(crowd, side), size)


def for_close(crowd: Crowd, to_close: int) -> NewOrder | None:
    """Now and then somebody wants the closing price; `to_close` in nanoseconds."""
    if not ON_CLOSE_UNTIL < to_close <= ON_CLOSE_FROM:
        return None
    expected = crowd.listing.actions_per_second * _CLOSE_SECONDS
    if crowd.random.random() * expected >= ORDERS_PER_CALL:
        return None
    return for_cross(crowd, TimeInForce.CLS, at_market=to_close > MARKET_ON_CLOSE_UNTIL)


def caught_up(crowd: Crowd, lives: TimeInForce, *, gone: int, span: int) -> list[NewOrder]:
    """What has lined up when so many nanoseconds of a span are gone, all at once."""
    share = min(max(gone, 0), span) / span
    return [for_cross(crowd, lives) for _ in range(floor(ORDERS_PER_CALL * share))]


def to_reopen(crowd: Crowd) -> NewOrder:
    """A limit around what the halted symbol is worth now, from whoever wants to trade there."""
    side = Side.BUY if crowd.random.random() < 0.5 else Side.SELL
    size = crowd.listing.lot * heavy(crowd.random, exponent=_EXPONENT, at_most=_LOTS_MAX)
    return crowd.resting(side, _near(crowd, side), size)


def _near(crowd: Crowd, side: Side) -> int:
    """Ticks: more often through what it is worth than not, so that limits meet."""
    away = _LIMIT_SPREADS * crowd.listing.spread_ticks * (1.5 * crowd.random.random() - 0.5)
    return max(1, round(crowd.belief.worth + side * away))
