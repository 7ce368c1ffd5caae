"""How far the store has heard the journal: held against it at every start, as the head is.

A file of its own beside the store, because a start opens no store: that is exclusive to one
process, and the library takes longer to load than a journal to verify.
"""

import os
import struct
from hashlib import blake2b
from pathlib import Path

from data.errors import JournalDamagedError
from data.home import FILE_MODE, Home
from data.journal.chain import CHAIN_BYTES
from data.journal.scan import WAY_ON, Link, Scan

_FIELDS = struct.Struct(f">8sQQQ{CHAIN_BYTES}s")
_MAGIC = b"TRDSTOR1"
_CHECK_BYTES = 8
_BYTES = _FIELDS.size + _CHECK_BYTES


def write_store_head(path: Path, epoch: int, link: Link) -> None:
    """Not synced: after a power loss it can only be behind, and what is torn is no mark at all."""
    fields = _FIELDS.pack(_MAGIC, epoch, *link)
    flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, flags, FILE_MODE)
    try:
        os.pwrite(descriptor, fields + _check(fields), 0)
    finally:
        os.close(descriptor)


def hold_against_store(home: Home, epoch: int, scan: Scan) -> None:
    """Raises JournalDamagedError where the store has heard of records that are not there.

    Another epoch's store says nothing of this journal, and a damaged mark nothing at all: the
    store is a projection, and whoever asks it next makes it anew.
    """
    link = _read(home.store_head_path, epoch)
    if link is None:
        return
    end = scan.last_sequence()
    if link.last > end:
        raise JournalDamagedError(
            f"the journal {home.journal_path} ends at sequence {end}, but the store has heard"
            f" up to {link.last}: records {end + 1} to {link.last} are lost, as when an older"
            f" journal was copied back; {WAY_ON}",
            sequence=end + 1,
        )
    if not scan.holds(link):
        raise JournalDamagedError(
            f"the journal {home.journal_path} and what the store has heard of it differ at"
            f" sequence {link.last} or before: an older journal was copied back and went on from"
            f" there, or it was changed; {WAY_ON}",
            sequence=link.last,
        )


def _read(path: Path, epoch: int) -> Link | None:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    fields = content[:-_CHECK_BYTES]
    if len(content) != _BYTES or content[-_CHECK_BYTES:] != _check(fields):
        return None
    magic, of_epoch, number, last, chain = _FIELDS.unpack(fields)
    return Link(number, last, chain) if (magic, of_epoch) == (_MAGIC, epoch) else None


def _check(fields: bytes) -> bytes:
    return blake2b(fields, digest_size=_CHECK_BYTES).digest()
