"""What is lost, at the marks of this moment, against what may be."""

from engine.domain.ledger.figures import account_figures
from engine.domain.ledger.paid_in import paid_in
from engine.domain.risk.reference import BPS
from engine.domain.risk.uses import Ground, Measure, Use, money


def _lost_today(g: Ground, bps: int) -> Use | None:
    """Of what the account was worth when the day began; the desk acts on marks that have held."""
    figures = account_figures(g.account, g.state, g.market)
    if figures.equity is None or figures.day is None:
        return None
    return _lost(-figures.day, figures.equity - figures.day, bps)


def _below_peak(g: Ground, bps: int, *, is_of_day: bool) -> Use | None:
    """Below the highest that was written down, money paid in set aside."""
    figures = account_figures(g.account, g.state, g.market)
    memory = g.state.losses.get(g.account.account)
    if figures.equity is None or figures.day is None:
        return None
    capital = paid_in(g.account, g.state)
    earned = figures.equity - capital
    known = memory.peaks.get(g.state.trade_date, earned) if memory is not None else earned
    peak = max(known, earned, earned - figures.day)
    if not is_of_day and memory is not None and memory.peak is not None:
        peak = max(peak, memory.peak)
    return _lost(peak - earned, peak + capital, bps)


def _lost(loss: int, base: int, bps: int) -> Use:
    """A gain is no loss of less than nothing."""
    return money(max(0, loss), base * bps // BPS)


LOSSES: dict[str, Measure] = {
    "risk.daily_loss_max": lambda g: _lost_today(g, g.state.limits.daily_loss_max),
    "risk.daily_loss_warn": lambda g: _lost_today(g, g.state.limits.daily_loss_warn),
    "risk.drawdown_max": lambda g: _below_peak(g, g.state.limits.drawdown_max, is_of_day=True),
    "risk.drawdown_days_max": lambda g: _below_peak(
        g, g.state.limits.drawdown_days_max, is_of_day=False
    ),
}
