"""The way to a home's engine: attach to the one that runs, or start one and wait for its word."""

import os
import select
import signal
import subprocess
import sys
import time
from argparse import Namespace
from contextlib import suppress
from pathlib import Path

from commands.asking import SECRET_VARIABLES
from commands.engine_flags import arguments_of
from data.engine_socket import owner_of, place_to_connect
from data.home import PRIVATE_UMASK, Home
from engine.errors import TraderError
from engine.runtime.terminals.attaching import Attached, attach
from engine.runtime.terminals.messages import Role

LAUNCHER = Path(__file__).resolve().parent.parent / "trader.py"
READY = b"ready\n"
HELD_LOCK = "TRADER_ENVIRONMENT_LOCK"
"""Names the descriptor that keeps others from replacing the packages under a running desk."""
WORDS_BYTES_MAX = 64 * 1024
PATIENCE_SECONDS = 1.0
OTHER_START_SECONDS = 5.0
"""So long another start of the same home may take until its engine listens."""
LOOK_SECONDS = 0.05
ENVIRONMENT = 3
"""The exit code with which a home that is in use is refused."""


class EngineNotStartedError(TraderError):
    """What the engine said instead of opening; the exit code is its own."""

    def __init__(self, sentence: str, exit_code: int) -> None:
        super().__init__(sentence)
        self.exit_code = exit_code


def find_engine(home: Home, role: Role, *, take: bool = False) -> Attached | None:
    """Attached to the engine of this home; None when nobody listens there.

    Raises EngineSilentError when it does not answer, AttachRefusedError when it says no.
    """
    try:
        return attach(place_to_connect(home), role, take=take)
    except (FileNotFoundError, ConnectionRefusedError, NotADirectoryError):
        return None


class StartingEngine:
    """A process that opens the home, while its starter has other things to do."""

    def __init__(self, options: Namespace) -> None:
        ready, self._ready_write = os.pipe()
        words, words_write = os.pipe()
        self._ready, self._words = ready, words
        held = os.environ.get(HELD_LOCK, "")
        kept = (int(held),) if held.isdecimal() else ()
        command = [sys.executable, str(LAUNCHER), *arguments_of(options)]
        self.process = subprocess.Popen(
            [*command, "--engine", str(self._ready_write)],
            stdin=subprocess.DEVNULL,
            stdout=words_write,
            stderr=words_write,
            pass_fds=(self._ready_write, *kept),
            start_new_session=True,
            umask=PRIVATE_UMASK,
            env=_environment(),
        )
        os.close(self._ready_write)
        os.close(words_write)

    def attached(self, home: Home) -> Attached:
        """Once it is ready. Raises EngineNotStartedError with what it said instead.

        When another start of the same home was faster, this attaches to that one's engine.
        """
        try:
            text, is_ready = self._listen()
        except KeyboardInterrupt:
            self.process.send_signal(signal.SIGTERM)
            raise
        finally:
            os.close(self._ready)
            os.close(self._words)
        if is_ready:
            return attach(place_to_connect(home), Role.TERMINAL, started=True)
        code = self.process.wait()
        if code == ENVIRONMENT and owner_of(home):
            other = _other_engine(home)
            if other is not None:
                return other
        words = text.removeprefix("trader: ").strip()
        raise EngineNotStartedError(
            words or f"the engine ended before it was ready (code {code})",
            code if code > 0 else 128 - code,
        )

    def _listen(self) -> tuple[str, bool]:
        """What it has said, and whether it is ready."""
        said, open_ends = b"", [self._ready, self._words]
        patience = time.monotonic() + PATIENCE_SECONDS
        while self._ready in open_ends:
            left = max(patience - time.monotonic(), 0) if patience else None
            heard, _, _ = select.select(open_ends, [], [], left)
            if not heard:
                patience = 0.0
                sys.stderr.write("trader: the engine opens this home …\n")
            for end in heard:
                data = os.read(end, 4_096)
                if end == self._ready and data:
                    return said.decode(errors="replace"), True
                if not data:
                    open_ends.remove(end)
                said = (said + (data if end == self._words else b""))[-WORDS_BYTES_MAX:]
        while data := os.read(self._words, 4_096):
            said = (said + data)[-WORDS_BYTES_MAX:]
        return said.decode(errors="replace"), False

    def reap(self) -> None:
        """An engine that ended while its starter still runs leaves nothing behind."""
        self.process.poll()


def _environment() -> dict[str, str]:
    """Without what only `secrets` may read there: an engine lives for days, and /proc shows it."""
    kept = {name: value for name, value in os.environ.items() if name not in SECRET_VARIABLES}
    return {**kept, "TRADER_NO_BOOTSTRAP": "1"}


def _other_engine(home: Home) -> Attached | None:
    until = time.monotonic() + OTHER_START_SECONDS
    while time.monotonic() < until and owner_of(home):
        with suppress(OSError):
            found = find_engine(home, Role.TERMINAL)
            if found is not None:
                return found
        time.sleep(LOOK_SECONDS)
    return None
