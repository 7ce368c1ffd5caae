"""How much of a position has a stop that works at the venue, and what an act would leave without.

Protected is what is proved: an exit that is held here, is on its way or is being cancelled protects
nothing yet, or no more.
"""

from engine.domain.acts import orders_in_scope
from engine.domain.commands import ALL_SYMBOLS, CancelScope
from engine.domain.events import FlattenStep
from engine.domain.lifecycle import Status
from engine.domain.orders import Order
from engine.domain.state import State, flatten_key
from engine.values import Quantity

_PROVED = (Status.WORKING, Status.PARTIAL)


def protected_quantity(state: State, account: str, symbol: str) -> Quantity:
    """Shares of the position that a working stop would close; never more than are held."""
    return _protected(state, account, symbol, frozenset())


def has_exits(state: State, account: str, symbol: str) -> bool:
    """Whether the trader uses exits on this symbol: then a position without one is worth a word."""
    of_symbol = any(b.symbol == symbol and b.account == account for b in state.brackets.values())
    return of_symbol or protected_quantity(state, account, symbol) > 0


def left_unprotected(
    state: State, account: str, symbol: str, scope: CancelScope
) -> tuple[str, ...]:
    """`+100 GOOG without a stop`, for each position that cancelling the scope would leave so."""
    going = frozenset(order.order_id for order in orders_in_scope(state, symbol, scope))
    return _left(state, account, symbol, going)


def without_order(state: State, order: Order) -> tuple[str, ...]:
    """The same, for one order that would be cancelled."""
    asked = order.order
    return _left(state, asked.account, asked.symbol, frozenset({order.order_id}))


def left_bare_by(state: State, order: Order) -> str:
    """`+40 AAPL without a stop`, where a stop that has just ended leaves its position so.

    Nothing where a flatten took it away to close what it protected: that says how it ends itself.
    """
    asked = order.order
    run = state.flattening.get(flatten_key(asked.account, asked.symbol))
    if run is not None and run.step not in (FlattenStep.WAITING, FlattenStep.ASKING):
        return ""
    position = state.accounts[asked.account].positions.get(asked.symbol)
    held = position.quantity if position is not None else 0
    if not (order.is_done and asked.type.has_stop and order.side * held < 0):
        return ""
    covered = protected_quantity(state, asked.account, asked.symbol)
    naked = held - (covered if held > 0 else -covered)
    if not naked:
        return ""
    size = state.instruments[asked.symbol].format_quantity(Quantity(naked), signed=True)
    return f"{size} {asked.symbol} without a stop"


def _left(state: State, account: str, symbol: str, going: frozenset[int]) -> tuple[str, ...]:
    told: list[str] = []
    for name, position in state.accounts[account].positions.items():
        if not position.quantity or symbol not in (ALL_SYMBOLS, name):
            continue
        before = protected_quantity(state, account, name)
        after = _protected(state, account, name, going)
        if after < before:
            naked = position.quantity - (after if position.quantity > 0 else -after)
            size = state.instruments[name].format_quantity(Quantity(naked), signed=True)
            told.append(f"{size} {name} without a stop")
    return tuple(told)


def _protected(state: State, account: str, symbol: str, without: frozenset[int]) -> Quantity:
    position = state.accounts[account].positions.get(symbol)
    held = position.quantity if position is not None else 0
    stops = [
        order
        for order in (state.orders[i] for i in state.live_by_symbol.get(symbol, ()))
        if order.order.account == account
        and order.order_id not in without
        and order.market == state.market  # one that sleeps in another market closes nothing here
        and _is_stop(order)
    ]
    working = sum(order.leaves for order in stops if order.side * held < 0)
    return Quantity(min(abs(held), working))


def _is_stop(order: Order) -> bool:
    is_proved = order.status in _PROVED and order.pending_cancel is None
    return is_proved and order.order.type.has_stop
