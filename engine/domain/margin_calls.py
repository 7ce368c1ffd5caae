"""R30 and R32: levels of margin, calls with the time to meet them, and what follows when late."""

from engine.domain import events as ev
from engine.domain.commands import ALL_SYMBOLS, Origin
from engine.domain.flatten import begin_flatten
from engine.domain.ledger.currency import in_base
from engine.domain.ledger.settlement import (
    CYCLES,
    US,
    business_day,
    calendar_day,
)
from engine.domain.loss_facts import Marks
from engine.domain.margin_facts import (
    MarginCalled,
    MarginCallLate,
    MarginCallMet,
    MarginLevel,
    MarginMoved,
    MarginSeen,
)
from engine.domain.margin_kept import CallKind, MarginCall
from engine.domain.quotes import Market, Quote
from engine.domain.risk.exposure import Worth, worth_of
from engine.domain.risk.findings import percent
from engine.domain.risk.limits import Limits
from engine.domain.risk.margin import (
    entry_requirement,
    maintenance_requirement,
    terms_under,
    tier_under,
)
from engine.domain.risk.regimes import BPS
from engine.domain.state import Account, State
from engine.values import Money, Nanos, Quantity

INTRADAY_DAYS = 5
"""Business days to meet an intraday call: FINRA 4210 as amended in 2026 …"""
CLOSING_ONLY_DAYS = 90
"""… and calendar days without a new position when it was not met."""
PAYMENT_DAYS = 2
"""12 CFR 220.2, payment period: so many business days after the settlement of a trade."""


def is_at_stake(account: Account) -> bool:
    """Something is lent: cash below zero somewhere, or a short position."""
    if account.cash < 0 or any(purse.cash < 0 for purse in account.purses.values()):
        return True
    return any(position.quantity < 0 for position in account.positions.values())


def marked(marks: Marks) -> Market:
    """A market that knows these marks alone."""
    market = Market()
    market.quotes = {symbol: Quote(symbol, last=mark) for symbol, mark in marks}
    return market


def seen_at(state: State, account: Account, marks: Marks) -> MarginSeen | None:
    """Equity and requirements at marks; None where a short has none."""
    worth = worth_of(account, state, marked(marks))
    if worth.net_liquidation is None:
        return None
    tier = tier_under(account, state.limits, state.trade_date, worth)
    return MarginSeen(
        account.account,
        worth.net_liquidation,
        Money(maintenance_requirement(worth, tier.day)),
        Money(entry_requirement(worth, tier.night)),
        marks,
    )


def excess_share(equity: int, maintenance: int) -> int:
    """(equity − maintenance) ÷ equity in basis points, rounded down; without equity −100 %."""
    return (equity - maintenance) * BPS // equity if equity > 0 else -BPS


def level_of(limits: Limits, seen: MarginSeen) -> MarginLevel:
    """Which level these figures are on; nothing to maintain is ample."""
    if not seen.maintenance and seen.equity >= 0:
        return MarginLevel.AMPLE
    share = excess_share(seen.equity, seen.maintenance)
    if share < 0:
        return MarginLevel.CALL
    if share < limits.maintenance_margin:
        return MarginLevel.REDUCING
    return MarginLevel.WARN if share < limits.maintenance_warn else MarginLevel.AMPLE


def is_news(state: State, account: Account, seen: MarginSeen, now: Nanos) -> bool:
    """Whether `heed_margin` would make anything of it."""
    return bool(_followed(state, account, seen, now))


def heed_margin(state: State, report: MarginSeen, market: Market, now: Nanos) -> list[ev.Event]:
    """The level, the trading state, and calls: what is known already is no news."""
    account = state.accounts.get(report.account)
    return [] if account is None else _followed(state, account, report, now)


def _followed(state: State, account: Account, seen: MarginSeen, now: Nanos) -> list[ev.Event]:
    happened: list[ev.Event] = []
    level, before = level_of(state.limits, seen), account.margin.level
    share = excess_share(seen.equity, seen.maintenance)
    if level != before:
        figures = (seen.equity, seen.maintenance, share, seen.marks)
        happened.append(MarginMoved(now, account.account, level, *figures))
    to = ev.TradingState.REDUCING
    if level >= MarginLevel.REDUCING > before and account.trading.state < to:
        limit = percent(state.limits.maintenance_margin)
        why = (
            f"{percent(share)} of equity above maintenance: below {limit} (R32 maintenance_margin)"
        )
        change = (now, account.account, ALL_SYMBOLS, to, False, why, Origin.DESK)
        happened.append(ev.TradingStateChanged(*change))
    return happened + _calls(state, account, seen, now)


