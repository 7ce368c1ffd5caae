"""`doctor --keys`: on a pseudo-terminal, and its sentences about what a terminal sends."""

import os
import pty
import subprocess
import sys
import termios
from pathlib import Path

from commands.doctor_keys import KeyWatch
from tests.process.trader_process import ROOT, Trader

MILLISECOND = 1_000_000


def _heard(*presses: tuple[int, bytes]) -> list[str]:
    """What is said about keys that come at these milliseconds, and then silence."""
    said: list[str] = []
    watch = KeyWatch(said.append)
    for at, key in presses:
        watch.feed(key, at * MILLISECOND)
    watch.fall_silent()
    return [" ".join(line.split()) for line in said]


def test_each_key_is_shown_as_it_was_sent_with_its_name() -> None:
    assert _heard((0, b"a"), (9, b"\x1b[A"), (20, b"\x14"), (30, b"\r")) == [
        "a a character",
        "\\x1b[A Up",
        "\\x14 Ctrl+T",
        "\\x0d Enter",
    ]


def test_a_held_key_tells_its_delay_and_its_interval() -> None:
    train = [(0, b"\r"), *((500 + 33 * repeat, b"\r") for repeat in range(5))]
    assert _heard(*train) == [
        "\\x0d Enter",
        "held or repeated: 5 times, first after 500 ms, then every 33 ms",
    ]


def test_a_sequence_that_comes_in_two_pieces_is_one_key() -> None:
    assert _heard((0, b"\x1b["), (4, b"A")) == ["\\x1b[A Up"]


def test_a_paste_is_counted_and_never_shown_nor_obeyed() -> None:
    pasted = b"\x1b[200~buy 100 AAPL mkt\rqq\x03\x1b[201~"
    assert _heard((0, pasted), (5, b"x")) == [
        "a paste 20 characters, marked as one by the terminal",
        "x a character",
    ]


def test_what_a_terminal_sends_does_nothing_to_the_terminal_it_is_shown_on() -> None:
    for line in _heard((0, b"\x1b]0;title\x07"), (1, b"\x9b31m"), (2, b"\xe2\x80\xae")):
        assert line.isprintable()


def test_without_a_terminal_it_is_refused(tmp_path: Path) -> None:
    done = Trader(tmp_path / "home").run("doctor", "--keys")
    assert (done.code, done.output) == (2, "")
    assert "needs a terminal" in done.complaints


def test_on_a_terminal_q_twice_ends_it_and_the_terminal_is_as_it_was() -> None:
    ours, theirs = pty.openpty()
    before = termios.tcgetattr(theirs)
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "trader.py"), "doctor", "--keys"],
        stdin=theirs, stdout=theirs, stderr=theirs, cwd="/",
        env={**os.environ, "TRADER_NO_BOOTSTRAP": "1"},
    )  # fmt: skip
    screen = b""
    while b"\x1b[?1004h" not in screen:
        screen += os.read(ours, 4_096)
    os.write(ours, b"\x1b[B")
    while b"Down" not in screen:
        screen += os.read(ours, 4_096)
    os.write(ours, b"qq")
    assert process.wait(timeout=10) == 0
    while b"\x1b[?2004l" not in screen:
        screen += os.read(ours, 4_096)
    assert termios.tcgetattr(theirs) == before
    os.close(ours)
    os.close(theirs)
