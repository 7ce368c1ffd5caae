"""What the events of the desk change: sessions, accounts, calendar, trading state, timers."""

from collections.abc import Callable
from typing import Any

import msgspec

from engine.domain import events as ev
from engine.domain.arming import arming_changed, arming_ended, arming_suspended
from engine.domain.breaker_changes import forget_tripped, turn_breakers
from engine.domain.commands import ALL_SYMBOLS, ExitsOnKill
from engine.domain.contingent.changes import groups_at_work, stay_away
from engine.domain.day_flow import DayFlow
from engine.domain.day_visits import find_day, leave_day
from engine.domain.ledger.currency import in_base
from engine.domain.ledger.postings import post, postings_of_opening
from engine.domain.ledger.restating import settle
from engine.domain.ledger.valuation import NO_MARK, value_or_cost
from engine.domain.link_changes import forget_links, move_link
from engine.domain.message_counts import forget_messages, forget_waiting
from engine.domain.moves import ask_anew
from engine.domain.quotes import Phase, Source
from engine.domain.reserving import hold_more, tiers
from engine.domain.risk.exposure import cash_in_base
from engine.domain.risk.limits import Limits
from engine.domain.settling import settle_date
from engine.domain.state import (
    Account,
    Checkpoint,
    Factor,
    FlattenRun,
    LimitChange,
    Loosening,
    State,
    Trading,
    flatten_key,
    flatten_timer,
    loosening_timer,
)
from engine.values import Money, Nanos, Price, Quantity

MONTHS_KEPT_MAX = 120
"""Months with a volume that one account remembers beside its present one."""
PAST_ORDERS_MAX = 10_000
"""Done orders of earlier dates that a late fill still finds: the newest."""


def _session_started(state: State, event: ev.SessionStarted) -> None:
    _settle_fills(state, event)
    left = state.checkpoints.get(state.market)
    if left is not None:
        # A run that was cut off had heard more of its market than its last checkpoint says.
        heard_at = max(left.heard_at, event.left_at)
        state.checkpoints[state.market] = msgspec.structs.replace(left, heard_at=heard_at)
    state.run, state.mode, state.market = event.run, event.mode, event.market
    ask_anew(state)
    forget_links(state)
    state.patience, state.link_up_at = event.patience, Nanos(0)
    state.clock_off, state.woke_text = Nanos(0), ""
    margin = tiers(state)
    state.source, state.trade_date, state.seed = event.source, event.trade_date, event.seed
    state.limits = Limits.from_pairs(event.limits)
    state.limits_digest = event.limits_digest
    hold_more(state, margin)
    state.configured = event.limits
    _forget_loosening(state, *state.loosening)
    state.limit_changes = {}
    # After a clean end the market begins again: what is ahead of its time, or at the very first
    # moment, belongs to an earlier pass and is no duplicate of what is entered now.
    newest = Nanos(event.at - 1 if state.ended_clean else event.at)
    _forget_attempts(state, newest)
    forget_waiting(state)
    state.recent_orders = {key: at for key, at in state.recent_orders.items() if at <= newest}
    state.recent_prices = {key: at for key, at in state.recent_prices.items() if at <= newest}
    state.is_open, state.ended_clean = True, False
    state.has_oca, state.venue, state.index = event.has_oca, event.venue, event.index
    state.venue_rate, state.is_read_only = event.venue_rate, event.is_read_only
    state.account = event.account
    account = state.accounts.get(event.account)
    if account is not None:
        account.fee_table, account.fee_tables = event.fee_table, dict(event.fee_tables)
        account.interest_table = event.interest_table


def _settle_fills(state: State, event: ev.SessionStarted) -> None:
    """Another market, or a recorded day that begins anew, has a time of its own: what is held
    counts as it stands, and no fill of before is older or newer than one of now."""
    for account in state.accounts.values():
        for position in account.positions.values():
            fills = position.memory.fills
            # The clock of a venue can be ahead of ours, but only a recording begins anew.
            is_replay = event.source is Source.REPLAY
            begins_anew = is_replay and bool(fills) and event.at < fills[-1].at
            if fills and (event.market != state.market or begins_anew):
                settle(position)


