"""What outlives the desk of an IB session, in SQLite: order ids that were used, contracts, and how
much of them trades."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from connectors.durable import open_durable
from engine.errors import MachineError

ORDER_ID_MAX = 900_000_000
"""Order ids stay below it, and ids of questions above: an error names one of both."""
HANDLES_KEPT_MAX = 50_000
_SCHEMA = """
create table if not exists ids (client_id integer primary key, used integer);
create table if not exists handles (
    client_id integer, order_id integer, ref text, at integer, primary key (client_id, order_id)
) without rowid;
create table if not exists contracts (
    symbol text primary key, con_id integer, name text, kind text, exchange text, currency text,
    date integer, is_chosen integer
) without rowid;
create table if not exists volumes (
    con_id integer primary key, as_of integer, shares integer, asked_on integer
);
"""


class Used(NamedTuple):
    """One order id that left, for which order."""

    order_id: int
    ref: str


class Kept(NamedTuple):
    """What IB was found to mean by a symbol of ours."""

    symbol: str
    con_id: int
    name: str
    """IB's own symbol; with the three below it is found again where its conId is gone."""
    kind: str
    exchange: str
    currency: str
    date: int
    """YYYYMMDD: when IB last said so."""
    is_chosen: bool = False
    """A person added it: it is looked up at every start."""


class Volume(NamedTuple):
    """Shares of a contract on an average day; both dates YYYYMMDD."""

    con_id: int
    as_of: int
    """The last day that it counts."""
    shares: int
    asked_on: int


class Store:
    """One file of a home, one writer: the home's lock is the engine's."""

    def __init__(self, path: Path) -> None:
        """Raises MachineError where it cannot be opened, or is no file of ours."""
        self._path = path
        try:
            self._db = open_durable(path, _SCHEMA)
        except (sqlite3.Error, OSError) as error:
            raise self._fault(error) from error

    def used(self, client_id: int) -> int:
        """The highest order id that may have left; 0 for none."""
        row = self._db.execute("select used from ids where client_id = ?", (client_id,)).fetchone()
        return int(row[0]) if row is not None else 0

    def ref_of(self, client_id: int, order_id: int) -> str:
        """The orderRef of the order that had this id; empty for none."""
        row = self._db.execute(
            "select ref from handles where client_id = ? and order_id = ?", (client_id, order_id)
        ).fetchone()
        return str(row[0]) if row is not None else ""

    def write(self, client_id: int, used: int, fresh: Sequence[Used], at: int) -> None:
        """Durable when it returns; `at`: UTC nanoseconds. Raises MachineError."""
        db = self._db
        try:
            db.execute("begin")
            db.execute("insert or replace into ids values (?, ?)", (client_id, used))
            db.executemany(
                "insert or replace into handles values (?, ?, ?, ?)",
                [(client_id, each.order_id, each.ref, at) for each in fresh],
            )
            oldest = used - HANDLES_KEPT_MAX
            db.execute(
                "delete from handles where client_id = ? and order_id < ?", (client_id, oldest)
            )
            db.execute("commit")
        except (sqlite3.Error, OSError) as error:
            raise self._fault(error) from error

    def contracts(self) -> dict[str, Kept]:
        rows = self._db.execute("select * from contracts order by symbol")
        return {row[0]: Kept._make((*row[:-1], bool(row[-1]))) for row in rows}

    def keep(self, contract: Kept) -> None:
        """In the place of what was kept under its symbol. Raises MachineError."""
        self._change("insert or replace into contracts values (?, ?, ?, ?, ?, ?, ?, ?)", contract)

    def drop(self, symbol: str) -> None:
        """Raises MachineError."""
        self._change("delete from contracts where symbol = ?", (symbol,))

    def volumes(self) -> dict[int, Volume]:
        rows = map(Volume._make, self._db.execute("select * from volumes"))
        return {row.con_id: row for row in rows}

    def keep_volume(self, volume: Volume) -> None:
        """In the place of what was kept of its contract. Raises MachineError."""
        self._change("insert or replace into volumes values (?, ?, ?, ?)", volume)

    def _change(self, statement: str, values: tuple[object, ...]) -> None:
        try:
            self._db.execute(statement, values)
        except (sqlite3.Error, OSError) as error:
            raise MachineError(
                f"what is traded at Interactive Brokers cannot be kept in {self._path} ({error}):"
                " it is looked up anew at the next start; see to the disk"
            ) from error

    def close(self) -> None:
        self._db.close()

    def _fault(self, error: Exception) -> MachineError:
        return MachineError(
            f"the order ids at Interactive Brokers cannot be kept in {self._path} ({error}); no"
            " order leaves without them: see to the disk"
        )


class Ids:
    """Gives order ids: above every one that was ever used, seen or promised, and each but once."""

    def __init__(self, store: Store, client_id: int) -> None:
        self._store, self._client_id = store, client_id
        self._used = self._durable = store.used(client_id)
        self._fresh: list[Used] = []
        self._gateway_next = 1
        self.is_broken = False
        """The disk took no more: from now on nothing new leaves."""

    @property
    def next(self) -> int:
        return self._used + 1

    def is_unused_there(self, order_id: int) -> bool:
        """The gateway has rolled its ids back below it: a change under it could become an order of
        its own, where the one that it means is over."""
        return order_id >= self._gateway_next

    def connected(self, next_valid: int) -> None:
        """A new connection, and from where its gateway counts on."""
        self._gateway_next = next_valid
        self.promised(next_valid)

    def promised(self, next_valid: int) -> None:
        """The gateway says from where it would count on; less than was used is no news."""
        self._gateway_next = max(self._gateway_next, next_valid)
        if next_valid < ORDER_ID_MAX:
            self._used = max(self._used, next_valid - 1)

    def seen(self, order_id: int) -> None:
        """Some order of this client has it."""
        if 0 < order_id < ORDER_ID_MAX:
            self._used = max(self._used, order_id)

    def take(self, ref: str, *, counts_there: bool = True) -> int:
        """The next one; `commit` before anything leaves under it. `counts_there` False: what leaves
        is no order, and nobody knows whether the gateway goes on from it."""
        self._used += 1
        if counts_there:
            self._gateway_next = max(self._gateway_next, self._used + 1)
        assert self._used < ORDER_ID_MAX, "order ids have come to their end"
        self._fresh.append(Used(self._used, ref))
        return self._used

    def commit(self, at: int) -> None:
        """Durable when it returns. Raises MachineError, and from then on it is broken."""
        if not self._fresh and self._used == self._durable:
            return
        self.is_broken = True
        self._store.write(self._client_id, self._used, self._fresh, at)
        self.is_broken = False
        self._durable = self._used
        self._fresh.clear()

    def ref_of(self, order_id: int) -> str:
        """The orderRef of the order that left under it, in this run or in one before."""
        return self._store.ref_of(self._client_id, order_id)
