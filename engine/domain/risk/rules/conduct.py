"""How orders of one owner look beside each other: a purchase and a sale that meet mean nothing."""

from engine.domain.orders import Order, short_label
from engine.domain.quotes import Market
from engine.domain.reasons import Finding, Verdict
from engine.domain.risk.findings import OFF, RuleName, deny, finding
from engine.domain.risk.kinds import Kind
from engine.domain.risk.proposal import Proposal
from engine.domain.risk.self_match import SelfMatchMode, crossed_by, may_meet, protects
from engine.domain.state import PricePrint, State
from engine.values import NANOS_PER_SECOND, Nanos, Price, Quantity

NAMED_MAX = 3
"""Own orders that one sentence names."""
R34 = RuleName("R34", "self_match", "risk.self_match")
R35 = RuleName("R35", "wash_intent", "risk.wash_window")


def self_match_allowed(state: State) -> Finding | None:
    """The venue alone sees to it, or nobody."""
    return None if state.limits.self_match else OFF


def self_match(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """An own order that rests would be traded with; what then gives way is the setting's choice.

    Nothing that closes a position is taken away for an order that opens one (I-51): then the new
    one stays here, whatever the setting.
    """
    mode = p.limits.self_match
    if not may_meet(p, state):
        return None
    crossed = crossed_by(p, state)
    if not crossed:
        return None
    met = ", ".join(_in_words(order, p, state) for order in crossed[:NAMED_MAX])
    bare = next((order for order in crossed if protects(order, state)), None)
    if bare is not None:
        name = _in_words(bare, p, state)
        return deny(
            R34,
            f"It would trade with your own order {name}, which closes a position and is not taken"
            " away for this: change its price, or cancel it yourself",
            actual=name,
        )
    gives_way = f"It would trade with your own order {met}"
    leaves = p.quantity - p.filled
    there = sum(order.worst_leaves for order in crossed)
    match SelfMatchMode(mode):
        case SelfMatchMode.CANCEL_AGGRESSIVE:
            sentence = f"{gives_way}, so it stays here: cancel that one first, or move the price"
            return deny(R34, sentence, actual=met)
        case SelfMatchMode.CANCEL_BOTH:
            return deny(R34, f"{gives_way}, so both go: this one stays here", actual=met)
        case SelfMatchMode.DECREMENT if p.replaces is None and leaves <= there:
            sentence = f"{gives_way}: {p.size(leaves)} are taken off that one instead of sending it"
            return deny(R34, sentence, actual=met)
        case SelfMatchMode.DECREMENT if p.replaces is None:
            tail = f"that one is cancelled, and {p.size(leaves - there)} of this leave after it"
        case SelfMatchMode.CANCEL_PASSIVE:
            tail = "that one is cancelled, and this one leaves behind its cancel"
        case _:
            tail = "that one is cancelled first, and this one waits for the venue's word"
    return finding(R34, Verdict.WARN, f"{gives_way}: {tail}", actual=met)


def _in_words(order: Order, p: Proposal, state: State) -> str:
    """`3 (sell 50 AAPL at 190.05)`, with its account where that is another one."""
    asked = order.order
    where = f" of {asked.account}" if asked.account != p.order.account else ""
    assert p.instrument is not None
    price = p.instrument.format_price(order.price)
    terms = f"{asked.instruction.word} {p.size(order.worst_leaves)} {asked.symbol} at {price}"
    return f"{short_label(order, state.trade_date)}{where} ({terms})"


def price_print(symbol: str, side: int, quantity: Quantity, price: Price) -> PricePrint:
    """What makes two orders opposite to each other but for the side."""
    return symbol, quantity, price, side


def no_wash_window(state: State, kind: Kind) -> bool:
    """Nothing is compared."""
    return not state.limits.wash_window


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
