"""The acts that stop trading and take orders back, and the one word that raises the state again."""

from engine.domain import commands as cmd
from engine.domain import events as ev
from engine.domain.arming import disarmed
from engine.domain.commands import ALL_SYMBOLS, CancelScope, ExitsOnKill, Origin
from engine.domain.contingent.groups import held_exits, withdrawal
from engine.domain.flatten import begin_flatten
from engine.domain.loosening import taken_back
from engine.domain.orders import Order
from engine.domain.quotes import Market
from engine.domain.reasons import Refusal
from engine.domain.reducing import exits_of
from engine.domain.risk.limits import KEY_PREFIX, digest, tighten
from engine.domain.second_factor import wants_factor
from engine.domain.state import Account, State
from engine.domain.submission import cancel_of
from engine.values import Nanos


def _is_in_scope(order: Order, scope: CancelScope, exits: set[int]) -> bool:
    match scope:
        case CancelScope.ALL:
            return True
        case CancelScope.BUYS:
            return order.side > 0
        case CancelScope.SELLS:
            return order.side < 0
        case CancelScope.ENTRIES:
            return order.order_id not in exits
        case CancelScope.EXITS:
            return order.order_id in exits


def cancels_of(
    state: State, account: str, symbol: str, scope: CancelScope, origin: Origin, now: Nanos
) -> list[ev.Event]:
    """A cancel request for every live order in scope that has none on its way.

    Exits that still wait here go at once, where the scope means exits: nothing brings them back.
    """
    cancels = [
        cancel_of(order, state, origin, now)
        for order in orders_in_scope(state, symbol, scope)
        if order.order.account == account and not order.is_cancelling
    ]
    waiting = [order for order in held_exits(state, account, symbol) if _means_held(order, scope)]
    return cancels + [withdrawal(order, now) for order in waiting]


def _means_held(order: Order, scope: CancelScope) -> bool:
    if scope in (CancelScope.BUYS, CancelScope.SELLS):
        return (order.side > 0) is (scope is CancelScope.BUYS)
    return scope is not CancelScope.ENTRIES


def orders_in_scope(state: State, symbol: str, scope: CancelScope) -> list[Order]:
    """Live orders of all accounts that the scope means, oldest first."""
    live = state.live if symbol == ALL_SYMBOLS else state.live_by_symbol.get(symbol, {})
    orders = [state.orders[order_id] for order_id in live]
    books = {(order.order.account, order.order.symbol) for order in orders}
    exits = {i for account, each in books for i in exits_of(state, account, each)}
    return [order for order in orders if _is_in_scope(order, scope, exits)]


def cancel_many(
    state: State, command: cmd.CancelMany, market: Market, now: Nanos
) -> list[ev.Event]:
    """A cancel for every working order of a symbol in a scope, or a refusal when none matches."""
    cancels = cancels_of(state, command.account, command.symbol, command.scope, command.origin, now)
    if not cancels:
        return [ev.CommandRefused(now, "cancel", Refusal.NOTHING_WORKING, command.symbol)]
    summary = ev.EntriesCancelled(now, command.account, command.symbol, command.scope, len(cancels))
    return [summary, *cancels]


def halt(state: State, command: cmd.Halt, market: Market, now: Nanos) -> list[ev.Event]:
    """Nothing new leaves; the exit lane stays open."""
    if state.accounts[command.account].trading.state >= ev.TradingState.HALTED:
        return [ev.CommandRefused(now, "halt", Refusal.NOT_LOWERING, "already halted")]
    return [
        ev.TradingStateChanged(
            now,
            command.account,
            ALL_SYMBOLS,
            ev.TradingState.HALTED,
            False,
            command.reason,
            command.origin,
        )
    ]


