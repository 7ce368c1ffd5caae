"""A second order beside one that nobody knows the outcome of: asked about, with the worst case."""

from engine.domain.quotes import Market
from engine.domain.reasons import Finding, Verdict
from engine.domain.risk.findings import RuleName, finding
from engine.domain.risk.proposal import Proposal
from engine.domain.state import State
from engine.values import Nanos

D04 = RuleName("D04", "outcome_unknown")


def outcome_unknown(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """The same account, symbol and side (U4): whoever enters it again may have it twice."""
    if not state.in_doubt or p.replaces is not None:
        return None
    for order_id in state.in_doubt:
        order = state.orders[order_id]
        asked = order.order
        if asked.symbol != p.order.symbol or asked.account != p.order.account:
            continue
        if order.side is not p.side:
            continue
        worst = p.held + p.side * (p.open_same + p.quantity)
        size = state.instruments[asked.symbol].format_quantity
        at_worst = size(worst, signed=True)
        sentence = (
            f"The outcome of order {order.label} ({asked.instruction.word}"
            f" {size(order.worst_leaves)} {asked.symbol}) is unknown: with this one you hold"
            f" {at_worst} at worst"
        )
        room = "write override with the reason"
        return finding(D04, Verdict.ASK, sentence, actual=at_worst, room=room)
    return None
