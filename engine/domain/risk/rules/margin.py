"""What the account can back: leverage, buying power, and the calls of its margin regime."""

from collections.abc import Callable

from engine.domain.quotes import Market
from engine.domain.reasons import Finding
from engine.domain.risk.exposure import NO_ORDER, reserved_total
from engine.domain.risk.findings import OFF, RuleName, deny, whole_lots
from engine.domain.risk.margin import entry_requirement
from engine.domain.risk.proposal import Proposal
from engine.domain.risk.regimes import BPS, RATIO
from engine.domain.risk.reserve import held_with
from engine.domain.state import State
from engine.instruments import format_money_rounded, format_scaled
from engine.values import Money, Nanos

R10 = RuleName("R10", "leverage", "risk.leverage_max")
R29 = RuleName("R29", "buying_power", "risk.buying_power")
UNBOUND = 10**18
"""More than any other rule allows."""


def leverage(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """Gross value ÷ NLV, if everything that is open fills: 1/L of each position is equity."""
    before = equity_before(p, state)
    if before is None:
        return deny(R10, _no_mark(p))
    if not p.worst_price:
        return deny(R10, "There is no price to value the order with; wait for a quote")
    most, gross = p.rates.leverage, p.worth.gross
    if most and (before - held_with(p, p.quantity)) * most >= gross * RATIO:
        return None
    # Where the regime asks for more than 1/L anyway, buying power sees to the worst case, and
    # values alone are compared here.
    open_value, worth = _open_value(p, state), p.worth.net_liquidation or 0
    after = gross + open_value + p.notional(p.worst_leaves)
    if not p.rates.is_leverage_tighter and after * RATIO <= worth * most:
        return None
    room = leverage_room(p, state)
    limit = f"{format_scaled(most, 2)} × NLV"
    actual = f"{format_scaled(after * RATIO // worth, 2)} × NLV" if worth > 0 else "no equity"
    return deny(
        R10,
        f"With all open orders you would hold {format_money_rounded(Money(after))}, {actual},"
        f" above your limit of {limit}: {p.room_words(room - p.filled)}",
        actual=actual,
        limit=limit,
        room=p.room_words(room - p.filled),
        room_quantity=room,
    )


def leverage_room(p: Proposal, state: State) -> int:
    """The largest quantity within the leverage."""
    before = equity_before(p, state)
    if before is None:
        return 0
    most, gross, worth = p.rates.leverage, p.worth.gross, p.worth.net_liquidation or 0
    opened = gross + _open_value(p, state)
    old = 0 if p.replaces is None else p.replaces.quantity

    def fits(quantity: int) -> bool:
        if most and (before - held_with(p, quantity)) * most >= gross * RATIO:
            return True
        leaves = max(quantity, old) - p.filled
        value = opened + p.notional(leaves)
        return not p.rates.is_leverage_tighter and value * RATIO <= worth * most

    return _room(p, fits)


def buying_power(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """What the order needs at worst must be free now, whatever else is open."""
    if not p.limits.buying_power:
        return OFF
    if not p.worst_price:
        return deny(R29, "There is no price to tell what the order needs; wait for a quote")
    available = available_to(p, state)
    if available is None:
        return deny(R29, _no_mark(p))
    need = held_with(p, p.quantity)
    if need <= available:
        return None
    room = buying_power_room(p, state)
    actual, most = format_money_rounded(need), format_money_rounded(available)
    return deny(
        R29,
        f"The order needs {actual}{_of_what(p)} and you have {most}, enough for {p.size(room)}",
        actual=actual,
        limit=most,
        room=f"{p.size(room)} at most",
        room_quantity=room,
    )


def _of_what(p: Proposal) -> str:
    """' with fees', or what share of it the regime wants to be your own."""
    if p.side > 0 and p.rates.long == BPS:
        return " with fees"
    share = p.rates.long if p.side > 0 else p.rates.short
    return f" of equity ({format_scaled(share, 2)} % and fees)"


def _no_mark(p: Proposal) -> str:
    unmarked = p.worth.unmarked or p.order.symbol
    return f"Your short {unmarked} has no price, so buying power is unknown"


def equity_before(p: Proposal, state: State) -> Money | None:
    """NLV less what other live orders hold; None without a needed mark."""
    account, worth = p.account, p.worth.net_liquidation
    assert account is not None
    if worth is None:
        return None
    excluding = p.replaces.order_id if p.replaces is not None else NO_ORDER
    return Money(worth - reserved_total(account, state, excluding=excluding))


def available_to(p: Proposal, state: State) -> Money | None:
    """The same less what positions need; None without a needed mark."""
    before = equity_before(p, state)
    return None if before is None else Money(before - entry_requirement(p.worth, p.rates))


def buying_power_room(p: Proposal, state: State) -> int:
    """The largest quantity whose need is free."""
    available = available_to(p, state)
    return (
        0 if available is None else _room(p, lambda quantity: held_with(p, quantity) <= available)
    )


def _room(p: Proposal, fits_it: Callable[[int], bool]) -> int:
    """Found by halving: the need grows with the quantity, fee steps included."""
    assert p.instrument is not None
    lot = p.instrument.lot_size
    if not p.worst_price or not fits_it(p.filled + lot):
        return 0
    fits, fails = 1, 2
    while fits_it(p.filled + fails * lot) and fails < UNBOUND:
        fits, fails = fails, fails * 2
    while fails - fits > 1:
        middle = (fits + fails) // 2
        if fits_it(p.filled + middle * lot):
            fits = middle
        else:
            fails = middle
    return whole_lots(p.filled + fits * lot, lot)


def _open_value(p: Proposal, state: State) -> int:
    """What other live orders may still open, at their worst, in the account's currency."""
    account, old = p.account, p.replaces
    assert account is not None
    total = account.opening_long + account.opening_short
    return total if old is None else total - old.opening
