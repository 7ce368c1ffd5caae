"""R21 to R23: what a loss on believable marks means for the account's trading state."""

from engine.domain import events as ev
from engine.domain.acts import cancels_of
from engine.domain.commands import ALL_SYMBOLS, CancelScope, Origin
from engine.domain.loss_facts import (
    EquityPeaked,
    EquitySeen,
    LossLevel,
    LossLimitReached,
    LossMeasure,
    LossSeen,
)
from engine.domain.loss_memory import LossMemory, key_of
from engine.domain.quotes import Market
from engine.domain.risk.findings import percent
from engine.domain.risk.limits import Limits
from engine.domain.state import State
from engine.instruments import format_money_rounded
from engine.values import Nanos

BPS = 10_000
STEPS = 4
"""Who lets the desk trade again has accepted the loss so far: it stops again a quarter of the
limit further down."""
NOTHING_TOLD = LossMemory()

_RULES = {
    LossMeasure.DAY: "R21 daily_loss",
    LossMeasure.DRAWDOWN_DAY: "R22 drawdown",
    LossMeasure.DRAWDOWN: "R22 drawdown",
    LossMeasure.VELOCITY: "R23 loss_velocity",
    LossMeasure.SWING: "R23 swing",
}


def limit_of(limits: Limits, measure: LossMeasure, level: LossLevel) -> int:
    """Basis points of what the measure is a share of."""
    if level is LossLevel.WARN:
        return limits.daily_loss_warn
    return (
        limits.daily_loss_max,
        limits.drawdown_max,
        limits.drawdown_days_max,
        limits.loss_velocity_max,
        limits.swing_max,
    )[measure - 1]


def threshold(
    limits: Limits, memory: LossMemory, measure: LossMeasure, level: LossLevel, symbol: str
) -> int:
    """The share above which it is told: the limit, or a step beyond where it was told last."""
    limit = limit_of(limits, measure, level)
    told = memory.told.get(key_of(measure, level, symbol)) if memory.told else None
    if told is None:
        return limit
    return max(limit, told + max(1, limit // STEPS))


def exceeds(loss: int, base: int, share: int) -> bool:
    """Whether a loss is more than `share` basis points of a base; of nothing, any loss is."""
    return loss > 0 and loss * BPS > share * max(base, 0)


def heed_loss(state: State, report: LossSeen, market: Market, now: Nanos) -> list[ev.Event]:
    """Tells of it and lowers the state; what was told already, or is within limits, is no news."""
    if report.account not in state.accounts:
        return []
    memory = state.losses.get(report.account, NOTHING_TOLD)
    key = report.measure, report.level, report.symbol
    if report.level is LossLevel.WARN and key_of(*key) in memory.told:
        return []
    if not exceeds(report.loss, report.base, threshold(state.limits, memory, *key)):
        return []
    share = -(-report.loss * BPS // report.base) if report.base > 0 else BPS
    limit = limit_of(state.limits, report.measure, report.level)
    reached = LossLimitReached(
        now,
        report.account,
        report.symbol,
        report.measure,
        report.level,
        report.loss,
        report.base,
        share,
        limit,
        report.since,
        report.marks,
    )
    if report.level is LossLevel.WARN:
        return [reached]
    return [reached, *_lowered(state, reached, now)]


def _lowered(state: State, reached: LossLimitReached, now: Nanos) -> list[ev.Event]:
    """The state goes down and never up; a swing takes entries back as well."""
    account, to = state.accounts[reached.account], ev.TradingState.REDUCING
    if reached.measure is LossMeasure.SWING:
        to = ev.TradingState.HALTED
    trading = account.trading
    if reached.symbol != ALL_SYMBOLS:
        trading = account.symbols.get(reached.symbol, trading)
    happened: list[ev.Event] = []
    if trading.state < to:
        why = loss_in_words(reached)
        change = (now, reached.account, reached.symbol, to, False, why, Origin.DESK)
        happened.append(ev.TradingStateChanged(*change))
    if to is ev.TradingState.HALTED:
        scope, origin = CancelScope.ENTRIES, Origin.DESK
        happened += cancels_of(state, reached.account, ALL_SYMBOLS, scope, origin, now)
    return happened


def loss_in_words(reached: LossLimitReached) -> str:
    """'down 31,200 today, 3.12 % of 1,000,000: above 3.00 % (R21 daily_loss)'."""
    lost, base = format_money_rounded(reached.loss), format_money_rounded(reached.base)
    how = {
        LossMeasure.DAY: f"down {lost} today",
        LossMeasure.DRAWDOWN_DAY: f"{lost} below the day's peak",
        LossMeasure.DRAWDOWN: f"{lost} below the peak of 20 days",
        LossMeasure.VELOCITY: f"{lost} lost within a minute",
        LossMeasure.SWING: f"equity swung {lost} within a minute",
    }[reached.measure]
    where = "" if reached.symbol == ALL_SYMBOLS else f"{reached.symbol} "
    share, limit = percent(reached.share), percent(reached.limit)
    rule = _RULES[reached.measure]
    return f"{where}{how}, {share} of {base}: above {limit} ({rule})"


def heed_equity(state: State, report: EquitySeen, market: Market, now: Nanos) -> list[ev.Event]:
    """A new peak of the trade date, or the first figure of it."""
    if report.account not in state.accounts:
        return []
    memory = state.losses.get(report.account, NOTHING_TOLD)
    known = memory.peaks.get(state.trade_date)
    if known is not None and report.earned <= known:
        return []
    return [
        EquityPeaked(
            now, report.account, state.trade_date, report.equity, report.earned, report.marks
        )
    ]
