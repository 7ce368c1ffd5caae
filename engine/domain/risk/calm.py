"""A calm desk: what only trouble can deny is not asked of its orders one by one."""

from engine.domain.events import TradingState
from engine.domain.state import Account, State

_ACTIVE = TradingState.ACTIVE


def is_calm(state: State, account: Account) -> bool:
    """Nothing is lowered, slowed, halted, in doubt, flattened or compared, no line was down, and
    nothing is said of one.

    Rules that say `calm` pass every order then.
    """
    breakers = state.breakers
    return (
        account.trading.state is _ACTIVE
        and not account.symbols
        and not state.in_doubt
        and not state.flattening
        and not state.was_disconnected
        and not state.link_texts
        and state.recon.run is None
        and breakers.slow is None
        and breakers.market is None
    )
