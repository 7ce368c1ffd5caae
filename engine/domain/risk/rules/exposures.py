"""What the account could hold in all: gross, net, long, short, and too much of one thing."""

from typing import NamedTuple

from engine.domain.ledger.currency import PAR, in_base, in_base_up
from engine.domain.ledger.valuation import mark_of
from engine.domain.quotes import Market
from engine.domain.reasons import Finding, Verdict
from engine.domain.reference_facts import NO_SECTOR
from engine.domain.risk.findings import RuleName, deny, finding, percent
from engine.domain.risk.off import OffReason, off
from engine.domain.risk.proposal import Proposal
from engine.domain.risk.reference import BPS, no_price
from engine.domain.risk.rules.quantities import (
    no_worth,
    position_value,
    quantity_within,
    room_for_position,
    total_of,
)
from engine.domain.state import State
from engine.instruments import format_money_rounded
from engine.values import Money, Nanos, Price, Quantity

R09 = RuleName("R09", "exposure", "risk.exposure_max")
R09_NET = RuleName("R09", "exposure", "risk.exposure_net_max")
R09_LONG = RuleName("R09", "exposure", "risk.exposure_long_max")
R09_SHORT = RuleName("R09", "exposure", "risk.exposure_short_max")
R11 = RuleName("R11", "concentration", "risk.concentration_max")
R11_WARN = RuleName("R11", "concentration", "risk.concentration_warn")
R11_SECTOR = RuleName("R11", "concentration", "risk.concentration_sector_max")
NO_SECTORS = off(OffReason.NO_SECTORS)


