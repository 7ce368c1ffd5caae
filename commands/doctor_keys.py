"""`trader doctor --keys`: what a terminal sends for each key, and how a held key repeats."""

import os
import re
import select
import sys
import termios
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median

from commands.exit_codes import ExitCode
from engine.errors import InputError

READ_BYTES_MAX = 4_096
PENDING_BYTES_MAX = 64
"""A longer sequence is none: it is shown byte by byte."""
REPEAT_GAP_NANOS_MAX = 1_200_000_000
"""Presses of one key further apart than this are presses, not repeats."""
REPEATS_KEPT_MAX = 256
SHOWN_CHARACTERS_MAX = 40

ASK_FOR_REPORTS = "\x1b[?2004h\x1b[?1004h"
"""Bracketed paste, and whether the window has the focus."""
NO_MORE_REPORTS = "\x1b[?1004l\x1b[?2004l"
PASTE_BEGINS, PASTE_ENDS = b"\x1b[200~", b"\x1b[201~"
CONTROL_C = b"\x03"

_KEY = re.compile(
    rb"\x1b\[[0-?]*[ -/]*[@-~]"  # a control sequence
    rb"|\x1bO[ -~]"  # an application key
    rb"|\x1b[ -NP-Z\\-~]"  # Alt and a key; [ and O begin a sequence
    rb"|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
    rb"|[\s\S]"
)
_NAMES = {
    b"\r": "Enter",
    b"\n": "Ctrl+J",
    b"\t": "Tab",
    b"\x1b": "Esc",
    b"\x7f": "Backspace",
    b" ": "Space",
    b"\x1b[A": "Up",
    b"\x1b[B": "Down",
    b"\x1b[C": "Right",
    b"\x1b[D": "Left",
    b"\x1b[H": "Home",
    b"\x1b[F": "End",
    b"\x1b[Z": "Shift+Tab",
    b"\x1b[3~": "Delete",
    b"\x1b[5~": "PageUp",
    b"\x1b[6~": "PageDown",
    b"\x1b[I": "the window got the focus",
    b"\x1b[O": "the window lost the focus",
}


def run_keys() -> int:
    """Until q is pressed twice or Ctrl+C. Raises InputError where there is no terminal."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise InputError("doctor --keys reads a keyboard: it needs a terminal on stdin and stdout")
    _write("Press keys, hold one, paste something. q twice or Ctrl+C ends it.")
    watch = KeyWatch(_write)
    with _raw_terminal(sys.stdin.fileno()) as keyboard:
        while not watch.is_done:
            idle = REPEAT_GAP_NANOS_MAX / 1e9
            if select.select([keyboard], [], [], idle)[0]:
                sent = os.read(keyboard, READ_BYTES_MAX)
                if not sent:
                    break
                watch.feed(sent, time.monotonic_ns())
            else:
                watch.fall_silent()
    watch.fall_silent()
    return ExitCode.DONE


class KeyWatch:
    """Turns what arrives into lines about it; `say` gets each line."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self.is_done = False
        self._say = say
        self._pending = b""
        self._last, self._last_at = b"", 0
        self._gaps: list[int] = []
        self._pasted: int | None = None
        """Characters of the paste that is running; None outside of one."""

    def feed(self, sent: bytes, at: int) -> None:
        """`at` is in nanoseconds of a clock that only goes forward."""
        sent, self._pending = self._pending + sent, b""
        place = 0
        while place < len(sent) and not self.is_done:
            found = _KEY.match(sent, place)
            assert found is not None, "the last branch takes any byte"
            key = found[0]
            rest = sent[place:]
            if key == b"\x1b" and 1 < len(rest) < PENDING_BYTES_MAX and rest[1:2] in b"[O":
                self._pending = rest  # the end of it is still on its way
                return
            place = found.end()
            self._take(key, at)

    def fall_silent(self) -> None:
        """Nothing more came: a held key was let go, and what began as a sequence was Esc."""
        self._tell_repeats()
        if self._pending:
            self._say(f"{_shown(self._pending)}  ended in the middle")
        self._pending, self._last = b"", b""

    def _take(self, key: bytes, at: int) -> None:
        if self._pasted is not None:
            self._take_pasted(key)
            return
        if key == PASTE_BEGINS:
            self._tell_repeats()
            self._pasted, self._last = 0, b""
            return
        gap = at - self._last_at
        is_again = key == self._last and gap <= REPEAT_GAP_NANOS_MAX
        self.is_done = key == CONTROL_C or (key == b"q" and is_again)
        self._last, self._last_at = key, at
        if is_again:
            self._gaps = [*self._gaps, gap][-REPEATS_KEPT_MAX:]
            return
        self._tell_repeats()
        self._say(f"{_shown(key):<24} {_name(key)}")

    def _take_pasted(self, key: bytes) -> None:
        assert self._pasted is not None
        if key != PASTE_ENDS:
            self._pasted += 1
            return
        self._say(f"{'a paste':<24} {self._pasted:,} characters, marked as one by the terminal")
        self._pasted = None

    def _tell_repeats(self) -> None:
        gaps, self._gaps = self._gaps, []
        if len(gaps) == 1:
            self._say(f"{'':24} again after {gaps[0] // 1_000_000} ms")
        elif gaps:
            self._say(
                f"{'':24} held or repeated: {len(gaps):,} times, first after "
                f"{gaps[0] // 1_000_000} ms, then every {int(median(gaps[1:])) // 1_000_000} ms"
            )


def _shown(key: bytes) -> str:
    """Escaped: what a terminal sends can do things to a terminal."""
    text = key.decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)[
        :SHOWN_CHARACTERS_MAX
    ]


def _name(key: bytes) -> str:
    if key in _NAMES:
        return _NAMES[key]
    if len(key) == 1 and key[0] < 27:
        return f"Ctrl+{chr(key[0] + 64)}"
    if len(key) == 2 and key[:1] == b"\x1b":
        return f"Alt+{chr(key[1])}"
    return "a key sequence" if key[:1] == b"\x1b" else "a character"


@contextmanager
def _raw_terminal(keyboard: int) -> Iterator[int]:
    """Every byte as it is sent; whatever happens, the terminal is given back as it was."""
    before = termios.tcgetattr(keyboard)
    try:
        tty.setraw(keyboard)
        sys.stdout.write(ASK_FOR_REPORTS)
        sys.stdout.flush()
        yield keyboard
    finally:
        sys.stdout.write(NO_MORE_REPORTS)
        sys.stdout.flush()
        termios.tcsetattr(keyboard, termios.TCSADRAIN, before)


def _write(line: str) -> None:
    sys.stdout.write(line + "\r\n")
    sys.stdout.flush()
