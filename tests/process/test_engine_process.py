"""The engine outlives its terminal: closed, killed, hung up, several at once, and none at all."""

import json
import os
import signal
import socket
import stat
import time
from pathlib import Path

import pytest

from tests.process.screens import DOWN, ENTER, QUIT, SEND, TAKE, Desk, desk_in, wait_for
from tests.process.trader_process import GOOG

RESTING = "b 100 AAPL bid-5 gtc"
FILLING = "b 100 AAPL bid"


@pytest.fixture
def desk(tmp_path: Path):
    with desk_in(tmp_path) as one:
        yield one


def test_a_closed_window_leaves_the_order_and_attach_finds_it_and_tells_what_came(
    desk: Desk,
) -> None:
    screen = desk.opened()
    screen.send(RESTING)
    desk.wait_for_orders(1)
    screen.send("b 7 AAPL mkt")
    screen.until("fills 1")
    engine = desk.engine
    assert screen.hang_up() == 129
    wait_for(lambda: desk.status["terminals"] == 0, "the terminal to be gone")
    assert desk.engine == engine
    assert [text.split()[2:4] for text in desk.working()] == [["100", "AAPL"]]
    kill = desk.trader.run("kill", "--json")
    assert kill.code == 0 and kill.result["orders"][0]["known"] == "cancelled"
    again = desk.opened()
    again.until("since you left")
    again.until("1 cancel")
    assert desk.engine == engine


@pytest.mark.long
def test_a_killed_screen_and_a_crash_of_it_leave_the_engine(desk: Desk) -> None:
    screen = desk.opened()
    screen.send(RESTING)
    desk.wait_for_orders(1)
    engine = desk.engine
    os.kill(screen.process.pid, signal.SIGKILL)
    screen.process.wait(20)
    wait_for(lambda: desk.status["terminals"] == 0, "the terminal to be gone")
    again = desk.opened()
    again.until("since you left")
    assert desk.engine == engine
    assert len(desk.working()) == 1


@pytest.mark.long
def test_sighup_ends_the_screen_with_129_and_the_terminal_is_given_back(desk: Desk) -> None:
    screen = desk.opened()
    os.kill(screen.process.pid, signal.SIGHUP)
    assert screen.exit_code() == 129
    screen.until_said("\x1b[?1049l")
    assert desk.status["result"] == "ok"


def test_two_terminals_one_has_control_and_the_other_takes_it(desk: Desk) -> None:
    first = desk.opened()
    second = desk.opened()
    second.until("WATCHING")
    assert desk.status["terminals"] == 2
    second.press("\x18", "h")  # ^X h: halt
    second.until("this terminal watches: nothing was sent")
    assert desk.status["trading_state"] == "ACTIVE"
    second.press(TAKE)
    first.until("WATCHING")
    second.send(RESTING)
    desk.wait_for_orders(1)
    viewer = desk.opened("attach", "--watch")
    viewer.press(TAKE)
    viewer.until("attached to look only")


@pytest.mark.long
def test_attach_with_take_and_flags_that_contradict_the_engine(desk: Desk) -> None:
    none = desk.screen("attach")
    assert none.exit_code() == 3
    none.until_said("no engine runs in")
    first = desk.opened("--symbols", "AAPL,MSFT", "--seed", "7")
    refused = desk.screen("--symbols", "IBM", "--latency", "none")
    assert refused.exit_code() == 2
    refused.until_said("--symbols IBM (it runs with --symbols AAPL,MSFT)")
    refused.until_said("`trader stop` first")
    desk.opened("attach", "--take")
    first.until("WATCHING")
    same = desk.opened("--symbols", "AAPL,MSFT", "--seed", "7")
    same.until("WATCHING")


def test_quitting_with_orders_says_where_they_live_and_leaves_them(desk: Desk) -> None:
    screen = desk.opened()
    screen.send(RESTING)
    screen.until("working 1")
    screen.press(QUIT)
    screen.until("leaving: 1 order works")
    screen.until("only here: at the paper exchange in the engine")
    screen.until("if this machine dies now")
    screen.press(ENTER)
    assert screen.exit_code() == 0
    screen.until_said("the engine runs on with 1 working order")
    assert len(desk.working()) == 1


