"""What comparing with the venue changes: the run, breaks, foreign orders, adopted positions."""

from collections.abc import Callable
from typing import Any

from engine.domain import events as ev
from engine.domain.cost_changes import purse_of
from engine.domain.ledger.positions import Position, apply_lot
from engine.domain.ledger.postings import CAPITAL, post, realised_of, securities_of
from engine.domain.lifecycle import Status
from engine.domain.message_counts import count_message
from engine.domain.message_facts import Message
from engine.domain.moves import hold, revalue, watched
from engine.domain.orders import Order
from engine.domain.recon import DIFFERENCES_KEPT_MAX, Run
from engine.domain.recon_events import DifferenceKind
from engine.domain.state import State
from engine.domain.statements import Statement
from engine.values import Money


def break_key(event: ev.DifferenceFound) -> str:
    """Where a break is kept: one for a position, one for an order."""
    if event.difference is DifferenceKind.POSITION or not event.order_id:
        return f"position/{event.symbol}"
    return f"order/{event.order_id}"


def _started(state: State, event: ev.ReconcileStarted) -> None:
    recon = state.recon
    recon.query = event.query
    awaiting: dict[int, None] = dict.fromkeys(event.asks)
    recon.run = Run(event.query, event.cause, event.at, event.account, awaiting, {})


def _heard(state: State, event: ev.StatementHeard) -> None:
    run = state.recon.run
    assert run is not None, "a statement is heard while somebody waits for it"
    if event.is_complete or not run.cause.holds_orders:
        run.awaiting.pop(event.statement, None)
    if event.is_complete:
        run.heard[event.statement] = None
        is_all = event.statement is Statement.EXECUTIONS and not run.has_adopted
        if is_all and event.venue_at:
            # Trades bear the venue's time, which ours can be ahead of by any amount: where it does
            # not say when, all of them are asked for again.
            state.recon.executions_since = event.venue_at
    else:
        run.failed = event.text or f"{event.statement.name.lower()} did not come whole"


def _asked(state: State, event: ev.StatementAsked) -> None:
    count_message(state, Message.STATEMENT, 0, event.at, is_entry=False, asked=event)
    run = state.recon.run
    if run is not None and run.query == event.query:
        run.awaiting[event.statement] = None


def _difference(state: State, event: ev.DifferenceFound) -> None:
    recon = state.recon
    recon.differences.append(event)
    if len(recon.differences) > DIFFERENCES_KEPT_MAX:
        del recon.differences[: DIFFERENCES_KEPT_MAX // 2]
    if recon.run is not None:
        recon.run.differences += 1
        recon.run.breaks += event.is_break
    key = break_key(event)
    recon.suspected[key] = recon.suspected.get(key, 0) + 1
    if event.is_break and not _is_known_better(recon.breaks.get(key), event):
        recon.breaks[key] = event
        recon.outdated.pop(event.symbol, None)


def _is_known_better(before: ev.DifferenceFound | None, event: ev.DifferenceFound) -> bool:
    """What the venue holds says more than a trade of nobody's that it comes of."""
    kinds = (DifferenceKind.POSITION, DifferenceKind.FILL)
    return before is not None and (before.difference, event.difference) == kinds


def _break_ended(state: State, event: ev.BreakEnded) -> None:
    state.recon.breaks.pop(event.key, None)
    state.recon.suspected.pop(event.key, None)
    state.recon.outdated.pop(event.key.removeprefix("position/"), None)
    state.recon.foreign.pop(event.key.removeprefix("foreign/"), None)


def _finished(state: State, event: ev.ReconcileFinished) -> None:
    recon = state.recon
    recon.run, recon.text = None, event.text
    if event.is_complete:
        recon.finished_at = event.at


def _foreign(state: State, event: ev.ForeignOrderFound) -> None:
    state.recon.foreign[event.order.client_order_id] = event.order


def _adopted(state: State, event: ev.OrderAdopted) -> None:
    state.recon.foreign.pop(event.client_order_id, None)
    state.recon.took_over(event.order.symbol)
    state.order_next = event.order_id + 1
    state.number_next[event.trade_date] = event.number + 1
    asked = event.order
    order = Order(
        event.order_id,
        event.trade_date,
        event.number,
        asked,
        asked.instruction.side,
        Status.WORKING,
        asked.quantity,
        asked.price,
        asked.stop,
        asked.price,
        event.at,
        event.at,
        state.market,
        event.client_order_id,
        event.venue_order_id,
    )
    account = state.accounts[asked.account]
    instrument = state.instruments.get(asked.symbol)
    order.fee_table = account.fee_table
    if instrument is not None:
        order.fee_table = account.fee_table_for(instrument)
    order.month_volume = account.month_volume
    order.reserved_total, order.text = event.reserved, event.reason
    state.orders[event.order_id] = order
    state.by_client_id[event.client_order_id] = event.order_id
    state.live[event.order_id] = None
    state.live_by_symbol.setdefault(asked.symbol, {})[event.order_id] = None
    revalue(state, order, order.price or order.stop)
    hold(state, order)
    watched(state, event.at)


def _position_adopted(state: State, event: ev.PositionAdopted) -> None:
    account = state.accounts[event.account]
    position = account.positions.get(event.symbol)
    if position is None:
        position = account.positions[event.symbol] = Position(event.symbol)
    cost_before = position.cost
    for change in event.lots:
        apply_lot(position, change)
    position.quantity = event.after
    position.realised = Money(position.realised + event.realised)
    position.day_realised = Money(position.day_realised + event.realised)
    position.memory.begin_again(position.held_lots(), position.lot_next)
    cost_delta = Money(position.cost - cost_before)
    # At the mark, against capital: what somebody else had bought is no profit of this day.
    position.day_cash = Money(position.day_cash - cost_delta + event.realised)
    currency = state.instruments[event.symbol].currency
    ledger = account.ledger
    if currency != account.currency:
        ledger = purse_of(account, currency).ledger
    post(
        ledger,
        [
            (securities_of(event.symbol), cost_delta),
            (realised_of(event.symbol), Money(-event.realised)),
            (CAPITAL, Money(event.realised - cost_delta)),
        ],
    )
    state.recon.breaks.pop(f"position/{event.symbol}", None)
    state.recon.suspected.pop(f"position/{event.symbol}", None)
    state.recon.outdated.pop(event.symbol, None)
    state.recon.figures_adopted[event.symbol] = None


RECON_CHANGES: dict[type, Callable[[State, Any], None]] = {
    ev.ReconcileStarted: _started,
    ev.StatementAsked: _asked,
    ev.StatementHeard: _heard,
    ev.DifferenceFound: _difference,
    ev.BreakEnded: _break_ended,
    ev.ReconcileFinished: _finished,
    ev.ForeignOrderFound: _foreign,
    ev.OrderAdopted: _adopted,
    ev.PositionAdopted: _position_adopted,
}
"""Event type → what it changes."""
