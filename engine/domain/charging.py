"""What a venue charged for an execution: booked by the fee table until the venue tells it."""

from collections.abc import Callable
from typing import Any

from engine.domain import events as ev
from engine.domain import reports as rep
from engine.domain.answers import beyond_books, find_order_of_any_date, repeated
from engine.domain.cost_changes import purse_of
from engine.domain.ledger.postings import post, postings_of_fee
from engine.domain.orders import Charge, Order
from engine.domain.quotes import Market
from engine.domain.settling import settle_trade, take_back
from engine.domain.state import State
from engine.instruments import format_money
from engine.values import FIGURE_MAX, Money, Nanos


def fee_charged(
    state: State, report: rep.VenueFeeCharged, market: Market, now: Nanos
) -> list[ev.Event]:
    """The venue's fee takes the place of what was booked; the same word again changes nothing."""
    order, name = find_order_of_any_date(state, report.client_order_id), report.execution_id
    charge = order.charge_of(name, report.revision) if order is not None else None
    if order is None or charge is None:
        return repeated(name, "fee of", now)  # of a trade that is not booked, or not so any more
    if charge.is_confirmed and charge.booked == report.fee:
        return repeated(name, "fee of", now)
    if abs(report.fee) >= FIGURE_MAX:
        said = f"a fee of {format_money(report.fee)} for {name}"
        return beyond_books(state, order, said, now)
    change = Money(report.fee - charge.booked)
    return [
        ev.FeeConfirmed(now, order.order_id, name, report.revision, report.fee, change, report.at)
    ]


def provisional(state: State, order: Order, event: ev.OrderFilled) -> None:
    """A fill that its venue will charge in words of its own: until then by the fee table."""
    if not state.patience.tells_fees:
        return
    if order.charges is None:
        order.charges = {}
    charge = Charge(event.fee, event.fee, event.revision, state.trade_date)
    order.charges[event.execution_id] = charge
    account = state.accounts[order.order.account]
    account.fees_pending += 1


def taken_back(state: State, order: Order, event: ev.FillReversed) -> None:
    """What was charged for the trade is charged no more."""
    charge = order.charges.pop(event.execution_id, None) if order.charges else None
    if charge is None:
        return
    order.fees_apart = Money(order.fees_apart - (charge.booked - charge.by_table))
    if not charge.is_confirmed:
        _settled(state, order, charge)


def _settled(state: State, order: Order, charge: Charge) -> None:
    """One less of today's trades is charged by the fee table alone."""
    account = state.accounts[order.order.account]
    if charge.trade_date == state.trade_date:
        account.fees_pending = max(0, account.fees_pending - 1)


def _confirmed(state: State, event: ev.FeeConfirmed) -> None:
    order = state.orders.get(event.order_id) or state.past_orders[event.order_id]
    assert order.charges is not None, "only what was booked is confirmed"
    charge, change = order.charges[event.execution_id], event.change
    if not charge.is_confirmed:
        _settled(state, order, charge)
    charge.booked, charge.is_confirmed = event.fee, True
    order.fees, order.fees_apart = Money(order.fees + change), Money(order.fees_apart + change)
    if not change:
        return
    asked = order.order
    account, instrument = state.accounts[asked.account], state.instruments[asked.symbol]
    position = account.positions[asked.symbol]
    position.fees = Money(position.fees + change)
    position.day_fees = Money(position.day_fees + change)
    if instrument.currency == account.currency:
        account.cash = Money(account.cash - change)
        ledger = account.ledger
    else:
        purse = purse_of(account, instrument.currency)
        purse.cash = Money(purse.cash - change)
        ledger = purse.ledger
    post(ledger, postings_of_fee(change))
    move = settle_trade if change > 0 else take_back
    move(state, account, instrument, Money(-change))


CHARGE_CHANGES: dict[type, Callable[[State, Any], None]] = {ev.FeeConfirmed: _confirmed}
"""Event type → what it changes."""