def _account_opened(state: State, event: ev.AccountOpened) -> None:
    account = Account(
        account=event.account,
        currency=event.currency,
        cash=event.cash,
        fee_table="",
        ledger={},
        positions={},
        trading=Trading(),
        symbols={},
        day_open_cash=event.cash,
        day_open_equity=event.cash,
    )
    post(account.ledger, postings_of_opening(event.cash))
    state.accounts[event.account] = account


def _instruments_known(state: State, event: ev.InstrumentsKnown) -> None:
    for instrument in event.instruments:
        state.instruments[instrument.symbol] = instrument
    state.unlisted = event.unlisted


def _phase_entered(state: State, event: ev.PhaseEntered) -> None:
    symbols = list(state.instruments) if event.symbol == "*" else [event.symbol]
    for symbol in symbols:
        state.phases[symbol] = event.phase
        if event.text and event.phase is not Phase.OPEN:
            state.halts[symbol] = event.text
            state.began.setdefault(f"halt/{symbol}", event.at)
        elif state.halts.pop(symbol, None) is not None:
            state.began.pop(f"halt/{symbol}", None)


def _date_rolled(state: State, event: ev.DateRolled) -> None:
    before, month = state.trade_date // 100, event.trade_date // 100
    marks, margin = dict(event.marks), tiers(state)
    for account in state.accounts.values():
        leave_day(state, account)
        _open_purses(state, account, marks)
    state.trade_date = event.trade_date
    for account in state.accounts.values():
        account.day_open_equity = _equity_at(state, account, marks)
        settle_date(account.margin, event.trade_date)
    for symbol, mark in event.marks:
        state.day_marks[symbol] = mark
    for account in state.accounts.values():
        account.day_open_cash, account.day_conversion_fees = account.cash, Money(0)
        account.day_carry.clear()
        account.flow, account.fees_pending = DayFlow(), 0
        if month != before:
            _turn_month(account, before, month)
        for position in account.positions.values():
            position.open_day(marks.get(position.symbol))
        find_day(state, account)
    hold_more(state, margin)
    turn_breakers(state, event.trade_date)
    _forget_done_orders(state)
    state.recent_orders.clear()
    state.recent_prices.clear()
    # A second is a second, also with midnight in it; what lies ahead is of another market's time.
    _forget_attempts(state, event.at)


def _forget_attempts(state: State, newest: Nanos) -> None:
    """Keeps what was tried up to that time."""
    state.order_attempts = [at for at in state.order_attempts if at <= newest]
    state.ladder_attempts = [at for at in state.ladder_attempts if at <= newest]
    forget_messages(state, newest)
    kept = {key: [at for at in times if at <= newest] for key, times in state.repeats.items()}
    state.repeats = {key: times for key, times in kept.items() if times}


def _equity_at(state: State, account: Account, marks: dict[str, Price]) -> Money:
    """Cash and positions at the marks with which the day begins, else at what they cost."""
    total = int(cash_in_base(account, state))
    for symbol, position in account.positions.items():
        if position.quantity:
            instrument = state.instruments[symbol]
            value = value_or_cost(position, marks.get(symbol, NO_MARK), instrument)
            total += in_base(value, state.rate_of(instrument.currency, account.currency))
    return Money(total)


def _turn_month(account: Account, before: int, month: int) -> None:
    """The volume stays with its month, whatever market the desk is in meanwhile."""
    others = account.other_months
    if account.month_volume:
        others[before] = account.month_volume
    account.month_volume = others.pop(month, Quantity(0))
    while len(others) > MONTHS_KEPT_MAX:
        # Who goes on trading leaves the oldest behind for good.
        del others[min(others)]


