"""When not to trade: windows of the exchange's day, the first and the last minutes."""

from engine.domain.exchange_clock import hours_of, minute_of_day
from engine.domain.quotes import Market
from engine.domain.reasons import Finding, Verdict
from engine.domain.risk.findings import RuleName, finding
from engine.domain.risk.lists import clock_text
from engine.domain.risk.off import OffReason, off
from engine.domain.risk.proposal import Proposal
from engine.domain.state import State
from engine.values import Nanos

R43 = RuleName("R43", "time_lock", "risk.time_lock")
R43_FIRST = RuleName("R43", "time_lock", "risk.no_trade_first_minutes")
R43_LAST = RuleName("R43", "time_lock", "risk.no_trade_last_minutes")
NO_WINDOWS = off(OffReason.NO_WINDOWS)


def no_windows(state: State) -> Finding | None:
    """Nobody has set one."""
    limits = state.limits
    is_set = limits.time_lock or limits.no_trade_first_minutes or limits.no_trade_last_minutes
    return None if is_set else NO_WINDOWS


def time_lock(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """A change of an order is no new decision to trade."""
    limits = p.limits
    windows, first, last = (
        limits.time_lock,
        limits.no_trade_first_minutes,
        limits.no_trade_last_minutes,
    )
    if p.replaces is not None:
        return None
    assert p.instrument is not None
    mic = p.instrument.mic
    minute = minute_of_day(now, mic)
    for start, end in windows:
        if start <= minute < end:
            return _locked(R43, minute, f"{clock_text(start)} to {clock_text(end)}")
    hours = hours_of(mic)
    if hours is None:
        return None
    if first and minute < hours.opens + first:
        until = min(hours.opens + first, hours.closes)
        return _locked(R43_FIRST, minute, f"the first {first} minutes, until {clock_text(until)}")
    if last and minute >= hours.closes - last:
        since = max(hours.closes - last, 0)
        return _locked(R43_LAST, minute, f"the last {last} minutes, since {clock_text(since)}")
    return None


def _locked(rule: RuleName, minute: int, what: str) -> Finding:
    now = clock_text(minute)
    return finding(
        rule,
        Verdict.ASK,
        f'It is {now} and you do not trade in {what}: `override "reason"` if you mean it',
        actual=now,
        limit=what,
    )
