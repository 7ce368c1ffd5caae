"""The keyed hash that ties every block to all blocks before it; pure."""

import struct
from collections.abc import Sequence
from hashlib import blake2b

CHAIN_BYTES = 32
_HEADER = struct.Struct(">QQQQQQ")
_LENGTH = struct.Struct(">I")


def chain_start(key: bytes, instance: str) -> bytes:
    """The link before the first block: fits this key and this desk only."""
    return blake2b(
        b"journal of " + instance.encode(), key=key, digest_size=CHAIN_BYTES, person=b"start"
    ).digest()


def joined(messages: Sequence[bytes]) -> bytes:
    """The messages as one field of a row, each behind its length."""
    return b"".join([_LENGTH.pack(len(message)) + message for message in messages])


def chain_next(
    key: bytes,
    before: bytes,
    *,
    number: int,
    first: int,
    last: int,
    written_ns: int,
    payload: bytes,
    staged: bytes,
) -> bytes:
    """The link of a block; lengths are hashed too, so no byte can move to another field.

    `staged` as `joined` gives it.
    """
    link = blake2b(before, key=key, digest_size=CHAIN_BYTES, person=b"block")
    link.update(_HEADER.pack(number, first, last, written_ns, len(payload), len(staged)))
    link.update(payload)
    link.update(staged)
    return link.digest()


def seal(key: bytes, *, format_version: int, instance: str, epoch: int) -> bytes:
    """What shows that nobody changed the journal's own description."""
    text = f"{format_version}/{instance}/{epoch}".encode()
    return blake2b(text, key=key, digest_size=CHAIN_BYTES, person=b"seal").digest()