def _open_purses(state: State, account: Account, marks: dict[str, Price]) -> None:
    """What each currency holds at the close and what it was worth: the day's rate profit starts."""
    for currency, purse in account.purses.items():
        value = int(purse.cash)
        for position in account.positions.values():
            instrument = state.instruments[position.symbol]
            if position.quantity and instrument.currency == currency:
                mark = marks.get(position.symbol, NO_MARK)
                value += value_or_cost(position, mark, instrument)
        purse.day_open_value = Money(value)
        purse.day_open_rate = state.rate_of(currency, account.currency)
        purse.day_bought = purse.day_paid = Money(0)
        purse.day_carry.clear()


def _forget_done_orders(state: State) -> None:
    """Those that were sent are remembered apart: what the venue did to them can be told late, and
    their tickets can be transmitted a second time over the turn of the day.

    Their ids stay unusable: client order ids are pure functions of counters that only rise.
    """
    kept = groups_at_work(state)
    done = [order for order in state.orders.values() if order.is_done and order.group not in kept]
    past = state.past_orders
    for order in done:
        del state.orders[order.order_id]
        if order.client_order_id:
            past[order.order_id] = order
        else:
            state.tickets.pop(order.order.ticket, None)
    while len(past) > PAST_ORDERS_MAX:
        oldest = past.pop(next(iter(past)))
        state.tickets.pop(oldest.order.ticket, None)
    state.brackets = {group: b for group, b in state.brackets.items() if group in kept}
    orders = state.orders
    known = orders.keys() | past.keys()
    state.by_client_id = {k: i for k, i in state.by_client_id.items() if i in known}
    state.executions = {k: i for k, i in state.executions.items() if i in known}
    state.amended = {k: n for k, n in state.amended.items() if k in state.executions}


def _session_closed(state: State, event: ev.SessionClosed) -> None:
    state.is_open, state.ended_clean = False, event.clean
    if event.clean and state.source is Source.REPLAY:
        # A recorded day that was played to the end of a script begins anew; a market that makes
        # itself goes on, because its time never runs backwards.
        state.checkpoints.pop(state.market, None)


def _checkpointed(state: State, event: ev.VenueCheckpointed) -> None:
    queue_ahead = dict(event.queue_ahead)
    stands = Checkpoint(event.cursor, queue_ahead, event.at, state.trade_date, event.waiting)
    state.checkpoints[state.market] = stands


def _trading_state(state: State, event: ev.TradingStateChanged) -> None:
    account = state.accounts[event.account]
    trading = Trading(event.state, event.latched, event.reason, event.at, event.origin)
    if event.state is ev.TradingState.ACTIVE:
        forget_tripped(state, event.account, event.symbol)
    if event.symbol == "*":
        account.trading = trading
    elif event.state is ev.TradingState.ACTIVE:
        account.symbols.pop(event.symbol, None)
    else:
        account.symbols[event.symbol] = trading


def _limit_changed(state: State, event: ev.LimitTightened | ev.LimitLoosened) -> None:
    margin = tiers(state)
    pairs = [(k, event.after if k == event.key else v) for k, v in state.limits.pairs()]
    state.limits, state.limits_digest = Limits.from_pairs(tuple(pairs)), event.limits_digest
    hold_more(state, margin)
    reason = event.reason if isinstance(event, ev.LimitLoosened) else ""
    is_looser = isinstance(event, ev.LimitLoosened)
    state.limit_changes[event.key] = LimitChange(
        event.at, event.before, event.after, is_looser, event.origin, reason
    )
    _forget_loosening(state, event.key)


def _limit_loosened(state: State, event: ev.LimitLoosened) -> None:
    _limit_changed(state, event)
    pairs = tuple((k, event.after if k == event.key else v) for k, v in state.configured)
    state.configured = pairs


def _limit_loosening(state: State, event: ev.LimitLooseningAsked) -> None:
    state.loosening[event.key] = Loosening(
        event.account, event.before, event.after, event.reason, event.origin, event.at
    )
    state.timers[loosening_timer(event.key)] = event.due


def _limit_not_loosened(state: State, event: ev.LimitLooseningDropped) -> None:
    _forget_loosening(state, event.key)


