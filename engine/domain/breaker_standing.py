"""Every breaker as a row: ready, tripped with its countdown, or off with the reason."""

from collections.abc import Iterator

from engine.domain.breaker_memory import Tripped
from engine.domain.breakers import MARKET_WIDE, SHORT_SALE, SYMBOL_MOVE
from engine.domain.desk_breakers import (
    BREAK,
    ERROR_RATE,
    ORDER_VOLUME,
    REJECT_RATE,
    SLOW_ORDERS_MIN,
    UNKNOWN,
    VOLUME_FACTOR,
    counts_of,
)
from engine.domain.market_wide import table_of
from engine.domain.risk.findings import counted, percent
from engine.domain.standing_rows import (
    BY_HAND,
    BY_ITSELF,
    BY_VENUE,
    EVERYTHING,
    OFF,
    READY,
    TRIPPED,
    condition,
)
from engine.domain.standing_view import Severity, StandingKind, StandingRow
from engine.domain.state import Account, State
from engine.values import Nanos

BPS = 10_000
RESTRICTIONS_SHOWN_MAX = 50
NAMES = {
    SYMBOL_MOVE: "a symbol runs",
    REJECT_RATE: "rejects of a minute",
    ERROR_RATE: "errors of a second",
    ORDER_VOLUME: "orders of a minute",
    UNKNOWN: "outcomes unknown",
    BREAK: "unexplained position",
}
"""Breakers of the desk that a person resets, by their code."""


def breakers_of(state: State, account: Account, now: Nanos) -> Iterator[StandingRow]:
    """Those of the market first, then the desk's own; restrictions and slow mode as conditions."""
    yield _market_wide(state, now)
    yield _venue(state)
    tripped = [each for each in state.breakers.tripped.values() if each.account == account.account]
    for code in NAMES:
        found = [each for each in tripped if each.code == code]
        if found:
            yield from (_tripped(each) for each in found)
        else:
            yield _ready(state, code, now)
    yield from _slow(state)
    yield from _restrictions(state)


def _row(code: str, name: str, word: str, **changes: object) -> StandingRow:
    return StandingRow(StandingKind.BREAKER, code, name, EVERYTHING, word, False, **changes)  # type: ignore[arg-type]


def _market_wide(state: State, now: Nanos) -> StandingRow:
    name = "market-wide"
    if not state.limits.market_wide:
        return _row(MARKET_WIDE, name, OFF, why="risk.market_wide is off")
    known = state.instruments.get(state.index)
    if known is None:
        why = f"{state.index} is not listed here" if state.index else "no index: set market.index"
        return _row(MARKET_WIDE, name, OFF, why=why)
    table = table_of(known.mic, state.trade_date)
    if table is None:
        return _row(MARKET_WIDE, name, OFF, why="no table held on this date")
    halt = state.breakers.market
    if halt is None or not halt.holds(state.trade_date, now):
        return _row(MARKET_WIDE, name, READY, why=f"{state.index}, table {table.name}")
    return StandingRow(
        StandingKind.BREAKER,
        MARKET_WIDE,
        name,
        EVERYTHING,
        TRIPPED,
        True,
        since=halt.at,
        until=halt.until,
        who="desk",
        why=halt.text,
        text=f"market halted: {halt.text}",
        ends_by=BY_VENUE if halt.rest_of_day else f"{BY_ITSELF} or {BY_VENUE}",
        actual=f"level {halt.level}",
        severity=Severity.UNAVAILABLE,
    )


def _venue(state: State) -> StandingRow:
    """Link and comparison are conditions of their own: this says whether entries may leave."""
    down = state.links_down
    why = f"link to {down[0]} is down" if down else ""
    if not why and state.recon.holds_orders:
        why = "books are being compared"
    if not why and state.was_disconnected and state.in_doubt:
        why = "what the broken link left unknown"
    if not why:
        return _row("venue", "venue", READY)
    since = state.began.get(f"link/{down[0]}", Nanos(0)) if down else Nanos(0)
    ends_by = "a clean comparison"
    return StandingRow(
        StandingKind.BREAKER,
        "venue",
        "venue",
        down[0] if down else EVERYTHING,
        TRIPPED,
        True,
        since=since,
        who="venue",
        why=why,
        ends_by=ends_by,
        severity=Severity.UNAVAILABLE,
    )


def _tripped(each: Tripped) -> StandingRow:
    return StandingRow(
        StandingKind.BREAKER,
        each.code,
        NAMES[each.code],
        each.scope,
        TRIPPED,
        True,
        since=each.at,
        who="desk",
        why=each.text,
        ends_by=BY_HAND,
        actual=each.actual,
        limit=each.limit,
        severity=Severity.ATTENTION,
    )


def _ready(state: State, code: str, now: Nanos) -> StandingRow:
    """With the figure of this moment where it follows from the desk's own orders."""
    limits = state.limits
    orders, rejects = counts_of(state.breakers.activity, now)
    figures = {
        SYMBOL_MOVE: ("", f"{percent(limits.symbol_move_max)} in 5 min"),
        REJECT_RATE: (percent(rejects * BPS // max(orders, 1)), percent(limits.reject_rate_max)),
        ERROR_RATE: ("", counted(limits.error_rate_max)),
        ORDER_VOLUME: (counted(orders), counted(VOLUME_FACTOR * limits.order_volume_normal)),
        UNKNOWN: (counted(len(state.in_doubt)), counted(limits.unknown_orders_max)),
        BREAK: (counted(len(state.recon.breaks)), percent(limits.break_share_max)),
    }
    actual, limit = figures[code]
    return _row(code, NAMES[code], READY, actual=actual, limit=limit)


def _slow(state: State) -> Iterator[StandingRow]:
    slow = state.breakers.slow
    if slow is not None:
        yield condition(
            "slow_mode",
            "slow mode",
            f"slow mode: {slow.text}",
            since=slow.since,
            who="desk",
            ends_by=f"fewer rejects, or fewer than {SLOW_ORDERS_MIN} orders in a minute",
        )


def _restrictions(state: State) -> Iterator[StandingRow]:
    """Of what is listed here; the header does not repeat them."""
    shown = 0
    for symbol in sorted(state.breakers.restricted):
        found = state.breakers.restriction(symbol, state.trade_date)
        if found is None or shown == RESTRICTIONS_SHOWN_MAX:
            continue
        shown += 1
        yield StandingRow(
            StandingKind.CONDITION,
            SHORT_SALE,
            f"shorts of {symbol}",
            symbol,
            "above the bid",
            True,
            since=found.at,
            who="venue" if found.by_venue else "desk",
            why=found.text,
            ends_by="the second day",
            severity=Severity.ATTENTION,
        )
