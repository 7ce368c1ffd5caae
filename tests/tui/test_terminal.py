"""On a real pty: held keys, pastes, signals, unreadable input, and a crash that tells nothing."""

import os
import signal

import pytest

from tests.tui.terminal_session import TerminalSession

ENTER, SEND, STRIP = "\r", "\x14", "\x18"
ORDER = "b 100 AAPL bid"


@pytest.fixture
def session(tmp_path):
    with TerminalSession(tmp_path / "requests.log") as open_session:
        yield open_session


def test_held_keys_send_nothing_and_a_reviewed_order_leaves_once(session):
    session.hold("b", delay=0.25, interval=0.03, repeats=12)
    session.hold(ENTER, delay=0.25, interval=0.015, repeats=25)
    session.press("\x1b", seconds=0.3)
    session.hold(SEND, delay=0.25, interval=0.03, repeats=12)
    assert session.orders == []
    session.press("\x1b", seconds=0.3)
    session.press(":")
    session.type(ORDER)
    session.until("rests, 300 ahead")
    session.hold(ENTER, delay=0.3, interval=0.04, repeats=12)
    assert session.orders == []
    session.hold(SEND, delay=0.3, interval=0.04, repeats=12)
    assert len(session.orders) == 1


@pytest.mark.long
@pytest.mark.parametrize("delay", [0.2, 0.5, 1.0])
@pytest.mark.parametrize("interval", [0.015, 0.03, 0.1, 0.4])
def test_trains_of_every_delay_and_interval_send_at_most_one_reviewed_order(
    session, delay, interval
):
    repeats = max(int(1.2 / interval), 4)
    for key in ("b", "s", "c", ENTER, SEND, "y", " "):
        session.hold(key, delay=delay, interval=interval, repeats=repeats)
    assert session.orders == []
    session.press("\x1b", seconds=0.3)
    session.press("\x1b", seconds=0.3)
    session.press(":")
    session.press("\x15")
    session.type(ORDER)
    session.watch(0.5)
    session.hold(ENTER, delay=delay, interval=interval, repeats=repeats)
    session.watch(0.5)
    session.hold(SEND, delay=delay, interval=interval, repeats=repeats)
    assert len(session.orders) == 1


def test_a_paste_with_or_without_brackets_transmits_nothing(session):
    session.press(f"\x1b[200~:{ORDER}\r{SEND}\n{STRIP}h\x1b[201~", seconds=0.4)
    session.press(f":{ORDER}\r{SEND}", seconds=0.6)
    session.press(f"{STRIP}h", seconds=0.3)
    assert [row for row in session.requests if row["type"] == "send_line"] == []


def test_enter_then_send_is_one_order_even_when_typed_at_once(session):
    session.press(":")
    session.type(ORDER)
    session.until("rests, 300 ahead")
    session.watch(0.3)
    session.press(ENTER + SEND, seconds=0.5)
    assert len(session.orders) == 1


def test_unreadable_sequences_are_dropped_and_the_desk_goes_on(session):
    for sequence in ("\x1b[1;5:3u", "\x1b[97;5:1:3;u", "\x1b[999999999999;1u", "\x1b[<1;M", "\xff"):
        os.write(session.master, sequence.encode("latin-1"))
        session.watch(0.05)
    session.watch(0.3)
    session.press("\x1b", seconds=0.3)
    session.forget()
    session.press("?", seconds=0.3)
    session.until("transmits what Enter")
    assert session.requests == [] and session.process.poll() is None


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_ends_the_screen_cleanly_and_gives_the_terminal_back(session, number, code):
    assert session.end(number) == code
    assert b"\x1b[?1049l" in session.written


def test_a_terminal_that_goes_away_ends_the_screen(session):
    os.close(session.master)
    assert session.process.wait(20) != 0


def test_ctrl_c_does_not_quit_and_ctrl_q_with_y_does(session):
    session.press("\x03", seconds=0.3)
    session.until("nothing was stopped")
    assert session.process.poll() is None
    session.press("\x11", seconds=0.3)
    session.press("y", seconds=0.3)
    assert session.exit_code() == 0


CRASHING = """
from tests.tui.fake_desk import FakeDesk
from tui.app import TraderApp
class Broken(FakeDesk):
    def step(self):
        password = "hunter2-canary"
        raise RuntimeError("the canary " + password)
desk = Broken(20)
class Moving(TraderApp):
    def on_mount(self):
        self.set_timer(0.5, desk.step)
raise SystemExit(Moving(desk).run_desk())
"""


def test_a_crash_says_where_it_was_and_shows_no_values(tmp_path):
    with TerminalSession(tmp_path / "requests.log", code=CRASHING) as session:
        assert session.exit_code() == 7
        assert "the screen failed (RuntimeError" in session.text
        assert "hunter2" not in session.text


HURRIED = """
from engine.ports import CancelById
from tests.tui.fake_desk import FakeDesk
from tui.app import TraderApp
from tui.settings import ScreenSettings
desk = FakeDesk(40)
class Moving(TraderApp):
    def on_mount(self):
        self.set_interval(0.02, desk.step)
        self.set_interval(0.1, lambda: desk.send(CancelById(1)))
Moving(desk, None, None, ScreenSettings(coach=False)).run_desk()
"""
REQUESTS_UNREAD = 60
"""Six seconds: about twice what it takes to fill the terminal and Textual's queue."""


@pytest.mark.long
def test_a_terminal_that_takes_nothing_any_more_does_not_hold_up_the_desk(tmp_path):
    log = tmp_path / "requests.log"
    with TerminalSession(log, columns=200, rows=60, code=HURRIED) as session:
        session.wait_unread(lambda: len(session.requests) >= REQUESTS_UNREAD)
        session.forget()
        session.press("?", seconds=0.3)
        session.until("transmits what Enter")
