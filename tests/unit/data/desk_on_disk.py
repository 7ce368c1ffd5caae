"""A desk that trades into a real journal, a sitting at a time, for the tests of snapshots."""

import sqlite3
from collections.abc import Iterator, Sequence

from data.home import Home
from data.journal import Journal, JournalReader
from data.journal.head import HeadFile
from engine.ports import Block, Replay, Snapshot
from engine.runtime.recovery import recover
from engine.values import Sequence as RecordSequence
from tests.harness import DeskBench, MemoryJournal
from tests.unit.runtime.desk import say

LINES = ("buy {0} AAPL 190.02", "buy {0} AAPL 189", "sell {0} AAPL mkt", "buy 90000 AAPL 190",
         "cancel *")  # fmt: skip
"""One fills, one rests, one closes, one is denied, and everything is taken back."""


def open_journal(home: Home, replay: Replay | None = None) -> Journal:
    return Journal.open(home, instance="TEST", wall_clock=lambda: 7, replay=replay)


class TwiceKept(MemoryJournal):
    """Also on the disk, as long as a sitting lasts."""

    def __init__(self) -> None:
        super().__init__()
        self.disk: Journal | None = None

    def append(
        self, first: RecordSequence, last: RecordSequence, payload: bytes, staged: Sequence[bytes]
    ) -> None:
        super().append(first, last, payload, staged)
        assert self.disk is not None
        self.disk.append(first, last, payload, staged)

    def blocks(self, after: int = 0) -> Iterator[Block]:
        return super().blocks(after) if self.disk is None else self.disk.blocks(after)  # type: ignore[arg-type]

    def snapshot(self) -> Snapshot | None:
        return None if self.disk is None else self.disk.snapshot()


class DeskOnDisk:
    """The same desk through all its sittings; between them its home is closed."""

    def __init__(self, home: Home, quantity: int = 5) -> None:
        self.home = home
        self._quantity = quantity
        self._journal = TwiceKept()
        self._bench: DeskBench | None = None

    def trade(self, lines: int) -> None:
        """So many lines, the next of `LINES` each time."""
        self._journal.disk = open_journal(self.home)
        if self._bench is None:
            self._bench = DeskBench(journal=self._journal)
            self._bench.quotes("AAPL", 1_900_000, 1_900_200)
        for _ in range(lines):
            self._quantity += 1
            say(self._bench, LINES[self._quantity % len(LINES)].format(self._quantity))
        self._journal.disk.close()
        self._journal.disk = None

    def keep_snapshot(self) -> None:
        """As a start does that had much to replay."""
        journal = open_journal(self.home)
        try:
            recovered = recover(journal, instance=journal.instance, epoch=journal.epoch)
            journal.keep_snapshot(recovered.snapshot())
        finally:
            journal.close()

    def last_sequence(self) -> int:
        with JournalReader(self.home) as journal:
            return journal.last_sequence()

    def change(self, statement: str) -> None:
        connection = sqlite3.connect(self.home.journal_path)
        with connection:
            connection.execute(statement)
        connection.close()

    def put_head_back_to(self, block: int, chain: bytes | None = None) -> None:
        """As a power loss can leave it, or with a chain that never was."""
        connection = sqlite3.connect(self.home.journal_path)
        row = connection.execute("select last, chain from blocks where number = ?", (block,))
        last, real = row.fetchone()
        connection.close()
        head = HeadFile(self.home.head_path)
        head.write(last, chain or real)
        head.close()