@pytest.mark.long
def test_quitting_can_stop_the_engine_and_the_orders_stand_again(desk: Desk) -> None:
    screen = desk.opened()
    screen.send(RESTING)
    screen.until("working 1")
    screen.press(QUIT)
    screen.until("leaving: 1 order works")
    screen.press(DOWN, ENTER)
    screen.until("^T does it")
    screen.press(SEND)
    assert screen.exit_code() == 0
    screen.until_said("1 order stays in this home and will stand again at the next start")
    assert desk.status == {"result": "none"}
    desk.opened()
    desk.wait_for_orders(1)


@pytest.mark.long
def test_quitting_can_cancel_everything_and_stop(desk: Desk) -> None:
    screen = desk.opened()
    screen.send(RESTING)
    screen.until("working 1")
    screen.press(QUIT)
    screen.until("leaving: 1 order works")
    screen.press(DOWN, DOWN, SEND)
    assert screen.exit_code() == 0
    screen.until_said("1 order that worked is gone: cancelled")
    assert desk.trader.query("select state from orders")[0]["state"] == "cancelled"


@pytest.mark.long
def test_quitting_with_nothing_working_stops_a_paper_engine_unless_it_is_to_stay(
    desk: Desk,
) -> None:
    screen = desk.opened()
    screen.press(QUIT)
    screen.until("the engine stops too")
    screen.press("y")
    assert screen.exit_code() == 0
    assert desk.status == {"result": "none"}
    desk.trader.run("config", "set", "engine.keep_running", "true")
    screen = desk.opened()
    screen.press(QUIT)
    screen.until("the engine runs on")
    screen.press("y")
    assert screen.exit_code() == 0
    assert desk.status["result"] == "ok"


def test_status_stop_and_kill_say_by_their_codes_how_it_stands(desk: Desk) -> None:
    trader = desk.trader
    assert trader.run("status").code == 1
    assert trader.run("stop", "--yes").code == 1
    assert trader.run("ready").code == 1
    screen = desk.opened()
    screen.send(RESTING)
    desk.wait_for_orders(1)
    round_ = trader.run("ready", "--json")
    assert (round_.code, round_.result["result"]) == (0, "ok")
    assert {"books", "limits", "positions"} <= {each.get("name") for each in round_.lines}
    screen.say("practice halt GOOG 2m")
    wait_for(lambda: desk.status["conditions"], "the halt to be told")
    assert [each["code"] for each in desk.status["conditions"]] == ["halt"]
    told = trader.run("status")
    assert told.code == 0
    assert "now        GOOG halted" in told.output
    assert "1 working, 0 unknown" in told.output and "only here" in told.output
    asked = trader.run("stop")
    assert asked.code == 2 and "1 order works: say --yes" in asked.complaints
    assert "only here: at the paper exchange" in asked.complaints
    assert desk.status["result"] == "ok"
    stopped = trader.run("stop", "--yes", "--json")
    assert stopped.code == 0 and stopped.result["orders"][0]["lives"] == "paper"
    assert screen.exit_code() == 0
    assert trader.run("status").code == 1
    trader.verify()


def test_kill_without_an_engine_that_answers_leaves_the_file_for_it(desk: Desk) -> None:
    screen = desk.opened()
    screen.send(RESTING)
    desk.wait_for_orders(1)
    engine = desk.engine
    os.kill(engine, signal.SIGSTOP)
    screen.until("ENGINE STALLED")
    told = desk.trader.run("status", "--json")
    assert told.code == 7 and told.result["result"] == "stalled"
    killed = desk.trader.run("kill", "--json")
    assert killed.code == 1 and killed.result["by"] == "file"
    assert (desk.home / "KILL").exists()
    os.kill(engine, signal.SIGCONT)
    wait_for(lambda: "ENGINE STALLED" not in screen.text, "the alarm to go", screen)
    wait_for(lambda: desk.status["trading_state"] == "KILLED", "the desk to be killed")
    desk.wait_for_orders(0)


