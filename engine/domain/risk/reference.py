"""The reference price, whether it may be believed, and how wide the collar around it is."""

from engine.domain.phases import CROSSES
from engine.domain.quotes import Market, Quote, Source
from engine.domain.risk.limits import Limits
from engine.instruments import POWERS_OF_TEN, Instrument
from engine.values import Nanos, Price

BPS = 10_000
"""Basis points in one."""
_UNKNOWN = Price(0)
_NEVER_STALE = (Source.SYNTHETIC, Source.REPLAY)
NEVER_FRESH = (Source.DELAYED, Source.FROZEN, Source.MISSING)
COLLAR_MIDDLE_FROM = 3
COLLAR_HIGH_FROM = 25
"""Prices, in units of currency, from which a tighter collar applies."""


def is_fresh(quote: Quote, market: Market, limits: Limits, now: Nanos) -> bool:
    """Age is the feed's, not the price's: a quiet stock with a live feed is fresh.

    A recording and the synthetic market are never stale while they play; delayed and frozen
    values always are, and what was doubted is until it is heard anew itself: another symbol's
    tick, or a sign of life of the line, says nothing about it.
    """
    source = quote.source
    if source in _NEVER_STALE:
        return True
    is_young = now - market.feed_heard_at <= limits.quote_age_max
    return source is Source.LIVE and is_young and quote.at > market.doubted_at


def why_not_fresh(quote: Quote) -> str:
    """What is wrong with a quote that is not fresh, as the beginning of a sentence."""
    symbol = quote.symbol
    match quote.source:
        case Source.DELAYED:
            return f"The quote of {symbol} is delayed, by 15 minutes as a rule"
        case Source.FROZEN:
            return f"The quote of {symbol} is frozen: the last that there was"
        case Source.MISSING:
            return f"There is no market data of {symbol}: {quote.source_text or 'nobody says why'}"
    return f"The quote of {symbol} is stale"


def no_price(what: str, quote: Quote | None) -> str:
    """A sentence: why `what`, such as "the order", cannot be valued."""
    if quote is not None and quote.source is Source.MISSING:
        return f"{why_not_fresh(quote)}, so there is no price to value {what} with"
    return f"There is no price to value {what} with; wait for a quote"


def reference_price(quote: Quote) -> Price:
    """The mid; with one side missing the last trade if it lies inside; else 0.

    While nothing trades there is no touch: then the last trade, or last night's.
    """
    bid, ask, last = quote.bid, quote.ask, quote.last
    if quote.is_bar:
        return last
    if not bid and not ask and quote.phase in CROSSES:
        return last or quote.previous_close
    if bid > 0 and ask > 0:
        return (bid + ask) // 2 if bid <= ask else _UNKNOWN  # type: ignore[return-value]  # a price
    if bid > 0 and last >= bid:
        return last
    return last if 0 < last <= ask else Price(0)


def collar_bps(limits: Limits, instrument: Instrument, reference: Price) -> int:
    """The aggressive collar of the price's tier, in basis points."""
    scale = POWERS_OF_TEN[instrument.price_digits]
    if reference >= COLLAR_HIGH_FROM * scale:
        return limits.price_collar
    if reference >= COLLAR_MIDDLE_FROM * scale:
        return limits.price_collar_middle
    return limits.price_collar_low
