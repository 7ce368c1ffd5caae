"""What a line `trip …` of `controls.txt` does: one breaker, at one figure."""

from collections.abc import Callable

from engine.domain import breaker_facts as facts
from engine.domain import events as ev
from engine.domain.breakers import heed_run
from engine.domain.desk_breakers import (
    after_errors,
    too_large_a_break,
    too_many_orders,
    too_much_unknown,
)
from engine.domain.recon_events import DifferenceKind
from engine.values import OrderId, Price, Quantity
from tests.unit.risk.conftest import Desk

AT = 1_000_000
"""100.00 a share."""


def trip(desk: Desk, line: str) -> str:
    """`pass`, `slow`, or the state that it leads to."""
    what, figure, *rest = line.split()[1:]
    happened = TRIPS[what](desk, figure, *rest)
    states = [each.state.name for each in happened if isinstance(each, ev.TradingStateChanged)]
    if states:
        return states[0]
    is_slow = any(isinstance(each, facts.SlowModeChanged) for each in happened)
    return "slow" if is_slow else "pass"


def _move(desk: Desk, percent: str) -> list[ev.Event]:
    to_price = Price(AT + round(AT * float(percent) / 100))
    ran = facts.PriceRan("GOOG", Price(AT), desk.now, to_price)
    return heed_run(desk.state, ran, desk.market, desk.now)


def _rejects(desk: Desk, rejects: str, of: str, orders: str) -> list[ev.Event]:
    assert of == "of"
    activity = desk.state.breakers.activity
    for _ in range(int(orders)):
        activity.note_order(desk.now)
    for _ in range(int(rejects) - 1):
        activity.note_reject(desk.now)
    last = ev.OrderRejected(desk.now, OrderId(1), "no")
    return after_errors(desk.state, [last], desk.now)


def _errors(desk: Desk, errors: str) -> list[ev.Event]:
    strange = ev.ReportOrphaned(desk.now, "X-1", "whose is that")
    return after_errors(desk.state, [strange] * int(errors), desk.now)


def _orders(desk: Desk, orders: str) -> list[ev.Event]:
    for _ in range(int(orders) - 1):
        desk.state.breakers.activity.note_order(desk.now)
    return too_many_orders(desk.state, desk.now)


def _unknown(desk: Desk, orders: str, shares: str = "1") -> list[ev.Event]:
    for _ in range(int(orders)):
        desk.doubts(int(shares))
    return too_much_unknown(desk.state, [], desk.market, desk.now)


def _break(desk: Desk, shares: str) -> list[ev.Event]:
    found = ev.DifferenceFound(
        desk.now,
        1,
        DifferenceKind.POSITION,
        "PAPER",
        "GOOG",
        OrderId(0),
        "0",
        shares,
        "look",
        True,
        Quantity(int(shares)),
    )
    return too_large_a_break(desk.state, [found], desk.market, desk.now)


TRIPS: dict[str, Callable[..., list[ev.Event]]] = {
    "move": _move,
    "rejects": _rejects,
    "errors": _errors,
    "orders": _orders,
    "unknown": _unknown,
    "break": _break,
}
