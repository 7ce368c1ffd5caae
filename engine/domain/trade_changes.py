"""What trades change: order, position, lots, cash and ledger, when booked and when taken back."""

from collections.abc import Callable
from typing import Any

from engine.domain import events as ev
from engine.domain.charging import CHARGE_CHANGES, provisional, taken_back
from engine.domain.contingent.changes import ended_with_group, may_come_again
from engine.domain.cost_changes import purse_of
from engine.domain.day_trades import count_trade, forget_trade
from engine.domain.ledger.currency import in_base
from engine.domain.ledger.fill_memory import BookedFill, with_fill, without_fill
from engine.domain.ledger.positions import Position, apply_fill, apply_lot, count_fill
from engine.domain.ledger.postings import post_fill
from engine.domain.ledger.restating import remember, set_lots
from engine.domain.lifecycle import DONE, Happening, Status
from engine.domain.moves import become, bring_back, hold, move, reopen
from engine.domain.orders import Order
from engine.domain.risk.regimes import Regime
from engine.domain.settling import fund, settle_trade, take_back, unfund
from engine.domain.state import Account, State, flatten_key
from engine.domain.strategy_changes import count_execution, executes_later
from engine.domain.strategy_facts import REPEATS_COUNTED_MAX
from engine.instruments import Instrument
from engine.values import Money, Nanos, Quantity

# Every fill goes through these: on Python 3.11 looking a member up in its enum takes longer.
_FULL_FILL, _PARTIAL_FILL = Happening.FULL_FILL, Happening.PARTIAL_FILL
_CASH = int(Regime.CASH)
_FILLED = Status.FILLED


def _filled(state: State, event: ev.OrderFilled) -> None:
    order_id, quantity, execution_id = event.order_id, event.quantity, event.execution_id
    order = state.orders.get(order_id) or bring_back(state, order_id)
    symbol = order.order.symbol
    account = state.accounts[order.order.account]
    instrument = state.instruments[symbol]
    value = instrument.notional(event.price, quantity)
    cumulative = order.cumulative + quantity
    order.cumulative = cumulative  # type: ignore[assignment]  # a sum of quantities is one
    order.value += value  # type: ignore[assignment]
    order.fees += event.fee  # type: ignore[assignment]
    counts = state.limits.repeated_execution_max <= REPEATS_COUNTED_MAX
    if counts and executes_later(state, order, event.at):
        count_execution(state, order.order, order.side, event.at)
    order.fills += 1
    if event.resurrected:
        order.is_resurrected = True
    if order.status in DONE and order.status is not _FILLED:
        order.cancelled = Quantity(max(0, order.quantity - cumulative))
    if event.overfill:
        order.is_overfilled = True
    state.executions[execution_id] = order_id
    if event.revision:
        state.amended[execution_id] = event.revision
    state.executions_seen += 1
    provisional(state, order, event)
    is_full = _is_full(order, cumulative)
    if order.oca_group:
        order.filled_at = max(order.filled_at, event.venue_at)
    if order.pending_new is not None:
        order.pending_new = None
    become(state, order, _FULL_FILL if is_full else _PARTIAL_FILL, event.at)
    hold(state, order)
    if is_full:
        ended_with_group(state, order)
    if order.ending:
        _told_what_was_owed(state, order, event.at)
    recon = state.recon
    if recon.run is not None or recon.breaks:
        recon.heard_trade(symbol, event.venue_at)
    position = account.positions.get(symbol)
    if position is None:
        position = account.positions[symbol] = Position(symbol)
    cost_before, held = position.cost, position.quantity
    if state.limits.margin_regime == _CASH or account.margin.funded:
        _paid_with(state, account, order, position, event)
    if event.lot_next:
        _fill_at_its_place(position, event, order, value, instrument)
    else:
        apply_fill(position, event, order.side, value)
    _count_trade(state, account, instrument, value)
    if not instrument.quantity_digits:  # tables with steps count shares, not parts of coins
        account.month_volume += quantity  # type: ignore[assignment]
    _move_money(account, instrument, event, position.cost - cost_before)
    settle_trade(state, account, instrument, event.cash_delta)
    if not event.revision:
        closes = held * order.side < 0
        # What opens behind what opened, and what closes behind what closed, is no news to it.
        if closes is position.day_opened:
            count_trade(account.margin, position, order_id, state.trade_date, closes)


def _is_full(order: Order, cumulative: int) -> bool:
    """With so much filled. While a larger quantity is on its way only its answer tells, and what
    was proved to be over is filled by its own trades alone."""
    if cumulative + order.taken < order.quantity:
        return False
    if order.oca_group and order.ending and cumulative < order.quantity:
        return False
    return order.pending_replace is None or order.worst_quantity == order.quantity


def _paid_with(
    state: State, account: Account, order: Order, position: Position, event: ev.OrderFilled
) -> None:
    """What a cash account bought with cash on its way, and what it sells of that."""
    if order.side < 0:
        unfund(account, position, event.quantity)
    elif state.limits.margin_regime == _CASH:
        instrument = state.instruments[position.symbol]
        fund(state, account, order, instrument, event.quantity, -event.cash_delta)


def _count_trade(state: State, account: Account, instrument: Instrument, value: Money) -> None:
    """The day's turnover."""
    flow, symbol = account.flow, instrument.symbol
    if instrument.currency != account.currency:
        value = in_base(value, state.rate_of(instrument.currency, account.currency))
    flow.traded += value  # type: ignore[assignment]  # a sum of money is money
    (flow.symbols.get(symbol) or flow.of(symbol)).fills += 1


