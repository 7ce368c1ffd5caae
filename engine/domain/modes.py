"""Whose money a session trades, and whether its venue is a part of this engine."""

PAPER = "PAPER"
"""No object of such a process could send a live order."""
REPLAY = "REPLAY"
"""The same on a day that has been."""
PRACTICE = "PRACTICE"
"""Orders leave the machine's engine, and no money is in them."""
LIVE = "LIVE"

_SIMULATED = frozenset({PAPER, REPLAY, ""})


def is_live(mode: str) -> bool:
    """Real money."""
    return mode.upper() == LIVE


def is_simulated(mode: str) -> bool:
    """The exchange is part of the engine, or no session has begun."""
    return mode.upper() in _SIMULATED
