"""How an engine and a terminal greet each other before anything else is said."""

from enum import StrEnum
from hashlib import blake2b
from pathlib import Path

import msgspec

from engine.domain.views import DeskView
from engine.instruments import Instrument
from engine.ports import DeskAnswer, DeskRequest
from engine.runtime.terminals.wire import WireError

PROTOCOL = 1
"""Rises when framing or greeting change; what a desk says changes with `vocabulary`."""
VOCABULARY_FILES = (
    *("ports.py", "attachment.py", "second_factor.py", "instruments.py", "values.py"),
    *("domain/views.py", "domain/commands.py", "domain/quotes.py", "domain/reasons.py"),
    *("domain/preview_view.py", "domain/attention.py", "domain/luck.py", "domain/bars.py"),
    *("limits_told.py", "lookup.py", "domain/limits_view.py", "domain/standing_view.py"),
    "domain/margin_view.py",
)
"""Everything that a view, an answer or a request may be made of is defined in one of these."""
VOCABULARY_BYTES = 6


class Role(StrEnum):
    """What a connection is for."""

    TERMINAL = "terminal"
    VIEWER = "viewer"
    """A terminal that can only look."""
    SHELL = "shell"
    """A command such as `status` or `kill`: no views but the first, never the control."""


class Hello(msgspec.Struct, frozen=True):
    """The first thing that is said, by who connects. All fields of all versions stay readable."""

    protocol: int
    vocabulary: str
    role: str
    take: bool = False
    """Takes control from whoever has it."""
    started: bool = False
    """It has just started this engine."""


class Welcome(msgspec.Struct, frozen=True):
    """The engine's answer."""

    protocol: int
    vocabulary: str
    version: str
    process: int
    home: str
    since: str
    """Wall time as ISO 8601, UTC."""
    mode: str
    market: str
    how: dict[str, str]
    """How it was started, a flag of the command line each."""
    terminals: int
    """Attached now, this one included."""
    has_control: bool
    someone_has_control: bool
    is_read_only: bool
    cpu_ms: int
    """What the engine's process has used so far."""
    first_terminal_cpu_ms: int
    """The same when the first terminal was welcomed: what a start costs."""
    view_age_ms: int
    instruments: dict[str, Instrument]
    """Everything that this market trades."""


class Refused(msgspec.Struct, frozen=True):
    """Why the connection ends; the exit code is that of the command line."""

    text: str
    exit_code: int = 3


welcome_decoder = msgspec.msgpack.Decoder(Welcome)
hello_decoder = msgspec.msgpack.Decoder(Hello)
refused_decoder = msgspec.msgpack.Decoder(Refused)
request_decoder = msgspec.msgpack.Decoder(DeskRequest)
answer_decoder = msgspec.msgpack.Decoder(DeskAnswer)
view_decoder = msgspec.msgpack.Decoder(DeskView)


def vocabulary() -> str:
    """Twelve digits of everything that a view, an answer or a request may be made of."""
    digest = blake2b(digest_size=VOCABULARY_BYTES)
    engine = Path(__file__).resolve().parent.parent.parent
    for name in VOCABULARY_FILES:
        digest.update((engine / name).read_bytes())
    return digest.hexdigest()


class Mismatch(msgspec.Struct, frozen=True):
    """Only what every version says of itself."""

    protocol: int


def protocol_of(payload: bytes) -> int:
    """The version that a greeting speaks, whatever else is in it. Raises WireError."""
    try:
        return msgspec.msgpack.decode(payload, type=Mismatch).protocol
    except msgspec.MsgspecError as error:
        raise WireError("the greeting cannot be read") from error
