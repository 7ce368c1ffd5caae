"""What belongs to something else: orders of the desk's own, and options on a share."""

from engine.domain.commands import Origin
from engine.domain.quotes import Market
from engine.domain.reasons import Finding
from engine.domain.risk.findings import RuleName, deny
from engine.domain.risk.off import OffReason, off
from engine.domain.risk.proposal import Proposal
from engine.domain.state import State, flatten_key
from engine.instruments import CRYPTO
from engine.values import Instruction, Nanos

R33 = RuleName("R33", "option_risk")
R40 = RuleName("R40", "algo_parent")
NO_OPTIONS = off(OffReason.NO_OPTIONS)
NO_ALGORITHMS = off(OffReason.NO_ALGORITHMS)
PLAIN = frozenset({"equity", "etf", "fund", "index", CRYPTO})
"""Asset classes in which a size is what is owned, and no more than its price can be lost."""
_DESK = Origin.DESK
_OPENING = (Instruction.BUY, Instruction.SHORT)


def option_risk(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """Nobody here counts naked shorts, assignment or greeks: a contract is not opened.

    A contract shows by its class, or by counting for more than one of what it is on. What is held
    can still be closed: exits do not come here.
    """
    instrument = p.instrument
    assert instrument is not None
    if instrument.multiplier == 1 and instrument.asset_class in PLAIN:
        return NO_OPTIONS
    what = instrument.asset_class if instrument.asset_class not in PLAIN else "contract"
    of_each = f" of {instrument.multiplier:,} each" if instrument.multiplier != 1 else ""
    return deny(
        R33,
        f"{p.order.symbol} is traded in contracts ({what}{of_each}), whose risk nobody counts "
        "here: shares and coins can be opened",
        actual=what,
        limit="no contracts",
    )


def algo_parent(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """What the desk opens by itself is the second half of a reverse, of what that was to open.

    Exits of a bracket and of a flatten close; an order of a hand or a script has no parent: there
    is nothing to compare either of them with.
    """
    order = p.order
    if order.origin is not _DESK or order.instruction not in _OPENING:
        return NO_ALGORITHMS
    run = state.flattening.get(flatten_key(order.account, order.symbol))
    asked = run.reopen * p.side if run is not None else 0
    if 0 < p.quantity <= asked:
        return None
    most = max(0, asked)
    return deny(
        R40,
        f"The desk's own order would open {p.size(p.quantity)} {order.symbol} and its parent "
        f"asked for {p.size(most)}: it stays here",
        actual=p.size(p.quantity),
        limit=p.size(most),
    )
