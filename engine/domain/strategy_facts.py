"""Strategies: which orders no hand has sent, and what becomes true when one is disabled."""

import msgspec

from engine.domain.commands import Origin, SubmitOrder
from engine.domain.facts import Fact
from engine.values import Nanos, Side

# Every order asks, and on Python 3.11 looking a member up in its enum takes longer than the answer.
_SCRIPT, _DESK = Origin.SCRIPT, Origin.DESK
SCRIPT = "script"
"""The strategy of a script that names none."""
REPEATS_COUNTED_MAX = 1_024
"""A limit above this many executions is none: nothing is remembered for it."""
REPEATS_KEPT_MAX = 1_024
"""Strategies × symbols × sides that are remembered: those that were busy last."""


class StrategyHold(msgspec.Struct, frozen=True, gc=False):
    """A strategy that may not send entries, until a person lets it again."""

    since: Nanos
    reason: str
    run: str
    """In which run of the desk: what was stopped there does not go on there by itself."""


class StrategyDisabled(Fact, frozen=True, tag="strategy_disabled"):
    """HALTED for this strategy alone: its entries are cancelled, its exits still leave."""

    at: Nanos
    account: str
    strategy: str
    reason: str


class StrategyEnabled(Fact, frozen=True, tag="strategy_enabled"):
    """A person lets it send again; what it had executed before no longer counts."""

    at: Nanos
    account: str
    strategy: str
    reason: str
    origin: Origin


def strategy_of(order: SubmitOrder) -> str:
    """The strategy that sent it; empty for a hand, and for exits that the desk keeps."""
    origin = order.origin
    if origin is _SCRIPT:
        return order.strategy or SCRIPT
    is_child = origin is _DESK and not order.reduce_only
    return order.strategy if is_child else ""


def repeats_key(order: SubmitOrder, strategy: str, side: Side) -> str:
    """What makes two executions the same: account, strategy, symbol and side."""
    return f"{order.account}|{strategy}|{order.symbol}|{'1' if side > 0 else '-1'}"
