"""Which orders may enter in which phase of a session: said once, for the desk and for its venue."""

from engine.domain.quotes import Phase
from engine.values import OrderType, TimeInForce

CALLS = frozenset({Phase.PRE_OPEN, Phase.AUCTION, Phase.QUOTATION})
"""Phases in which orders line up and nothing trades until the auction at their end."""

CROSSES: dict[Phase, tuple[str, TimeInForce | None]] = {
    Phase.PRE_OPEN: ("opening", TimeInForce.OPG),
    Phase.AUCTION: ("closing", TimeInForce.CLS),
    Phase.QUOTATION: ("reopening", None),
    Phase.HALTED: ("reopening", None),
}
"""What the auction that ends a phase is called, and whose orders came for it alone.

In all of these phases nothing trades, so whatever follows one that trades begins with an auction.
"""

TURNS = {
    Phase.HALTED: "halted",
    Phase.QUOTATION: "orders line up for its reopening",
    Phase.OPEN: "trades again after its halt",
}
"""What is told of a symbol when a halt begins, and of its way back."""

_RESTS = frozenset({TimeInForce.DAY, TimeInForce.GTC})
_NOTHING_ENTERS = {
    Phase.CLOSED: "is closed",
    Phase.AUCTION: "is in its closing auction: nothing enters any more",
}


def objection_to_entry(
    symbol: str,
    phase: Phase,
    *,
    type: OrderType,
    time_in_force: TimeInForce,
    post_only: bool = False,
    because: str = "",
) -> str:
    """Why an order cannot enter in this phase, as a sentence without its full stop; else empty.

    `because`: why the symbol is halted, where that is known.
    """
    if phase is Phase.OPEN:
        if time_in_force is TimeInForce.OPG:
            return f"the opening auction of {symbol} is over"
        return ""
    reason = f" ({because})" if because else ""
    if phase is Phase.HALTED:
        return f"{symbol} is halted{reason}: only cancels until it reopens"
    if phase in _NOTHING_ENTERS:
        return f"{symbol} {_NOTHING_ENTERS[phase]}"
    can_wait = time_in_force in _RESTS and type is not OrderType.MARKET and not post_only
    if phase is Phase.PRE_OPEN:
        if can_wait or time_in_force.is_for_auction:
            return ""
        return f"{symbol} has not opened: limit orders that rest may enter, and opg or cls"
    if can_wait or time_in_force is TimeInForce.CLS:
        return ""
    return f"{symbol} is halted{reason}: limit orders that rest line up for its reopening"