def resume(state: State, command: cmd.Resume, market: Market, now: Nanos) -> list[ev.Event]:
    """Raises the account, every symbol and every strategy, for a reason that is written down.

    Where a second factor is enrolled it takes that as well.
    """
    account = state.accounts[command.account]
    lowered = [ALL_SYMBOLS] if account.trading.state is not ev.TradingState.ACTIVE else []
    lowered += sorted(account.symbols)
    if not lowered and not account.strategies:
        return [ev.CommandRefused(now, "resume", Refusal.NOT_LOWERING, "trading is active")]
    is_own = _is_own_halt(account, command.origin) and bool(lowered)
    if not command.reason and not is_own:
        refusal = Refusal.KILLED if account.trading.latched else Refusal.REASON_MISSING
        return [ev.CommandRefused(now, "resume", refusal, "")]
    if not is_own and wants_factor(state):
        return [ev.CommandRefused(now, "resume", Refusal.SECOND_FACTOR_WANTED, "")]
    happened = _strategies_enabled(state, command, now)
    happened += [
        ev.TradingStateChanged(
            now,
            command.account,
            symbol,
            ev.TradingState.ACTIVE,
            False,
            command.reason,
            command.origin,
        )
        for symbol in lowered
    ]
    if happened:
        return happened
    return [ev.CommandRefused(now, "resume", Refusal.STRATEGY_STOPPED, "")]


def _strategies_enabled(state: State, command: cmd.Resume, now: Nanos) -> list[ev.Event]:
    """Every strategy of the account that this hand may let again.

    A script does not let itself: not in the run in which it was stopped.
    """
    return [
        ev.StrategyEnabled(now, command.account, strategy, command.reason, command.origin)
        for strategy, held in state.accounts[command.account].strategies.items()
        if command.reason and (command.origin is not Origin.SCRIPT or held.run != state.run)
    ]


def _is_own_halt(account: Account, origin: Origin) -> bool:
    """A script takes back what a script halted: why stands between the two lines.

    What the desk itself or a person at the screen has stopped wants words, a kill always.
    """
    halts = [account.trading] if account.trading.state is not ev.TradingState.ACTIVE else []
    halts += account.symbols.values()
    return origin is Origin.SCRIPT and all(
        halt.origin is Origin.SCRIPT and not halt.latched for halt in halts
    )


def kill(state: State, command: cmd.Kill, market: Market, now: Nanos) -> list[ev.Event]:
    """HALT latched over restarts; exits are kept, cancelled or become a flatten, as asked.

    Of every account of this home: whoever kills does not ask himself first where else something
    of his works. Each is let go on by a `resume` of its own.
    """
    accounts = [command.account, *(name for name in state.accounts if name != command.account)]
    return [event for name in accounts for event in _kill_one(state, name, command, now)]


def _kill_one(state: State, account: str, command: cmd.Kill, now: Nanos) -> list[ev.Event]:
    happened: list[ev.Event] = []
    if state.accounts[account].trading.state is not ev.TradingState.KILLED:
        happened.append(
            ev.TradingStateChanged(
                now,
                account,
                ALL_SYMBOLS,
                ev.TradingState.KILLED,
                True,
                command.reason or "kill switch",
                command.origin,
            )
        )
    happened += disarmed(state, account, "killed", now)
    happened.append(ev.Killed(now, account, command.exits, command.reason, command.origin))
    if command.exits is ExitsOnKill.FLATTEN:
        happened += begin_flatten(state, account, ALL_SYMBOLS, command.origin, now)
    scope = CancelScope.ALL if command.exits is ExitsOnKill.CANCEL else CancelScope.ENTRIES
    cancels = cancels_of(state, account, ALL_SYMBOLS, scope, command.origin, now)
    # A flatten that ran before asked for its cancels long ago, and some may have been refused.
    asked = {getattr(event, "order_id", 0) for event in happened}
    return happened + [each for each in cancels if getattr(each, "order_id", 0) not in asked]


def tighten_limit(
    state: State, command: cmd.TightenLimit, market: Market, now: Nanos
) -> list[ev.Event]:
    """Tightening is immediate; to ask for what is in force takes back a looser one on its way."""
    changed = tighten(state.limits, command.name, command.value)
    if isinstance(changed, Refusal):
        waits = taken_back(state, command, now)
        if waits:
            return waits
        return [ev.CommandRefused(now, "set", changed, f"{command.name} {command.value}")]
    key = KEY_PREFIX + command.name.removeprefix(KEY_PREFIX)
    before, after = state.limits.text(key), changed.text(key)
    origin = command.origin
    return [ev.LimitTightened(now, command.account, key, before, after, digest(changed), origin)]
