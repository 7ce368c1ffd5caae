"""Closed choices of words that controls and expectations of the order language offer."""

from enum import StrEnum

Size = int | str
"""A number of shares or coins: whole, or exact decimal text ("0.015") where parts are traded."""


class OrderState(StrEnum):
    """The states that `wait` and `expect` can name."""

    STAGED = "staged"
    HELD = "held"
    WORKING = "working"
    PARTIAL = "partial"
    FILLED = "filled"
    CANCELLED = "cancelled"
    REJECTED = "rejected"
    DENIED = "denied"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


class Comparison(StrEnum):
    """How `expect cash` compares what is there with what is written."""

    AT_LEAST = ">="
    AT_MOST = "<="
    ABOVE = ">"
    BELOW = "<"
    EQUAL = "="


class ReplayVerb(StrEnum):
    """What is asked of the market's time."""

    PAUSE = "pause"
    PLAY = "play"
    STEP = "step"
    STEP_TRADE = "step trade"
    SPEED = "speed"
    JUMP = "jump"
    JUMP_FILL = "jump fill"
    RESTART = "restart"
