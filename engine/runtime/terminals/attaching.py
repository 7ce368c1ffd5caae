"""From a path to an engine that has greeted: what every terminal and every command begins with."""

import socket
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import msgspec

from engine.errors import MachineError, TraderError
from engine.ports import DeskAnswer
from engine.runtime.terminals.messages import (
    PROTOCOL,
    Hello,
    Role,
    Welcome,
    answer_decoder,
    refused_decoder,
    vocabulary,
    welcome_decoder,
)
from engine.runtime.terminals.peer import connect_to
from engine.runtime.terminals.wire import MESSAGE_BYTES_MAX, READ_BYTES, Kind, Unpacker, packed

GREETING_SECONDS_MAX = 2.0
"""An engine that takes longer to greet is stalled: it greets within a few milliseconds."""


class EngineSilentError(MachineError):
    """Something listens there, and does not answer."""


class AttachRefusedError(TraderError):
    """The engine does not want this terminal; the sentence and the code are its own."""

    def __init__(self, sentence: str, exit_code: int) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code


class Attached(NamedTuple):
    """A connection whose greetings are done."""

    connection: socket.socket
    unpacker: Unpacker
    welcome: Welcome
    answers: list[DeskAnswer]
    """What was said on the way to the first view."""
    view: bytes


def attach(
    path: Path,
    role: Role,
    *,
    take: bool = False,
    started: bool = False,
    seconds: float = GREETING_SECONDS_MAX,
) -> Attached:
    """Greets the engine that listens at `path`, and waits for its first view.

    Raises OSError when nobody listens, EngineSilentError when nobody answers, AttachRefusedError.
    """
    connection = connect_to(path, seconds)
    try:
        hello = Hello(PROTOCOL, vocabulary(), role.value, take, started)
        with suppress(BrokenPipeError):  # it was sent away at the door: why can still be read
            connection.sendall(packed(Kind.HELLO, msgspec.msgpack.encode(hello)))
        return _greeted(connection, role, time.monotonic() + seconds)
    except TimeoutError:
        connection.close()
        raise EngineSilentError(
            f"the engine does not answer within {seconds:g} s: it is stalled or stopped"
        ) from None
    except BaseException:
        connection.close()
        raise


def _greeted(connection: socket.socket, role: Role, until: float) -> Attached:
    unpacker = Unpacker(MESSAGE_BYTES_MAX)
    welcome: Welcome | None = None
    answers: list[DeskAnswer] = []
    while True:
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        connection.settimeout(left)
        try:
            data = connection.recv(READ_BYTES)
        except ConnectionResetError:
            data = b""
        if not data:
            raise EngineSilentError("the engine ended the connection without a word")
        view = b""
        for kind, payload in unpacker.feed(data):
            match kind:
                case Kind.WELCOME:
                    welcome = welcome_decoder.decode(payload)
                case Kind.REFUSED:
                    refused = refused_decoder.decode(payload)
                    raise AttachRefusedError(refused.text, refused.exit_code)
                case Kind.VIEW:
                    view = payload
                case Kind.ANSWER if role is not Role.SHELL:
                    answers.append(answer_decoder.decode(payload))
        if welcome is not None and view:
            return Attached(connection, unpacker, welcome, answers, view)
