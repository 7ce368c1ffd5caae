"""2,000 texts of strangers through the real screen on a pty, with clicks all over them."""

import os
import random
import re
import unicodedata
from pathlib import Path

import pytest

from tests.tui.hostile_text import TEXTS, hostile_texts
from tests.tui.terminal_session import ESCAPES, WAIT_SECONDS_MAX, TerminalSession
from tui.paint import clean

FIRST_TIER_TEXTS = 100
OWN_ORDERS = 2
"""The two that the desk had before the first text was shown."""
SECONDS_A_TEXT = 0.5

# Everything that the screen says to a terminal, and nothing else. Modes: 25 cursor, 1000-1006 and
# 1015 mouse, 1004 focus, 1049 the other screen, 2004 pastes in brackets, 2026 and 2048 paintings
# and sizes in one piece, 7 wrapping.
GRAMMAR = re.compile(
    rb"\x1b\[[0-9;]*m"
    rb"|\x1b\[[0-9]+;[0-9]+H"
    rb"|\x1b\[\?(?:7|25|1000|1002|1003|1004|1006|1015|1016|1049|2004|2026|2048)[hl]"
    rb"|\x1b\[\?(?:2026|2048)\$p"
    rb"|\x1b\[>[0-9]+u|\x1b\[<u"
    rb"|\x1b\]22;default\x07"
    rb"|\r\n"
)
INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me", "Zl", "Zp")

FILLERS = "\u115f\u1160\u3164\uffa0"


def session_with(log: Path, first: int, count: int, columns: int, rows: int) -> TerminalSession:
    code = (
        f"import sys; sys.argv = ['hostile_text', '{first}', '{count}'];"
        " from tests.tui.hostile_text import main; sys.exit(main())"
    )
    return TerminalSession(log, columns=columns, rows=rows, code=code)


def click(chance: random.Random, columns: int, rows: int) -> bytes:
    """A press with its release, a turn of the wheel, a drag or a move, anywhere."""
    x, y = chance.randint(1, columns), chance.randint(1, rows)
    button = chance.choice((0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 35, 64, 65))
    pressed = b"\x1b[<%d;%d;%dM" % (button, x, y)
    return pressed + pressed[:-1] + b"m" if button < 32 else pressed


def strangers_shown(tmp_path: Path, first: int, count: int, size: tuple[int, int]) -> None:
    columns, rows = size
    chance = random.Random(first)
    with session_with(tmp_path / "requests.log", first, count, columns, rows) as session:
        waits = int((WAIT_SECONDS_MAX + SECONDS_A_TEXT * count) / 0.03)
        for _ in range(waits):
            if any(row["type"] == "tell_books" for row in session.requests):
                break
            assert session.process.poll() is None, session.text[-2_000:]
            os.write(session.master, click(chance, columns, rows))
            session.watch(0.03)
        else:
            raise AssertionError("the texts do not come to an end")
        sent = [row for row in session.requests if row["type"] not in ("focus", "tell_books")]
        assert [row["type"] for row in sent] == ["send_line"] * OWN_ORDERS
        session.press("\x1b", seconds=0.3)
        session.press("\x11", seconds=0.5)
        session.press("y", seconds=0.2)
        assert session.exit_code() == 0
    assert_plain(session.written)
    assert_shown(session.text, hostile_texts()[first : first + count])


def assert_plain(written: bytes) -> None:
    """What is no sequence of the screen's own is text that one can see."""
    rest = GRAMMAR.sub(b"", written)
    at = rest.find(b"\x1b")
    assert at < 0, rest[max(0, at - 60) : at + 60]
    text = rest.decode()
    unseen = {c for c in set(text) if unicodedata.category(c) in INVISIBLE or c in FILLERS}
    assert not unseen, sorted(map(hex, map(ord, unseen)))


def assert_shown(text: str, attacks: list[str]) -> None:
    """The strings did reach the screen: their harmless part stands there."""
    shown = [clean(attack).strip()[:12] for attack in attacks]
    visible = [each for each in shown if len(each) >= 4]
    missing = [each for each in visible if each not in text]
    assert len(missing) < len(visible) / 20, missing[:20]


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=str)
def test_texts_of_strangers_write_nothing_but_text_and_do_nothing(tmp_path, size) -> None:
    half = FIRST_TIER_TEXTS // 2
    strangers_shown(tmp_path, 0 if size[0] == 80 else half, half, size)


@pytest.mark.long
@pytest.mark.parametrize("size", [(80, 24), (200, 60)], ids=str)
@pytest.mark.parametrize("first", range(0, TEXTS, 500))
def test_two_thousand_texts_of_strangers_write_nothing_but_text(tmp_path, size, first) -> None:
    strangers_shown(tmp_path, first, 500, size)


def test_the_texts_are_two_thousand_and_most_of_them_could_steer_a_terminal() -> None:
    texts = hostile_texts()
    assert len(texts) == len(set(texts)) == TEXTS
    assert sum(any(not c.isprintable() for c in text) for text in texts) > TEXTS / 2
    assert sum("[@click" in text for text in texts) > 100


def test_the_scan_finds_what_the_screen_would_let_through() -> None:
    for attack in ("\x1b[2J", "\x1b]52;c;x\x07", "\x1b[6n", "\x07", "\x9b2J", "a\u202eb", "\u200b"):
        with pytest.raises(AssertionError):
            assert_plain(f"\x1b[1;1Hfine{attack}".encode())
    assert ESCAPES.sub(b"", b"\x1b[1;1Hfine") == b"fine"
