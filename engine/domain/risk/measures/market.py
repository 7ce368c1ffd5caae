"""What the market says of the symbol."""

from engine.domain.ledger.valuation import mark_of
from engine.domain.risk.findings import counted
from engine.domain.risk.loans import loan_of
from engine.domain.risk.uses import Ground, Measure, Use
from engine.values import Quantity


def market_state(g: Ground) -> Use | None:
    """The phase of the symbol's session."""
    phase = g.state.phases.get(g.symbol)
    return Use(f"{g.symbol} {phase.word}" if phase is not None else f"{g.symbol} not known")


def locate(g: Ground) -> Use | None:
    """Shares that can still be borrowed."""
    loan = loan_of(g.quote, g.state, g.symbol)
    if loan is None or g.instrument is None:
        return None
    if loan.is_uncounted:
        return Use("", "easy to borrow")
    if loan.is_on_request and not loan.available:
        return Use("", "on request")
    return Use("", f"{g.instrument.format_quantity(Quantity(loan.available))} to borrow")


def listed_in(names: tuple[str, ...], symbol: str) -> Use:
    """How long a list of symbols is, and whether this one stands on it."""
    on = f"{symbol} is on it" if symbol in names else f"{symbol} is not"
    return Use(f"{counted(len(names))} here", on)


def price_least(g: Ground) -> Use | None:
    """Where the symbol trades."""
    mark = mark_of(g.quote)
    if not mark or g.instrument is None:
        return None
    return Use(g.instrument.format_price(mark))


def band(g: Ground) -> Use | None:
    """The prices between which the venue lets the symbol trade."""
    quote, known = g.quote, g.instrument
    if quote is None or known is None or not quote.band_high:
        return None
    low, high = known.format_price(quote.band_low), known.format_price(quote.band_high)
    return Use(f"{low}–{high}")


def restriction(g: Ground) -> Use | None:
    """Whether Rule 201 holds for the symbol."""
    found = g.state.breakers.restriction(g.symbol, g.state.trade_date)
    return Use(f"{g.symbol} free" if found is None else f"{g.symbol} restricted")


MARKET: dict[str, Measure] = {
    "risk.price_band": band,
    "risk.short_sale_restriction": restriction,
    "risk.market_state": market_state,
    "risk.locate": locate,
    "risk.restricted_list": lambda g: listed_in(g.state.limits.restricted_list, g.symbol),
    "risk.watch_list": lambda g: listed_in(g.state.limits.watch_list, g.symbol),
    "risk.price_min": price_least,
}
