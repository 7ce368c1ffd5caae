"""R42: on a live account nothing new leaves unless a person has armed it."""

from engine.domain.arming import is_armed
from engine.domain.modes import is_live
from engine.domain.quotes import Market
from engine.domain.reasons import Finding
from engine.domain.risk.findings import RuleName, deny
from engine.domain.risk.off import OffReason, off
from engine.domain.risk.proposal import Proposal
from engine.domain.state import State
from engine.values import Nanos

R42 = RuleName("R42", "not_armed")
ON_PAPER = off(OffReason.ON_PAPER)


def on_paper(state: State) -> Finding | None:
    """There is nothing to arm."""
    return None if is_live(state.mode) else ON_PAPER


def not_armed(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """Live, nothing that opens a position leaves before a person has armed the account."""
    if is_armed(state, p.order.account, now):
        return None
    return deny(
        R42,
        f"{p.order.account} is not armed: live orders leave once a person has armed it",
        actual="DISARMED",
        limit="armed",
    )