@pytest.mark.long
def test_kill_with_no_engine_makes_the_next_start_begin_killed(desk: Desk) -> None:
    desk.trader.exec("buy 1 AAPL mkt")
    done = desk.trader.run("kill")
    assert done.code == 1 and "the next start begins killed" in done.output
    assert desk.trader.exec("buy 1 AAPL mkt").code == 5


@pytest.mark.long
def test_a_stopped_screen_never_slows_the_engine(desk: Desk) -> None:
    """I-45: the market goes on, orders are taken and answered, while a screen reads nothing."""
    screen = desk.opened()
    screen.send(RESTING)
    desk.wait_for_orders(1)
    os.kill(screen.process.pid, signal.SIGSTOP)
    before = desk.status["clock"]
    other = desk.opened("attach", "--take")
    other.send("b 10 AAPL bid-6 gtc")
    desk.wait_for_orders(2)
    wait_for(lambda: desk.status["clock"] > before, "the market to go on")
    os.kill(screen.process.pid, signal.SIGCONT)
    screen.until("WATCHING")
    wait_for(lambda: "bid" in screen.text and "working 2" in screen.text, "the newest view", screen)


@pytest.mark.long
def test_an_engine_that_dies_is_said_and_the_next_start_has_everything(desk: Desk) -> None:
    screen = desk.opened()
    screen.send(RESTING)
    desk.wait_for_orders(1)
    os.kill(desk.engine, signal.SIGKILL)
    screen.until("ENGINE GONE")
    screen.until("the engine is gone: start `trader` in another terminal")
    second = desk.opened()
    desk.wait_for_orders(1)
    screen.until("the engine answers again")
    wait_for(lambda: "ENGINE GONE" not in screen.text, "the alarm to go", screen)
    assert desk.status["terminals"] == 2
    assert second.process.poll() is None
    desk.trader.run("stop", "--yes")
    desk.trader.verify()


@pytest.mark.long
def test_two_starts_at_once_share_one_engine(desk: Desk) -> None:
    first, second = desk.screen(), desk.screen()
    first.until("AAPL")
    second.until("AAPL")
    wait_for(lambda: desk.status["terminals"] == 2, "both to be attached")
    assert ("WATCHING" in first.text) != ("WATCHING" in second.text)


def test_the_socket_is_private_and_garbage_on_it_harms_nobody(desk: Desk) -> None:
    desk.opened()
    place = desk.home / "engine.sock"
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert stat.S_IMODE(desk.home.stat().st_mode) == 0o700
    for garbage in (b"GET / HTTP/1.1\r\n\r\n", b"\xff" * 100_000, b"\0\0\0\x05\x01junk!"):
        with socket.socket(socket.AF_UNIX) as raw:
            raw.settimeout(20)
            raw.connect(str(place))
            try:
                raw.sendall(garbage)
                while raw.recv(65_536):
                    pass
            except OSError:
                continue  # sent away before it had said everything
    assert desk.status["result"] == "ok"


def test_a_home_whose_path_is_too_long_for_a_socket_has_one_elsewhere(tmp_path: Path) -> None:
    deep = tmp_path / ("long-" * 18)
    deep.mkdir()
    with desk_in(deep) as desk:
        desk.opened()
        place = Path(os.fsdecode((desk.home / "engine.sock.path").read_bytes()))
        assert len(str(place)) < 100 and stat.S_IMODE(place.parent.stat().st_mode) == 0o700
        assert desk.status["result"] == "ok"
        place.parent.chmod(0o755)
        refused = desk.trader.run("status")
        assert refused.code == 3 and "not this user's alone" in refused.complaints
        place.parent.chmod(0o700)
        assert desk.trader.run("stop", "--yes").code == 0
        place.parent.rmdir()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--market", "nowhere.zip"], 2, "there is no market"),
        (["--symbols", "NOBODY"], 2, "NOBODY"),
    ],
)
def test_what_an_engine_refuses_is_said_with_the_code_it_always_had(
    tmp_path: Path, words: list[str], code: int, said: str
) -> None:
    with desk_in(tmp_path) as desk:
        screen = desk.screen(*words)
        assert screen.exit_code() == code
        screen.until_said(said)
        assert "Traceback" not in screen.written


