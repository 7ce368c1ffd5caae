"""How inbounds and events become the journal's versioned, canonical bytes and back."""

from collections.abc import Iterator, Sequence
from itertools import compress
from typing import Any, Union, get_args

import msgspec

from engine.domain.commands import Command
from engine.domain.events import Event, OrderFilled, OrderReleased, OrderWorking, QuoteSeen
from engine.domain.facts import Fact
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
        # What has a cause before it is an event.
        return list(compress(self.bodies, self.backs))  # type: ignore[arg-type]

    def records(self) -> list[Record]:
        """Each fact with its sequence, cause and time."""
        at = self.at
        return [
            Record(sequence, sequence - back, at, body)
            for sequence, (back, body) in enumerate(
                zip(self.backs, self.bodies, strict=True), self.first
            )
        ]


def _passed_over(kind: type[msgspec.Struct]) -> type[msgspec.Struct]:
    """A type that takes an inbound's place and none of its fields: its bytes are only skipped."""
    tag = kind.__struct_config__.tag
    return msgspec.defstruct(f"Unread{kind.__name__}", (), bases=(Fact,), frozen=True, tag=tag)


def _less(kind: type[msgspec.Struct], *unread: str, **read_as: type) -> type[msgspec.Struct]:
    """The same with some fields left as bytes, or read as less: for who only wants what `apply`
    looks at. Those at its end are left out, and their bytes passed over."""
    fields = [
        (name, msgspec.Raw if name in unread else read_as.get(name, type), *default)
        for name, type, *default in _fields_of(kind)
    ]
    while fields[-1][0] in unread:
        del fields[-1]
    tag = kind.__struct_config__.tag
    return msgspec.defstruct(kind.__name__, fields, bases=(Fact,), frozen=True, tag=tag)


def _fields_of(kind: type[msgspec.Struct]) -> Iterator[tuple[Any, ...]]:
    """(name, type), and the default of those that have one."""
    for field in msgspec.structs.fields(kind):
        has_default = field.default is not msgspec.NODEFAULT
        yield (field.name, field.type, field.default) if has_default else (field.name, field.type)


_LESS_OF_A_QUOTE = _less(QuoteSeen, "at", "band_low", "band_high")
LESS: dict[type, type] = {
    OrderReleased: _less(OrderReleased, "rules", "off_because", quote=_LESS_OF_A_QUOTE),
    OrderWorking: _less(OrderWorking, "bids", "asks"),
    OrderFilled: _less(OrderFilled, "explanation", quote=_passed_over(QuoteSeen)),
}
"""Events that every order has, as `decode_events` makes them: without what is for people alone."""
_KINDS = [LESS.get(kind, kind) for kind in get_args(Event)]
_Happened: Any = Union[(*_KINDS, *map(_passed_over, get_args(Inbound)))]
_HappenedStep = msgspec.defstruct(
    "_HappenedStep", [("bodies", list[_Happened])], bases=(Step,), frozen=True
)
"""A step of which only the events were read, and of those in `LESS` not everything."""

_encoder = msgspec.msgpack.Encoder()
_version_decoder = msgspec.msgpack.Decoder(tuple[int, msgspec.Raw])
_step_decoder = msgspec.msgpack.Decoder(Step)
_happened_decoder: msgspec.msgpack.Decoder[tuple[int, Step]] = msgspec.msgpack.Decoder(
    tuple[int, _HappenedStep]  # type: ignore[valid-type]
)
_STEP_FOLLOWS = _encoder.encode((RECORDS_VERSION, None))[:2]
"""How the bytes of today's version begin: an array of two, and the version."""
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


def decode_events(payload: bytes) -> list[Step]:
    """The same in steps for a replay: inbounds, with no cause before them, are not read, and events
    may come as their type in `LESS`."""
    if payload[:2] == _STEP_FOLLOWS:
        _, step = _happened_decoder.decode(payload)
        _check_causes(step.backs, step.bodies)
        return [step]
    _, content = _content_of(payload)
    return [_step_of(record) for record in _records_decoder.decode(content)]


def _step_of(record: Record) -> Step:
    return Step(record.sequence, record.at, [record.sequence - record.cause], [record.body])


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
