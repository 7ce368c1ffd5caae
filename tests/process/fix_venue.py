"""A practice venue as a process of its own, and what its books say of who traded what."""

import signal
import sqlite3
import subprocess
import time
from collections import Counter
from pathlib import Path

import msgspec

from connectors.fix.practice.orders import FixOrder
from tests.process.trader_process import SECONDS_MAX, Trader

CLIENT = "DESK:FIX.4.4"
LINES_TOLD = 40


class VenueProcess:
    """It keeps its port and its books over kills."""

    def __init__(self, folder: Path, *rules: object, symbols: str = "AAPL,MSFT,F") -> None:
        """`rules`: flags of the venue besides."""
        self._rules, self._symbols = rules, symbols
        self._trader = Trader(folder / "venue")
        self._settings = folder / "fix.toml"
        self._said = folder / "venue.txt"
        self._port = 0
        self.opened_in_seconds = 0.0
        self.process = self.start()

    @property
    def port(self) -> int:
        return self._port

    @property
    def flags(self) -> tuple[object, ...]:
        """Of a desk that trades here."""
        return ("--venue", "fix", "--config", self._settings)

    def start(self) -> subprocess.Popen[str]:
        words = ("venue", "--port", self._port, "--symbols", self._symbols, *self._rules)
        with self._said.open("a") as said:
            print(f"-- on port {self._port or 'that is free'}", file=said, flush=True)
            self.process = self._trader.start(*words, stderr=said)
        assert self.process.stdout is not None
        began = time.monotonic()
        first = self.process.stdout.readline()
        assert first, f"the venue did not open: exit {self.process.wait(10)}\n{self.words()}"
        self.opened_in_seconds = time.monotonic() - began
        self._port = int(first.partition("127.0.0.1:")[2].partition(" ")[0])
        # A machine gun is no person: the profile for load lets everything leave.
        self._settings.write_text(f'[paper]\nlimits = "load"\n[fix]\nport = {self._port}\n')
        return self.process

    def kill(self) -> None:
        """Nobody but its test ends it: what was gone before would explain anything."""
        assert self.process.poll() is None, self.how()
        self.process.kill()
        self._is_gone()

    def stop(self) -> None:
        assert self.process.poll() is None, self.how()
        self.process.send_signal(signal.SIGTERM)
        self._is_gone()
        assert self.process.returncode == 0, self.how()

    def leave(self) -> None:
        """Whatever became of the test; its words stand with those of a test that failed."""
        print(self.how())
        if self.process.poll() is None:
            self.process.kill()
        self._is_gone()

    def _is_gone(self) -> None:
        self.process.wait(SECONDS_MAX)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def how(self) -> str:
        """Whether it lives, and the last that it said."""
        code = self.process.poll()
        stands = "runs" if code is None else f"has ended: {code}"
        return f"the venue {stands}\n{self.words()}"

    def words(self) -> str:
        return "\n".join(self._said.read_text().splitlines()[-LINES_TOLD:])

    def orders(self) -> list[FixOrder]:
        """Of the desk, from the books; nobody may have them open."""
        with sqlite3.connect(self._trader.home / "practice-venue.db") as books:
            rows = books.execute("select body from orders where client = ?", (CLIENT,)).fetchall()
        books.close()
        return [msgspec.msgpack.decode(body, type=FixOrder) for (body,) in rows]

    def positions(self) -> dict[str, int]:
        held: Counter[str] = Counter()
        for order in self.orders():
            held[order.request.symbol] += order.request.instruction.side * order.cumulative
        return {symbol: size for symbol, size in sorted(held.items()) if size}

    def reports_from(self, number: int) -> int:
        """How many reports of orders bear that number or a later one."""
        with sqlite3.connect(self._trader.home / "practice-venue.db") as books:
            row = books.execute(
                "select count(*) from sent where client = ? and number >= ? and type = '8'",
                (CLIENT, number),
            ).fetchone()
        books.close()
        return int(row[0])

    def numbers(self) -> tuple[int, int]:
        with sqlite3.connect(self._trader.home / "practice-venue.db") as books:
            row = books.execute(
                "select next_in, next_out from sessions where client = ?", (CLIENT,)
            ).fetchone()
        books.close()
        return row[0], row[1]


def numbers_of_desk(home: Path) -> tuple[int, int]:
    """(next_in, next_out) as the desk keeps them."""
    with sqlite3.connect(home / "fix.db") as store:
        row = store.execute("select next_in, next_out from sessions").fetchone()
    store.close()
    return row[0], row[1]


def orders_sent(home: Path) -> list[bytes]:
    """Every order, change and cancel as it left, by its number."""
    with sqlite3.connect(home / "fix.db") as store:
        rows = store.execute(
            "select data from sent where type in ('D', 'F', 'G') order by number"
        ).fetchall()
    store.close()
    return [row[0] for row in rows]


def staged_in_journal(home: Path) -> bytes:
    """All bytes that the journal says were to leave, commit by commit."""
    with sqlite3.connect(home / "journal.db") as journal:
        rows = journal.execute("select staged from blocks order by number").fetchall()
    journal.close()
    return b"".join(row[0] for row in rows)
