"""Promises about risk: what fills at the venue may come to, and that a trader can always close."""

from engine.domain.flatten import closing_order
from engine.domain.quotes import Market
from engine.domain.reasons import Finding
from engine.domain.risk.exposure import open_quantities
from engine.domain.risk.frame import evaluate
from engine.domain.risk.proposal import propose
from engine.domain.state import DEFAULT_ACCOUNT, State
from engine.values import Nanos
from simulation.account import VenueAccount
from simulation.broken import hold
from simulation.evidence import Evidence

OF_THE_MOMENT = frozenset({"R25", "D03"})
"""Nothing trades there now, or a flatten closes it already."""


def i29_no_fills_spend_more_than_there_is(
    account: VenueAccount, evidence: Evidence, opening: int
) -> None:
    """I-29: at the venue, in whatever order it filled what had left; for who never sells short."""
    left = opening + account.cash - evidence.fees
    hold(left >= 0, "I-29", f"the venue's fills spent {-left} more than there was")


def what_is_held_can_be_closed(state: State, market: Market, now: Nanos) -> None:
    """The exit lane: no state of the desk, no breaker and no rule keeps anybody from closing."""
    for symbol, position in state.accounts[DEFAULT_ACCOUNT].positions.items():
        held = position.quantity
        buys, sells = open_quantities(state, DEFAULT_ACCOUNT, symbol)
        room = abs(held) - (sells if held > 0 else buys)
        if held == 0 or room <= 0:
            continue
        closing = closing_order(DEFAULT_ACCOUNT, symbol, room if held > 0 else -room, "probe", "")
        judged = evaluate(propose(closing, state, market), state, market, now)
        if judged.is_allowed:
            continue
        stops = [found for found in judged.findings if not _will_pass(found, state)]
        why = "; ".join(found.sentence for found in stops)
        hold(not stops, "exit lane", f"{room} of {held:+} {symbol} cannot be closed: {why}")


def _will_pass(found: Finding, state: State) -> bool:
    """Only a line that is down or books that are compared may make R41 hold an exit, and no order
    in doubt."""
    if found.rule != "R41":
        return found.rule in OF_THE_MOMENT
    return bool(state.links_down) or state.recon.holds_orders
