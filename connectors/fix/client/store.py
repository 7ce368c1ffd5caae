"""What outlives the desk of a FIX session, in SQLite: numbers, what was sent, trades it heard of.

A number and its message are durable before the socket gets them. The next inbound number moves only
when the desk has journaled what the messages before it said, so that a crash means that they come
again, and their trades are known by their ids.
"""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from connectors.durable import open_durable
from connectors.fix.client.trades import TRADES_KEPT_MAX, Trade, Trades
from connectors.fix.settings import Sent
from connectors.fix.tags import ADMIN_TYPES
from engine.errors import MachineError
from engine.values import Nanos

SENT_KEPT_MAX = 50_000
CANCELS_FROM = 1_577_836_800
"""2020-01-01 in seconds of 1970: cancels of a new store are numbered from the seconds since then,
so that a store that was lost gives no id a second time."""
ADDED_LATER = {"since": "integer default 0", "held": "text default ''", "anew": "integer default 0"}
"""Columns of sessions that an older desk did not have."""
_SCHEMA = """
create table if not exists sessions (
    name text primary key, next_in integer, next_out integer, cancels integer,
    since integer default 0,
    held text default '', anew integer default 0
);
create table if not exists sent (
    name text, number integer, type text, data blob, primary key (name, number)
) without rowid;
create table if not exists trades (
    name text, exec_id text, side text, date text, key text, revision integer, price integer,
    quantity integer
);
create index if not exists trades_by_id on trades (name, exec_id, side, date);
"""


Numbers = tuple[int, int, int, int, str, int]
"""Next inbound, next outbound, next cancel, since when they are counted, why nobody logs on
before a person has looked (empty where nothing is in the way), and whether a person wants both to
begin anew."""


class SessionMemory:
    """A session's numbers and messages (`settings.Memory`); what changes waits for `commit`."""

    def __init__(self, store: "SessionStore", name: str, now_seconds: int) -> None:
        self.name = name
        self._store = store
        fresh = (1, 1, max(1, now_seconds - CANCELS_FROM), 0, "", 0)
        kept = store.numbers(name) or fresh
        self.next_in, self.next_out, self.cancels, since, self.held, anew = kept
        self.begins_anew = bool(anew)
        """A person wants it so, and no logon has said so yet."""
        self.numbers_since = Nanos(since)
        """UTC; a session with hours begins them anew once in each period."""
        self.trades = Trades(store.trades(name))
        self._fresh: list[Sent] = []
        self._is_reset = False
        self.resets = 0
        """How often both sides have begun anew since this process did."""
        self.is_broken = False
        """The disk took no more: what leaves now, only takes back, and is numbered in memory."""
        self._handed = self._durable = self.next_in
        self._written = self._row()

    def keep(self, sent: Sent) -> None:
        if sent.type not in ADMIN_TYPES:
            self._fresh.append(sent)

    def between(self, first: int, last: int) -> Sequence[Sent]:
        kept = [] if self._is_reset or self.is_broken else self._store.sent(self.name, first, last)
        return [*kept, *(sent for sent in self._fresh if first <= sent.number <= last)]

    def sent(self, number: int) -> Sent | None:
        """An application message by its number; None where it was none or is forgotten."""
        return next(iter(self.between(number, number)), None)

    def take_back(self, number: int) -> None:
        """Nothing from this number on has left, and none of it ever will."""
        self.next_out = number
        self._fresh = [sent for sent in self._fresh if sent.number < number]

    def reset(self) -> None:
        self.next_in = self.next_out = self._handed = self._durable = 1
        self.resets += 1
        self._fresh.clear()
        self._is_reset = True

    def handed_over(self) -> None:
        """The desk takes all that was heard so far; what it took before is in its journal now."""
        self._durable, self._handed = self._handed, self.next_in

    def counts_from(self, next_in: int) -> None:
        """A person says so: what was heard before is not waited for any more."""
        self.next_in = self._handed = self._durable = next_in

    @property
    def is_behind(self) -> bool:
        """The store does not have the newest inbound number that it may have."""
        return self._durable != self._written[0]

    def commit(self) -> None:
        """Durable when it returns. Raises MachineError, once: after that nothing may leave but
        cancels, which can only reduce, and the next start finds its numbers too low and asks."""
        row = self._row()
        is_news = self._fresh or self._is_reset or self.trades.fresh or row != self._written
        if self.is_broken or not is_news:
            return
        self.is_broken = True
        self._store.write(self.name, row, self._fresh, self.trades.fresh, is_reset=self._is_reset)
        self.is_broken = False
        self._written, self._is_reset = row, False
        self._fresh.clear()
        self.trades.fresh.clear()

    def end(self, *, is_orderly: bool) -> None:
        """Where the desk ends in order, everything that was handed over is in its journal."""
        if is_orderly:
            self._durable = self._handed
        self.commit()

    def close(self) -> None:
        self._store.close()

    def _row(self) -> Numbers:
        head = self._durable, self.next_out, self.cancels, self.numbers_since
        return *head, self.held, int(self.begins_anew)


