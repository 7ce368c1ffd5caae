"""How inbounds and events become the journal's versioned, canonical bytes and back."""

import msgspec

from engine.domain.commands import Command
from engine.domain.events import Event
from engine.domain.reports import Report
from engine.values import Nanos

RECORDS_VERSION = 1
"""Raised when old bytes would decode differently; a newer journal is refused, never guessed at."""

Inbound = Command | Report


class Record(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One journaled fact: its sequence, that of what caused it, and when in market time."""

    sequence: int
    cause: int
    """An inbound's cause is itself."""
    at: Nanos
    body: Inbound | Event


class NewerRecordsError(ValueError):
    """The bytes were written by a later version of this program."""


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(tuple[int, tuple[Record, ...]])
_version_decoder = msgspec.msgpack.Decoder(tuple[int, msgspec.Raw])


def encode_records(records: list[Record]) -> bytes:
    """A block's payload: (version, records)."""
    return _encoder.encode((RECORDS_VERSION, records))


def decode_records(payload: bytes) -> tuple[Record, ...]:
    """Raises NewerRecordsError for a later version, msgspec.DecodeError for anything unreadable."""
    version, _ = _version_decoder.decode(payload)
    if version > RECORDS_VERSION:
        raise NewerRecordsError(
            f"written as version {version}; this program reads up to {RECORDS_VERSION}"
        )
    return _decoder.decode(payload)[1]
