"""What trips a breaker, as the watch or a venue tells it, and what became true of it."""

from engine.domain.facts import Fact
from engine.values import Nanos, Price


class PriceRan(Fact, frozen=True, tag="price_ran"):
    """Within five minutes a symbol moved from one price to another."""

    symbol: str
    from_price: Price
    from_at: Nanos
    to_price: Price


class IndexSeen(Fact, frozen=True, tag="index_seen"):
    """The index has reached a level of the market-wide table that it had not reached today."""

    symbol: str
    last: Price
    reference: Price
    """Its previous close."""
    second_of_day: int
    """By the wall of its exchange."""


class PriceFell(Fact, frozen=True, tag="price_fell"):
    """A price at or below 90 % of the previous close, in regular trading (Rule 201)."""

    symbol: str
    price: Price
    previous_close: Price


class ShortSaleFlagged(Fact, frozen=True, tag="v_short_flag"):
    """The venue says whether shorts of the symbol are restricted: its word counts."""

    symbol: str
    is_restricted: bool
    text: str = ""


class BreakerTripped(Fact, frozen=True, tag="breaker"):
    """It stops until a person resumes; the states and cancels that follow are events of their
    own."""

    at: Nanos
    account: str
    scope: str
    """`*`, or a symbol."""
    code: str
    """symbol_move, reject_rate, error_rate, order_volume, unknown_orders, break_share."""
    text: str
    actual: str
    limit: str


class MarketHalted(Fact, frozen=True, tag="market_halt"):
    """New orders wait until `until`; 0 with `rest_of_day`: for the rest of the trade date.

    Where neither is set the level was passed so late that nothing stops.
    """

    at: Nanos
    trade_date: int
    table: str
    level: int
    symbol: str
    last: Price
    reference: Price
    until: Nanos
    rest_of_day: bool
    text: str


class MarketResumed(Fact, frozen=True, tag="market_resumed"):
    """The venue trades again: its word counts more than the table's time."""

    at: Nanos
    text: str


class ShortSaleRestricted(Fact, frozen=True, tag="short_restricted"):
    """Shorts at or below the bid are denied for the rest of the date and on the next."""

    at: Nanos
    symbol: str
    trade_date: int
    by_venue: bool
    text: str


class ShortSaleFreed(Fact, frozen=True, tag="short_freed"):
    at: Nanos
    symbol: str
    text: str


class SlowModeChanged(Fact, frozen=True, tag="slow_mode"):
    """Desk yellow: too many of the last minute's orders were rejected, or no more."""

    at: Nanos
    is_slow: bool
    text: str
    actual: str
    limit: str
