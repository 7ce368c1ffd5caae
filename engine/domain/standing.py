"""Lists every state, condition and breaker of the desk: since when, who, why, and what ends it."""

from collections.abc import Iterator

from engine.domain.breaker_standing import breakers_of
from engine.domain.clocks import WOKE_SHOWN, clock_condition, woke_condition
from engine.domain.commands import Origin
from engine.domain.doubt import in_flight
from engine.domain.events import TradingState
from engine.domain.modes import is_live
from engine.domain.quotes import Phase
from engine.domain.reports import LinkState, SpaceLevel
from engine.domain.standing_rows import (
    BY_HAND,
    BY_ITSELF,
    BY_VENUE,
    EVERYTHING,
    UNTOLD,
    condition,
)
from engine.domain.standing_view import Severity, StandingKind, StandingRow
from engine.domain.state import Account, State, Trading
from engine.values import Nanos

STANDINGS_MAX = 400
"""Rows of one view; a desk with more than that wrong has to be looked at by `attention`."""
BY_THE_LIST = "attention"
KILL_CODE = "killed"

_DISK_SEVERITY = {
    SpaceLevel.WARN: Severity.ATTENTION,
    SpaceLevel.REDUCING: Severity.DEGRADED,
    SpaceLevel.HALT: Severity.UNAVAILABLE,
}
_LINK_SEVERITY = {
    LinkState.QUIET: Severity.ATTENTION,
    LinkState.AWAY: Severity.ATTENTION,
}
"""What was planned is no alarm."""


def standings(state: State, account: Account, now: Nanos) -> tuple[StandingRow, ...]:
    """The account's state first, then what stops something now, then the breakers; bounded."""
    rows: list[StandingRow] = [_state_of(account)]
    rows += _conditions(state, account, now)
    rows += breakers_of(state, account, now)
    return tuple(rows[:STANDINGS_MAX])


def desk_phase(state: State) -> Phase:
    """OPEN as soon as one symbol is; else the phase that most tell."""
    phases = list(state.phases.values())
    if not phases or Phase.OPEN in phases:
        return Phase.OPEN if phases else Phase.CLOSED
    return max(set(phases), key=phases.count)


def _state_of(account: Account) -> StandingRow:
    """The account's own; the header shows its word by itself, and here that a kill is latched."""
    name, trading = f"account {account.account}", account.trading
    is_killed = trading.latched and trading.state is not TradingState.ACTIVE
    text = "kill switch latched" if is_killed else ""
    return _lowered(KILL_CODE if is_killed else "account", name, EVERYTHING, trading, text)


def _lowered(code: str, name: str, scope: str, trading: Trading, text: str) -> StandingRow:
    is_active = trading.state is not TradingState.ACTIVE
    return StandingRow(
        kind=StandingKind.STATE,
        code=code,
        name=name,
        scope=scope,
        word=trading.state.name,
        is_active=is_active,
        since=trading.changed_at,
        who=who(trading.origin) if trading.changed_at else "",
        why=trading.reason,
        text=text,
        ends_by=BY_HAND if is_active else "",
        severity=Severity.ATTENTION if is_active else Severity.OK,
    )


def who(origin: Origin) -> str:
    """Whose word it was: the machine's, or through which door a person's came."""
    return origin.name.lower()


def _conditions(state: State, account: Account, now: Nanos) -> Iterator[StandingRow]:
    yield from _of_the_machine(state, now)
    yield from _of_the_venue(state)
    yield from _of_the_books(state)
    yield from _of_arming(state)
    for symbol, trading in sorted(account.symbols.items()):
        text = f"{symbol} {trading.state.name.lower()}: {trading.reason}"
        yield _lowered("symbol_state", symbol, symbol, trading, text)
    yield from _of_strategies(account)
    for key, run in sorted(state.flattening.items()):
        symbol = key.partition("/")[2]
        kind = "reverse" if run.reopen else "flatten"
        yield condition(
            "flatten",
            f"{kind} of {symbol}",
            f"{kind} {symbol}: {run.step.name.lower()}",
            scope=symbol,
            since=run.started_at,
            who=who(run.origin),
            ends_by="it being flat",
        )


