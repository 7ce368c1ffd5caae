"""A practice venue as a process of its own, and what its books say of who traded what."""

import signal
import sqlite3
import subprocess
from collections import Counter
from pathlib import Path

import msgspec

from connectors.fix.practice.orders import FixOrder
from tests.process.trader_process import Trader

CLIENT = "DESK:FIX.4.4"


class VenueProcess:
    """It keeps its port and its books over kills."""

    def __init__(self, folder: Path) -> None:
        self._trader = Trader(folder / "venue")
        self._settings = folder / "fix.toml"
        self._port = 0
        self.process = self.start()

    @property
    def flags(self) -> tuple[object, ...]:
        """Of a desk that trades here."""
        return ("--venue", "fix", "--config", self._settings)

    def start(self) -> subprocess.Popen[str]:
        words = ("venue", "--port", self._port, "--symbols", "AAPL,MSFT,F")
        self.process = self._trader.start(*words, stderr=subprocess.DEVNULL)
        assert self.process.stdout is not None
        said = self.process.stdout.readline()
        self._port = int(said.partition("127.0.0.1:")[2].partition(" ")[0])
        # A machine gun is no person: the profile for load lets everything leave.
        self._settings.write_text(f'[paper]\nlimits = "load"\n[fix]\nport = {self._port}\n')
        return self.process

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stdout is not None
        self.process.stdout.close()

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)
        assert self.process.stdout is not None
        self.process.stdout.close()

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