def _forget_loosening(state: State, *keys: str) -> None:
    for key in keys:
        if state.loosening.pop(key, None) is not None:
            state.timers.pop(loosening_timer(key), None)


def _factor_changed(state: State, event: ev.SecondFactorChanged) -> None:
    state.factor = Factor(event.after)


def _factor_passed(state: State, event: ev.SecondFactorPassed) -> None:
    # `apply` counts this event when it is done with it: that is where the next one is decided.
    last = max(state.factor.last_step, event.step)
    state.factor = Factor(state.factor.enrolment, last, state.events + 1)


def _flatten_started(state: State, event: ev.FlattenStarted) -> None:
    state.flattening[flatten_key(event.account, event.symbol)] = FlattenRun(
        step=ev.FlattenStep.WAITING if event.waits else ev.FlattenStep.CANCELLING,
        started_at=event.at,
        moved_at=event.at,
        origin=event.origin,
        reopen=event.reopen,
        override=event.override,
    )
    if not event.waits:
        stay_away(state, event.account, event.symbol)


def _flatten_moved(state: State, event: ev.FlattenMoved) -> None:
    run = state.flattening[flatten_key(event.account, event.symbol)]
    run.step, run.moved_at = event.step, event.at
    if event.step is ev.FlattenStep.CLOSING:
        run.rounds += 1
    elif event.step is ev.FlattenStep.CANCELLING:
        stay_away(state, event.account, event.symbol)


def _flatten_finished(state: State, event: ev.FlattenFinished) -> None:
    state.flattening.pop(flatten_key(event.account, event.symbol), None)
    state.timers.pop(flatten_timer(event.account, event.symbol), None)


def _killed(state: State, event: ev.Killed) -> None:
    state.accounts[event.account].kill_exits = event.exits
    if event.exits is ExitsOnKill.CANCEL:
        stay_away(state, event.account, ALL_SYMBOLS)


def _timer_set(state: State, event: ev.TimerSet) -> None:
    state.timers[event.name] = event.due


def _timer_cleared(state: State, event: ev.TimerCleared) -> None:
    state.timers.pop(event.name, None)


def _faulted(state: State, event: ev.Faulted) -> None:
    state.faults += 1


def _disk_space(state: State, event: ev.DiskSpaceChanged) -> None:
    state.disk, state.disk_text = event.level, event.text


def _duplicate(state: State, event: ev.DuplicateIgnored) -> None:
    state.duplicates += 1


DESK_CHANGES: dict[type, Callable[[State, Any], None]] = {
    ev.SessionStarted: _session_started,
    ev.AccountOpened: _account_opened,
    ev.InstrumentsKnown: _instruments_known,
    ev.PhaseEntered: _phase_entered,
    ev.DateRolled: _date_rolled,
    ev.LinkMoved: move_link,
    ev.SessionClosed: _session_closed,
    ev.VenueCheckpointed: _checkpointed,
    ev.DuplicateIgnored: _duplicate,
    ev.TradingStateChanged: _trading_state,
    ev.LimitTightened: _limit_changed,
    ev.LimitLoosened: _limit_loosened,
    ev.LimitLooseningAsked: _limit_loosening,
    ev.LimitLooseningDropped: _limit_not_loosened,
    ev.SecondFactorChanged: _factor_changed,
    ev.SecondFactorPassed: _factor_passed,
    ev.LiveArmed: arming_changed,
    ev.ArmingSuspended: arming_suspended,
    ev.LiveDisarmed: arming_ended,
    ev.FlattenStarted: _flatten_started,
    ev.FlattenMoved: _flatten_moved,
    ev.FlattenFinished: _flatten_finished,
    ev.Killed: _killed,
    ev.TimerSet: _timer_set,
    ev.TimerCleared: _timer_cleared,
    ev.Faulted: _faulted,
    ev.DiskSpaceChanged: _disk_space,
}
"""Event type → what it changes about the desk."""
