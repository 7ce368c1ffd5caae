"""What is used of each limit now: a figure, a share and the room, for one symbol of an account."""

from bisect import bisect_right
from collections.abc import Callable

import msgspec

from engine.domain.arming import LIVE_MODE, is_armed
from engine.domain.carrying import terms_of
from engine.domain.ledger.currency import PAR, in_base_up
from engine.domain.ledger.valuation import mark_of
from engine.domain.limits_view import NOT_MEASURED, THOUSANDTHS
from engine.domain.quotes import Market, Quote, Source
from engine.domain.reports import LinkState
from engine.domain.risk.exposure import Worth, cash_in_base, open_quantities, worth_of
from engine.domain.risk.findings import counted, percent
from engine.domain.risk.reference import BPS
from engine.domain.risk.reserve import buying_power
from engine.domain.risk.rules.flow import MINUTE, SECOND
from engine.domain.state import Account, State
from engine.instruments import Instrument, format_money_rounded
from engine.values import Money, Nanos, Quantity


class Use(msgspec.Struct, frozen=True, gc=False):
    """Texts for the eye; `share` in thousandths, NOT_MEASURED where no figure stands behind it."""

    used: str
    room: str = ""
    share: int = NOT_MEASURED


class Ground(msgspec.Struct, frozen=True, gc=False):
    """What every measure looks at."""

    state: State
    market: Market
    account: Account
    symbol: str
    now: Nanos
    instrument: Instrument | None
    quote: Quote | None
    worth: Worth


Measure = Callable[[Ground], Use | None]
"""None: nothing can be said now, and a missing figure is never a zero."""


def ground_of(state: State, market: Market, account: str, symbol: str, now: Nanos) -> Ground:
    """Raises KeyError for an account nobody opened."""
    of = state.accounts[account]
    instrument, quote = state.instruments.get(symbol), market.quotes.get(symbol)
    return Ground(state, market, of, symbol, now, instrument, quote, worth_of(of, state, market))


def counts(used: int, limit: int) -> Use:
    """A count against its limit."""
    return Use(counted(used), f"{counted(max(0, limit - used))} more", share_of(used, limit))


def money(used: int, limit: int) -> Use:
    """An amount of the account's currency against its limit."""
    room = Money(max(0, limit - used))
    room_text = f"{format_money_rounded(room)} more"
    return Use(format_money_rounded(Money(used)), room_text, share_of(used, limit))


def share_of(used: int, limit: int) -> int:
    """Thousandths, rounded up so that a limit that is reached looks reached; nothing of nothing
    is all of it."""
    if limit <= 0:
        return THOUSANDTHS
    return max(0, -(-used * THOUSANDTHS // limit))


def order_notional_share(g: Ground) -> Use | None:
    """Of what one order may be worth at most: what that share is in money."""
    worth = g.worth.net_liquidation
    if worth is None:
        return None
    most = Money(worth * g.state.limits.order_notional_share_max // BPS)
    return Use("", f"{format_money_rounded(most)} an order")


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


def position(g: Ground) -> Use | None:
    """The worse side of the position with everything open on it, at the mark."""
    worth, mark, known = g.worth.net_liquidation, mark_of(g.quote), g.instrument
    if worth is None or not mark or known is None:
        return None
    held = g.account.positions.get(g.symbol)
    quantity = held.quantity if held is not None else 0
    buys, sells = open_quantities(g.state, g.account.account, g.symbol)
    worst = max(quantity + buys, sells - quantity, 0)
    value = known.notional(mark, Quantity(worst))
    if known.currency != g.account.currency:
        value = in_base_up(value, g.state.rate_of(known.currency, g.account.currency))
    return money(value, worth * g.state.limits.position_max // BPS)


def _tried(g: Ground, span: int, limit: int) -> Use:
    attempts = g.state.order_attempts
    return counts(len(attempts) - bisect_right(attempts, g.now - span), limit)


def open_orders(g: Ground) -> Use | None:
    """Of the account, over all symbols."""
    mine = sum(1 for i in g.state.live if g.state.orders[i].order.account == g.account.account)
    return counts(mine, g.state.limits.open_orders_max)


def open_orders_of_symbol(g: Ground) -> Use | None:
    """Of the account, in this symbol."""
    state = g.state
    mine = sum(
        1
        for i in state.live_by_symbol.get(g.symbol, ())
        if state.orders[i].order.account == g.account.account
    )
    return counts(mine, state.limits.open_orders_symbol_max)


def market_state(g: Ground) -> Use | None:
    """The phase of the symbol's session."""
    phase = g.state.phases.get(g.symbol)
    return Use(f"{g.symbol} {phase.word}" if phase is not None else f"{g.symbol} not known")


def locate(g: Ground) -> Use | None:
    """Shares that can still be borrowed."""
    terms = terms_of(g.state, g.symbol)
    if terms is None or g.instrument is None:
        return None
    if terms.is_easy and not terms.available:
        return Use("", "easy to borrow")
    return Use("", f"{g.instrument.format_quantity(terms.available)} to borrow")


def short_margin(g: Ground) -> Use | None:
    """What open short positions tie up beyond their proceeds."""
    if g.worth.net_liquidation is None or not g.worth.short_value:
        return None
    tied = Money(-(-g.worth.short_value * g.state.limits.short_margin // BPS))
    return Use(format_money_rounded(tied))


def power(g: Ground) -> Use | None:
    """Cash that is held for orders and short positions, of all cash."""
    free = buying_power(g.account, g.state, g.market)
    if free is None:
        return None
    cash = cash_in_base(g.account, g.state)
    return money(cash - free, cash)


def rate(g: Ground) -> Use | None:
    """The exchange rate of the symbol's currency, where that is another than the account's."""
    known = g.instrument
    if known is None or known.currency == g.account.currency:
        return None
    found = g.state.rate_of(known.currency, g.account.currency)
    return Use(f"{found / PAR:.4f} for 1 {known.currency}") if found else Use("no rate")


def listed(g: Ground) -> Use | None:
    """Whether its instrument is known."""
    return Use(f"{g.symbol} known" if g.instrument is not None else f"{g.symbol} not known")


def readiness(g: Ground) -> Use | None:
    """Links that are down, or outcomes that nobody knows."""
    down = [name for name, link in g.state.links.items() if link is LinkState.DOWN]
    if down:
        return Use(f"{', '.join(down)} down")
    if g.state.in_doubt:
        return Use(f"{len(g.state.in_doubt)} unknown")
    return Use("ready")


def armed(g: Ground) -> Use | None:
    """On a live account, whether orders may leave."""
    if g.state.mode.upper() != LIVE_MODE:
        return None
    return Use("armed" if is_armed(g.state, g.account.account, g.now) else "not armed")


MEASURES: dict[str, Measure] = {
    "risk.order_notional_share_max": order_notional_share,
    "risk.quote_age_max": quote_age,
    "risk.market_spread_max": spread,
    "risk.position_max": position,
    "risk.order_rate_max": lambda g: _tried(g, SECOND, g.state.limits.order_rate_max),
    "risk.order_rate_minute_max": lambda g: _tried(g, MINUTE, g.state.limits.order_rate_minute_max),
    "risk.open_orders_max": open_orders,
    "risk.open_orders_symbol_max": open_orders_of_symbol,
    "risk.market_state": market_state,
    "risk.locate": locate,
    "risk.short_margin": short_margin,
    "risk.buying_power": power,
    "R38": rate,
    "R39": listed,
    "R41": readiness,
    "R42": armed,
}
"""By the limit's key, or by the control's id where there is nothing to set. What one order alone is
asked has no entry: nothing is used up by it."""
