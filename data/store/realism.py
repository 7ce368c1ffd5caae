"""The figures of the realism report, asked from the store: one group never mixes with another."""

from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from data.errors import QueryError
from data.home import Home
from data.store.ask import reading
from data.store.feeder import Fed, caught_up
from engine.domain.measures import Displaced, Tape
from engine.runtime.realism import Passive, Realism, Sum
from engine.values import Money, Quantity

QUESTIONS = Path(__file__).parent.parent / "sql"
LAST_SESSION = "last"
Key = tuple[int | None, str, str]
"""(epoch, source, currency)."""


class Scope(NamedTuple):
    """Which sessions a report is about; None leaves a side open."""

    session: str | None = None
    """`last`, or the name of a run such as R3."""
    first: date | None = None
    last: date | None = None
    """Trade dates on which sessions began, both included."""


def realism_of(home: Home, scope: Scope) -> tuple[list[Realism], Fed]:
    """A group for each epoch, source and currency, the newest epoch first.

    Raises QueryError for a session that is not there; StoreError and JournalError as `ask` does.
    """
    with caught_up(home) as (fed, _lock), reading(home) as connection:
        return _Asked(connection, scope).groups(), fed


class _Asked:
    """The canned questions, answered for one scope and put together."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, scope: Scope) -> None:
        self._connection = connection
        self._parameters = {
            "session": _session(connection, scope.session),
            "first": scope.first,
            "last": scope.last,
        }
        self._groups: dict[Key, Realism] = {}
        self._digits_of = self._digits()

    def groups(self) -> list[Realism]:
        self._fills()
        self._markouts()
        self._tape()
        self._passive()
        self._missed()
        self._assumptions()
        self._sessions()
        return sorted(self._groups.values(), key=lambda group: -(group.epoch or 0))

    def _rows(self, name: str) -> list[tuple[Any, ...]]:
        sql = (QUESTIONS / f"{name}.sql").read_text()
        return self._connection.execute(sql, self._parameters).fetchall()

    def _digits(self) -> dict[str, int]:
        """Decimals of the sizes of what trades in each currency."""
        rows = self._connection.execute(
            "select currency, max(quantity_digits) from instruments group by currency"
        ).fetchall()
        return {currency: int(digits) for currency, digits in rows}

    def _group(self, *key: Any) -> Realism:
        epoch, source, currency = key
        known = self._groups.get((epoch, source, currency))
        if known is None:
            digits = self._digits_of.get(currency, 0)
            known = Realism(epoch, source, currency, quantity_digits=digits)
            self._groups[epoch, source, currency] = known
        return known

    def _fills(self) -> None:
        for *key, liquidity, fills, shares, notional, fees, judged, cost, base in self._rows(
            "realism_fills"
        ):
            group = self._group(*key)
            group.notional = Money(group.notional + notional)
            group.fees = Money(group.fees + fees)
            side = group.side(liquidity)
            side.fills, side.shares = fills, group.units(shares)
            side.slippage = Sum(judged, cost, base)

    def _markouts(self) -> None:
        for *key, liquidity, seconds, fills, gain, base in self._rows("realism_markouts"):
            self._group(*key).side(liquidity).marks[seconds] = Sum(fills, gain, base)

    def _tape(self) -> None:
        for *key, symbol, volume, trades, own in self._rows("realism_tape"):
            group = self._group(*key)
            volume, own = Quantity(group.units(volume)), Quantity(group.units(own))
            group.tape[symbol] = Tape(symbol, volume, trades, own)

    def _passive(self) -> None:
        for *key, orders, orders_filled, shares, shares_filled in self._rows("realism_passive"):
            group = self._group(*key)
            asked, got = group.units(shares), group.units(shares_filled)
            group.passive = Passive(orders, orders_filled, asked, got)

    def _missed(self) -> None:
        for *key, remainders, judged, cost, base in self._rows("realism_missed"):
            group = self._group(*key)
            group.remainders, group.missed = remainders, Sum(judged, cost, base)

    def _assumptions(self) -> None:
        for *key, assumption, booked, orders, differ, shares in self._rows("realism_assumptions"):
            group = self._group(*key)
            told = group.assumptions
            told.shares[assumption] = group.units(shares)
            if booked:
                # Every order has one booked assumption, so these count each order once.
                told.orders, told.differ = told.orders + orders, told.differ + differ
                told.booked.append(assumption)

    def _sessions(self) -> None:
        """Displaced executions belong to a market, and so to each of its currencies."""
        rows = self._rows("realism_sessions")
        for epoch, source, sessions, executions, shares, unfilled, recorded in rows:
            for group in self._groups.values():
                if (group.epoch, group.source) == (epoch, source):
                    group.sessions = sessions
                    if executions is not None:
                        group.displaced = Displaced(executions, shares, unfilled)
                        group.recorded = recorded


def _session(connection: duckdb.DuckDBPyConnection, name: str | None) -> int | None:
    """Where the named run begins in the journal. Raises QueryError with the runs there are."""
    if name is None:
        return None
    runs: list[tuple[int, str]] = connection.execute(
        "select first_sequence, run from sessions order by first_sequence"
    ).fetchall()
    if name.lower() == LAST_SESSION and runs:
        return runs[-1][0]
    wanted = name.upper() if name[:1].upper() == "R" else f"R{name}"
    for first_sequence, run in reversed(runs):
        if run == wanted:
            return first_sequence
    there = f"{runs[0][1]} to {runs[-1][1]}" if runs else "none yet"
    raise QueryError(f"there is no session {name}; the sessions of this home are: {there}")
