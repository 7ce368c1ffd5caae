"""Signals, a full disk, a home that goes away, KILL: every way in which a session is ended."""

import json
import os
import pty
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.process.test_crash_kills import Kept
from tests.process.trader_process import GOOG, ROOT, Done, Trader, ended, read_until

WAITS = ("buy 100 AAPL bid-5 gtc", "buy 50 AAPL bid-6", "at 15:00:00")
SIGNALS = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]
SECONDS_TO_END_MAX = 2.0
JOURNAL_BYTES_MAX = 256 * 1024
RESTING = tuple(f"buy {n} AAPL bid-{n} gtc" for n in range(1, 15))


@pytest.fixture
def trader(tmp_path: Path) -> Trader:
    return Trader(tmp_path / "home")


def _running(trader: Trader, *flags: object) -> subprocess.Popen[str]:
    """A session with two working orders that has the whole day before it."""
    process = trader.start("--json", *flags, "--exec", *WAITS)
    read_until(process, "order_accepted")
    read_until(process, "order_accepted")
    return process


@pytest.mark.parametrize(
    ("number", "speed"), [(SIGNALS[0], 1), (SIGNALS[0], "max"), (SIGNALS[1], 20), (SIGNALS[2], 1)]
)
def test_a_signal_ends_a_session_in_order_within_two_seconds(
    trader: Trader, number: signal.Signals, speed: object
) -> None:
    process = _running(trader, "--speed", speed)
    began = time.monotonic()
    done = ended(process, number)
    assert time.monotonic() - began < SECONDS_TO_END_MAX
    assert (done.code, done.result["result"]) == (130, "interrupted")
    assert done.complaints == (
        "trader: interrupted: 2 working orders stay in the home; the next start goes on from here\n"
    )
    trader.verify()
    again = trader.exec("cancel *")
    assert "the last session was cut off" in again.complaints
    assert len(again.events("order_cancelled")) == 2


def test_a_signal_that_the_starter_ignores_ends_nothing(trader: Trader) -> None:
    process = trader.start(
        "--json", "--speed", 50, "--exec", "buy 1 AAPL mkt", "at 09:30:30", "sell 1 AAPL mkt",
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
    )  # fmt: skip
    read_until(process, "order_filled")
    done = ended(process, signal.SIGHUP)
    assert (done.code, done.result["result"]) == (0, "ok")


def test_a_second_engine_on_the_same_home_names_the_owner(trader: Trader) -> None:
    process = _running(trader, "--speed", 1)
    done = trader.exec("buy 1 AAPL mkt")
    assert (done.code, done.output) == (3, "")
    assert f"in use by process {process.pid} on " in done.complaints
    assert "end that engine or name another home: --home" in done.complaints
    assert trader.query("select count(*) as n from orders")[0]["n"] == 2
    assert trader.run("why", "1").code == 0
    ended(process, signal.SIGTERM)


def test_the_screen_needs_a_terminal_and_says_what_runs_without(trader: Trader) -> None:
    done = trader.run()
    assert (done.code, done.output) == (2, "")
    assert "--headless, --script FILE and --exec LINE run without one" in done.complaints
    assert not trader.home.exists()


def _with_small_files(limit: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))


def test_a_full_disk_stops_trading_and_what_was_printed_is_durable(trader: Trader) -> None:
    trader.exec("buy 1 AAPL mkt")
    before = len(Kept(trader.home).told)
    done = trader.run(
        "--json", "--exec", *RESTING, "at 15:00:00",
        preexec_fn=lambda: _with_small_files(JOURNAL_BYTES_MAX),
    )  # fmt: skip
    assert done.code == 7
    assert done.result["result"] == "fault"
    assert len(done.complaints.splitlines()) == 1
    assert "trading has stopped, nothing of this step was sent" in done.complaints
    assert "stand in the journal as working and will work again" in done.complaints
    printed = [line["event"] for line in done.lines[:-1]]
    durable = [fields["event"] for fields in Kept(trader.home).told[before:]]
    assert printed and printed == durable[: len(printed)]
    trader.verify()
    # With room again, everything stands: what memory cancelled died with the market it was in.
    stood = Kept(trader.home).working()
    assert stood
    again = trader.exec("cancel *")
    assert {line["id"] for line in again.events("order_cancelled")} == stood


