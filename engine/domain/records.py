"""How inbounds and events become the journal's versioned, canonical bytes and back."""

from collections.abc import Sequence

import msgspec

from engine.domain.commands import Command
from engine.domain.events import Event
from engine.domain.reports import Report
from engine.values import Nanos

RECORDS_VERSION = 2
"""Raised when old bytes would decode differently; a newer journal is refused, never guessed at.

2: what the records of a step share, its time and their numbers, stands once a block.
1: every record for itself.
"""

Inbound = Command | Report
Body = Inbound | Event


class Record(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One journaled fact: its sequence, that of what caused it, and when in market time."""

    sequence: int
    cause: int
    """An inbound's cause is itself."""
    at: Nanos
    body: Body


class NewerRecordsError(ValueError):
    """The bytes were written by a later version of this program."""


class Step(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """The facts of one step: gap-free from `first`, all at one time."""

    first: int
    at: Nanos
    backs: list[int]
    """How many facts before each one stands what caused it; 0 for an inbound, its own cause."""
    bodies: list[Body]

    @property
    def last(self) -> int:
        return self.first + len(self.bodies) - 1

    def events(self) -> list[Event]:
        """What became true, without what asked for it."""
        return [
            body  # type: ignore[misc]  # what has a cause before it is an event
            for back, body in zip(self.backs, self.bodies, strict=True)
            if back
        ]

    def records(self) -> list[Record]:
        """Each fact with its sequence, cause and time."""
        at = self.at
        return [
            Record(sequence, sequence - back, at, body)
            for sequence, (back, body) in enumerate(
                zip(self.backs, self.bodies, strict=True), self.first
            )
        ]


class _UnreadStep(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A step whose facts are still bytes."""

    first: int
    at: Nanos
    backs: list[int]
    bodies: list[msgspec.Raw]


_encoder = msgspec.msgpack.Encoder()
_version_decoder = msgspec.msgpack.Decoder(tuple[int, msgspec.Raw])
_step_decoder = msgspec.msgpack.Decoder(Step)
_unread_step_decoder = msgspec.msgpack.Decoder(_UnreadStep)
_event_decoder = msgspec.msgpack.Decoder(Event)
_records_decoder = msgspec.msgpack.Decoder(tuple[Record, ...])


def encode_step(step: Step) -> bytes:
    """A block's payload: (version, step)."""
    return _encoder.encode((RECORDS_VERSION, step))


def decode_records(payload: bytes) -> tuple[Record, ...]:
    """Raises NewerRecordsError for a later version, msgspec.DecodeError for anything unreadable."""
    version, content = _content_of(payload)
    if version == 1:
        return _records_decoder.decode(content)
    step = _step_decoder.decode(content)
    _check_causes(step.backs, step.bodies)
    return tuple(step.records())


def decode_events(payload: bytes) -> list[Record]:
    """The same without the inbounds, whose bytes are passed over: what a replay needs."""
    version, content = _content_of(payload)
    if version == 1:
        records = _records_decoder.decode(content)
        return [record for record in records if record.cause != record.sequence]
    step = _unread_step_decoder.decode(content)
    backs, at, decode = step.backs, step.at, _event_decoder.decode
    _check_causes(backs, step.bodies)
    return [
        Record(sequence, sequence - back, at, decode(body))
        for sequence, (back, body) in enumerate(zip(backs, step.bodies, strict=True), step.first)
        if back
    ]


def _content_of(payload: bytes) -> tuple[int, msgspec.Raw]:
    version, content = _version_decoder.decode(payload)
    if version > RECORDS_VERSION:
        raise NewerRecordsError(
            f"written as version {version}; this program reads up to {RECORDS_VERSION}"
        )
    return version, content


def _check_causes(backs: list[int], bodies: Sequence[object]) -> None:
    if len(backs) != len(bodies):
        raise msgspec.DecodeError("a step has a cause for each of its facts")