class SessionStore:
    """One file of a home, one writer: the home's lock is the engine's."""

    def __init__(self, path: Path) -> None:
        """Raises MachineError where it cannot be opened, or is no file of ours."""
        self._path = path
        try:
            self._db = open_durable(path, _SCHEMA)
            known = {row[1] for row in self._db.execute("pragma table_info(sessions)")}
            for column, kind in ADDED_LATER.items():
                if column not in known:
                    self._db.execute(f"alter table sessions add column {column} {kind}")
        except (sqlite3.Error, OSError) as error:
            raise self._fault(error) from error

    def numbers(self, name: str) -> Numbers | None:
        row = self._db.execute(
            "select next_in, next_out, cancels, since, held, anew from sessions where name = ?",
            (name,),
        ).fetchone()
        return None if row is None else (row[0], row[1], row[2], row[3], row[4] or "", row[5])

    def sent(self, name: str, first: int, last: int) -> list[Sent]:
        rows = self._db.execute(
            "select number, type, data from sent where name = ? and number between ? and ?"
            " order by number",
            (name, first, last),
        )
        return [Sent(*row) for row in rows]

    def trades(self, name: str) -> list[Trade]:
        rows = self._db.execute(
            "select exec_id, side, date, key, revision, price, quantity from trades"
            " where name = ? order by rowid desc limit ?",
            (name, TRADES_KEPT_MAX),
        )
        return [Trade(*row) for row in reversed(rows.fetchall())]

    def write(
        self,
        name: str,
        numbers: Numbers,
        sent: Sequence[Sent],
        trades: Sequence[Trade],
        *,
        is_reset: bool,
    ) -> None:
        """One transaction. Raises MachineError."""
        db = self._db
        try:
            db.execute("begin")
            if is_reset:
                db.execute("delete from sent where name = ?", (name,))
            db.executemany(
                "insert or replace into sent values (?, ?, ?, ?)",
                [(name, each.number, each.type, each.data) for each in sent],
            )
            db.executemany(
                "insert into trades values (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (name, t.exec_id, t.side, t.date, t.key, t.revision, t.price, t.quantity)
                    for t in trades
                ],
            )
            db.execute(
                "insert or replace into sessions values (?, ?, ?, ?, ?, ?, ?)", (name, *numbers)
            )
            if sent:
                oldest = numbers[1] - SENT_KEPT_MAX
                db.execute("delete from sent where name = ? and number < ?", (name, oldest))
            if trades:
                newest = db.execute("select max(rowid) from trades").fetchone()[0]
                db.execute("delete from trades where rowid <= ?", (newest - TRADES_KEPT_MAX,))
            db.execute("commit")
        except (sqlite3.Error, OSError) as error:
            raise self._fault(error) from error

    def hold(self, why: str) -> None:
        """No session of this file logs on before a person has looked. Raises MachineError."""
        try:
            self._db.execute("update sessions set held = ?", (why,))
        except sqlite3.Error as error:
            raise self._fault(error) from error

    def close(self) -> None:
        self._db.close()

    def _fault(self, error: Exception) -> MachineError:
        return MachineError(
            f"the numbers of the FIX session cannot be kept in {self._path} ({error}); nothing"
            " leaves without them: see to the disk"
        )
