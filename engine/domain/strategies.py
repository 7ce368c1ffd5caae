"""A strategy that repeats itself too often is disabled, and comes back by a person's word alone."""

from engine.domain import commands as cmd
from engine.domain import events as ev
from engine.domain import reports as rep
from engine.domain.acts import orders_in_scope
from engine.domain.commands import ALL_SYMBOLS, CancelScope, Origin
from engine.domain.quotes import Market
from engine.domain.risk.exposure import NO_ORDER
from engine.domain.risk.rules.flow import is_rate_reached
from engine.domain.risk.rules.repeats import R14, too_often
from engine.domain.state import State
from engine.domain.strategy_changes import executes_later
from engine.domain.strategy_facts import repeats_key, strategy_of
from engine.domain.submission import cancel_of, submit
from engine.domain.trade_reports import venue_filled
from engine.values import Nanos, OrderId


def submit_of(state: State, command: cmd.SubmitOrder, market: Market, now: Nanos) -> list[ev.Event]:
    """`submit`, and what follows where it was one execution too many of its strategy."""
    happened = submit(state, command, market, now)
    denied = happened[0]
    if type(denied) is not ev.OrderDenied or all(f.rule != R14.id for f in denied.findings):
        return happened
    strategy, side = strategy_of(command), command.instruction.side
    return happened + _disabled(state, command, strategy, side, now)


def filled_of(state: State, report: rep.VenueFilled, market: Market, now: Nanos) -> list[ev.Event]:
    """`venue_filled`, and the same for entries that rested and fill one after the other."""
    happened = venue_filled(state, report, market, now)
    fill = happened[0]
    if not state.repeats or type(fill) is not ev.OrderFilled:
        return happened
    order = state.orders.get(fill.order_id)
    if order is None or not executes_later(state, order, now):
        return happened
    strategy = strategy_of(order.order)
    times = state.repeats.get(repeats_key(order.order, strategy, order.side), [])
    limits = state.limits
    since = now - limits.repeated_execution_window
    if is_rate_reached(times, limits.repeated_execution_max, since):
        done = order.order_id if fill.quantity >= order.leaves else NO_ORDER
        happened += _disabled(state, order.order, strategy, order.side, now, done)
    return happened


def _disabled(
    state: State,
    order: cmd.SubmitOrder,
    strategy: str,
    side: int,
    now: Nanos,
    done: OrderId = NO_ORDER,
) -> list[ev.Event]:
    """HALTED for the strategy alone, with CANCEL ENTRIES; `done` needs no cancel any more."""
    if strategy in state.accounts[order.account].strategies:
        return []
    limits = state.limits
    reason = too_often(
        limits.repeated_execution_max, limits.repeated_execution_window, order.symbol, side
    )
    cancels = [
        cancel_of(each, state, Origin.DESK, now)
        for each in orders_in_scope(state, ALL_SYMBOLS, CancelScope.ENTRIES)
        if each.order.account == order.account
        and strategy_of(each.order) == strategy
        and not each.is_cancelling
        and each.order_id != done
    ]
    return [
        ev.StrategyDisabled(now, order.account, strategy, f"more than {reason}"),
        *cancels,
    ]
