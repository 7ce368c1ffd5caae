"""At what price: the collar, the protection of market orders, and stops that make sense."""

from engine.domain.quotes import Market, Quote
from engine.domain.reasons import Finding, Verdict
from engine.domain.risk.findings import OFF, RuleName, deny, finding, percent
from engine.domain.risk.proposal import Proposal
from engine.domain.risk.reference import (
    BPS,
    NEVER_FRESH,
    collar_bps,
    is_fresh,
    reference_price,
    why_not_fresh,
)
from engine.domain.state import State
from engine.values import Nanos, OrderType, Price, Trigger

R04 = RuleName("R04", "price_collar", "risk.price_collar")
R04_PASSIVE = RuleName("R04", "price_collar", "risk.price_collar_passive")
R05 = RuleName("R05", "market_protection", "risk.market_protection")
R05_SPREAD = RuleName("R05", "market_protection", "risk.market_spread_max")
R06 = RuleName("R06", "stop_sanity", "risk.stop_sanity")

COLLAR_HARD_FACTOR = 3
"""Beyond this many times the collar no reason helps."""
_MARKET, _STOP_LIMIT = OrderType.MARKET, OrderType.STOP_LIMIT
PERCENT_SHOWN_MAX = 1_000_000
"""Deviations above 10,000 % are shown as that: the number no longer matters."""


def price_collar(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """A waiting stop-limit's limit is compared with its own stop: there it will enter the book."""
    kind = p.order.type
    if kind is _STOP_LIMIT and not _is_triggered(p):
        reference = p.stop
    elif kind.has_limit:
        quote = p.quote
        if quote is None:
            return deny(R04, f"There is no quote of {p.order.symbol} to compare {_limit(p)} to")
        if not is_fresh(quote, market, p.limits, now):
            return deny(R04, f"{why_not_fresh(quote)}; {_limit(p)} cannot be compared to it")
        reference = reference_price(quote)
    else:
        return None
    if reference <= 0:
        return deny(R04, f"There is no reference price to compare {_limit(p)} to; wait for a quote")
    assert p.instrument is not None
    # Above zero: through the reference, the aggressive side.
    through = p.side * (p.price - reference) * BPS
    collar = collar_bps(p.limits, p.instrument, reference)
    if through > collar * reference:
        return _outside(p, reference, through, collar, "through")
    if through < -p.limits.price_collar_passive * reference:
        return _outside(p, reference, -through, p.limits.price_collar_passive, "away from")
    return None


def _is_triggered(p: Proposal) -> bool:
    """Of a replace: the stop is in the book already and is a limit or market order by now."""
    return p.replaces is not None and p.replaces.is_triggered


def _limit(p: Proposal) -> str:
    assert p.instrument is not None
    return p.instrument.format_price(p.price)


def _outside(p: Proposal, reference: Price, distance: int, collar: int, where: str) -> Finding:
    """`distance` is in basis points times the reference, above zero; rounded up for the eye."""
    assert p.instrument is not None
    is_hard = distance > COLLAR_HARD_FACTOR * collar * reference
    deviation = percent(min(-(-distance // reference), PERCENT_SHOWN_MAX))
    hard, soft = percent(COLLAR_HARD_FACTOR * collar), percent(collar)
    border = (
        f"above {hard} nothing helps" if is_hard else f'above {soft} it needs `override "reason"`'
    )
    return finding(
        R04 if where == "through" else R04_PASSIVE,
        Verdict.DENY if is_hard else Verdict.ASK,
        f"Limit {_limit(p)} is {deviation} {where} the reference "
        f"{p.instrument.format_price(reference)}; {border}",
        actual=deviation,
        limit=hard if is_hard else soft,
    )


def no_protection(state: State) -> Finding | None:
    """Not asked for."""
    return None if state.limits.market_protection else OFF


def no_stop_sanity(state: State) -> Finding | None:
    """Not asked for."""
    return None if state.limits.stop_sanity else OFF


def market_protection(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """A market order needs a fresh bid and ask that are not far apart."""
    if not p.limits.market_protection:
        return OFF
    if not p.order.leaves_protected:
        # In an auction everybody gets one price, which a band around the touch says nothing about.
        return None
    quote = p.quote
    if quote is not None and quote.is_bar and quote.last:
        return None
    if quote is not None and quote.source in NEVER_FRESH:
        return deny(R05, f"{why_not_fresh(quote)}: use a limit order")
    if quote is None or not 0 < quote.bid <= quote.ask:
        return deny(R05, f"{p.order.symbol} has no bid and ask: use a limit order")
    if not is_fresh(quote, market, p.limits, now):
        return deny(R05, f"{why_not_fresh(quote)}: use a limit order")
    spread, limit = quote.ask - quote.bid, p.limits.market_spread_max
    if 2 * spread * BPS <= limit * (quote.bid + quote.ask):
        return None
    actual = percent(-(-2 * spread * BPS // (quote.bid + quote.ask)))
    return deny(
        R05_SPREAD,
        f"The spread is {actual} of the mid, above your limit of {percent(limit)}: "
        "use a limit order",
        actual=actual,
        limit=percent(limit),
    )


def stop_sanity(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """A stop must wait, and a stop-limit must be able to trade once it is triggered."""
    if not p.limits.stop_sanity:
        return OFF
    if not p.order.type.has_stop or _is_triggered(p):
        return None
    quote, trigger, side = p.quote, p.order.trigger, p.side
    if quote is None:
        return deny(R06, f"There is no quote of {p.order.symbol} to compare the stop to")
    if not is_fresh(quote, market, p.limits, now):
        return deny(R06, f"{why_not_fresh(quote)}; the stop cannot be compared to it")
    watched = _watched(quote, trigger, side)
    if watched <= 0:
        return deny(R06, f"The stop watches {trigger.name.lower()}, and there is none yet")
    assert p.instrument is not None
    stop_text = p.instrument.format_price(p.stop)
    if side * (watched - p.stop) >= 0:
        where = "above" if side > 0 else "below"
        watched_text = p.instrument.format_price(watched)
        return finding(
            R06,
            Verdict.ASK,
            f"Stop {stop_text} would trigger at once: {trigger.name.lower()} is {watched_text}, "
            f"and a {p.order.instruction.word} stop belongs {where} it",
            actual=stop_text,
            limit=watched_text,
        )
    if p.order.type is OrderType.STOP_LIMIT and side * (p.price - p.stop) < 0:
        limit_text = p.instrument.format_price(p.price)
        return finding(
            R06,
            Verdict.ASK,
            f"Limit {limit_text} lies behind the stop {stop_text}: "
            "once triggered the order would rest instead of trading",
            actual=limit_text,
            limit=stop_text,
        )
    return None


def _watched(quote: Quote, trigger: Trigger, side: int) -> Price:
    if trigger is Trigger.LAST:
        return quote.last
    if trigger is Trigger.QUOTE:
        return quote.ask if side > 0 else quote.bid
    return quote.mid
