"""The practice venue's books in SQLite: numbers, what was sent, orders, where the market stood."""

import sqlite3
import weakref
from collections.abc import Sequence
from pathlib import Path

import msgspec

from connectors.fix.practice.orders import FixOrder
from connectors.fix.settings import Sent
from connectors.fix.tags import ADMIN_TYPES
from engine.values import Nanos

SENT_KEPT_MAX = 50_000
"""Messages of one client that can be sent again after a restart; older ones are filled as a gap."""
CHECKPOINT_PAGES = 300
"""Of 4 KiB. A checkpoint holds up the orders that come meanwhile: with the usual 1,000 pages for
5 ms, which was more than one order in a hundred at 500 a second; with 8,000 for 30 ms."""
_SCHEMA = """
create table if not exists sessions (
    client text primary key, next_in integer, next_out integer, since integer default 0
);
create table if not exists sent (
    client text, number integer, type text, data blob, primary key (client, number)
) without rowid;
create table if not exists orders (
    client text, order_id text, body blob, ahead integer, primary key (client, order_id)
) without rowid;
create table if not exists market (
    name text primary key, cursor blob, at integer, orders integer, executions integer,
    fills integer
);
"""
_ORDER = msgspec.msgpack.Decoder(FixOrder)


class Stand(msgspec.Struct, frozen=True):
    """Where the market stood, and which numbers are taken."""

    cursor: bytes
    at: int
    next_order: int
    next_exec: int
    next_fill: int


NOWHERE = Stand(b"", 0, 1, 1, 1)
"""A market that was never opened."""


class LedgerMemory:
    """Numbers and messages of one session; what changes waits for the ledger's commit."""

    def __init__(
        self, ledger: "Ledger", client: str, next_in: int, next_out: int, since: int
    ) -> None:
        self.next_in, self.next_out = next_in, next_out
        self.numbers_since = Nanos(since)
        self.client = client
        self.fresh: list[Sent] = []
        self.is_reset = False
        self._ledger = ledger

    def keep(self, sent: Sent) -> None:
        if sent.type not in ADMIN_TYPES:
            self.fresh.append(sent)

    def between(self, first: int, last: int) -> Sequence[Sent]:
        kept = [] if self.is_reset else self._ledger.sent(self.client, first, last)
        return [*kept, *(sent for sent in self.fresh if first <= sent.number <= last)]

    def reset(self) -> None:
        self.next_in = self.next_out = 1
        self.fresh.clear()
        self.is_reset = True


class Ledger:
    """One file, one writer. What is committed survives a kill of the process."""

    def __init__(self, path: Path) -> None:
        """Raises sqlite3.Error where the file is in use, cannot be opened, or is none of ours."""
        path.touch(mode=0o600)
        # A venue that is dropped in the middle, as after a crash, closes its file all the same, in
        # whatever thread that is noticed.
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        weakref.finalize(self, self._db.close)
        self._db.execute("pragma locking_mode=exclusive")
        self._db.execute("pragma journal_mode=wal")
        self._db.execute("pragma synchronous=normal")
        self._db.execute(f"pragma wal_autocheckpoint={CHECKPOINT_PAGES}")
        self._db.executescript(_SCHEMA)
        if "since" not in {row[1] for row in self._db.execute("pragma table_info(sessions)")}:
            # Books of a venue that did not keep hours yet.
            self._db.execute("alter table sessions add column since integer default 0")
        self._memories: list[LedgerMemory] = []
        self._written: dict[str, tuple[int, int, int]] = {}

    def memory(self, client: str) -> LedgerMemory:
        row = self._db.execute(
            "select next_in, next_out, since from sessions where client = ?", (client,)
        ).fetchone()
        memory = LedgerMemory(self, client, *(row or (1, 1, 0)))
        self._memories.append(memory)
        return memory

    def sent(self, client: str, first: int, last: int) -> list[Sent]:
        rows = self._db.execute(
            "select number, type, data from sent where client = ? and number between ? and ?"
            " order by number",
            (client, first, last),
        )
        return [Sent(*row) for row in rows]

    def orders(self, client: str) -> list[tuple[FixOrder, int]]:
        """(order, quantity ahead when that was last known), the oldest first."""
        rows = self._db.execute("select body, ahead from orders where client = ?", (client,))
        found = [(_ORDER.decode(body), int(ahead)) for body, ahead in rows]
        return sorted(found, key=lambda row: int(row[0].order_id.partition("-")[2]))

    def stand(self, market: str) -> Stand | None:
        row = self._db.execute(
            "select cursor, at, orders, executions, fills from market where name = ?", (market,)
        ).fetchone()
        return None if row is None else Stand(*row)

    def commit(
        self,
        touched: Sequence[tuple[FixOrder, int]],
        market: str = "",
        stand: Stand | None = None,
    ) -> None:
        """Everything that changed, as one transaction; returns when a kill cannot undo it."""
        sessions = [m for m in self._memories if self._written.get(m.client) != _numbers(m)]
        fresh = [m for m in self._memories if m.fresh or m.is_reset]
        if not (sessions or fresh or touched or stand):
            return
        db = self._db
        db.execute("begin")
        for memory in fresh:
            self._write_sent(memory)
        db.executemany(
            "insert or replace into sessions values (?, ?, ?, ?)",
            [(m.client, *_numbers(m)) for m in sessions],
        )
        db.executemany(
            "insert or replace into orders values (?, ?, ?, ?)",
            [(o.client, o.order_id, msgspec.msgpack.encode(o), ahead) for o, ahead in touched],
        )
        if stand is not None:
            row = (market, *msgspec.structs.astuple(stand))
            db.execute("insert or replace into market values (?, ?, ?, ?, ?, ?)", row)
        db.execute("commit")
        self._written |= {m.client: _numbers(m) for m in sessions}

    def _write_sent(self, memory: LedgerMemory) -> None:
        client = memory.client
        if memory.is_reset:
            self._db.execute("delete from sent where client = ?", (client,))
            memory.is_reset = False
        rows = [(client, sent.number, sent.type, sent.data) for sent in memory.fresh]
        self._db.executemany("insert or replace into sent values (?, ?, ?, ?)", rows)
        oldest = memory.next_out - SENT_KEPT_MAX
        if oldest > 0:
            self._db.execute("delete from sent where client = ? and number < ?", (client, oldest))
        memory.fresh.clear()

    def close(self) -> None:
        self._db.close()


def _numbers(memory: LedgerMemory) -> tuple[int, int, int]:
    return memory.next_in, memory.next_out, memory.numbers_since
