"""How an order moves through its life in the state: status, live lists, and what is held for it."""

from engine.domain.ledger.currency import in_base_up
from engine.domain.lifecycle import DONE, FOLLOWING, Certainty, Happening
from engine.domain.message_counts import drop_messages
from engine.domain.orders import Order, Pending, shares_of
from engine.domain.recon import ORDERS_TIMER, POSITIONS_TIMER
from engine.domain.risk.opening import opening_of, tally_opening
from engine.domain.state import ACK_TIMER, Account, State
from engine.instruments import Instrument
from engine.values import Money, Nanos, Price, Quantity

_NOTHING = Money(0)


def hold(state: State, order: Order) -> None:
    """What is held and counted of an order follows what is open; a done order holds nothing."""
    opening = held = value = _NOTHING
    account = state.accounts[order.order.account]
    if order.status not in DONE:
        quantity, is_changing = order.quantity, order.pending_replace is not None
        leaves = quantity - order.cumulative - order.cancelled
        if is_changing:
            leaves = order.worst_leaves
        if leaves > 0:
            opening = opening_of(state, account, order, leaves)  # type: ignore[arg-type]
            if leaves == quantity and not is_changing:
                held, value = order.reserved_total, order.value_total
            else:
                held, value = shares_of(order, leaves)  # type: ignore[arg-type]  # a size
    more_held, more_value = held - order.reserved, value - order.open_value
    if opening != order.opening:
        tally_opening(account, order, opening)
    if more_held:
        reserved = account.reserved + more_held
        assert reserved >= 0, "more buying power was released than was held"
        account.reserved = reserved  # type: ignore[assignment]  # a sum of money is money
        order.reserved = held
    if more_value:
        open_value = account.open_value + more_value
        assert open_value >= 0, "more was taken off the open value than is open"
        account.open_value = open_value  # type: ignore[assignment]
        order.open_value = value


def revalue(state: State, order: Order, price: Price) -> None:
    """What the whole order would trade at `price`, or at the dearer one that is on its way.

    `hold` comes after it.
    """
    change, quantity, asked = order.pending_replace, order.quantity, order.order
    if change is not None:
        price, quantity = max(price, change.price), max(quantity, change.quantity)
    instrument = state.instruments.get(asked.symbol)
    if instrument is not None:
        account = state.accounts[asked.account]
        order.value_total = value_in(state, account, instrument, price, quantity)


def value_in(
    state: State, account: Account, instrument: Instrument, price: Price, quantity: Quantity
) -> Money:
    """What `quantity` is worth at `price` in the account's currency, rounded up."""
    value = instrument.notional(price, quantity)
    if instrument.currency == account.currency:
        return value
    return in_base_up(value, state.rate_of(instrument.currency, account.currency))


def move(state: State, order: Order, happening: Happening, at: Nanos) -> None:
    """Takes the table's next status, and buying power follows."""
    become(state, order, happening, at)
    hold(state, order)


def become(state: State, order: Order, happening: Happening, at: Nanos) -> None:
    """The next status alone; an order that became done leaves the live lists."""
    following = FOLLOWING[happening].get(order.status)
    assert following is not None, f"{order.status.name} cannot {happening.name}"
    order.status, order.changed_at = following, at
    if following in DONE:
        order_id = order.order_id
        state.live.pop(order_id, None)
        of_symbol = state.live_by_symbol.get(order.order.symbol)
        if of_symbol is not None:
            of_symbol.pop(order_id, None)
        if order.pending_cancel or order.pending_new or order.pending_replace:
            answered(order)
        if state.messages.waiting:
            drop_messages(state.messages, order.order_id)
    if state.in_doubt:
        cleared(state, order)


def cleared(state: State, order: Order) -> None:
    """After every answer: an order of which all is known again leaves the doubtful."""
    if not order.is_unknown:
        state.in_doubt.pop(order.order_id, None)


def watched(state: State, at: Nanos) -> None:
    """A request that goes out arms the one timer of all that are in flight, unless it is armed;
    one that waits longer, for another question, is set for this request."""
    timers = state.timers
    due = at + state.patience.ack
    if timers.get(ACK_TIMER, due + 1) > due:
        timers[ACK_TIMER] = Nanos(due)
        # The books are compared again while something lives; each firing sees to the next.
        patience = state.patience
        if patience.orders_every:
            timers.setdefault(ORDERS_TIMER, Nanos(at + patience.orders_every))
        if patience.positions_every:
            timers.setdefault(POSITIONS_TIMER, Nanos(at + patience.positions_every))


def answered(order: Order) -> None:
    """Nothing is waited for any more: the order is over."""
    if order.pending_cancel is not None:
        order.late_cancel = order.pending_cancel.client_order_id
        order.pending_cancel = None
    # Setting a field costs more than looking at it.
    if order.pending_new is not None:
        order.pending_new = None
    if order.pending_replace is not None:
        order.pending_replace = None


def reopen(state: State, order: Order, at: Nanos) -> None:
    """An order that was done lives again: back into the live lists, at its own place in them.

    A cancel that was out when it ended has no answer that counts: it is in doubt again.
    """
    if order.late_cancel:
        order.pending_cancel = Pending(at, Certainty.UNKNOWN, order.late_cancel)
        order.late_cancel = ""
        state.in_doubt[order.order_id] = None
        watched(state, at)
    if state.patience.orders_every:
        # Nothing is asked of it, so nobody else sees to it that books are compared again.
        due = Nanos(at + state.patience.orders_every)
        state.timers.setdefault(ORDERS_TIMER, due)
    order_id, symbol = order.order_id, order.order.symbol
    live = {order_id, *state.live}
    state.live = {i: None for i in state.orders if i in live}
    of_symbol = {order_id, *state.live_by_symbol.get(symbol, {})}
    state.live_by_symbol[symbol] = {i: None for i in state.orders if i in of_symbol}


def bring_back(state: State, order_id: int) -> Order:
    """The order, also one of an earlier date that something came of late: it is here again."""
    order = state.orders.get(order_id)
    if order is None:
        order = state.past_orders.pop(order_id)
        state.orders = {order_id: order, **state.orders}
    return order


def ask_anew(state: State) -> None:
    """A venue that is back can answer what it could not before: each request in doubt may be asked
    about as often as at first."""
    for order_id in state.in_doubt:
        order = state.orders[order_id]
        for pending in (order.pending_new, order.pending_replace, order.pending_cancel):
            if pending is not None:
                pending.asked_before = pending.asked
