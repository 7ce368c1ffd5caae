"""How much: order quantity, order notional, lot and tick, and the position that could follow."""

from engine.domain.ledger.currency import PAR, in_base_up
from engine.domain.quotes import Market
from engine.domain.reasons import Finding, Verdict
from engine.domain.risk.findings import R03 as R03
from engine.domain.risk.findings import RuleName, deny, finding, whole_lots
from engine.domain.risk.proposal import Proposal
from engine.domain.risk.reference import BPS, no_price
from engine.domain.risk.rules.book_size import beyond_books
from engine.domain.state import State
from engine.instruments import format_money, format_money_rounded, format_scaled
from engine.values import MONEY_SCALE, Money, Nanos, Price, Quantity

R01 = RuleName("R01", "order_quantity", "risk.order_quantity_max")
R02 = RuleName("R02", "order_notional", "risk.order_notional_max")
R02_SHARE = RuleName("R02", "order_notional", "risk.order_notional_share_max")
R08 = RuleName("R08", "position", "risk.position_max")

NOTIONAL_HARD_FACTOR = 2
"""Up to this many times the notional limit a second factor may answer."""


def order_quantity(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """The total quantity, filled part included."""
    if p.quantity <= p.limits.order_quantity_max:
        return None  # also where sizes have decimals: so many units are less than a whole coin each
    limit = _quantity_limit(p)
    if p.quantity <= limit:
        return None
    room = order_quantity_room(p, state)
    return deny(
        R01,
        f"Quantity {p.size(p.quantity)} is above your limit of {p.size(limit)}{_of_what(p)}",
        actual=p.size(p.quantity),
        limit=p.size(limit),
        room=f"{p.size(room)} at most",
        room_quantity=room,
    )


def order_quantity_room(p: Proposal, state: State) -> int:
    """The limit in whole lots."""
    return whole_lots(_quantity_limit(p), _lot(p))


def _quantity_limit(p: Proposal) -> int:
    """The limit counts whole shares, or whole coins, whatever parts of them can be traded."""
    assert p.instrument is not None
    return p.limits.order_quantity_max * p.instrument.quantity_scale


def _of_what(p: Proposal) -> str:
    """' BTC' where the thing is traded in parts; shares go without saying."""
    assert p.instrument is not None
    return f" {p.instrument.unit}" if p.instrument.quantity_digits else ""


def order_notional(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """The total quantity at the worst price; up to twice the limit a second factor answers."""
    if not p.worst_price:
        return deny(R02, no_price("the order", p.quote))
    limit = notional_limit(p)
    if limit is None:
        return deny(R02, no_worth(p))
    notional = p.value = p.notional(p.quantity)
    if notional <= limit:
        return None
    room = order_notional_room(p, state)
    is_hard = notional > NOTIONAL_HARD_FACTOR * limit
    actual, most = format_money_rounded(notional), format_money_rounded(limit)
    rule = R02 if limit == p.limits.order_notional_max else R02_SHARE
    return finding(
        rule,
        Verdict.DENY if is_hard else Verdict.ASK_SECOND_FACTOR,
        f"Notional {actual} is above your limit of {most}, which allows"
        f" {p.size(room)}{_of_what(p) or ' shares'}",
        actual=actual,
        limit=most,
        room=f"{p.size(room)} at most",
        room_quantity=room,
    )


def notional_limit(p: Proposal) -> Money | None:
    """The smaller of the fixed limit and the share of net liquidation value."""
    worth = p.worth.net_liquidation
    if worth is None:
        return None
    fixed, share = p.limits.order_notional_max, worth * p.limits.order_notional_share_max // BPS
    return fixed if fixed <= share else share  # type: ignore[return-value]  # a share of money


def order_notional_room(p: Proposal, state: State) -> int:
    """The largest quantity whose notional is within the limit."""
    limit = notional_limit(p)
    return 0 if limit is None else whole_lots(quantity_within(p, limit, p.worst_price), _lot(p))


def tick_or_lot(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """What the venue would not take, a broken lot, a price off tick or not above zero, and what
    the books could not hold."""
    instrument = p.instrument
    assert instrument is not None
    lot, quantity = instrument.lot_size, p.quantity
    if quantity <= 0 or quantity % lot:
        below = whole_lots(quantity, lot)
        return deny(
            R03,
            f"Quantity {p.size(quantity)} is no multiple of the lot of {p.size(lot)}: "
            f"try {p.size(below or lot)}",
            actual=p.size(quantity),
            limit=p.size(lot),
            room=f"{p.size(below)} at most",
            room_quantity=below,
        )
    too_much = beyond_books(p)
    if too_much is not None:
        return too_much
    if instrument.notional_min and not p.is_exit:
        too_little = _too_little(p, instrument.notional_min)
        if too_little is not None:
            return too_little
    kind = p.order.type
    if kind.has_limit and (p.price <= 0 or not instrument.is_on_tick(p.price)):
        return _off_tick(p, "Limit", p.price)
    if kind.has_stop and (p.stop <= 0 or not instrument.is_on_tick(p.stop)):
        return _off_tick(p, "Stop", p.stop)
    return None


def _too_little(p: Proposal, least: Money) -> Finding | None:
    """Below what the venue takes; what closes a position is let out whatever it is worth."""
    value = p.local_notional(p.quantity)
    if not p.worst_price or value >= least:
        return None
    assert p.instrument is not None
    actual, most, currency = format_money(value), format_money(least), p.instrument.currency
    return deny(
        R03,
        f"{p.size(p.quantity)}{_of_what(p)} are worth {actual} {currency}, and the venue takes"
        f" {most} at least",
        actual=actual,
        limit=most,
        room_quantity=0,
    )


def _off_tick(p: Proposal, what: str, price: Price) -> Finding:
    instrument = p.instrument
    assert instrument is not None
    text = instrument.format_price(price)
    if price <= 0:
        return deny(R03, f"{what} {text} is no price: it has to be above zero", actual=text)
    below = instrument.round_to_tick(price, up=False)
    above = instrument.round_to_tick(price, up=True)
    tick = format_scaled(instrument.tick_at(price), instrument.price_digits)
    nearest = [instrument.format_price(near) for near in (below, above) if near > 0]
    return deny(
        R03,
        f"{what} {text} is off tick, which is {tick} here: try {' or '.join(nearest)}",
        actual=text,
        limit=tick,
    )


def position(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """Each side for itself: the position if everything open on the order's side fills."""
    value, worth = position_value(p), p.worth.net_liquidation
    if value is None:
        return deny(R08, no_price("the position", p.quote))
    if not value:
        return None
    if worth is None:
        return deny(R08, no_worth(p))
    limit: Money = worth * p.limits.position_max // BPS  # type: ignore[assignment]
    if value <= limit:
        return None
    room, worst = position_room(p, state), worst_position(p)
    actual, most = format_money_rounded(value), format_money_rounded(limit)
    return deny(
        R08,
        f"Position could become {p.size(p.side * worst)} {p.order.symbol} worth {actual}, "
        f"above your limit of {most}: {p.room_words(room - p.filled)}",
        actual=actual,
        limit=most,
        room=p.room_words(room - p.filled),
        room_quantity=room,
    )


def worst_position(p: Proposal) -> int:
    """What is held on the order's side once everything open on it has filled."""
    return (p.held if p.side > 0 else -p.held) + p.open_same + p.worst_leaves


def position_value(p: Proposal) -> Money | None:
    """That at the worse of mark and worst price; None without a price, 0 on the other side."""
    known = p.position_worst
    if known is not None:
        return known
    worst, instrument = worst_position(p), p.instrument
    if worst <= 0:
        return Money(0)
    price = p.worst_price if p.worst_price > p.mark else p.mark
    if not price:
        return None
    assert instrument is not None
    value = instrument.notional(price, worst)  # type: ignore[arg-type]
    if p.rate != PAR:
        value = in_base_up(value, p.rate)
    p.position_worst = value
    return value


def position_room(p: Proposal, state: State) -> int:
    """The total quantity that fills the side up to its limit."""
    worth = p.worth.net_liquidation
    if worth is None:
        return 0
    return room_for_position(p, Money(worth * p.limits.position_max // BPS))


def room_for_position(p: Proposal, limit: Money) -> int:
    """The largest total quantity with which the position's worst value is within `limit`."""
    price = max(p.worst_price, p.mark)
    if not price:
        return 0
    return total_of(p, quantity_within(p, limit, price) - p.side * p.held - p.open_same)


def total_of(p: Proposal, leaves: int) -> int:
    """The order's total quantity that leaves at most `leaves` open; 0 when that is not possible."""
    if p.replaces is not None and leaves < p.replaces.quantity - p.filled:
        return 0  # the old quantity may still stand
    return whole_lots(leaves + p.filled, _lot(p)) if leaves > 0 else 0


def quantity_within(p: Proposal, limit: Money, price: Price) -> int:
    """The largest quantity whose value at `price`, as it is rounded, is not above `limit`."""
    instrument = p.instrument
    assert instrument is not None
    per_unit = price * instrument.multiplier * MONEY_SCALE
    if per_unit <= 0 or limit < 0 or not p.rate:
        return 0
    if p.rate != PAR:
        limit = Money(limit * PAR // p.rate)
    # Values are rounded at the half: what is below the limit and a half is within it.
    scale = instrument.price_scale * instrument.quantity_scale
    return int(((2 * limit + 1) * scale - 1) // (2 * per_unit))


def _lot(p: Proposal) -> Quantity:
    assert p.instrument is not None
    return p.instrument.lot_size


def no_worth(p: Proposal) -> str:
    """Why nothing can be compared with net liquidation value, and what to do about it."""
    symbol = p.worth.unmarked or p.order.symbol
    return f"Your short {symbol} has no price, so net liquidation value is unknown: cover it first"
