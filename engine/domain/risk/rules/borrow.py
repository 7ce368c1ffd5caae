"""What can be borrowed: a short sale needs shares that are left to borrow."""

from engine.domain.quotes import Market
from engine.domain.reasons import Finding
from engine.domain.risk.findings import OFF, RuleName, deny, whole_lots
from engine.domain.risk.loans import is_told, loan_of
from engine.domain.risk.off import OffReason, off
from engine.domain.risk.proposal import Proposal
from engine.domain.state import State
from engine.values import Instruction, Nanos

R26_LOCATE = RuleName("R26", "short_sale", "risk.locate")
NO_TABLE = off(OffReason.NOTHING_TO_LOCATE_WITH)

UNBOUND = 10**18
"""More than any other rule allows."""
_SHORT = Instruction.SHORT


def locate(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """Enough can be located beyond what is borrowed already and what open orders may need."""
    if p.order.instruction is not _SHORT:
        return None
    if not p.limits.locate:
        return OFF
    if not state.borrow and not is_told(p.quote):
        return NO_TABLE
    room = locate_room(p, state)
    if p.quantity <= room:
        return None
    symbol, left = p.order.symbol, max(0, room - p.filled)
    loan = loan_of(p.quote, state, p.order.symbol)
    available = loan.available if loan is not None else 0
    if not available:
        sentence = f"{symbol} is hard to borrow and no shares can be located"
        if loan is not None and loan.is_on_request:
            sentence = f"The venue would have to look for shares of {symbol} to lend: ask there"
    else:
        mine = available - left
        kind = "easy" if loan is not None and loan.is_easy else "hard"
        yours = f" and {p.size(mine)} of them are yours already" if mine else ""
        sentence = (
            f"{symbol} is {kind} to borrow: {p.size(available)} can be located{yours}, "
            f"so {p.size(left)} are left"
        )
    return deny(
        R26_LOCATE,
        sentence,
        actual=p.size(p.quantity),
        limit=p.size(available),
        room=f"{p.size(left)} at most" if left else "no room",
        room_quantity=room if left else 0,
    )


def locate_room(p: Proposal, state: State) -> int:
    """Largest total quantity that can still be borrowed."""
    loan = loan_of(p.quote, state, p.order.symbol)
    if p.order.instruction is not _SHORT or not p.limits.locate or loan is None:
        return UNBOUND
    if loan.is_uncounted:
        return UNBOUND
    free = loan.available - p.open_same - (max(0, -p.held) if loan.counts_ours else 0)
    lot = p.instrument.lot_size if p.instrument is not None else 1
    return p.filled + whole_lots(free, lot) if free > 0 else 0  # type: ignore[arg-type]
