"""The simulated disk: a journal of real bytes and a real chain that fails as disks do."""

from collections.abc import Iterator, Sequence

import msgspec

from data.errors import JournalDamagedError, JournalError
from data.journal.chain import chain_next, chain_start, joined
from engine.ports import Block, Snapshot
from engine.values import Sequence as RecordSequence
from simulation.chance import Chance
from simulation.fate import Fate

KEY = bytes(32)
INSTANCE = "SIM"
NOTHING = RecordSequence(0)


class Row(msgspec.Struct, frozen=True):
    """One committed block as it lies on the disk."""

    block: Block
    staged: bytes
    chain: bytes


class Disk:
    """What survives the process: rows, and a head that says how far they reached."""

    def __init__(self, chance: Chance) -> None:
        self.rows: list[Row] = []
        self.head: tuple[RecordSequence, bytes] = (NOTHING, chain_start(KEY, INSTANCE))
        self.kept_snapshot: Snapshot | None = None
        self.is_full = self.is_failing = False
        """The next append fails; which of the two decides what may lie on the disk then."""
        self._chance = chance

    @property
    def last_sequence(self) -> RecordSequence:
        return self.rows[-1].block.last if self.rows else NOTHING

    def keep(self, row: Row) -> None:
        self.rows.append(row)

    def point_head(self) -> None:
        """Written after the commit and never synced: after a kill it is exact."""
        last = self.rows[-1]
        self.head = (last.block.last, last.chain)

    def rot(self) -> list[Row]:
        """One byte changes, or the end is gone; returns the rows as they were, for a backup.

        Of what the head covers: a last block that it does not was never acknowledged.
        """
        whole, head = list(self.rows), self.head[0]
        place = self._chance.below(sum(row.block.last <= head for row in self.rows))
        if self._chance.happens(300):
            del self.rows[place:]
            return whole
        row = self.rows[place]
        payload = bytearray(row.block.payload)
        payload[self._chance.below(len(payload))] ^= 1 << self._chance.below(8)
        block = msgspec.structs.replace(row.block, payload=bytes(payload))
        self.rows[place] = msgspec.structs.replace(row, block=block)
        return whole


class SimJournal:
    """`engine.ports.Journal` over a disk, for the life of one process."""

    def __init__(self, disk: Disk, fate: Fate) -> None:
        """Verifies everything that is there. Raises JournalDamagedError."""
        self._disk, self._fate = disk, fate
        self._closed_because = ""
        self._verify()
        self._chain = disk.rows[-1].chain if disk.rows else chain_start(KEY, INSTANCE)
        if disk.rows:
            disk.point_head()
        self.last_sequence = disk.last_sequence

    @property
    def is_closed(self) -> bool:
        return bool(self._closed_because)

    def append(
        self, first: RecordSequence, last: RecordSequence, payload: bytes, staged: Sequence[bytes]
    ) -> None:
        if self._closed_because:
            raise JournalError(self._closed_because)
        disk = self._disk
        assert first == self.last_sequence + 1 <= last, "sequences are gap-free"
        row = self._row(first, last, payload, joined(staged))
        self._fate.passes("before the commit")
        if disk.is_full:
            raise self._fail("no space is left on the disk")
        if disk.is_failing:
            # What a failed sync left behind cannot be known: it may be there after all.
            if disk._chance.happens(500):
                disk.keep(row)
                disk.point_head()
            raise self._fail("input/output error")
        disk.keep(row)
        self._fate.passes("between commit and head")
        disk.point_head()
        self.last_sequence, self._chain = last, row.chain
        self._fate.passes("after the commit")

    def blocks(self, after: RecordSequence) -> Iterator[Block]:
        return iter([row.block for row in self._disk.rows if row.block.last > after])

    def snapshot(self) -> Snapshot | None:
        kept = self._disk.kept_snapshot
        return kept if kept is not None and kept.sequence <= self._disk.last_sequence else None

    def _fail(self, why: str) -> JournalError:
        self._closed_because = f"the journal is closed: {why}"
        return JournalError(self._closed_because)

    def _row(
        self, first: RecordSequence, last: RecordSequence, payload: bytes, staged: bytes
    ) -> Row:
        number = len(self._disk.rows) + 1
        chain = link(self._chain, number, first, last, payload, staged)
        return Row(Block(number, first, last, payload), staged, chain)

    def _verify(self) -> None:
        """Chain and head, as a start does: what does not fit is named by its first sequence."""
        before, reached = chain_start(KEY, INSTANCE), NOTHING
        head, chain_at_head = self._disk.head
        for row in self._disk.rows:
            block = row.block
            before = link(before, block.number, block.first, block.last, block.payload, row.staged)
            if block.first != reached + 1 or before != row.chain:
                raise JournalDamagedError("a block does not fit the chain", reached + 1)
            reached = block.last
            if reached == head and before != chain_at_head:
                raise JournalDamagedError("journal and head differ", reached)
        if head > reached:
            raise JournalDamagedError("the head is beyond the journal's end", reached + 1)


def link(before: bytes, number: int, first: int, last: int, payload: bytes, staged: bytes) -> bytes:
    """The chain of the real journal; there are no wall stamps in here."""
    return chain_next(
        KEY,
        before,
        number=number,
        first=first,
        last=last,
        written_ns=0,
        payload=payload,
        staged=staged,
    )
