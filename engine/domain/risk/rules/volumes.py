"""How large against the market: the average volume of a day, and what is on show at the touch."""

from engine.domain.ledger.days import days_between
from engine.domain.quotes import Market
from engine.domain.reasons import Finding, Verdict
from engine.domain.risk.average_volume import known_volume
from engine.domain.risk.findings import RuleName, counted, deny, finding, percent, whole_lots
from engine.domain.risk.off import OffReason, off
from engine.domain.risk.proposal import Proposal
from engine.domain.risk.reference import BPS
from engine.domain.state import State
from engine.values import Nanos, OrderType

R07 = RuleName("R07", "volume_share", "risk.volume_share_max")
R07_DISPLAYED = RuleName("R07", "volume_share", "risk.displayed_size_max")
R07_AGE = RuleName("R07", "volume_share", "risk.volume_age_max")
NO_VOLUME = off(OffReason.NO_AVERAGE_VOLUME)
NO_SIZES = off(OffReason.NO_SIZES)
UNBOUND = 10**18
"""More than any other rule allows."""
_MARKET = OrderType.MARKET


def volume_share(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """The total quantity against the shares of an average day."""
    symbol, known = p.order.symbol, known_volume(p.quote, state, p.order.symbol)
    if known is None and state.reference.volumes is None:
        return NO_VOLUME
    if _does_not_grow(p):
        return None
    if known is None:
        return deny(
            R07_AGE, f"The file of average volumes has no row for {symbol}: add one, or remove it"
        )
    age = days_between(known.as_of, p.trade_date)
    if age > p.limits.volume_age_max:
        return deny(
            R07_AGE,
            f"The average volume of {symbol} is {counted(age)} days old and your limit is "
            f"{counted(p.limits.volume_age_max)}: bring its row up to date",
            actual=f"{counted(age)} days",
            limit=f"{counted(p.limits.volume_age_max)} days",
        )
    assert p.instrument is not None
    volume = known.shares * p.instrument.quantity_scale
    if p.quantity * BPS <= volume * p.limits.volume_share_max:
        return None
    room = volume_room(p, state)
    actual = percent(-(-p.quantity * BPS // volume)) if volume else "all"
    return finding(
        R07,
        Verdict.ASK,
        f"{p.size(p.quantity)} {symbol} are {actual} of its average day of {p.size(volume)}: "
        '`override "reason"` if you mean it',
        actual=actual,
        limit=percent(p.limits.volume_share_max),
        room=f"{p.size(room)} at most",
        room_quantity=room,
    )


def volume_room(p: Proposal, state: State) -> int:
    """The largest total quantity without a question."""
    known = known_volume(p.quote, state, p.order.symbol)
    assert p.instrument is not None
    if known is None and state.reference.volumes is None:
        return UNBOUND
    if known is None or days_between(known.as_of, p.trade_date) > p.limits.volume_age_max:
        return 0
    most = known.shares * p.instrument.quantity_scale * p.limits.volume_share_max // BPS
    return whole_lots(most, p.instrument.lot_size)


def displayed_size(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """What an order would take at once, against the size that is on show at the far touch."""
    quote = p.quote
    if quote is None:
        return None
    if quote.is_bar:
        return NO_SIZES
    shown = quote.ask_size if p.side > 0 else quote.bid_size
    if p.worst_leaves <= shown * p.limits.displayed_size_max or not _takes(p):
        return None
    room = displayed_room(p, state)
    actual, most = f"{p.size(p.worst_leaves)}", f"{counted(p.limits.displayed_size_max)} × "
    return finding(
        R07_DISPLAYED,
        Verdict.ASK,
        f"{actual} would be taken at once where {p.size(shown)} are on show, more than "
        f'{most}that: `override "reason"` if you mean it',
        actual=actual,
        limit=f"{most}{p.size(shown)}",
        room=f"{p.size(room)} at most",
        room_quantity=room,
    )


def _takes(p: Proposal) -> bool:
    """It meets the far touch as it stands; what shows no size there is left to R04 and R05."""
    quote, order = p.quote, p.order
    assert quote is not None
    shown = quote.ask_size if p.side > 0 else quote.bid_size
    far = quote.ask if p.side > 0 else quote.bid
    if not far or not shown or order.post_only or order.time_in_force.is_for_auction:
        return False
    if _does_not_grow(p) and p.replaces is not None and p.price == p.replaces.price:
        return False
    return order.type is _MARKET or (
        order.type is OrderType.LIMIT and p.side * (p.price - far) >= 0
    )


def displayed_room(p: Proposal, state: State) -> int:
    """The largest total quantity without a question."""
    quote = p.quote
    if quote is None or quote.is_bar or not _takes(p):
        return UNBOUND
    shown = quote.ask_size if p.side > 0 else quote.bid_size
    assert p.instrument is not None
    lot = p.instrument.lot_size
    return p.filled + whole_lots(shown * p.limits.displayed_size_max, lot)


def _does_not_grow(p: Proposal) -> bool:
    return p.replaces is not None and p.quantity <= p.replaces.quantity