def _calls(state: State, account: Account, seen: MarginSeen, now: Nanos) -> list[ev.Event]:
    """One call of each kind at a time, until it is met."""
    happened: list[ev.Event] = []
    kind = CallKind.MAINTENANCE
    if terms_under(state.limits, state.trade_date).has_intraday_calls:
        kind = CallKind.INTRADAY
    deficit = seen.maintenance - seen.equity
    if deficit > 0 and kind not in account.margin.calls:
        happened.append(_called(state, account, kind, deficit, seen.marks, now))
    for known, call in account.margin.calls.items():
        need = seen.overnight if known == CallKind.OVERNIGHT else seen.maintenance
        missing = need - seen.equity
        if missing <= 0:
            happened.append(MarginCallMet(now, account.account, CallKind(known)))
        elif not call.is_late and _is_due(call, state.trade_date, now):
            happened += _late(state, account, CallKind(known), missing, seen.marks, now)
    return happened


def _called(
    state: State, account: Account, kind: CallKind, amount: int, marks: Marks, now: Nanos
) -> MarginCalled:
    today, due_at = state.trade_date, Nanos(0)
    if kind is CallKind.MAINTENANCE:
        due_date, due_at = today, Nanos(now + state.limits.margin_call_grace)
    elif kind is CallKind.INTRADAY:
        due_date = business_day(US, today, INTRADAY_DAYS)
    else:
        cycle = next(days for since, days in reversed(CYCLES[US]) if since <= today)
        due_date = business_day(US, today, cycle + PAYMENT_DAYS)
    return MarginCalled(now, account.account, kind, Money(amount), today, due_date, due_at, marks)


def _is_due(call: MarginCall, trade_date: int, now: Nanos) -> bool:
    if call.due_at:
        return now >= call.due_at
    return trade_date > call.due_date


def _late(
    state: State, account: Account, kind: CallKind, missing: int, marks: Marks, now: Nanos
) -> list[ev.Event]:
    """The largest position is proposed; the desk closes it only where it was told to."""
    symbol = _largest(state, account, marks)
    does_it = state.limits.liquidation and symbol != ""
    until = 0
    if kind is CallKind.INTRADAY:
        until = calendar_day(state.trade_date, CLOSING_ONLY_DAYS)
    position = account.positions.get(symbol)
    late = MarginCallLate(
        now,
        account.account,
        kind,
        Money(missing),
        symbol,
        Quantity(0) if position is None else position.quantity,
        does_it,
        until,
    )
    if not does_it:
        return [late]
    return [late, *begin_flatten(state, account.account, symbol, Origin.DESK, now)]


def _largest(state: State, account: Account, marks: Marks) -> str:
    """The symbol whose position is worth most, long or short."""
    largest, found = 0, ""
    for symbol, mark in marks:
        position = account.positions.get(symbol)
        if position is None or not position.quantity:
            continue
        instrument = state.instruments[symbol]
        rate = state.rate_of(instrument.currency, account.currency)
        value = abs(in_base(instrument.notional(mark, position.quantity), rate))
        if value > largest:
            largest, found = value, symbol
    return found


def called_overnight(state: State, marks: Marks, now: Nanos) -> list[ev.Event]:
    """Reg T at the end of a trade date: what stays must be backed by the night's share.

    Decided before the date rolls, at its closing marks.
    """
    happened: list[ev.Event] = []
    for account in state.accounts.values():
        if not is_at_stake(account) or CallKind.OVERNIGHT in account.margin.calls:
            continue
        worth = worth_of(account, state, marked(marks))
        missing = _missing_overnight(state, account, worth)
        if missing > 0:
            kind = CallKind.OVERNIGHT
            happened.append(_called(state, account, kind, missing, marks, now))
    return happened


def _missing_overnight(state: State, account: Account, worth: Worth) -> int:
    if worth.net_liquidation is None:
        return 0
    tier = tier_under(account, state.limits, state.trade_date, worth)
    return entry_requirement(worth, tier.night) - worth.net_liquidation
