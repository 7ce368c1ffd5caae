"""The tables that a desk may have: what they change; the same ones again change nothing."""

from engine.domain import events as ev
from engine.domain.quotes import Market
from engine.domain.reference_facts import (
    Earnings,
    Reference,
    ReferenceKnown,
    ReferenceListed,
)
from engine.domain.state import State
from engine.values import Nanos


def know_reference(
    state: State, report: ReferenceListed, market: Market, now: Nanos
) -> list[ev.Event]:
    """Only what differs from what is known becomes an event."""
    tables = (report.volumes, report.sectors, report.restricted, report.earnings)
    known = ReferenceKnown(now, *tables)
    return [] if _reference(known) == state.reference else [known]


def reference_known(state: State, event: ReferenceKnown) -> None:
    """They stand for what they are, whole."""
    state.reference = _reference(event)


def _reference(event: ReferenceKnown) -> Reference:
    volumes, sectors, restricted = event.volumes, event.sectors, event.restricted
    return Reference(
        None if volumes is None else {row.symbol: row for row in volumes},
        None if sectors is None else {row.symbol: row.sector for row in sectors},
        None if restricted is None else {row.symbol: row for row in restricted},
        None if event.earnings is None else _by_symbol(event.earnings),
    )


def _by_symbol(rows: tuple[Earnings, ...]) -> dict[str, tuple[Earnings, ...]]:
    found: dict[str, list[Earnings]] = {}
    for row in rows:
        found.setdefault(row.symbol, []).append(row)
    return {
        symbol: tuple(sorted(dates, key=lambda row: row.date)) for symbol, dates in found.items()
    }
