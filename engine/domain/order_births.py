"""How an order comes into the state: released to a venue, or denied here."""

from collections.abc import Callable
from typing import Any

from engine.domain import events as ev
from engine.domain.commands import Origin
from engine.domain.contingent.changes import (
    joins,
    sent_leg,
)
from engine.domain.identity import LEG_STRIDE
from engine.domain.lifecycle import Status
from engine.domain.message_counts import count_message
from engine.domain.message_facts import Message
from engine.domain.moves import hold, value_in, watched
from engine.domain.orders import Order, Pending
from engine.domain.recent import note
from engine.domain.risk.opening import counted_price
from engine.domain.risk.rules.conduct import price_print
from engine.domain.risk.rules.flow import fingerprint
from engine.domain.state import Account, State
from engine.domain.strategy_changes import count_execution
from engine.domain.strategy_facts import REPEATS_COUNTED_MAX
from engine.instruments import Instrument
from engine.values import Price

ORDER_ATTEMPTS_MAX = 1_024
"""More than any order-rate window counts; older attempts cannot matter."""
RECENT_ORDERS_MAX = 256
"""Duplicate memory: more than can be entered within its window at the highest order rate."""
RECENT_PRICES_MAX = 2_048
"""Wash memory: more than scripts send within its window."""
_UNTHROTTLED = (Origin.SCRIPT, Origin.DESK)
"""The order-rate rule throttles hands: scripts are paced, the desk's own orders are exits."""
# What every order goes through has a name here: on Python 3.11 looking a member up in its enum
# takes longer than what is done with it.
_SENT, _LADDER, _NEW = Status.SENT, Origin.LADDER, Message.NEW


def _remember_submission(state: State, event: ev.OrderReleased | ev.OrderDenied) -> None:
    order_id, order = event.order_id, event.order
    if order_id < LEG_STRIDE:
        state.order_next = order_id + 1
        state.number_next[event.trade_date] = event.number + 1
    state.tickets[order.ticket] = order_id
    origin = order.origin
    if origin in _UNTHROTTLED:
        return
    attempts = state.ladder_attempts if origin is _LADDER else state.order_attempts
    attempts.append(event.at)
    if len(attempts) > ORDER_ATTEMPTS_MAX:
        del attempts[: ORDER_ATTEMPTS_MAX // 2]


def _new_order(
    event: ev.OrderReleased | ev.OrderDenied, protection: Price, status: Status, market: str
) -> Order:
    order, at = event.order, event.at
    return Order(
        event.order_id,
        event.trade_date,
        event.number,
        order,
        order.instruction.side,
        status,
        order.quantity,
        order.price,
        order.stop,
        protection,
        at,
        at,
        market,
    )


def _released(state: State, event: ev.OrderReleased) -> None:
    _remember_submission(state, event)
    order_id, name, asked, at = event.order_id, event.client_order_id, event.order, event.at
    symbol, market, account = asked.symbol, state.market, state.accounts[asked.account]
    is_leg = order_id >= LEG_STRIDE
    order = sent_leg(state, event) if is_leg else _new_order(event, event.protection, _SENT, market)
    order.client_order_id = name
    if is_leg:
        order.market = market
    order.fee_table, order.month_volume = account.fee_table, account.month_volume
    instrument = state.instruments.get(symbol)
    if instrument is not None and instrument.currency != account.currency:
        order.fee_table = account.fee_table_for(instrument)
    order.reserved_total = event.reserved
    order.pending_new = pending = Pending(at)
    _remember_order(state, account, instrument, order, event)
    state.orders[order_id] = order
    state.by_client_id[name] = order_id
    state.live[order_id] = None
    of_symbol = state.live_by_symbol.get(symbol)
    if of_symbol is None:
        of_symbol = state.live_by_symbol[symbol] = {}
    of_symbol[order_id] = None
    hold(state, order)
    is_entry = event.reserved > 0
    if count_message(state, _NEW, order_id, at, is_entry):
        watched(state, at)
    else:
        pending.is_queued = True
    state.breakers.activity.note_order(at)


def _remember_order(
    state: State,
    account: Account,
    instrument: Instrument | None,
    order: Order,
    event: ev.OrderReleased,
) -> None:
    """What the rules remember of an order that leaves."""
    asked, side, price, at = event.order, order.side, order.price, event.at
    symbol, protection, flow = asked.symbol, event.protection, account.flow
    # What protects a sale is the least that it may bring, and never what it counts with.
    if protection and side > 0:
        order.worst_price = protection
    else:
        order.worst_price = counted_price(asked.type, side, asked.price, asked.stop, event.quote)
    flow.orders += 1
    (flow.symbols.get(symbol) or flow.of(symbol)).orders += 1
    if event.reserved and state.limits.repeated_execution_max <= REPEATS_COUNTED_MAX:
        count_execution(state, asked, side, at)
    note(state.recent_orders, fingerprint(asked), at, RECENT_ORDERS_MAX)
    if price:
        printed = price_print(symbol, side, order.quantity, price)
        note(state.recent_prices, printed, at, RECENT_PRICES_MAX)
    if instrument is not None:
        at_market = order.worst_price if protection else order.stop
        worst = price or at_market or _price_of(event.quote)
        order.value_total = value_in(state, account, instrument, worst, order.quantity)


def _price_of(quote: ev.QuoteSeen) -> Price:
    """Of an order that has none: it is for an auction."""
    return quote.last or quote.ask or quote.bid


def _denied(state: State, event: ev.OrderDenied) -> None:
    _remember_submission(state, event)
    order = _new_order(event, event.order.price, Status.DENIED, "")
    order.text = event.findings[0].sentence if event.findings else ""
    if event.order_id >= LEG_STRIDE:
        order.market = state.market
        joins(state, order)
    state.orders[event.order_id] = order


BIRTHS: dict[type, Callable[[State, Any], None]] = {
    ev.OrderReleased: _released,
    ev.OrderDenied: _denied,
}
