"""How long an order stays: over earnings, and over the day on which a dividend comes off."""

from engine.domain.cost_facts import EVERY_SYMBOL
from engine.domain.ledger.days import days_between
from engine.domain.quotes import Market
from engine.domain.reasons import Finding, Verdict
from engine.domain.reference_facts import NEVER, Earnings
from engine.domain.risk.findings import OFF, RuleName, counted, deny, finding
from engine.domain.risk.off import OffReason, off
from engine.domain.risk.proposal import Proposal
from engine.domain.state import State
from engine.instruments import format_money
from engine.values import Nanos, TimeInForce

R37 = RuleName("R37", "expiry_sanity", "risk.expiry_sanity")
R37_AGE = RuleName("R37", "expiry_sanity", "risk.earnings_age_max")
NO_EARNINGS = off(OffReason.NO_EARNINGS)
NO_DIVIDENDS = off(OffReason.NO_DIVIDENDS)
_GTC = TimeInForce.GTC


def no_earnings(state: State) -> Finding | None:
    """Not asked for, or nobody has told when earnings are due."""
    if not state.limits.expiry_sanity:
        return OFF
    return NO_EARNINGS if state.reference.earnings is None else None


def no_dividends(state: State) -> Finding | None:
    """Not asked for, or nobody has told of a dividend."""
    if not state.limits.expiry_sanity:
        return OFF
    return None if state.dividends else NO_DIVIDENDS


def over_earnings(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """Only what is good till cancelled outlives its day; a change of one does not outlive more."""
    earnings = state.reference.earnings
    assert earnings is not None
    if p.order.time_in_force is not _GTC or p.replaces is not None:
        return None
    symbol, today = p.order.symbol, p.trade_date
    rows = earnings.get(symbol) or earnings.get(EVERY_SYMBOL, ())
    ahead = next((row for row in rows if row.date >= today or row.date == NEVER), None)
    if ahead is None:
        return deny(R37_AGE, _not_known(symbol, rows))
    age = days_between(ahead.as_of, today)
    if age > p.limits.earnings_age_max:
        most = counted(p.limits.earnings_age_max)
        return deny(
            R37_AGE,
            f"The earnings date of {symbol} was looked up {counted(age)} days ago and your limit "
            f"is {most}: bring its row up to date, or send the order for the day",
            actual=f"{counted(age)} days",
            limit=f"{most} days",
        )
    if ahead.date == NEVER:
        return None
    return finding(
        R37,
        Verdict.ASK,
        f"Good till cancelled stays over the earnings of {symbol} on {date_text(ahead.date)}: "
        '`override "reason"` if you mean it, or send it for the day',
        actual="gtc",
        limit=date_text(ahead.date),
    )


def _not_known(symbol: str, rows: tuple[Earnings, ...]) -> str:
    if not rows:
        return (
            f"The file of earnings has no row for {symbol}: add one, `{symbol},DATE,none` for "
            "what reports none"
        )
    last = date_text(rows[-1].date)
    return (
        f"The file of earnings knows none of {symbol} after {last}: add the next date, or send "
        "the order for the day"
    )


def over_ex_date(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """Where a dividend comes off, a limit that rests means another price than the day before."""
    if p.order.time_in_force is not _GTC or p.replaces is not None:
        return None
    symbol, today = p.order.symbol, p.trade_date
    due = [row for row in state.dividends if row.symbol == symbol and row.ex_date > today]
    if not due:
        return None
    first = min(due, key=lambda row: row.ex_date)
    return finding(
        R37,
        Verdict.ASK,
        f"Good till cancelled stays over {date_text(first.ex_date)}, when {symbol} goes ex "
        f'{format_money(first.per_share)}: `override "reason"` if you mean it, or send it for '
        "the day",
        actual="gtc",
        limit=date_text(first.ex_date),
    )


def date_text(date: int) -> str:
    """20260128 → '2026-01-28'."""
    return f"{date // 10_000:04d}-{date // 100 % 100:02d}-{date % 100:02d}"
