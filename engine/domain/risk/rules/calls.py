"""What the rules for lending ask in time: intraday calls, day trades, distance to maintenance."""

from engine.domain.day_trades import WINDOW_DAYS, recent_day_trades
from engine.domain.margin_words import date_words
from engine.domain.quotes import Market
from engine.domain.reasons import Finding, Verdict
from engine.domain.risk.findings import RuleName, deny, finding, percent
from engine.domain.risk.margin import entry_requirement, maintenance_requirement
from engine.domain.risk.proposal import Proposal
from engine.domain.risk.regimes import BPS, DAY_TRADER_EQUITY, FINRA_LONG
from engine.domain.risk.reserve import held_with
from engine.domain.risk.room import UNBOUND, available_to, equity_after, no_mark, room_within
from engine.domain.state import State
from engine.instruments import format_money_rounded
from engine.values import Money, Nanos

R30 = RuleName("R30", "intraday_margin", "risk.margin_regime")
R31 = RuleName("R31", "pattern_day_trader", "risk.margin_regime")
R32 = RuleName("R32", "maintenance_margin", "risk.maintenance_margin")
R32_WARN = RuleName("R32", "maintenance_margin", "risk.maintenance_warn")
_FREE = BPS - FINRA_LONG
"""Where nothing is owed, at least this share of equity is above what longs have to keep."""
DAY_TRADES_MAX = 3
"""A fourth within five business days makes a pattern: FINRA 4210(f)(8)(B)(ii)."""


def intraday_margin(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """The rule of 2026: equity covers the intraday requirement at every step, this one included."""
    account = p.account
    assert account is not None
    if p.trade_date <= account.margin.closing_only_until:
        until = date_words(account.margin.closing_only_until)
        sentence = f"An intraday margin call was not met: only closing orders leave up to {until}"
        return deny(R30, sentence, limit=until, room_quantity=0)
    if not p.terms.has_intraday_calls:
        return None
    after = equity_after(p, state)
    if after is None or not p.worst_price:
        return deny(R30, no_mark(p))
    left = after - entry_requirement(p.worth, p.rates)
    if left >= 0:
        return None
    room = room_within(p, Money(left + held_with(p, p.quantity)))
    missing = format_money_rounded(Money(-left))
    return deny(
        R30,
        f"With this order {missing} of intraday margin would be missing: {p.size(room)} at most",
        actual=missing,
        limit="0",
        room=f"{p.size(room)} at most",
        room_quantity=room,
    )


def intraday_margin_room(p: Proposal, state: State) -> int:
    """As buying power's, while nothing is closed to entries."""
    account, available = p.account, available_to(p, state)
    if account is None or p.trade_date <= account.margin.closing_only_until:
        return 0
    if not p.terms.has_intraday_calls:
        return UNBOUND
    return 0 if available is None else room_within(p, available)


def pattern_day_trader(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """What is opened now could become a fourth day trade within five business days."""
    if not p.terms.counts_day_trades:
        return None
    account = p.account
    assert account is not None
    equity = p.worth.net_liquidation
    if equity is None:
        return deny(R31, no_mark(p))
    if equity >= DAY_TRADER_EQUITY:
        return None
    count = recent_day_trades(account.margin, p.trade_date)
    if count < DAY_TRADES_MAX:
        return None
    least, have = format_money_rounded(DAY_TRADER_EQUITY), format_money_rounded(equity)
    return finding(
        R31,
        Verdict.ASK_SECOND_FACTOR,
        f"{count} day trades within {WINDOW_DAYS} business days and {have} of equity: closed today,"
        f" this one makes you a pattern day trader, who needs {least}",
        actual=str(count),
        limit=str(DAY_TRADES_MAX),
        room="hold it over the night, or override with the reason",
    )


def maintenance_margin(p: Proposal, state: State, market: Market, now: Nanos) -> Finding | None:
    """How far equity is above what it must not go below, before anything is added to it."""
    equity = p.worth.net_liquidation
    if equity is None:
        return deny(R32, no_mark(p))
    worth, limits = p.worth, p.limits
    least = max(limits.maintenance_margin, limits.maintenance_warn)
    is_lent = worth.short_value or worth.long_value > equity or p.rates.concentrated
    if not is_lent and least <= _FREE:
        return None
    need = maintenance_requirement(worth, p.rates)
    if not need or (equity > 0 and (equity - need) * BPS >= equity * least):
        return None  # of less than nothing no share is enough, however large the limit
    share = (equity - need) * BPS // equity if equity > 0 else -BPS
    if share < limits.maintenance_margin:
        most, what = percent(limits.maintenance_margin), "only exits leave"
        rule, verdict = R32, Verdict.DENY
    else:
        most, what = percent(limits.maintenance_warn), "close something before the market does it"
        rule, verdict = R32_WARN, Verdict.WARN
    return finding(
        rule,
        verdict,
        f"{percent(share)} of your equity is above maintenance, less than {most}: {what}",
        actual=percent(share),
        limit=most,
    )
