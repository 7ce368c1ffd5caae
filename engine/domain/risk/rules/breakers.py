"""What breakers and market rules stop: new orders, shorts, prices beyond a band; never an exit."""

from engine.domain.quotes import Market, Quote
from engine.domain.reasons import Finding, Verdict
from engine.domain.risk.findings import OFF, RuleName, deny, finding
from engine.domain.risk.off import OffReason, off
from engine.domain.risk.proposal import Proposal
from engine.domain.risk.reference import is_fresh
from engine.domain.risk.rules.sessions import R25
from engine.domain.state import State
from engine.instruments import format_scaled
from engine.values import NANOS_PER_MILLISECOND, NANOS_PER_SECOND, Instruction, Nanos, Price

R24 = RuleName("R24", "price_band", "risk.price_band")
R27 = RuleName("R27", "short_sale_restriction", "risk.short_sale_restriction")
D08 = RuleName("D08", "slow_mode")

SLOWED_BY = 500 * NANOS_PER_MILLISECOND
"""Market time between two entries while the desk is yellow."""
_SHORT = Instruction.SHORT
NO_BANDS, NO_INDEX = off(OffReason.NO_BANDS), off(OffReason.NO_INDEX)


def no_market_wide(state: State) -> Finding | None:
    """Not asked for, or nobody has named the index that would fall."""
    if not state.limits.market_wide:
        return OFF
    return None if state.index else NO_INDEX


def market_wide(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """The market-wide breaker: resting orders stay, exits may leave, nothing new does."""
    halt = state.breakers.market
    if halt is None or not halt.holds(state.trade_date, now):
        return None
    left = "until the next day"
    if not halt.rest_of_day:
        left = f"for {span_words(halt.until - now)} more"
    return deny(
        R25, f"Market halted {left} ({halt.text})", actual=f"level {halt.level}", limit="open"
    )


def span_words(nanos: int) -> str:
    """'14:32', rounded up to the second."""
    seconds = max(0, -(-nanos // NANOS_PER_SECOND))
    return f"{seconds // 60}:{seconds % 60:02d}"


def slow_mode(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """Desk yellow: one entry each half second, so that a fault costs less."""
    slow = state.breakers.slow
    if slow is None:
        return None
    wait = SLOWED_BY - (now - state.breakers.activity.last_order_at)
    if not 0 < wait <= SLOWED_BY:
        return None
    seconds = format_scaled(-(-wait // NANOS_PER_MILLISECOND), 3)
    return deny(
        D08,
        f"Slow mode, {slow.text}: entries leave half a second apart, try again in {seconds} s",
        actual=f"{seconds} s to go",
        limit="0.5 s apart",
    )


def no_restriction(state: State) -> Finding | None:
    """Not asked for."""
    return None if state.limits.short_sale_restriction else OFF


def short_sale_restriction(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """Rule 201: a short has to stand above the best bid while the symbol is restricted."""
    if not p.limits.short_sale_restriction:
        return OFF
    if p.order.instruction is not _SHORT or not state.breakers.restricted:
        return None
    found = state.breakers.restriction(p.order.symbol, state.trade_date)
    if found is None or p.instrument is None:
        return None
    bid = p.quote.bid if p.quote is not None else Price(0)
    why = f"{p.order.symbol} is under the short sale restriction ({found.text})"
    if bid <= 0:
        return deny(R27, f"{why}, and there is no bid to stand above: wait for one")
    if p.order.type.has_limit and p.price > bid:
        return None
    least = p.instrument.round_to_tick(Price(bid + 1), up=True)
    actual = p.instrument.format_price(p.price) if p.order.type.has_limit else "at the market"
    return deny(
        R27,
        f"{why}: a short needs a limit above the bid, {p.instrument.format_price(least)} or more",
        actual=actual,
        limit=f"above {p.instrument.format_price(bid)}",
    )


def band_edge(quote: Quote, side: int) -> Price:
    """The last price at which a side may trade; 0 where no band is told."""
    return quote.band_high if side > 0 else quote.band_low


def is_beyond(price: Price, edge: Price, side: int) -> bool:
    """Whether a limit would trade outside the band; a better price than the band waits inside."""
    return edge > 0 and price > 0 and (price - edge) * side > 0


def price_band(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """Limit up, limit down: denied beyond the band, or priced at its edge, as the limits choose."""
    quote = p.quote
    if not p.limits.price_band:
        return OFF
    if quote is None or not quote.band_high:
        return NO_BANDS
    if not is_fresh(quote, market, p.limits, now):
        return deny(R24, f"The price band of {p.order.symbol} is old: wait for the feed")
    edge = band_edge(quote, p.side)
    if not p.order.type.has_limit or not is_beyond(p.price, edge, p.side):
        return _limit_state(p, quote)
    known = p.instrument
    assert known is not None
    at, most = known.format_price(p.price), known.format_price(edge)
    where = f"above the band's {most}" if p.side > 0 else f"below the band's {most}"
    if p.limits.price_band_reprice:
        return finding(
            R24, Verdict.WARN, f"Limit {at} is {where}: it leaves at {most}", actual=at, limit=most
        )
    return deny(R24, f"Limit {at} is {where}, where nothing trades", actual=at, limit=most)


def _limit_state(p: Proposal, quote: Quote) -> Finding | None:
    """At its band for less than fifteen seconds: told, because a pause is what follows."""
    if not quote.pauses_at:
        return None
    known = p.instrument
    assert known is not None
    low, high = known.format_price(quote.band_low), known.format_price(quote.band_high)
    words = f"{p.order.symbol} is in a limit state at its band {low}–{high}: a pause may follow"
    return finding(R24, Verdict.WARN, words)


def within_band(price: Price, quote: Quote | None, side: int) -> Price:
    """The price, or the edge of the band where it is beyond that."""
    if quote is None or not quote.band_high:
        return price
    edge = band_edge(quote, side)
    return edge if is_beyond(price, edge, side) else price