def _uncount_trade(state: State, account: Account, instrument: Instrument, value: Money) -> None:
    """A trade that is taken back is no turnover of the day any more."""
    flow = account.flow
    if instrument.currency != account.currency:
        value = in_base(value, state.rate_of(instrument.currency, account.currency))
    flow.traded = Money(max(0, flow.traded - value))
    of_symbol = flow.of(instrument.symbol)
    of_symbol.fills = max(0, of_symbol.fills - 1)


def _told_what_was_owed(state: State, order: Order, at: Nanos) -> None:
    """With the last fill that was owed the order is over here as well."""
    if order.cumulative + order.cancelled >= order.quantity and not order.is_done:
        order.cancelled = Quantity(max(0, order.quantity - order.cumulative))
        move(state, order, Happening(order.ending), at)


def _fill_at_its_place(
    position: Position, event: ev.OrderFilled, order: Order, value: Money, instrument: Instrument
) -> None:
    """The venue made it before fills that were heard first: the lots are as it made them."""
    set_lots(position, event.lots, event.lot_next)
    assert position.quantity == event.position_after, "lots and position disagree"
    count_fill(position, event, order.side, value)
    quantity = Quantity(order.side * event.quantity)
    booked = BookedFill(event.venue_at or event.at, event.execution_id, quantity, event.price)
    remember(position, with_fill(position.memory.fills, booked), instrument)


def _reversed(state: State, event: ev.FillReversed) -> None:
    """Everything that the fill had changed, taken out; the original stays in the trail."""
    state.executions[event.execution_id] = event.order_id
    state.amended[event.execution_id] = event.revision
    if not event.quantity:
        return
    order = bring_back(state, event.order_id)
    key = flatten_key(order.order.account, order.order.symbol)
    if order.leg and order.is_spent and key not in state.flattening:
        # It did what it was for, and has not done it any more.
        may_come_again(state, order)
    account = state.accounts[order.order.account]
    instrument = state.instruments[order.order.symbol]
    value = instrument.notional(event.price, event.quantity)
    order.cumulative = Quantity(order.cumulative - event.quantity)
    order.value, order.fees = Money(order.value - value), Money(order.fees + event.fee)
    order.fills -= 1
    taken_back(state, order, event)
    order.text = event.text
    if order.manual == event.execution_id:
        order.manual = ""
    if order.cumulative <= order.quantity:
        order.is_overfilled = False
    _reopened(state, order, event)
    state.recon.heard_trade(order.order.symbol, event.venue_at)
    _uncount_trade(state, account, instrument, value)
    position = account.positions[order.order.symbol]
    cost_before = position.cost
    _take_out(position, event, order, value, instrument)
    if not instrument.quantity_digits:
        account.month_volume = Quantity(max(0, account.month_volume - event.quantity))
    _move_money(account, instrument, event, position.cost - cost_before)
    take_back(state, account, instrument, event.cash_delta)
    is_gone = not order.cumulative
    forget_trade(account.margin, position, order.order_id, state.trade_date, is_gone=is_gone)


def _reopened(state: State, order: Order, event: ev.FillReversed) -> None:
    """What is missing again is open, unless the order was over for another reason."""
    was_done = order.is_done
    if order.cumulative >= order.quantity and was_done:
        return  # overfilled before, and still full
    if was_done and order.ending:
        order.cancelled = Quantity(order.quantity - order.cumulative)
        is_full = order.status is Status.FILLED
        ended = Happening(order.ending) if is_full else Happening.BUST_AFTER_END
        move(state, order, ended, event.at)
        return
    left = Happening.BUST_TO_PART if order.cumulative else Happening.BUST_TO_NOTHING
    if was_done:
        reopen(state, order, event.at)
    move(state, order, left, event.at)


def _take_out(
    position: Position,
    event: ev.FillReversed,
    order: Order,
    value: Money,
    instrument: Instrument,
) -> None:
    if event.lot_next:
        set_lots(position, event.lots, event.lot_next)
        kept = without_fill(position.memory.fills, event.execution_id)
        remember(position, kept, instrument)
    else:
        for change in event.lots:
            apply_lot(position, change)
        position.quantity = event.position_after
        position.memory.begin_again(position.held_lots(), position.lot_next)
    assert position.quantity == event.position_after, "lots and position disagree"
    position.realised = Money(position.realised + event.realised)
    position.fees = Money(position.fees + event.fee)
    position.day_realised = Money(position.day_realised + event.realised)
    position.day_fees = Money(position.day_fees + event.fee)
    position.day_traded = Quantity(max(0, position.day_traded - event.quantity))
    position.day_cash = Money(position.day_cash + order.side * value)


def _move_money(
    account: Account,
    instrument: Instrument,
    event: ev.OrderFilled | ev.FillReversed,
    cost_delta: int,
) -> None:
    is_own = instrument.currency == account.currency
    purse = account if is_own else purse_of(account, instrument.currency)
    purse.cash += event.cash_delta  # type: ignore[assignment]
    cash = post_fill(purse.ledger, instrument.symbol, event, cost_delta)
    assert cash == purse.cash, "the ledger and the cash figure disagree"


TRADE_CHANGES: dict[type, Callable[[State, Any], None]] = {
    ev.OrderFilled: _filled,
    ev.FillReversed: _reversed,
    **CHARGE_CHANGES,
}
"""Event type → what it changes."""
