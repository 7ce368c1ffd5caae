"""The small file beside the journal that says how far it reached: exact after kill -9."""

import os
import struct
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from data.errors import JournalDamagedError
from data.home import FILE_MODE, write_durably
from data.journal.chain import CHAIN_BYTES

_FIELDS = struct.Struct(f">8sQ{CHAIN_BYTES}s")
_MAGIC = b"TRDHEAD1"
_CHECK_BYTES = 8
HEAD_BYTES = _FIELDS.size + _CHECK_BYTES


class Head(NamedTuple):
    """The last sequence that was durable, and the chain's link there."""

    sequence: int
    chain: bytes


class HeadFile:
    """Written after every commit and never synced: after a power loss it can only be behind."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise FileNotFoundError(path)
        flags = os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC
        self._descriptor = os.open(path, flags, FILE_MODE)

    def write(self, sequence: int, chain: bytes) -> None:
        os.pwrite(self._descriptor, _encode(sequence, chain), 0)

    def close(self) -> None:
        """Sync once, so that a clean end leaves an exact head."""
        try:
            os.fsync(self._descriptor)
        finally:
            os.close(self._descriptor)


def create_head(path: Path, head: Head) -> None:
    write_durably(path, _encode(head.sequence, head.chain))


def read_head(path: Path) -> Head | None:
    """None where there is no head file. Raises JournalDamagedError for bytes that are no head."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    if len(content) == HEAD_BYTES and content[-_CHECK_BYTES:] == _check(content[:-_CHECK_BYTES]):
        magic, sequence, chain = _FIELDS.unpack(content[:-_CHECK_BYTES])
        if magic == _MAGIC:
            return Head(sequence, chain)
    raise JournalDamagedError(
        f"the head file {path} is damaged, so nobody can say how far the journal reached; if"
        " `trader verify` finds nothing else wrong and you accept that, remove the head file",
        sequence=0,
    )


def _encode(sequence: int, chain: bytes) -> bytes:
    fields = _FIELDS.pack(_MAGIC, sequence, chain)
    return fields + _check(fields)


def _check(fields: bytes) -> bytes:
    return blake2b(fields, digest_size=_CHECK_BYTES).digest()