def test_a_home_that_is_taken_away_stops_trading(trader: Trader) -> None:
    process = trader.start("--json", "--speed", 100, "--exec", *WAITS)
    read_until(process, "order_accepted")
    trader.home.rename(trader.home.with_name("elsewhere"))
    done = ended(process)
    assert done.code == 7
    assert json.loads(done.output.splitlines()[-1])["result"] == "fault"
    assert "trading has stopped" in done.complaints
    assert not trader.home.exists()
    moved = Trader(trader.home.with_name("elsewhere"))
    assert len(moved.exec("cancel *").events("order_cancelled")) >= 1


def test_a_home_that_cannot_be_written_is_refused_in_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "home"
    file.write_text("not a folder")
    done = Trader(file).exec("buy 1 AAPL mkt")
    assert (done.code, done.output) == (3, "")
    assert (
        done.complaints
        == f"trader: cannot use the home {file}: File exists; name another: --home\n"
    )


def test_a_home_that_others_can_write_is_refused(trader: Trader) -> None:
    trader.exec("buy 1 AAPL mkt")
    trader.home.chmod(0o777)
    done = trader.exec("sell 1 AAPL mkt")
    assert done.code == 3
    assert "chmod 700" in done.complaints


def test_a_file_named_kill_stops_a_session_without_a_screen_too(trader: Trader) -> None:
    process = _running(trader, "--speed", 1)
    (trader.home / "KILL").touch()
    read_until(process, "trading_state")
    read_until(process, "order_cancelled")
    done = ended(process, signal.SIGTERM)
    assert "is there: KILL" in done.complaints
    later = trader.exec("buy 1 AAPL mkt")
    assert later.code == 5
    assert "PAPER is KILLED since an earlier session (KILL file)" in later.complaints
    assert later.events("order_denied")[0]["rules"][0]["rule"] == "D01"


BAD_CONFIGS = [
    ("[risk]\norder_quantity_max = 'x'\n", "line 2: risk.order_quantity_max: 'x' is not"),
    ("[risk]\norder_quantity_max = -5\n", "line 2: risk.order_quantity_max"),
    ("[risk]\norder_quantity_max = nan\n", "line 2: risk.order_quantity_max"),
    ("[risk]\n\norder_quantity_mx = 5\n", "line 3: risk.order_quantity_mx: there is no such"),
    ("[risk\n", "line 1: "),
    ("[paper]\nlatency = 'slow'\n", "line 2: paper.latency: must be one of auto, none, lan"),
    ("[market]\nstart = 'pre_open'\n", 'line 2: market.start: must be "pre-open" or a time'),
]


@pytest.mark.parametrize(("text", "words"), BAD_CONFIGS)
def test_a_broken_config_is_refused_by_key_and_line_before_a_home_is_made(
    trader: Trader, tmp_path: Path, text: str, words: str
) -> None:
    config = tmp_path / "desk.toml"
    config.write_text(text)
    done = trader.exec("buy 1 AAPL mkt", flags=("--config", config))
    assert (done.code, done.output) == (4, "")
    assert f"{config} {words}" in done.complaints
    assert len(done.complaints.splitlines()) == 1
    assert not trader.home.exists()


@pytest.mark.parametrize(
    ("market", "words"),
    [
        ("nowhere.zip", "there is no market '{market}': say sim, or the path of a recording"),
        (".", "holds no market: give a file, or a folder with files such as"),
        ("notes.txt", "notes.txt is no recording of a known form"),
        ("GOOG_2012-06-21_10.zip", "is damaged or cut short"),
    ],
)
def test_a_market_that_cannot_be_opened_is_named_before_a_home_is_made(
    trader: Trader, tmp_path: Path, market: str, words: str
) -> None:
    (tmp_path / "notes.txt").write_text("hello\n")
    (tmp_path / "GOOG_2012-06-21_10.zip").write_bytes(b"PK\x03\x04 cut")
    done = trader.exec("buy 1 GOOG mkt", flags=("--market", tmp_path / market))
    assert (done.code, done.output) == (2, "")
    assert words.format(market=tmp_path / market) in done.complaints
    assert len(done.complaints.splitlines()) == 1
    assert not trader.home.exists()


def test_a_recording_that_is_cut_short_is_refused_before_a_home_is_made(
    trader: Trader, tmp_path: Path, market_data: Path
) -> None:
    cut = tmp_path / GOOG
    cut.write_bytes((market_data / "lobster" / GOOG).read_bytes()[:1_000_000])
    done = trader.exec("buy 1 GOOG mkt", flags=("--market", cut))
    assert (done.code, done.output) == (2, "")
    assert "is damaged or cut short" in done.complaints
    assert not trader.home.exists()


