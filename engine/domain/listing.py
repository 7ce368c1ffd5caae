"""What the running market lists: a position in anything else cannot be closed in it."""

from engine.domain import events as ev
from engine.domain.reasons import Refusal
from engine.domain.state import State
from engine.values import Nanos

SYMBOLS_NAMED_MAX = 5
"""In the one sentence about positions that stay."""


def is_listed(state: State, symbol: str) -> bool:
    """Whether the running market knows the symbol, as far as the desk was told."""
    return symbol not in state.unlisted


def not_listed(state: State, command: str, symbols: list[str], now: Nanos) -> list[ev.Event]:
    """One refusal for those of `symbols` that the market does not list; none where it lists all."""
    missing = [symbol for symbol in symbols if not is_listed(state, symbol)]
    if not missing:
        return []
    named = ", ".join(missing[:SYMBOLS_NAMED_MAX])
    more = len(missing) - SYMBOLS_NAMED_MAX
    subject = f"{named} and {more} more" if more > 0 else named
    return [ev.CommandRefused(now, command, Refusal.NOT_LISTED, subject)]
