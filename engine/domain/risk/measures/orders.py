"""What one order may be, against the account and the market as they are."""

from engine.domain.ledger.days import days_between
from engine.domain.quotes import Source
from engine.domain.risk.average_volume import known_volume
from engine.domain.risk.findings import percent
from engine.domain.risk.reference import BPS
from engine.domain.risk.uses import Ground, Measure, Use, counts, share_of
from engine.instruments import format_money_rounded
from engine.values import Money, Quantity


def order_notional_share(g: Ground) -> Use | None:
    """Of what one order may be worth at most: what that share is in money."""
    worth = g.worth.net_liquidation
    if worth is None:
        return None
    most = Money(worth * g.state.limits.order_notional_share_max // BPS)
    return Use("", f"{format_money_rounded(most)} an order", is_private=True)


def quote_age(g: Ground) -> Use | None:
    """How long a live feed has been silent; nothing of what is never stale."""
    if g.quote is None or g.quote.source is not Source.LIVE:
        return None
    age, limit = max(0, g.now - g.market.feed_heard_at), g.state.limits.quote_age_max
    return Use(f"{age // 100_000_000 / 10:.1f} s", "", share_of(age, limit))


def spread(g: Ground) -> Use | None:
    """Of the mid, as a market order would meet it."""
    quote = g.quote
    if quote is None or not 0 < quote.bid <= quote.ask:
        return None
    bps = -(-2 * (quote.ask - quote.bid) * BPS // (quote.bid + quote.ask))
    limit = g.state.limits.market_spread_max
    return Use(percent(bps), "", share_of(bps, limit))


def volume_age(g: Ground) -> Use | None:
    """Of the average volume of the symbol."""
    known = known_volume(g.quote, g.state, g.symbol)
    if known is None:
        return None
    age = days_between(known.as_of, g.state.trade_date)
    return counts(age, g.state.limits.volume_age_max)


def volume_share(g: Ground) -> Use | None:
    """What one order may be of an average day."""
    known = known_volume(g.quote, g.state, g.symbol)
    if known is None or g.instrument is None:
        return None
    most = known.shares * g.instrument.quantity_scale * g.state.limits.volume_share_max // BPS
    return Use("", f"{g.instrument.format_quantity(Quantity(most))} an order")


ORDERS: dict[str, Measure] = {
    "risk.order_notional_share_max": order_notional_share,
    "risk.quote_age_max": quote_age,
    "risk.market_spread_max": spread,
    "risk.volume_share_max": volume_share,
    "risk.volume_age_max": volume_age,
}
