"""What the account can back: leverage and buying power."""

from engine.domain.quotes import Market
from engine.domain.reasons import Finding
from engine.domain.risk.findings import OFF, RuleName, deny
from engine.domain.risk.margin import entry_requirement
from engine.domain.risk.proposal import Proposal
from engine.domain.risk.reference import no_price
from engine.domain.risk.regimes import BPS, RATIO
from engine.domain.risk.reserve import held_with
from engine.domain.risk.room import (
    available_to,
    equity_after,
    equity_before,
    no_mark,
    room_that,
    room_within,
)
from engine.domain.risk.rules.settlement import R29, settled_limit, unsettled
from engine.domain.state import State
from engine.instruments import format_money_rounded, format_scaled
from engine.values import Money, Nanos

R10 = RuleName("R10", "leverage", "risk.leverage_max")


def leverage(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """Gross value ÷ NLV, if everything that is open fills: 1/L of each position is equity."""
    if not p.worst_price:
        return deny(R10, no_price("the order", p.quote))
    after = equity_after(p, state)
    if after is None:
        return deny(R10, no_mark(p))
    most, gross = p.rates.leverage, p.worth.gross
    if most and after * most >= gross * RATIO:
        return None
    # Where the regime asks for more than 1/L anyway, buying power sees to the worst case, and
    # values alone are compared here.
    open_value, worth = _open_value(p, state), p.worth.net_liquidation or 0
    held = gross + open_value + p.notional(p.worst_leaves)
    if not p.rates.is_leverage_tighter and held * RATIO <= worth * most:
        return None
    room = leverage_room(p, state)
    limit = f"{format_scaled(most, 2)} × NLV"
    actual = f"{format_scaled(held * RATIO // worth, 2)} × NLV" if worth > 0 else "no equity"
    return deny(
        R10,
        f"With all open orders you would hold {format_money_rounded(Money(held))}, {actual},"
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

    return room_that(p, fits)


def buying_power(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """What the order needs at worst must be free now, whatever else is open."""
    if not p.limits.buying_power:
        return OFF
    if not p.worst_price:
        return deny(R29, "There is no price to tell what the order needs; wait for a quote")
    after = equity_after(p, state)
    if after is None:
        return deny(R29, no_mark(p))
    positions, need = entry_requirement(p.worth, p.rates), held_with(p, p.quantity)
    if after < positions:
        available = Money(after + need - positions)
        room = room_within(p, available)
        actual, most = format_money_rounded(need), format_money_rounded(available)
        return deny(
            R29,
            f"The order needs {actual}{_of_what(p)} and you have {most}, enough for {p.size(room)}",
            actual=actual,
            limit=most,
            room=f"{p.size(room)} at most",
            room_quantity=room,
        )
    assert p.account is not None
    return unsettled(p, state, need) if p.account.margin.settling else None


def _of_what(p: Proposal) -> str:
    """' with fees', or what share of it the regime wants to be your own."""
    if p.side > 0 and p.rates.long == BPS:
        return " with fees"
    share = p.rates.long if p.side > 0 else p.rates.short
    return f" of equity ({format_scaled(share, 2)} % and fees)"


def buying_power_room(p: Proposal, state: State) -> int:
    """The largest quantity whose need is free, and of a cash account settled as well."""
    available = available_to(p, state)
    if available is None or p.account is None:
        return 0
    if p.account.margin.settling:
        available = min(available, settled_limit(p, state))
    return room_within(p, available)


def _open_value(p: Proposal, state: State) -> int:
    """What other live orders may still open, at their worst, in the account's currency."""
    account, old = p.account, p.replaces
    assert account is not None
    total = account.opening_long + account.opening_short
    return total if old is None else total - old.opening
