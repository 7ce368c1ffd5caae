"""What a trader sees of the account's margin regime: settled cash, maintenance, calls."""

from engine.domain.day_trades import recent_day_trades
from engine.domain.margin_calls import excess_share
from engine.domain.margin_kept import CallKind
from engine.domain.margin_view import MarginRow, Unsettled
from engine.domain.margin_words import call_words, date_words
from engine.domain.quotes import Market
from engine.domain.risk.exposure import worth_of
from engine.domain.risk.margin import maintenance_requirement, terms_under, tier_under
from engine.domain.risk.regimes import Regime
from engine.domain.settling import VIOLATIONS_MAX, recent_violations, settled_cash
from engine.domain.standing_rows import condition
from engine.domain.standing_view import Severity, StandingRow
from engine.domain.state import Account, State
from engine.instruments import format_money_rounded
from engine.values import Money


def margin_row(account: Account, state: State, market: Market) -> MarginRow:
    """At the marks of this moment."""
    terms = terms_under(state.limits, state.trade_date)
    regime = Regime(state.limits.margin_regime).word
    settled: Money | None = None
    unsettled: tuple[Unsettled, ...] = ()
    if terms.is_settled:
        settled = settled_cash(account, account.currency)
        waiting = sorted(account.margin.settling.get(account.currency, {}).items())
        unsettled = tuple(
            Unsettled(date, Money(moved.received - moved.owed)) for date, moved in waiting
        )
    worth = worth_of(account, state, market)
    maintenance = share = None
    if worth.net_liquidation is not None and not terms.is_settled:
        rates = tier_under(account, state.limits, state.trade_date, worth).day
        maintenance = Money(maintenance_requirement(worth, rates))
        share = excess_share(worth.net_liquidation, maintenance)
    counted = terms.counts_day_trades
    trades = recent_day_trades(account.margin, state.trade_date) if counted else None
    return MarginRow(regime, settled, unsettled, maintenance, share, trades)


def margin_standings(account: Account, trade_date: int) -> tuple[StandingRow, ...]:
    """Calls that are open, and what is only allowed with settled cash or to close."""
    memory, rows = account.margin, list[StandingRow]()
    for kind, call in memory.calls.items():
        due = "now" if call.due_at else f"by {date_words(call.due_date)}"
        name = call_words(CallKind(kind))
        text = f"{name}: {format_money_rounded(call.amount)} {'overdue' if call.is_late else due}"
        severity = Severity.UNAVAILABLE if call.is_late else Severity.DEGRADED
        rows.append(
            condition("margin_call", name, text, severity=severity, who="desk", ends_by="equity")
        )
    if trade_date <= memory.closing_only_until:
        text = f"closing orders only up to {date_words(memory.closing_only_until)}"
        rows.append(condition("closing_only", "intraday call not met", text, who="desk"))
    if trade_date <= memory.settled_only_until:
        count = recent_violations(memory, trade_date)
        text = f"settled cash only up to {date_words(memory.settled_only_until)}"
        name = f"{count} good-faith violations (of {VIOLATIONS_MAX})"
        rows.append(condition("settled_only", name, text, who="desk"))
    return tuple(rows)