def exposure(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """Positions at their marks, and what every open order may open at its worst price.

    A change that opens no more than its order may open already adds nothing and passes.
    """
    account, worth = p.account, p.worth
    assert account is not None
    if not p.worst_price:
        return deny(R09, no_price("the exposure", p.quote))
    worth_now = worth.net_liquidation
    if worth_now is None:
        return deny(R09, no_worth(p))
    opens, old = p.worst_leaves - p.exit_room, p.replaces
    added = p.value
    if added is None or opens != p.quantity or p.mark > p.worst_price:
        added = _opened(p, opens)
    if old is not None:
        added = Money(added - old.opening)
        if added <= 0:
            return None
    limits = p.limits
    longs = worth.long_value + account.opening_long
    shorts = worth.short_value + account.opening_short
    gross, tightest = (longs + shorts + added) * BPS, limits.exposure_net_max
    if (
        gross <= worth_now * tightest
        and tightest <= limits.exposure_max
        and tightest <= limits.exposure_long_max
        and tightest <= limits.exposure_short_max
    ):
        return None  # nothing is more than gross, and this is less than any of them may be
    if gross <= worth_now * limits.exposure_max and all(
        (bound.value + added) * BPS <= worth_now * bound.bps for bound in _bounds(p, state)
    ):
        return None
    return _too_exposed(p, state, added)


def _opened(p: Proposal, quantity: int) -> Money:
    """A passive price makes no room: it counts at the mark at least."""
    assert p.instrument is not None
    value = p.instrument.notional(_price(p), Quantity(quantity))
    return value if p.rate == PAR else in_base_up(value, p.rate)


def _price(p: Proposal) -> Price:
    return p.worst_price if p.worst_price > p.mark else p.mark


class _Bound(NamedTuple):
    rule: RuleName
    word: str
    value: int
    """What it comes to without the order."""
    bps: int


def _bounds(p: Proposal, state: State) -> list[_Bound]:
    account, worth, limits = p.account, p.worth, p.limits
    assert account is not None
    longs = worth.long_value + account.opening_long
    shorts = worth.short_value + account.opening_short
    if p.side > 0:
        mine, other = longs, worth.short_value - _closing_value(p, state)
        of_side = _Bound(R09_LONG, "Long", mine, limits.exposure_long_max)
    else:
        mine, other = shorts, worth.long_value - _closing_value(p, state)
        of_side = _Bound(R09_SHORT, "Short", mine, limits.exposure_short_max)
    return [
        _Bound(R09, "Gross", longs + shorts, limits.exposure_max),
        _Bound(R09_NET, "Net", mine - other, limits.exposure_net_max),
        of_side,
    ]


def _closing_value(p: Proposal, state: State) -> int:
    """What open orders on this side may still close of the other: once they have filled it is no
    weight against the net any more."""
    account, value = p.account, 0
    assert account is not None and p.market is not None
    for symbol, position in account.positions.items():
        held = abs(position.quantity)
        closing = min(held, _closing(p, state, symbol)) if position.quantity * p.side < 0 else 0
        if not closing:
            continue
        instrument, mark = state.instruments[symbol], mark_of(p.market.quotes.get(symbol))
        # One without a mark weighs what it cost, as everywhere.
        whole = instrument.notional(mark, Quantity(held)) if mark else abs(position.cost)
        rate = state.rate_of(instrument.currency, account.currency)
        value += -(-in_base(Money(whole), rate) * closing // held)
    return value


def _closing(p: Proposal, state: State, symbol: str) -> int:
    """Open quantity of the account's orders on this side that open nothing; a group counts once."""
    total, groups = 0, dict[str, int]()
    for order_id in state.live_by_symbol.get(symbol, ()):
        order = state.orders[order_id]
        is_other = order.order.account != p.order.account
        if is_other or order.side is not p.side or order.opening:
            continue
        if order.oca_group:
            groups[order.oca_group] = max(groups.get(order.oca_group, 0), order.worst_leaves)
        else:
            total += order.worst_leaves
    return total + sum(groups.values())


def _too_exposed(p: Proposal, state: State, added: int) -> Finding:
    """The bound that leaves the least room, in words."""
    worth = p.worth.net_liquidation
    assert worth is not None
    bound = min(_bounds(p, state), key=lambda bound: worth * bound.bps // BPS - bound.value)
    room = exposure_room(p, state)
    actual = format_money_rounded(Money(bound.value + added))
    most = format_money_rounded(Money(worth * bound.bps // BPS))
    return deny(
        bound.rule,
        f"{bound.word} exposure could become {actual}, above your limit of {most}, which is "
        f"{percent(bound.bps)} of net liquidation value: {p.room_words(room - p.filled)}",
        actual=actual,
        limit=most,
        room=p.room_words(room - p.filled),
        room_quantity=room,
    )


def exposure_room(p: Proposal, state: State) -> int:
    """The largest total quantity that every bound lets open."""
    worth = p.worth.net_liquidation
    if worth is None or not p.worst_price:
        return 0
    left = min(worth * bound.bps // BPS - bound.value for bound in _bounds(p, state))
    known = p.replaces.opening if p.replaces is not None else 0
    return total_of(p, quantity_within(p, Money(left + known), _price(p)) + p.exit_room)


def concentration(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """One symbol's share of what the account is worth, by what R08 has counted just before."""
    worth, value, limits = p.worth.net_liquidation, p.position_worst, p.limits
    if worth is None or value is None:
        return None
    weight = value * BPS
    asks = weight > worth * limits.concentration_max
    if not asks and weight <= worth * limits.concentration_warn:
        return None
    if _does_not_grow(p):
        return None
    bps = limits.concentration_max if asks else limits.concentration_warn
    actual, most = _share(value, worth), percent(bps)
    answer = ': `override "reason"` if you mean it' if asks else ""
    return finding(
        R11 if asks else R11_WARN,
        Verdict.ASK if asks else Verdict.WARN,
        f"{p.order.symbol} could become {actual} of net liquidation value, above {most}{answer}",
        actual=actual,
        limit=most,
        room_quantity=concentration_room(p, state) if asks else -1,
    )


def _does_not_grow(p: Proposal) -> bool:
    """A change of price alone, or to less: the question was answered when it was entered."""
    return p.replaces is not None and p.quantity <= p.replaces.quantity


def concentration_room(p: Proposal, state: State) -> int:
    """The largest total quantity without a question."""
    worth = p.worth.net_liquidation
    if worth is None:
        return 0
    return room_for_position(p, Money(worth * p.limits.concentration_max // BPS))


def no_sectors(state: State) -> Finding | None:
    """Nobody has told which symbols belong together."""
    return NO_SECTORS if state.reference.sectors is None else None


def sector_concentration(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """Everything of the symbol's sector; once there is a file of sectors each symbol has a row."""
    if _does_not_grow(p):
        return None
    symbol = p.order.symbol
    sector = state.reference.sector_of(symbol)
    if sector == NO_SECTOR:
        return None
    if not sector:
        return deny(
            R11_SECTOR,
            f"The file of sectors has no row for {symbol}: add one, `{symbol},{NO_SECTOR}` for "
            "what is spread over many",
        )
    worth, value = p.worth.net_liquidation, position_value(p)
    if worth is None or value is None:
        return None
    total, bps = value + _others(p, state, sector), p.limits.concentration_sector_max
    if total * BPS <= worth * bps:
        return None
    actual, most, room = _share(total, worth), percent(bps), sector_room(p, state)
    return finding(
        R11_SECTOR,
        Verdict.ASK,
        f"The sector {sector} could become {actual} of net liquidation value, above {most}: "
        '`override "reason"` if you mean it',
        actual=actual,
        limit=most,
        room=p.room_words(room - p.filled),
        room_quantity=room,
    )


def _others(p: Proposal, state: State, sector: str) -> int:
    """What else of the sector is held, and what its open orders may open."""
    account = p.account
    assert account is not None
    reference, mine = state.reference, p.order.symbol
    return p.worth.sector_value + sum(
        opening
        for symbol, opening in account.opening.items()
        if symbol != mine and reference.sector_of(symbol) == sector
    )


def sector_room(p: Proposal, state: State) -> int:
    """The largest total quantity without a question; whatever is asked where nothing is known."""
    sector, worth = state.reference.sector_of(p.order.symbol), p.worth.net_liquidation
    if state.reference.sectors is None or sector == NO_SECTOR:
        return UNBOUND
    if worth is None or not sector:
        return 0
    most = worth * p.limits.concentration_sector_max // BPS - _others(p, state, sector)
    return room_for_position(p, Money(most))


UNBOUND = 10**18
"""More than any other rule allows."""


def _share(value: int, worth: int) -> str:
    """'43.2 %' of what the account is worth, rounded up; of nothing it is everything."""
    return percent(-(-value * BPS // worth)) if worth > 0 else "all"
