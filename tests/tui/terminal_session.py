"""The fake desk's screen in a process of its own, on a pty, as a terminal would hold it."""

import contextlib
import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
WAIT_SECONDS_MAX = 30.0
ESCAPES = re.compile(rb"\x1b(?:\[[0-9;?<>=$]*[a-zA-Z]|\][^\x07]*\x07|[=>])")


class TerminalSession:
    """Keys in, everything the screen has written out; requests of the desk in a log."""

    def __init__(self, log: Path, *, columns: int = 80, rows: int = 24, code: str = "") -> None:
        self.log = log
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        command = ["-m", "tests.tui.fake_desk", "20", "--no-coach"] if not code else ["-c", code]
        self.process = subprocess.Popen(
            [sys.executable, *command],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=ROOT,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
            env={
                **os.environ,
                "TERM": "xterm-256color",
                "FAKE_DESK_LOG": str(log),
                "PYTHONPATH": str(ROOT),
            },
        )
        os.close(slave)
        self.written = b""

    def __enter__(self) -> "TerminalSession":
        self.until("symbols")
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(WAIT_SECONDS_MAX)
        with contextlib.suppress(OSError):
            os.close(self.master)

    # ---- what comes out

    @property
    def text(self) -> str:
        return ESCAPES.sub(b"", self.written).decode(errors="replace")

    def watch(self, seconds: float) -> None:
        """Reads what is written for so long."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            ready, _, _ = select.select([self.master], [], [], left)
            if ready and not self._read():
                return

    def _read(self) -> bool:
        try:
            data = os.read(self.master, 65_536)
        except OSError:
            return False
        self.written += data
        return bool(data)

    def until(self, words: str) -> None:
        """Reads until the words have been written."""
        end = time.monotonic() + WAIT_SECONDS_MAX
        while words not in self.text:
            assert time.monotonic() < end, f"{words!r} was never written: {self.text[-2000:]}"
            if not select.select([self.master], [], [], 0.2)[0]:
                continue
            assert self._read(), f"it ended before {words!r}: {self.text[-2000:]}"

    def wait_unread(self, has_come: Callable[[], bool]) -> None:
        """Waits as a terminal that is stuck: nothing is read, what is written piles up."""
        end = time.monotonic() + WAIT_SECONDS_MAX
        while not has_come():
            assert time.monotonic() < end, "the screen waits for its terminal"
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(0.05)

    def forget(self) -> None:
        self.written = b""

    # ---- what goes in

    def press(self, keys: str, *, seconds: float = 0.12) -> None:
        """One write, then a person's pause."""
        os.write(self.master, keys.encode())
        self.watch(seconds)

    def type(self, text: str) -> None:
        for character in text:
            self.press(character, seconds=0.05)

    def hold(self, key: str, *, delay: float, interval: float, repeats: int) -> None:
        """A key held down: one press, the delay, then repeats that look like presses."""
        self.press(key, seconds=delay)
        for _ in range(repeats):
            self.press(key, seconds=interval)

    # ---- what became of it

    @property
    def requests(self) -> list[dict[str, object]]:
        """What was asked of the desk, but for which rows are on the screen; a line that is being
        written is none yet, and strangers' texts hold more ends of lines than one."""
        if not self.log.exists():
            return []
        whole = self.log.read_text().rpartition("\n")[0]
        told = [json.loads(line) for line in whole.split("\n") if line]
        return [row for row in told if row["type"] != "see_symbols"]

    @property
    def orders(self) -> list[dict[str, object]]:
        return [row for row in self.requests if row["type"] == "send_line"]

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.exit_code()

    def exit_code(self) -> int:
        end = time.monotonic() + WAIT_SECONDS_MAX
        while self.process.poll() is None and time.monotonic() < end:
            self.watch(0.05)
        return self.process.wait(1)
