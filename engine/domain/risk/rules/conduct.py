"""How orders of one owner look beside each other: a purchase and a sale that meet mean nothing."""

from engine.domain.quotes import Market
from engine.domain.reasons import Finding, Verdict
from engine.domain.risk.findings import RuleName, finding
from engine.domain.risk.proposal import Proposal
from engine.domain.state import State
from engine.values import NANOS_PER_SECOND, Nanos, Price, Quantity

R35 = RuleName("R35", "wash_intent", "risk.wash_window")


def price_print(symbol: str, side: int, quantity: Quantity, price: Price) -> str:
    """What makes two orders opposite to each other but for the side."""
    return f"{symbol}|{quantity}|{price}|{side + 0}"


def wash_intent(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """The other side at the same price and size, whichever account of this owner it was for.

    A market order has no price to compare; what reduces a position never comes here.
    """
    window, recent = p.limits.wash_window, state.recent_prices
    if not window or not recent or not p.price:
        return None
    before = recent.get(price_print(p.order.symbol, -p.side, p.quantity, p.price))
    if before is None or now - before >= window:
        return None
    assert p.instrument is not None
    seconds, most = f"{(now - before) // 1_000_000 / 1000:.1f} s", f"{window // NANOS_PER_SECOND} s"
    other = "sale" if p.side > 0 else "purchase"
    return finding(
        R35,
        Verdict.WARN,
        f"A {other} of {p.size(p.quantity)} {p.order.symbol} at"
        f" {p.instrument.format_price(p.price)} left {seconds} ago: both together look like a"
        " trade with yourself",
        actual=seconds,
        limit=most,
    )
