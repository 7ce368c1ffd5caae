"""Everything that can be checked of a journal by reading it once."""

from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from typing import NamedTuple

import msgspec

from data.errors import JournalDamagedError
from data.journal.reader import JournalReader
from engine.domain.records import NewerRecordsError, Record
from engine.ports import Block

DIGEST_BYTES = 32

Replay = Callable[[Iterable[Block], Callable[[Record], None]], str]
"""Replays blocks, shows every record on the way, and returns the hash of the state."""


class Audit(NamedTuple):
    """What a journal holds, once all of it was found in order."""

    records: int
    events: int
    journal_digest: str
    """Of the payloads alone: no key, no wall clock, equal for equal sessions."""
    state_hash: str


def audit(journal: JournalReader, replay: Replay) -> Audit:
    """Chain, head, every record's bytes and sequence, and the state that follows.

    Raises JournalDamagedError that names the first sequence which cannot be trusted.
    """
    reading = _Reading()
    try:
        state_hash = replay(reading.blocks(journal.verified_blocks()), reading.see)
    except (msgspec.MsgspecError, NewerRecordsError, _OutOfOrder) as error:
        sequence = reading.sequence + 1
        raise JournalDamagedError(
            f"the record at sequence {sequence} cannot be read ({error});"
            " the chain fits, so it was written that way",
            sequence=sequence,
        ) from error
    return Audit(reading.sequence, reading.events, reading.digest.hexdigest(), state_hash)


class _OutOfOrder(Exception):  # noqa: N818 — caught above, never seen outside
    """A record does not carry the sequence of its place."""


class _Reading:
    def __init__(self) -> None:
        self.sequence = self.events = 0
        self.digest = blake2b(digest_size=DIGEST_BYTES)

    def blocks(self, blocks: Iterable[Block]) -> Iterator[Block]:
        for block in blocks:
            self.digest.update(block.payload)
            yield block
            if self.sequence != block.last:
                raise _OutOfOrder(f"block {block.number} ends at {self.sequence}")

    def see(self, record: Record) -> None:
        if record.sequence != self.sequence + 1 or not 0 < record.cause <= record.sequence:
            raise _OutOfOrder(f"it says {record.sequence}, caused by {record.cause}")
        self.sequence = record.sequence
        self.events += record.cause != record.sequence
