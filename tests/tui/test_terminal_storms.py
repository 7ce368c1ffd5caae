"""A screen on a pty that is resized, stopped, signalled, pasted into and fed rubbish."""

import fcntl
import os
import random
import signal
import struct
import termios
import time
from pathlib import Path

import pytest

from tests.tui.terminal_picture import TerminalPicture
from tests.tui.terminal_session import TerminalSession

ENTER, SEND, STRIP, QUIT, TAB = "\r", "\x14", "\x18", "\x11", "\t"
ORDER = "b 100 AAPL bid"
ROWS_MAX, COLUMNS_MAX = 200, 500
FUZZ_BYTES_AT_ONCE = 512
KEYS_TRIED_MAX = 100
"""A slow machine may be minutes behind: every click of the rubbish is painted."""
PASTED = ("y", f"{STRIP}h", f"{ORDER}{ENTER}{SEND}", f"\x1b{SEND}", "\x1b[120;5u\x1b[104u")


@pytest.fixture
def session(tmp_path: Path):
    with TerminalSession(tmp_path / "requests.log") as open_session:
        yield open_session


def resize(session: TerminalSession, columns: int, rows: int) -> None:
    """The kernel tells the screen, as it does when a window is dragged."""
    fcntl.ioctl(session.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def storm(session: TerminalSession, resizes: int, seed: int) -> None:
    """Every size from one cell to more than any monitor has; read as fast as it is written."""
    chance = random.Random(seed)
    for _ in range(resizes):
        resize(session, chance.randint(1, COLUMNS_MAX), chance.randint(1, ROWS_MAX))
        session.watch(0.001)
    session.forget()
    resize(session, 80, 24)
    session.until("watchlist")
    session.watch(0.3)


def transmitted(session: TerminalSession) -> list[object]:
    """Everything that would change something: only looking and asking is no such thing."""
    looks = ("preview_line", "focus", "explain", "tell_realism")
    return [row for row in session.requests if row["type"] not in looks]


def a_storm_with_something_open(session: TerminalSession, resizes: int) -> None:
    session.press(":")
    session.type(ORDER[:-2])
    storm(session, resizes, seed=1)
    assert ORDER[:-2] in session.text
    session.type(ORDER[-2:])
    session.until("rests, 300 ahead")
    session.press(ENTER, seconds=0.4)
    storm(session, resizes, seed=2)
    assert transmitted(session) == []
    session.press("\x1b", seconds=0.4)
    session.press(STRIP, seconds=0.4)
    storm(session, resizes, seed=3)
    session.press("\x1b", seconds=0.4)
    assert transmitted(session) == []
    assert session.process.poll() is None
    session.press(QUIT, seconds=0.4)
    storm(session, resizes, seed=4)
    assert session.process.poll() is None and transmitted(session) == []
    session.press("y", seconds=0.3)
    assert session.exit_code() == 0


@pytest.mark.long  # a size that is back before the screen looked is not painted anew
def test_a_storm_of_resizes_keeps_what_is_typed_and_confirms_nothing(session) -> None:
    a_storm_with_something_open(session, 250)


@pytest.mark.long
def test_ten_thousand_resizes_keep_what_is_typed_and_confirm_nothing(session) -> None:
    a_storm_with_something_open(session, 2_500)


def test_sigint_stops_nothing_and_says_so(session) -> None:
    session.process.send_signal(signal.SIGINT)
    session.until("nothing was stopped")
    assert session.process.poll() is None
    session.forget()
    session.press("?", seconds=0.3)
    session.until("transmits what Enter")


def test_sigquit_gives_the_terminal_back(session) -> None:
    assert session.end(signal.SIGQUIT) == 128 + signal.SIGQUIT
    assert b"\x1b[?1049l" in session.written


def threads_of(process: int) -> int:
    status = Path(f"/proc/{process}/status").read_text()
    return int(status.split("Threads:")[1].split()[0])


def test_a_screen_that_was_stopped_is_whole_again_and_reads_keys_once(session) -> None:
    if not Path("/proc/self/status").exists():
        pytest.skip("threads are counted in /proc")
    threads = threads_of(session.process.pid)
    for stop in (signal.SIGTSTP, signal.SIGSTOP, signal.SIGSTOP):
        session.process.send_signal(stop)
        session.watch(0.3)
        session.forget()
        session.process.send_signal(signal.SIGCONT)
        session.until("\u256d 1 watchlist")
        session.until("^P all")
        session.watch(0.3)
        assert threads_of(session.process.pid) == threads
    session.press(":")
    session.type(ORDER)
    session.until("rests, 300 ahead")
    assert transmitted(session) == []


def test_a_megabyte_pasted_is_refused_in_words_and_the_desk_goes_on(session) -> None:
    session.press(":")
    session.type("b 1")
    paste(session, "x" * 1_000_000)
    until_shown(session, "a pasted line has 1,000,000 characters, 400 fit: nothing was taken")
    paste(session, "\n".join([ORDER] * 70_000))
    until_shown(session, "69,999 more lines pasted, 200 fit: nothing was taken")
    assert transmitted(session) == []
    session.type("00 AAPL bid")
    session.until("rests, 300 ahead")


def test_a_paste_of_several_lines_is_staged_and_never_sent(session) -> None:
    session.press(":")
    paste(session, f"{ORDER}\r{SEND}\n{ORDER}\r\n{STRIP}h\ny\n")
    until_shown(session, "3 more staged")
    session.watch(0.5)
    assert transmitted(session) == []


def test_a_paste_whose_end_is_lost_does_not_swallow_the_keys(session) -> None:
    session.press("\x1b[200~half a paste", seconds=1.3)
    session.forget()
    session.press("?", seconds=0.3)
    session.until("transmits what Enter")


def test_a_megabyte_of_keys_at_once_transmits_nothing(session) -> None:
    """A paste into a terminal that has no brackets: keys, newlines and what sends among them."""
    session.press(":", seconds=0.3)
    feed(session, (f"{ORDER}{ENTER}{SEND}" * 1_500).encode())
    session.press("\x1b", seconds=0.5)
    assert session.process.poll() is None
    assert transmitted(session) == []


def until_shown(session: TerminalSession, words: str) -> None:
    """Words that may have been written a figure at a time, over what stood there."""
    end = time.monotonic() + 20
    while True:
        picture = TerminalPicture(80, 24).feed(session.written.decode(errors="replace"))
        if any(words in row for row in picture.texts):
            return
        assert time.monotonic() < end, "\n".join(picture.texts)
        session.watch(0.2)


def paste(session: TerminalSession, text: str) -> None:
    feed(session, f"\x1b[200~{text}\x1b[201~".encode())


def feed(session: TerminalSession, data: bytes) -> None:
    """As much at a time as the terminal takes, reading what comes back in between."""
    os.set_blocking(session.master, False)
    end = time.monotonic() + 60
    while data:
        assert time.monotonic() < end, "the screen does not read any more"
        try:
            data = data[os.write(session.master, data[:4_096]) :]
        except BlockingIOError:
            session.watch(0.01)
    os.set_blocking(session.master, True)
    session.watch(0.3)


def rubbish(chance: random.Random) -> bytes:
    """One sequence that no key of the desk is: cut, overlong, of unknown kinds, or no text."""
    number = ";".join(str(chance.choice((0, 1, 27, 57_400, 999_999_999, 10**12))) for _ in range(3))
    kinds = (
        f"\x1b[{number}u",
        f"\x1b[1;5:{chance.randint(0, 9)}:{number}u",
        f"\x1b[<{number}{chance.choice('Mm')}",
        f"\x1b[M{chr(chance.randint(33, 126)) * 3}",
        f"\x1b[{number}{chance.choice('ABCDHFZ~yxqptR')}",
        f"\x1b]{chance.randint(0, 60)};{'A' * chance.randint(0, 40)}\x07",
        f"\x1bP{number}{'q' * chance.randint(0, 9)}\x1b\\",
        f"\x1b[?{number}$y",
        f"\x1b[200~{chance.choice(PASTED)}\x1b[201~",
        "\x1b[I\x1b[O",
    )
    text = chance.choice(kinds).encode()
    if chance.random() < 0.2:
        return text[: chance.randint(2, len(text))] + b"\x1b[0n"
    if chance.random() < 0.2:
        return bytes(chance.randint(128, 255) for _ in range(chance.randint(1, 8)))
    return text


def fuzz(session: TerminalSession, sequences: int, seed: int) -> None:
    chance = random.Random(seed)
    waiting = b""
    for _ in range(sequences):
        waiting += rubbish(chance)
        if len(waiting) > FUZZ_BYTES_AT_ONCE:
            feed_on(session, waiting)
            waiting = b""
    feed_on(session, waiting)
    hears_again(session)
    assert session.process.poll() is None, session.text[-2000:]
    assert transmitted(session) == []


def hears_again(session: TerminalSession) -> None:
    """A key works, at the latest when a slow machine has read all that came before it.

    Until then a key may be the inside of something that was never ended.
    """
    session.forget()
    for _ in range(KEYS_TRIED_MAX):
        session.press("\x1b", seconds=0.5)
        session.press("?", seconds=1.0)
        if "transmits what Enter" in session.text:
            return
        assert session.process.poll() is None, session.text[-2000:]
    raise AssertionError(f"no key is heard any more: {session.text[-2000:]}")


def feed_on(session: TerminalSession, data: bytes) -> None:
    os.write(session.master, data)
    session.watch(0.002)


def test_ten_thousand_sequences_of_rubbish_neither_crash_nor_act(session) -> None:
    fuzz(session, 10_000, seed=7)


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize("seed", range(4))
def test_a_hundred_thousand_sequences_of_rubbish_neither_crash_nor_act(session, seed) -> None:
    fuzz(session, 25_000, seed=100 + seed)
