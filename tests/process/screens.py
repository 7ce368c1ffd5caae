"""The workstation as a person has it: `trader` on a pseudo-terminal, which can be taken away."""

import contextlib
import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator
from pathlib import Path

from commands.engine_door import find_engine
from commands.engine_shell import EngineShell
from commands.status import fields_of
from data.engine_socket import owner_of
from data.home import Home
from engine.runtime.terminals.messages import Role
from tests.process.trader_process import ROOT, Trader
from tests.tui.terminal_picture import TerminalPicture

COLUMNS, ROWS = 80, 24
PATIENCE_SECONDS = 25.0
KEY_SECONDS = 0.06
"""Between two keys of a person: faster would be a paste."""
ESCAPE_CHARACTERS_MAX = 40
QUIT, SEND, TAKE = "\x11", "\x14", "\x07"
ENTER, DOWN = "\r", "\x1b[B"
HOME_SETTINGS = "[screen]\ncoach = false\n"


class Screen:
    """One terminal with `trader` in it; a thread reads as a terminal does, until it is stuck."""

    def __init__(self, home: Path, *words: str, prefix: tuple[str, ...] = ()) -> None:
        self.picture = TerminalPicture(COLUMNS, ROWS)
        self.written = ""
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        launcher = [sys.executable, str(ROOT / "trader.py")]
        self.process = subprocess.Popen(
            [*prefix, *launcher, *words, "--home", str(home)],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd="/",
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
            env={**os.environ, "TERM": "xterm-256color", "TRADER_NO_BOOTSTRAP": "1"},
        )
        os.close(slave)
        self._is_reading = True
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        decode, held = getincrementaldecoder("utf-8")(errors="replace").decode, ""
        while self._is_reading:
            try:
                if not select.select([self.master], [], [], 0.05)[0]:
                    continue
                data = os.read(self.master, 65_536)
            except (OSError, ValueError):
                return
            text = held + decode(data)
            # A sequence may be cut anywhere; what may be the beginning of one waits.
            cut = text.rfind("\x1b", max(len(text) - ESCAPE_CHARACTERS_MAX, 0))
            held = text[cut:] if cut >= 0 and not text[cut:].rstrip("0123456789;?<>=$[\x1b") else ""
            whole = text[: len(text) - len(held)]
            self.picture.feed(whole)
            self.written += whole

    @property
    def text(self) -> str:
        return "\n".join(self.picture.texts)

    def until(self, words: str) -> None:
        """Waits until the words stand on the screen."""
        wait_for(lambda: words in self.text, f"{words!r} on\n{self.text}", self)

    def until_said(self, words: str) -> None:
        """Waits until the words were written, wherever a line of the terminal ended."""
        wait_for(
            lambda: words in " ".join(self.written.split()), f"{words!r} in {self.written!r}", self
        )

    def press(self, *keys: str) -> None:
        for key in keys:
            os.write(self.master, key.encode())
            time.sleep(KEY_SECONDS)

    def send(self, line: str) -> None:
        """An order by hand, reviewed and sent."""
        self.press(":", *line)
        time.sleep(0.5)
        self.press(ENTER)
        self.until("^T sends")
        time.sleep(0.3)
        self.press(SEND)

    def say(self, line: str) -> None:
        """A line that is no order: it needs no figures to be reviewed."""
        self.press(":", *line)
        time.sleep(0.5)
        self.press(ENTER)
        time.sleep(0.5)
        self.press(SEND)

    def hang_up(self) -> int:
        """The window is closed; the exit code of the program in it."""
        self._is_reading = False
        self._thread.join(5)
        os.close(self.master)
        self.master = -1
        return self.process.wait(PATIENCE_SECONDS)

    def exit_code(self) -> int:
        return self.process.wait(PATIENCE_SECONDS)

    def close(self) -> None:
        self._is_reading = False
        self._thread.join(5)
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
        self.process.wait(PATIENCE_SECONDS)
        if self.master >= 0:
            os.close(self.master)


def wait_for(
    holds: Callable[[], bool], what: str | Callable[[], str], screen: Screen | None = None
) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        shown = screen.text if screen is not None else ""
        assert time.monotonic() < until, f"waited for {what if isinstance(what, str) else what()}" \
            f"\n{shown}"  # fmt: skip
        time.sleep(0.02)


class Desk:
    """A home with an engine that outlives its terminals, and everything that is opened on it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.trader = Trader(home)
        self._screens: list[Screen] = []
        home.mkdir(mode=0o700)
        (home / "config.toml").write_text(HOME_SETTINGS)
        (home / "config.toml").chmod(0o600)

    def screen(self, *words: str) -> Screen:
        one = Screen(self.home, *words)
        self._screens.append(one)
        return one

    def opened(self, *words: str) -> Screen:
        one = self.screen(*words)
        one.until("AAPL")
        return one

    @property
    def status(self) -> dict:
        """What `status --json` says, without a process for every look."""
        attached = find_engine(Home(self.home), Role.SHELL)
        if attached is None:
            return {"result": "in_process" if owner_of(Home(self.home)) else "none"}
        shell = EngineShell(attached)
        try:
            return fields_of(shell)
        finally:
            shell.close()

    @property
    def engine(self) -> int:
        return int(self.status["process"])

    def working(self) -> list[str]:
        return [row["text"] for row in self.status.get("working", [])]

    def wait_for_orders(self, count: int) -> None:
        wait_for(lambda: len(self.working()) == count, lambda: f"{count} orders: {self.status}")

    def close(self) -> None:
        for screen in self._screens:
            screen.close()
        try:
            claim = json.loads((self.home / "owner.lock").read_text())
        except (OSError, ValueError):
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(claim["pid"], signal.SIGCONT)
            os.kill(claim["pid"], signal.SIGKILL)


@contextlib.contextmanager
def desk_in(folder: Path) -> Iterator[Desk]:
    desk = Desk(folder / "home")
    try:
        yield desk
    finally:
        desk.close()
