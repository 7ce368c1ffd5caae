"""R14: a strategy that does the same again and again is stopped before a person has to notice."""

from engine.domain.quotes import Market
from engine.domain.reasons import Finding
from engine.domain.risk.findings import RuleName, counted, deny
from engine.domain.risk.proposal import Proposal
from engine.domain.risk.rules.flow import is_rate_reached
from engine.domain.state import State
from engine.domain.strategy_facts import repeats_key, strategy_of
from engine.values import NANOS_PER_SECOND, Nanos

R14 = RuleName("R14", "repeated_execution", "risk.repeated_execution_max")

_NONE: list[Nanos] = []


def repeated_execution(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """Entries of one strategy in one symbol on one side that left or were filled in the window.

    Who breaks it is disabled, and nothing of it enters any more until a person has looked (MiFID II
    RTS 6 Art. 15(3)). A person's own orders never come to this.
    """
    strategy = strategy_of(p.order)
    if not strategy:
        return None
    assert p.account is not None
    if p.account.strategies:
        held = p.account.strategies.get(strategy)
        if held is not None:
            return deny(
                R14,
                f'"{strategy}" is disabled ({held.reason}): only its exits leave until a person'
                ' says `resume "reason"`',
                actual="disabled",
                limit="enabled",
            )
    limit, window = p.limits.repeated_execution_max, p.limits.repeated_execution_window
    if p.replaces is not None or (limit and not state.repeats):
        return None
    times = state.repeats.get(repeats_key(p.order, strategy, p.side), _NONE)
    if not is_rate_reached(times, limit, now - window):
        return None
    return deny(
        R14,
        f"{too_often(limit, window, p.order.symbol, p.side)} of {strategy} is your limit: it is"
        ' disabled until a person says `resume "reason"`',
        actual=counted(limit + 1),
        limit=counted(limit),
    )


def too_often(limit: int, window: Nanos, symbol: str, side: int) -> str:
    """`10 buys of AAPL within 60 s`."""
    word = "buy" if side > 0 else "sell"
    plural = "" if limit == 1 else "s"
    return f"{counted(limit)} {word}{plural} of {symbol} within {window // NANOS_PER_SECOND} s"