PLANTED = """
import sys
from engine.runtime import session
import trader
at, seen = int(sys.argv.pop(1)), [0]
def broken(change):
    def changed(state, event):
        if at < 0 or seen[0] or type(event).__name__ == "OrderReleased":
            seen[0] += 1
        if seen[0] == abs(at):
            raise ValueError("planted")
        change(state, event)
    return changed
session.CHANGES = {kind: broken(change) for kind, change in session.CHANGES.items()}
sys.exit(trader.main())
"""
"""A bug of ours at the n-th event from the first order on, or of all where n is negative."""


def _with_fault(trader: Trader, at: int, *lines: str) -> Done:
    words = ["--home", str(trader.home), "--json", "--exec", *lines]
    done = subprocess.run(
        [sys.executable, "-c", PLANTED, str(at), *words],
        capture_output=True, text=True, cwd=ROOT, timeout=30,
        env={**os.environ, "TRADER_NO_BOOTSTRAP": "1"},
    )  # fmt: skip
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.mark.parametrize("at", [7, *(pytest.param(at, marks=pytest.mark.long) for at in (1, 13))])
def test_a_bug_of_ours_at_any_event_stops_the_desk_and_the_next_start_recovers(
    trader: Trader, at: int
) -> None:
    trader.exec("buy 100 AAPL bid-5 gtc")
    lines = [f"buy {n} AAPL bid-{n}" for n in range(1, 8)]
    done = _with_fault(trader, at, *lines, "at 15:00:00")
    assert done.code == 7
    assert done.result["result"] == "fault"
    assert done.complaints.count("engine fault: ValueError: planted") == 1
    assert "faults.log" in done.complaints
    assert "planted" in (trader.home / "logs" / "faults.log").read_text()
    trader.verify()
    kept = Kept(trader.home)
    assert kept.state.faults == 1
    after = trader.exec("buy 1 AAPL mkt")
    assert after.code == 5
    assert (
        "is HALTED since an earlier session (engine fault: ValueError: planted)" in after.complaints
    )
    assert not Kept(trader.home).state.live
    assert trader.exec('resume "looked at it"', "buy 2 AAPL mkt").code == 0
    trader.verify()


@pytest.mark.parametrize("at", [-1, -5])
def test_a_bug_of_ours_while_the_desk_opens_leaves_a_home_that_opens_again(
    trader: Trader, at: int
) -> None:
    trader.exec("buy 100 AAPL bid-5 gtc")
    done = _with_fault(trader, at, "buy 1 AAPL mkt")
    assert (done.code, done.output) == (7, "")
    assert "an internal fault ended this command (ValueError)" in done.complaints
    trader.verify()
    assert len(trader.exec("cancel *").events("order_cancelled")) == 1


def test_a_checkout_of_a_group_starts_like_any_other(tmp_path: Path) -> None:
    """With umask 002 a checkout's files are writable by its group, the shipped settings too."""
    checkout = tmp_path / "checkout"
    for room in ("commands", "connectors", "data", "engine", "tui"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / room, checkout / room, ignore=ignored)
    for name in ("trader.py", "config.toml"):
        shutil.copy(ROOT / name, checkout / name)
        (checkout / name).chmod(0o664)
    done = subprocess.run(
        [sys.executable, str(checkout / "trader.py"), "--home", str(tmp_path / "home"),
         "--exec", "buy 1 AAPL mkt"],
        capture_output=True, text=True, timeout=30, cwd="/",
        env={**os.environ, "TRADER_NO_BOOTSTRAP": "1"},
    )  # fmt: skip
    assert (done.returncode, done.stderr.count("\n")) == (0, 1)
    assert done.stderr.startswith("trader: realism: 1 fill")


def test_progress_is_for_a_terminal_and_never_for_a_file(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    process = Trader(tmp_path / "home").start(
        "--headless", "--speed", 600, "--until", "09:55", stdin=theirs, stderr=theirs
    )
    screen = b""
    while b"market time, 0 working" not in screen:
        screen += os.read(ours, 4_096)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=10)
    assert screen.startswith(b"\r\x1b[Ktrader: 09:3")
    os.close(ours)
    os.close(theirs)
