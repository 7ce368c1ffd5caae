"""Rows in and out of DuckDB in bulk: staging tables, one transaction a batch, never row by row."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import duckdb
import msgspec

from data.journal.scan import Link
from data.store.book import (
    QUANTITY_DIGITS,
    Book,
    LotRow,
    OrderRow,
    PositionRow,
    SessionRow,
)
from data.store.decisions import DECISIONS_VIEW
from data.store.schema import (
    HIGH_WATER,
    INSTRUMENTS,
    LOTS,
    ORDERS,
    POSITIONS,
    SCHEMA_VERSION,
    SESSIONS,
    TABLES,
    Table,
)
from engine.instruments import Instrument
from engine.values import Money, Quantity

Row = TypeVar("Row")


class HighWater(NamedTuple):
    """Which journal a store holds, and up to where."""

    schema_version: int
    instance: str
    epoch: int
    sequence: int
    block: int
    chain: bytes = b""
    """Of the journal after that block; empty in a store of before, and before the first block."""

    @property
    def link(self) -> Link:
        """The place in the journal's chain."""
        return Link(self.block, self.sequence, self.chain)


class Loader:
    """One open store while it is being fed; the high-water mark moves with the rows."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._staged: set[str] = set()
        self._is_wide: bool | None = None
        """Whether sizes have decimals in this store; None until it was looked."""
        self.book = Book()

    def create(self, instance: str, epoch: int) -> None:
        """All tables, empty, for one journal."""
        self._connection.begin()
        for table in TABLES:
            self._connection.execute(table.create)
        self._connection.execute(HIGH_WATER)
        self._connection.execute(DECISIONS_VIEW)
        start = HighWater(SCHEMA_VERSION, instance, epoch, 0, 0)
        self._connection.execute("insert into high_water values (?, ?, ?, ?, ?, ?)", [*start])
        self._connection.commit()

    def high_water(self) -> HighWater | None:
        """None in a file that no loader made."""
        found = self._connection.execute(
            "select count(*) from duckdb_tables() where table_name = 'high_water'"
        ).fetchone()
        if not found or not found[0]:
            return None
        row = self._connection.execute("select * from high_water").fetchone()
        return None if row is None else HighWater(*row)

    def recall(self) -> None:
        """What the fold must know before it goes on: positions, open lots, instruments, session."""
        book = self.book
        for position in self._read(POSITIONS, PositionRow):
            book.positions[position.account, position.symbol] = position
        for lot in self._read(LOTS, LotRow, "where quantity <> 0"):
            book.lots[lot.account, lot.symbol, lot.lot_id] = lot
        last = "where first_sequence = (select max(first_sequence) from sessions)"
        for session in self._read(SESSIONS, SessionRow, last):
            book.session = session
        for listed in self._read(INSTRUMENTS, _instrument):
            book.instruments[listed.symbol] = listed

    def recall_orders(self, order_ids: Sequence[int]) -> None:
        """Orders that the next records speak of and the book let go."""
        if not order_ids:
            return
        condition = f"where order_id in ({', '.join(str(int(i)) for i in order_ids)})"
        for order in self._read(ORDERS, OrderRow, condition):
            self.book.orders[order.order_id] = order

    def flush(self, sequence: int, block: int, chain: bytes = b"") -> int:
        """Everything that the book gathered, and the new mark, in one transaction; rows written."""
        written = 0
        self._connection.begin()
        self._widen_if_needed()
        for table in TABLES:
            rows = self.book.rows[table.name]
            if rows:
                self._stage(table, rows)
                self._connection.execute(table.move(is_wide=self.is_wide))
                written += len(rows)
            written += self._replace(table)
        mark = [sequence, block, chain]
        self._connection.execute("update high_water set sequence = ?, block = ?, chain = ?", mark)
        self._connection.commit()
        self.book.forget_rows()
        return written

    def _replace(self, table: Table) -> int:
        touched = self.book.touched.get(table.name)
        if not touched:
            return 0
        rows = [
            row if isinstance(row, tuple) else msgspec.structs.astuple(row)
            for row in touched.values()
        ]
        self._stage(table, rows)
        self._connection.execute(table.forget)
        self._connection.execute(table.move(is_wide=self.is_wide))
        return len(rows)

    def _stage(self, table: Table, rows: list[tuple[Any, ...]]) -> None:
        if table.name in self._staged:
            self._connection.execute(f"truncate stage_{table.name}")
        else:
            self._connection.execute(table.create_stage)
            self._staged.add(table.name)
        with self._connection.appender(f"stage_{table.name}") as appender:
            appender.append_rows(rows)

    def _read(self, table: Table, make: Callable[..., Row], condition: str = "") -> list[Row]:
        sql = table.read_back(is_wide=self.is_wide)
        rows = self._connection.execute(f"{sql} {condition}").fetchall()
        return [make(*row) for row in rows]

    @property
    def is_wide(self) -> bool:
        if self._is_wide is None:
            found = self._connection.execute(
                "select coalesce(max(quantity_digits), 0) from instruments"
            ).fetchone()
            self._is_wide = bool(found and found[0])
        return self._is_wide

    def _widen_if_needed(self) -> None:
        """Once in a store's life: the first instrument whose sizes have decimals is listed."""
        if self.is_wide or not any(
            known.quantity_digits for known in self.book.instruments.values()
        ):
            return
        for table in TABLES:
            for statement in table.widen:
                self._connection.execute(statement)
        self._is_wide = True


def _instrument(
    symbol: str,
    name: str,
    mic: str,
    currency: str,
    asset_class: str,
    price_digits: int,
    lot_size: int,
    multiplier: int,
    quantity_digits: int,
    notional_min: int,
) -> Instrument:
    """From its row as it is staged."""
    return Instrument(
        symbol=symbol,
        name=name,
        mic=mic,
        currency=currency,
        asset_class=asset_class,
        price_digits=price_digits,
        lot_size=Quantity(lot_size // 10 ** (QUANTITY_DIGITS - quantity_digits)),
        multiplier=multiplier,
        quantity_digits=quantity_digits,
        notional_min=Money(notional_min),
    )


def table_digests(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[int, int]]:
    """(rows, hash of the rows in any order) of every table: equal exactly when the tables are."""
    digests = {}
    for table in TABLES:
        found = connection.execute(
            f"select count(*), coalesce(sum(hash({table.name})::hugeint), 0) from {table.name}"
        ).fetchone()
        assert found is not None
        digests[table.name] = (int(found[0]), int(found[1]))
    return digests