@pytest.mark.long
def test_a_script_without_a_screen_opens_no_socket_and_is_seen_by_status(desk: Desk) -> None:
    process = desk.trader.start("--speed", "1", "--exec", "at 15:00:00")
    wait_for(lambda: desk.status["result"] == "in_process", lambda: str(desk.status))
    assert not (desk.home / "engine.sock").exists()
    screen = desk.screen()
    assert screen.exit_code() == 3
    screen.until_said(f"in use by process {process.pid}")
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)


@pytest.mark.long
def test_a_signal_ends_the_engine_in_order(desk: Desk) -> None:
    screen = desk.opened()
    screen.send(RESTING)
    desk.wait_for_orders(1)
    began = time.monotonic()
    os.kill(desk.engine, signal.SIGTERM)
    assert screen.exit_code() == 0
    assert time.monotonic() - began < 20
    screen.until_said("1 order stays in this home")
    wait_for(lambda: desk.status["result"] == "none", "the engine to be gone")
    assert json.loads(desk.trader.run("verify", "--json").output)["ok"]


@pytest.mark.long
def test_an_engine_in_the_terminal_is_a_setting_and_opens_no_socket(desk: Desk) -> None:
    desk.trader.run("config", "set", "engine.process", "terminal")
    screen = desk.opened()
    assert not (desk.home / "engine.sock").exists()
    assert desk.status["result"] == "in_process"
    screen.send(RESTING)
    screen.until("working 1")
    assert screen.hang_up() == 129
    assert desk.status["result"] == "none"
    assert len(desk.trader.exec("cancel *").events("order_cancelled")) == 1


@pytest.mark.long
def test_a_watched_script_stays_in_the_process_that_shows_it(desk: Desk) -> None:
    screen = desk.screen("--watch", "--exec", "buy 10 AAPL mkt", "wait order 1 filled within 9s")
    screen.until("script done: 1 orders, 1 fills")
    assert desk.status["result"] == "in_process"
    assert screen.hang_up() == 129
    desk.trader.verify()


@pytest.mark.long
def test_a_recorded_day_begins_anew_in_the_engine_and_the_screen_follows(
    desk: Desk, market_data: Path
) -> None:
    screen = desk.screen("--market", str(market_data / "lobster" / GOOG), "--speed", "100")
    screen.until("GOOG")
    engine = desk.engine
    wait_for(lambda: desk.status["clock"] > "2012-06-21T13:35", "the day to go on")
    screen.say("replay restart")
    screen.until("Begin the recorded day anew?")
    screen.press("y")
    screen.until_said("the day begins anew")
    wait_for(lambda: desk.status.get("terminals") == 1, "the screen to be attached", screen)
    assert desk.engine == engine
    screen.until("GOOG")
    screen.say("replay pause")
    screen.until("paused")


@pytest.mark.long
def test_a_bug_in_the_engine_ends_it_with_its_code_and_the_screen_says_where(desk: Desk) -> None:
    """F42: a fault is written down, told, and the exit code of the screen is its own."""
    screen = desk.opened()
    screen.send(RESTING)
    screen.until("working 1")
    (desk.home / "journal.db").rename(desk.home / "elsewhere.db")
    screen.press(":", *"b 5 AAPL bid-6")
    time.sleep(0.5)
    screen.press(ENTER)
    screen.until("^T sends")
    screen.press(SEND)
    assert screen.exit_code() == 7
    screen.until_said("trading has stopped")
    wait_for(lambda: desk.status["result"] == "none", "the engine to be gone")
