"""The engine process meets a failing machine: stopped, a failing or full disk, files that go."""

import errno
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.process.screens import Desk, Screen, desk_in, wait_for

RESTING = "b 100 AAPL bid-5 gtc"
SECOND = "b 10 AAPL bid-6 gtc"
TMPFS_BYTES = 24 << 20


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_in(tmp_path) as one:
        yield one


def review(screen: Screen, line: str) -> None:
    """Everything of an order but the key that sends it."""
    screen.press(":", *line)
    screen.until("rests")
    screen.press("\r")
    screen.until("^T sends")


def works_again(desk: Desk, orders: int) -> None:
    """A new start has what was acknowledged, and nothing else."""
    wait_for(lambda: desk.status["result"] == "none", lambda: f"no engine: {desk.status}")
    desk.trader.verify()
    desk.opened()
    desk.wait_for_orders(orders)


def test_an_engine_that_was_stopped_says_so_and_its_store_may_break_meanwhile(desk: Desk) -> None:
    """F28, F29 by SIGSTOP and SIGCONT; F07: trading never waits for the store."""
    screen = desk.opened()
    screen.send(RESTING)
    desk.wait_for_orders(1)
    assert desk.trader.query("select count(*) as n from orders") == [{"n": 1}]
    os.kill(desk.engine, signal.SIGSTOP)
    screen.until("ENGINE STALLED")
    store = desk.home / "store.duckdb"
    store.write_bytes(os.urandom(len(store.read_bytes())))
    # The screen counts from the last frame, the engine from its last round, which was later.
    time.sleep(1.0)
    os.kill(int(desk_owner(desk)), signal.SIGCONT)
    screen.until("stopped ")
    assert desk.trader.query("select count(*) as n from orders") == [{"n": 1}]
    assert desk.trader.query("select code from alerts where code = 'woke'") == [{"code": "woke"}]
    assert desk.status["trading_state"] == "ACTIVE"


def desk_owner(desk: Desk) -> str:
    claim = (desk.home / "owner.lock").read_text()
    return claim.split('"pid":')[1].split(",")[0].strip(" }")


@pytest.mark.parametrize(
    "what", ["journal.db", pytest.param("journal.db-wal", marks=pytest.mark.long)]
)
def test_a_journal_deleted_under_the_engine_ends_it_in_words(desk: Desk, what: str) -> None:
    """F06: a file without a name still takes writes, which nobody would ever find again."""
    screen = desk.opened()
    screen.send(RESTING)
    desk.wait_for_orders(1)
    # Reviewed before: the engine commits by itself at times, and then it has ended already.
    review(screen, SECOND)
    kept = desk.home / f"{what}.aside"
    os.link(desk.home / what, kept)
    (desk.home / what).unlink()
    screen.press("\x14")
    assert screen.exit_code() == 7
    screen.until_said("the journal cannot be written")
    screen.until_said("1 entry of this paper market stands in the journal as working")


@pytest.mark.long
def test_a_home_deleted_under_the_engine_ends_it_in_words(desk: Desk) -> None:
    screen = desk.opened()
    screen.send(RESTING)
    desk.wait_for_orders(1)
    shutil.rmtree(desk.home)
    assert screen.exit_code() == 7
    screen.until_said("the journal cannot be written")
    assert "Traceback" not in screen.written


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or sys.platform != "linux":
        pytest.skip("the failing disk is a small C library: needs Linux and a C compiler")
    library = tmp_path_factory.mktemp("shim") / "failing_disk.so"
    source = Path(__file__).with_name("failing_disk.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    return library


@pytest.mark.parametrize(
    ("sticky", "error"),
    [
        (0, errno.EIO),
        pytest.param(1, errno.EIO, marks=pytest.mark.long),
        pytest.param(0, errno.ENOSPC, marks=pytest.mark.long),
        pytest.param(1, errno.EROFS, marks=pytest.mark.long),
    ],
)
def test_a_disk_that_fails_under_the_engine_ends_it_and_sends_nothing(
    tmp_path: Path, shim: Path, sticky: int, error: int
) -> None:
    """F05, F04, F06: once or for ever, the journal is closed, and a person starts again."""
    trigger = tmp_path / "the disk fails"
    shocks = (f"LD_PRELOAD={shim}", f"FAIL_WHEN={trigger}", "FAIL_IN=--engine",
              f"FAIL_STICKY={sticky}", f"FAIL_WITH={error}")  # fmt: skip
    with desk_in(tmp_path) as desk:
        screen = Screen(desk.home, prefix=("env", *shocks))
        try:
            screen.until("AAPL")
            screen.send(RESTING)
            desk.wait_for_orders(1)
            review(screen, SECOND)
            trigger.touch()
            screen.press("\x14")
            assert screen.exit_code() == 7
            screen.until_said("the journal cannot be written")
            screen.until_said("nothing of this step was sent")
            assert trigger.exists() == bool(sticky)
        finally:
            screen.close()
        works_again(desk, orders=1)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "small"
    place.mkdir(mode=0o700)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={TMPFS_BYTES},mode=0700", "none", str(place)]
    if shutil.which("mount") is None or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("a small disk has to be mounted: needs root and Linux")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=False)


def test_on_a_disk_that_is_nearly_full_nothing_new_leaves_and_cancels_do(small_disk: Path) -> None:
    """F04 on a real disk of 24 MiB: the last rung of the ladder, from the first moment on."""
    with desk_in(small_disk) as desk:
        screen = desk.opened()
        screen.until("HALTED")
        assert desk.status["trading_state"] == "HALTED"
        screen.press(":", *RESTING)
        screen.until("D01")
        killed = desk.trader.run("kill", "--json")
        assert killed.code == 0 and desk.status["trading_state"] == "KILLED"
        assert desk.trader.run("stop", "--yes").code == 0
        desk.trader.verify()


@pytest.mark.long
def test_a_disk_that_is_full_to_the_last_byte_ends_the_engine_in_words(small_disk: Path) -> None:
    with desk_in(small_disk) as desk:
        screen = desk.opened()
        screen.until("HALTED")
        filler = small_disk / "filler"
        with filler.open("wb") as file:
            try:
                while True:
                    file.write(bytes(1 << 16))
                    file.flush()
            except OSError as full:
                assert full.errno == errno.ENOSPC
        desk.trader.run("kill")
        wait_for(lambda: screen.process.poll() is not None or "KILLED" in screen.text, "an end")
        if screen.process.poll() is not None:
            assert screen.exit_code() == 7
            screen.until_said("the journal cannot be written")
        filler.unlink()
        if desk.status["result"] == "ok":
            desk.trader.run("stop", "--yes")
        wait_for(lambda: desk.status["result"] == "none", lambda: str(desk.status))
        desk.trader.verify()


@pytest.mark.long
def test_a_kill_takes_effect_while_the_link_is_down_the_disk_low_and_the_screen_frozen(
    desk: Desk,
) -> None:
    """F49, the three at once: latched here at once, the cancel first on the wire afterwards."""
    screen = desk.opened()
    screen.send(RESTING)
    desk.wait_for_orders(1)
    screen.press(":", *"practice disconnect 8s", "\r")
    screen.until("link to paper down")
    os.kill(screen.process.pid, signal.SIGSTOP)
    killed = desk.trader.run("kill", "--json")
    assert killed.result["orders"][0]["known"] != "cancelled"
    assert desk.status["trading_state"] == "KILLED"
    desk.wait_for_orders(0)
    os.kill(screen.process.pid, signal.SIGCONT)
    screen.until("KILLED")
