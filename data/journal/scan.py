"""Reading blocks in order while holding each one against the chain, the numbers and the head."""

import sqlite3
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from data.errors import JournalDamagedError
from data.journal.chain import chain_next, chain_start
from data.journal.database import READ_FAULTS
from data.journal.head import Head
from engine.ports import Block
from engine.values import Sequence

BLOCKS_A_READ = 64
"""Blocks fetched in one short read transaction: a long one would keep the log from being reset."""

WAY_ON = (
    "restore a backup. Who accepts that they are lost makes one of what is left (`trader backup`)"
    " and restores it into a new home, where ids begin anew and none is used twice"
)
"""What a person can do about lost records: nothing goes on from an older journal by itself."""

Row = tuple[int, int, int, int, bytes, bytes, bytes]


class Link(NamedTuple):
    """A place in the chain: the block's number, its last sequence and its hash."""

    number: int
    last: int
    chain: bytes


class Scan:
    """One pass over the blocks; `end` is the last link that fitted."""

    def __init__(
        self, connection: sqlite3.Connection, path: Path, key: bytes, instance: str
    ) -> None:
        self._connection, self._path, self._key = connection, path, key
        self._instance = instance
        self.end = Link(0, 0, chain_start(key, instance))

    def skip(self, after: int) -> None:
        """Start behind `after`: at the last block that ends there or before, as its row says it.

        By halves, because sequences rise with the numbers of the blocks and have no index.
        """
        low, high = self.end.number, self._last_number()
        while low < high:
            middle = (low + high + 1) // 2
            link = self._link(middle)
            if link is None or not isinstance(link.last, int):
                raise self._damaged(f"block {middle} is missing or unreadable")
            if link.last > after:
                high = middle - 1
                continue
            low, self.end = middle, link

    def skip_to(self, link: Link) -> None:
        """Start behind a link that somebody vouches for."""
        self.end = link

    def holds(self, link: Link) -> bool:
        """Whether the journal has this block with this hash, as its row says it."""
        return self._link(link.number) == link

    def link_at(self, number: int) -> Link | None:
        """The link of a block, as its row says it; the beginning of all for number 0."""
        return self._link(number) if number else Link(0, 0, chain_start(self._key, self._instance))

    def last_sequence(self) -> int:
        """Of the last block, as its row says it; 0 in an empty journal."""
        link = self._link(self._last_number())
        if link is None:
            return 0
        if not isinstance(link.last, int):
            raise self._damaged(f"block {link.number} is unreadable")
        return link.last

    def _last_number(self) -> int:
        row = self._one("select max(number) from blocks")
        return row[0] if row is not None and row[0] is not None else 0

    def _link(self, number: int) -> Link | None:
        row = self._one("select number, last, chain from blocks where number = ?", number)
        return None if row is None else Link(*row)

    def _one(self, question: str, *values: int) -> tuple[Any, ...] | None:
        try:
            row: tuple[Any, ...] | None = self._connection.execute(question, values).fetchone()
        except READ_FAULTS as error:
            raise self._damaged(f"SQLite cannot read on ({error})") from error
        return row

    def blocks(self) -> Iterator[Block]:
        """Blocks in order, each verified. Raises JournalDamagedError at the first that is not."""
        while rows := self._read():
            for row in rows:
                yield self._verified(row)

    def blocks_and_head(self, head: Head | None) -> Iterator[Block]:
        """All blocks, then the head: a journal that ends before its head has lost some."""
        link_at_head = self.end.chain
        for block in self.blocks():
            if head is not None and block.first <= head.sequence:
                link_at_head = self.end.chain
            yield block
        if head is not None:
            self._hold_against(head, link_at_head)

    def finish(self, head: Head | None) -> None:
        """Verify everything without looking at it."""
        for _ in self.blocks_and_head(head):
            pass

    def _read(self) -> list[Row]:
        """The next rows, with the messages that were to leave with each."""
        try:
            return self._connection.execute(
                "select number, first, last, written_ns, payload, staged, chain from blocks"
                " where number > ? order by number limit ?",
                (self.end.number, BLOCKS_A_READ),
            ).fetchall()
        except READ_FAULTS as error:
            raise self._damaged(f"SQLite cannot read on ({error})") from error

    def _verified(self, row: Row) -> Block:
        number, first, last, written_ns, payload, staged, chain = row
        before = self.end
        if number != before.number + 1:
            raise self._damaged(f"block {before.number + 1} is missing")
        try:
            follows = first == before.last + 1 and last >= first
            expected = chain_next(
                self._key,
                before.chain,
                number=number,
                first=first,
                last=last,
                written_ns=written_ns,
                payload=payload,
                staged=staged,
            )
        # A damaged row can hold text or null where a number or bytes belong.
        except (TypeError, ValueError, struct.error) as error:
            raise self._damaged(f"block {number} is unreadable ({error})") from error
        if not follows:
            raise self._damaged(f"block {number} claims to hold {first} to {last}")
        if chain != expected:
            raise self._damaged(f"block {number} does not fit the chain")
        self.end = Link(number, last, expected)
        return Block(number, Sequence(first), Sequence(last), payload)

    def _hold_against(self, head: Head, link: bytes) -> None:
        if head.sequence > self.end.last:
            raise JournalDamagedError(
                f"the journal {self._path} ends at sequence {self.end.last}, but its head says"
                f" that {head.sequence} was durable: records {self.end.last + 1} to"
                f" {head.sequence} are lost; {WAY_ON}",
                sequence=self.end.last + 1,
            )
        if link != head.chain:
            raise JournalDamagedError(
                f"the journal {self._path} and its head differ at sequence {head.sequence}:"
                " one of the two was changed",
                sequence=head.sequence,
            )

    def _damaged(self, what: str) -> JournalDamagedError:
        sequence = self.end.last + 1
        return JournalDamagedError(
            f"the journal {self._path} is damaged at sequence {sequence}: {what};"
            " nothing was changed, restore a backup",
            sequence=sequence,
        )