def _of_strategies(account: Account) -> Iterator[StandingRow]:
    """R14: the desk has stopped it, and `resume` by a person lets it go on."""
    for strategy, held in sorted(account.strategies.items()):
        trading = Trading(TradingState.HALTED, reason=held.reason, changed_at=held.since)
        text = f"{strategy} disabled: {held.reason}"
        yield _lowered("strategy", f"strategy {strategy}", strategy, trading, text)


def _of_the_machine(state: State, now: Nanos) -> Iterator[StandingRow]:
    if desk_phase(state) is not Phase.OPEN:
        text = f"market {desk_phase(state).word}"
        yield condition("market", "session", text, who="venue", ends_by=BY_VENUE)
    if state.disk is not SpaceLevel.AMPLE:
        yield condition(
            "disk", "disk space", state.disk_text, severity=_DISK_SEVERITY[state.disk], who="desk"
        )
    if clock := clock_condition(state):
        yield condition("clock", "wall clock", clock, who="desk")
    if woke := woke_condition(state, now):
        yield condition(
            "woke",
            "the machine slept",
            woke,
            severity=Severity.DEGRADED,
            since=state.woke_at,
            until=Nanos(state.woke_at + WOKE_SHOWN),
            who="desk",
            ends_by=BY_ITSELF,
        )


def _of_the_venue(state: State) -> Iterator[StandingRow]:
    for name, text in sorted(state.link_texts.items()):
        yield condition(
            "link",
            f"link to {name}",
            f"link to {name} {text}",
            scope=name,
            severity=_LINK_SEVERITY.get(state.links[name], Severity.UNAVAILABLE),
            since=state.began.get(f"link/{name}", UNTOLD),
            who="venue",
            ends_by="the link's return",
        )
    for symbol, text in sorted(state.halts.items()):
        yield condition(
            "halt",
            f"halt of {symbol}",
            f"{symbol} halted: {text}",
            scope=symbol,
            since=state.began.get(f"halt/{symbol}", UNTOLD),
            who="venue",
            ends_by=BY_VENUE,
        )


def _of_the_books(state: State) -> Iterator[StandingRow]:
    if state.in_doubt:
        noun = "order" if len(state.in_doubt) == 1 else "orders"
        yield condition(
            "unknown",
            "outcomes unknown",
            f"{len(state.in_doubt)} {noun} UNKNOWN: the list attention settles it",
            severity=Severity.DEGRADED,
            since=_doubted_since(state),
            who="desk",
            ends_by=BY_THE_LIST,
        )
    run = state.recon.run
    if state.recon.holds_orders and run is not None:
        text = "comparing books with the venue: nothing new leaves"
        yield condition(
            "reconciling",
            "comparing books",
            text,
            since=run.asked_at,
            who="desk",
            ends_by=BY_ITSELF,
        )


def _of_arming(state: State) -> Iterator[StandingRow]:
    """Of a live desk: each account whose orders do not leave now."""
    if not is_live(state.mode):
        return
    for name in state.accounts:
        arming = state.arming.get(name)
        if arming is None:
            text, since = f"{name} is not armed: live orders leave once a person has", UNTOLD
        elif arming.suspended_at:
            text, since = f"{name} is not sending: the line dropped", arming.suspended_at
        else:
            continue
        ends_by = f'arm {name} "why"'
        yield condition("arming", f"arming of {name}", text, since=since, ends_by=ends_by)


def _doubted_since(state: State) -> Nanos:
    orders = [state.orders[i] for i in state.in_doubt]
    return min((p.since for order in orders for _, p in in_flight(order)), default=UNTOLD)
