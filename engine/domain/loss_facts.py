"""What the marks say of losses, as the watch tells it, and what follows from it for the desk."""

from enum import IntEnum

from engine.domain.facts import Fact
from engine.values import Money, Nanos, Price

Marks = tuple[tuple[str, Price], ...]
"""(symbol, mark) of what is held: what a judgement rests on."""


class LossMeasure(IntEnum):
    """What is compared with which limit."""

    DAY = 1
    """R21: realised, unrealised and carry of the trade date, after fees."""
    DRAWDOWN_DAY = 2
    """R22: below the day's highest equity."""
    DRAWDOWN = 3
    """R22: below the highest equity of the newest twenty trade dates."""
    VELOCITY = 4
    """R23: lost within a minute."""
    SWING = 5
    """Desk red: between the highest and the lowest equity of a minute, either way."""


class LossLevel(IntEnum):
    WARN = 1
    LIMIT = 2


class LossSeen(Fact, frozen=True, tag="loss_seen"):
    """At every look since `since` the marks have shown at least such a loss."""

    account: str
    symbol: str
    """`*`: the account."""
    measure: LossMeasure
    level: LossLevel
    loss: Money
    base: Money
    """What it is a share of: equity when the day began, or at its peak."""
    since: Nanos
    marks: Marks


class EquitySeen(Fact, frozen=True, tag="equity_seen"):
    """Higher than before on this trade date; `earned` is equity less what was paid in."""

    account: str
    equity: Money
    earned: Money
    marks: Marks


class LossLimitReached(Fact, frozen=True, tag="loss_limit"):
    """`share` and `limit` in basis points of `base`; the marks are those that were judged."""

    at: Nanos
    account: str
    symbol: str
    measure: LossMeasure
    level: LossLevel
    loss: Money
    base: Money
    share: int
    limit: int
    since: Nanos
    marks: Marks


class EquityPeaked(Fact, frozen=True, tag="equity_peak"):
    at: Nanos
    account: str
    trade_date: int
    equity: Money
    earned: Money
    marks: Marks
