"""How much in one day: cancels for each fill, value traded, and orders."""

from engine.domain.quotes import Market
from engine.domain.reasons import Finding, Verdict
from engine.domain.risk.findings import RuleName, counted, deny, finding, whole_lots
from engine.domain.risk.proposal import Proposal
from engine.domain.risk.rules.quantities import no_worth, quantity_within
from engine.domain.state import State
from engine.instruments import format_money_rounded
from engine.values import Money, Nanos

R18 = RuleName("R18", "cancel_ratio", "risk.cancel_ratio_max")
R19 = RuleName("R19", "daily_notional", "risk.daily_notional_max")
R20 = RuleName("R20", "daily_orders", "risk.daily_orders_max")

RATIO_ORDERS_MIN = 50
"""Orders of a symbol in a day before their cancels say anything."""
WARN_TENTHS = 8
"""Tenths of the limit from which on the ratio is told."""


def cancel_ratio(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """Cancels and changes of the symbol today for each of its fills, in this account."""
    assert p.account is not None
    flow = p.account.flow.symbols.get(p.order.symbol)
    if flow is None or flow.orders < RATIO_ORDERS_MIN:
        return None
    limit, fills = p.limits.cancel_ratio_max, max(1, flow.fills)
    if 10 * flow.withdrawn <= WARN_TENTHS * limit * fills:
        return None
    is_beyond = flow.withdrawn > limit * fills
    what = "above" if is_beyond else "close to"
    actual = f"{counted(flow.withdrawn)} : {counted(flow.fills)}"
    left = limit * fills - flow.withdrawn
    tail = ': `override "reason"` if it has to be' if is_beyond else ""
    return finding(
        R18,
        Verdict.ASK if is_beyond else Verdict.WARN,
        f"{counted(flow.withdrawn)} cancels and changes of {p.order.symbol} today for"
        f" {counted(flow.fills)} fills are {what} your limit of {limit} a fill{tail}",
        actual=actual,
        limit=f"{limit} : 1",
        room=f"{counted(left)} more" if left > 0 else "no room",
    )


def daily_notional(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """All that was traded today, what is open, and this order, at their worst prices."""
    account, worth = p.account, p.worth.net_liquidation
    assert account is not None
    if worth is None:
        return deny(R19, no_worth(p))
    limit = worth * p.limits.daily_notional_max
    others = _traded_and_open(p)
    total = others + p.notional(p.worst_leaves)
    if total <= limit:
        return None
    room = daily_notional_room(p, state)
    actual, most = format_money_rounded(Money(total)), format_money_rounded(Money(limit))
    return finding(
        R19,
        Verdict.ASK,
        f"The day's value would be {actual}, above your limit of {most}"
        f" ({p.limits.daily_notional_max} × net liquidation value), which leaves"
        f' {p.room_words(room - p.filled)}: `override "reason"` if it has to be',
        actual=actual,
        limit=most,
        room=p.room_words(room - p.filled),
        room_quantity=room,
    )


def daily_notional_room(p: Proposal, state: State) -> int:
    """The total quantity that the day still takes."""
    worth, instrument = p.worth.net_liquidation, p.instrument
    assert instrument is not None
    if worth is None:
        return 0
    if not p.worst_price:
        return p.quantity
    limit = Money(worth * p.limits.daily_notional_max - _traded_and_open(p))
    leaves = quantity_within(p, limit, p.worst_price)
    if p.replaces is not None and leaves < p.replaces.quantity - p.filled:
        return 0  # the old quantity may still stand
    return whole_lots(leaves + p.filled, instrument.lot_size) if leaves > 0 else 0


def _traded_and_open(p: Proposal) -> int:
    """Of the day, without the order that is changed."""
    assert p.account is not None
    total = p.account.flow.traded + p.account.open_value
    return total if p.replaces is None else total - p.replaces.open_value


def daily_orders(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """Orders of the account that left today, exits and legs included; a change is none."""
    assert p.account is not None
    count, limit = p.account.flow.orders, p.limits.daily_orders_max
    if count < limit or p.replaces is not None:
        return None
    return finding(
        R20,
        Verdict.ASK,
        f"{counted(count)} orders left today and your limit is {counted(limit)}:"
        ' `override "reason"` if it has to be more',
        actual=counted(count + 1),
        limit=counted(limit),
        room="no room",
    )
