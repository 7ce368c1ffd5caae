"""A snapshot that is cut off, refused by the disk or changed costs a start time and no more."""

import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing

import pytest

from data.home import Home
from data.journal import Journal
from data.journal.snapshots import snapshot_files
from engine.domain.apply import state_hash
from engine.runtime.recovery import recover, replay
from tests.process.trader_process import ROOT, Done, Trader
from tests.unit.data.desk_on_disk import DeskOnDisk, open_journal

PLANTED = """
import errno, os, pathlib, signal, sys
import trader
what, at, seen = sys.argv.pop(1), int(sys.argv.pop(1)), [0]
def planted(real):
    def called(*given, **named):
        frame, inside = sys._getframe(1), False
        while frame is not None and not inside:
            inside = frame.f_code.co_filename.endswith("snapshots.py")
            frame = frame.f_back
        seen[0] += inside
        if inside and seen[0] == at:
            if what == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(*given, **named)
    return called
for name in ("open", "fsync"):
    setattr(os, name, planted(getattr(os, name)))
for name in ("mkdir", "unlink", "replace"):
    setattr(pathlib.Path, name, planted(getattr(pathlib.Path, name)))
sys.exit(trader.main())
"""
"""A kill or a full disk at the n-th call that touches the disk while a snapshot is written."""
CALLS = [*range(2, 6), *(pytest.param(at, marks=pytest.mark.long) for at in (1, 6, 7))]
"""mkdir, unlink of the bad one, open, fsync, replace, open and fsync of the folder."""


def planted(trader: Trader, what: str, at: int) -> Done:
    words = ["--home", str(trader.home), "--json", "--exec", "buy 2 F mkt"]
    done = subprocess.run(
        [sys.executable, "-c", PLANTED, what, str(at), *words],
        capture_output=True, text=True, cwd=ROOT, timeout=30,
        env={**os.environ, "TRADER_NO_BOOTSTRAP": "1"},
    )  # fmt: skip
    return Done(done.returncode, done.stdout, done.stderr)


@pytest.fixture(scope="module")
def trader(tmp_path_factory: pytest.TempPathFactory) -> Trader:
    trader = Trader(tmp_path_factory.mktemp("snapshots") / "home")
    trader.exec("buy 1 F mkt")
    return trader


def put_a_bad_snapshot(trader: Trader) -> None:
    """The next start takes a good one in its place."""
    shutil.rmtree(trader.home / "snapshots", ignore_errors=True)
    (trader.home / "snapshots").mkdir()
    (trader.home / "snapshots" / "0000000000000001.snapshot").write_bytes(b"no snapshot")


@pytest.mark.parametrize("at", CALLS)
def test_a_kill_while_a_snapshot_is_written_is_harmless(trader: Trader, at: int) -> None:
    put_a_bad_snapshot(trader)
    assert planted(trader, "kill", at).code == -signal.SIGKILL
    again = trader.exec("buy 3 F mkt")
    assert (again.code, again.result["fills"]) == (0, 1)
    all_is_well_again(trader)


@pytest.mark.parametrize("at", CALLS)
def test_a_full_disk_while_a_snapshot_is_written_keeps_no_session_from_starting(
    trader: Trader, at: int
) -> None:
    put_a_bad_snapshot(trader)
    done = planted(trader, "full", at)
    assert (done.code, done.result["fills"]) == (0, 1)
    assert "no snapshot could be kept (No space left on device)" in done.complaints
    again = trader.exec("buy 3 F mkt")
    assert (again.code, again.result["fills"]) == (0, 1)
    all_is_well_again(trader)


def all_is_well_again(trader: Trader) -> None:
    home = Home.existing(trader.home)
    with closing(Journal.open(home)) as journal:
        recovered = recover(journal, instance=journal.instance, epoch=journal.epoch)
        whole = replay(journal.blocks(), instance=journal.instance, epoch=journal.epoch)[1]
        assert (journal.remarks, state_hash(recovered.state)) == ((), whole)
        # What was cut off goes with the next one.
        journal.keep_snapshot(recovered.snapshot())
    assert all(
        path in snapshot_files(home.snapshots_path) for path in home.snapshots_path.iterdir()
    )


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> DeskOnDisk:
    desk = DeskOnDisk(Home.prepare(tmp_path_factory.mktemp("desk") / "home"))
    for _ in range(2):
        desk.trade(lines=5)
        desk.keep_snapshot()
    desk.trade(lines=2)
    return desk


def changed(content: bytes, step: int) -> Iterator[tuple[str, bytes]]:
    chance = random.Random(3)
    for place in range(chance.randrange(step) if step > 1 else 0, len(content), step):
        flipped = bytearray(content)
        flipped[place] ^= 1 << chance.randrange(8)
        yield f"flip {place}", bytes(flipped)
    for place in range(0, len(content), step * 4):
        yield f"cut {place}", content[:place]
    yield "twice", content * 2


@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("step", [97, pytest.param(1, marks=pytest.mark.long)])
def test_a_changed_byte_in_a_snapshot_never_changes_what_a_start_has(
    desk: DeskOnDisk, step: int
) -> None:
    """I-37: found out and ignored, each of them; the older one or the whole journal takes over."""
    expected = _start(desk.home)
    newest = snapshot_files(desk.home.snapshots_path)[-1]
    content = newest.read_bytes()
    try:
        for what, image in changed(content, step):
            newest.write_bytes(image)
            found, remarks = _start(desk.home)
            assert found == expected[0], what
            assert len(remarks) == 1, what
    finally:
        newest.write_bytes(content)


def _start(home: Home) -> tuple[str, tuple[str, ...]]:
    journal = open_journal(home)
    try:
        found = recover(journal, instance=journal.instance, epoch=journal.epoch)
        return state_hash(found.state), journal.remarks
    finally:
        journal.close()
