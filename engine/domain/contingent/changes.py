"""What events change about groups of exits: who is in one, whose turn it is, what is shared."""

from collections.abc import Callable
from typing import Any

from engine.domain import events as ev
from engine.domain.commands import ALL_SYMBOLS, CancelScope
from engine.domain.contingent.groups import counts_too_much, covered_by, filled_by, legs_of
from engine.domain.identity import group_of
from engine.domain.lifecycle import Happening, Status, next_status
from engine.domain.moves import hold, move
from engine.domain.orders import Order
from engine.domain.state import Bracket, State
from engine.values import OrderId, Quantity


def joins(state: State, order: Order) -> None:
    """The leg belongs to its group from now on; its first leg makes the group."""
    bracket = state.brackets.get(order.group)
    if bracket is None:
        bracket = Bracket(order.order.account, order.order.symbol)
        state.brackets[order.group] = bracket
    if order.order_id not in bracket.legs:
        bracket.legs.append(order.order_id)


def groups_at_work(state: State) -> set[OrderId]:
    """Groups of which an order is not done: they outlive their day as a whole, because what is left
    to protect, and which exit may have a successor, follows from all of their orders."""
    going = {order.group for order in state.orders.values() if not order.is_done}
    return going & state.brackets.keys()


def taken_back_by_desk(state: State, order: Order) -> None:
    """It went because nothing was left for it, or to stand anew in another group, and nobody else
    wanted it away: should there be something to protect, so is it."""
    bracket = state.brackets[order.group]
    left = covered_by(state, order.group, bracket) - filled_by(state, order.group)
    is_miscounted = counts_too_much(legs_of(state, order.group), order.oca_group)
    if left <= 0 or (order.oca_group and is_miscounted):
        may_come_again(state, order)


def ended_with_group(state: State, order: Order) -> None:
    """A sibling filled all that the venue knew their group to be for, and the venue let the others
    go: should more be left, because a change was still on its way, they come again."""
    if not order.oca_group:
        return
    legs = [leg for leg in legs_of(state, order.group) if leg.oca_group == order.oca_group]
    if any(leg.status is Status.FILLED for leg in legs):
        for leg in legs:
            if leg.let_go:
                may_come_again(state, leg)


def may_come_again(state: State, order: Order) -> None:
    """What is left to protect goes to a new leg in its place."""
    bracket = state.brackets.get(order.group)
    if bracket is not None and order.order_id not in bracket.taken_back:
        bracket.taken_back.append(order.order_id)


def stays_away(state: State, order: Order) -> None:
    """A hand takes this exit back: none comes in its place."""
    bracket = state.brackets.get(order.group)
    if bracket is not None and order.order_id in bracket.taken_back:
        bracket.taken_back.remove(order.order_id)


def stay_away(state: State, account: str, symbol: str, side: int = 0) -> None:
    """An act takes exits back: also those that only waited for their turn do not come any more.

    `side` 0 means both.
    """
    for bracket in state.brackets.values():
        if bracket.account != account or symbol not in (ALL_SYMBOLS, bracket.symbol):
            continue
        back = bracket.taken_back
        orders = state.orders
        bracket.taken_back = [i for i in back if i in orders and side * orders[i].side < 0]


def _taken_back(state: State, event: ev.EntriesCancelled) -> None:
    if event.scope is not CancelScope.ENTRIES:
        stay_away(state, event.account, event.symbol, _SIDES.get(event.scope, 0))


_SIDES = {CancelScope.BUYS: 1, CancelScope.SELLS: -1}


def sent_leg(state: State, event: ev.OrderReleased) -> Order:
    """The exit that waited here leaves, or one that takes the place of a spent leg."""
    order, asked = state.orders.get(event.order_id), event.order
    if order is None:
        order = _leg(state, event, Status.SENT)
    else:
        following = next_status(order.status, Happening.RELEASE)
        assert following is not None, f"{order.status.name} cannot be sent"
        order.status, order.changed_at = following, event.at
    order.order, order.quantity = asked, asked.quantity
    order.price, order.stop = asked.price, asked.stop
    order.oca_group, order.base = event.oca_group, event.base
    joins(state, order)
    return order


def _reduced(state: State, event: ev.ExitReduced) -> None:
    """Also of an exit that is over: its end may be told before the fill that caused it, and what
    that end counts as filled is still owed."""
    order = state.orders[event.order_id]
    order.taken = Quantity(order.taken + event.quantity)
    if order.has_ended:
        return
    order.cancelled = Quantity(order.cancelled + event.quantity)
    if event.completes:
        move(state, order, Happening.FULL_FILL, event.at)
    else:
        hold(state, order)


def _held(state: State, event: ev.OrderHeld) -> None:
    group = group_of(event.order_id)
    state.order_next = max(state.order_next, group + 1)
    numbers = state.number_next
    numbers[event.trade_date] = max(numbers.get(event.trade_date, 1), event.number + 1)
    order = state.orders[event.order_id] = _leg(state, event, Status.HELD)
    joins(state, order)
    if group not in state.orders:
        # Two exits without an entry: their own quantity is what they protect.
        state.brackets[group].quantity = event.order.quantity
        state.tickets[event.order.ticket.rpartition(".")[0]] = group


def _leg(state: State, event: ev.OrderHeld | ev.OrderReleased, status: Status) -> Order:
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
        order.price,
        at,
        at,
        state.market,
    )


def _swapped(state: State, event: ev.ExitsSwapped) -> None:
    leg = state.orders[event.order_id]
    bracket = state.brackets[leg.group]
    bracket.turn = leg.order.type
    bracket.taken_back += event.taken_back


LEG_CHANGES: dict[type, Callable[[State, Any], None]] = {
    ev.OrderHeld: _held,
    ev.ExitReduced: _reduced,
    ev.ExitsSwapped: _swapped,
    ev.EntriesCancelled: _taken_back,
}
"""Event type → what it changes about its group."""
