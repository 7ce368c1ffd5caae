"""What real processes do to a journal: kill -9, a full disk, two engines, readers."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from data.errors import HomeInUseError, JournalError
from data.home import Home
from data.journal import Journal, JournalReader
from tests.unit.data.desk_records import a_day, write

ROOT = Path(__file__).resolve().parent.parent.parent
KILLS = 5
WRITER = """
import os, sys
from pathlib import Path
from data.home import Home
from data.journal import Journal
journal = Journal.open(Home.prepare(Path(sys.argv[1])))
sequence = journal.last_sequence
os.write(1, b"open %d\\n" % sequence)
while True:
    sequence += 1
    journal.append(sequence, sequence, b"record %d" % sequence, (b"out",))
    os.write(1, b"%d\\n" % sequence)
"""
FILLS_THE_DISK = """
import resource, signal, sys
from pathlib import Path
from data.errors import JournalError
from data.home import Home
from data.journal import Journal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
journal = Journal.open(Home.prepare(Path(sys.argv[1])))
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
sequence = journal.last_sequence
try:
    while True:
        journal.append(sequence + 1, sequence + 1, bytes(900), ())
        sequence += 1
except JournalError as error:
    print(sequence, error)
try:
    journal.append(sequence + 1, sequence + 1, b"", ())
except JournalError:
    print("stays closed")
"""


def start(script: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *map(str, arguments)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def acknowledged(writer: subprocess.Popen[str], records: int) -> int:
    """Waits for so many acknowledgements, kills, and reads what was acknowledged before that."""
    assert writer.stdout is not None
    last = 0
    for _ in range(records + 1):
        last = int(writer.stdout.readline().removeprefix("open "))
    writer.send_signal(signal.SIGKILL)
    for line in writer.stdout:
        if line.endswith("\n"):
            last = int(line)
    writer.wait()
    writer.stdout.close()
    return last


def test_kill_9_loses_no_acknowledged_record_however_often(tmp_path: Path) -> None:
    home = Home.prepare(tmp_path / "home")
    for kill in range(KILLS):
        last = acknowledged(start(WRITER, home.path), 40 * kill + 1)
        with JournalReader(home) as reader:
            found = [block.payload for block in reader.verified_blocks()]
        assert found == [b"record %d" % sequence for sequence in range(1, len(found) + 1)]
        assert len(found) >= last
    journal = Journal.open(home)
    assert journal.last_sequence == len(found)
    journal.close()


def test_a_killed_beginning_begins_again(tmp_path: Path) -> None:
    for attempt in range(4):
        home = Home.prepare(tmp_path / f"home{attempt}")
        writer = start(WRITER, home.path)
        assert writer.stdout is not None
        # Killed while it opens: before, between and after key, database and head.
        for _ in range(3000 * attempt):
            if home.key_path.exists():
                break
        writer.kill()
        writer.wait()
        writer.stdout.close()
        Journal.open(home).close()


def test_the_second_engine_is_refused_and_told_who_owns_the_home(tmp_path: Path) -> None:
    writer = start(WRITER, tmp_path / "home")
    assert writer.stdout is not None
    writer.stdout.readline()
    with pytest.raises(HomeInUseError, match=f"process {writer.pid} on ") as caught:
        Journal.open(Home.prepare(tmp_path / "home"))
    assert caught.value.exit_code == 3
    writer.kill()
    writer.wait()
    writer.stdout.close()
    Journal.open(Home.prepare(tmp_path / "home")).close()


def test_readers_and_feeders_work_beside_a_running_engine(tmp_path: Path) -> None:
    home = Home.prepare(tmp_path / "home")
    write(home, a_day())
    engine = Journal.open(home)
    asked = subprocess.run(
        [sys.executable, "trader.py", "query", "--json", "--home", home.path,
         "select count(*) as fills from fills"],
        cwd=ROOT, capture_output=True, text=True, check=True,
        env={**os.environ, "TRADER_NO_BOOTSTRAP": "1"},
    )  # fmt: skip
    assert asked.stdout == '{"fills":5}\n'
    checked = subprocess.run(
        [sys.executable, "trader.py", "verify", "--home", home.path],
        cwd=ROOT, capture_output=True, text=True, check=True,
        env={**os.environ, "TRADER_NO_BOOTSTRAP": "1"},
    )  # fmt: skip
    assert checked.stdout.startswith("clean: ")
    first = engine.last_sequence + 1
    engine.append(first, first, b"\x92\x01\x90", ())
    engine.close()


@pytest.mark.parametrize("kilobytes", [40, 200, 700])
def test_a_disk_that_takes_no_more_closes_the_journal_and_keeps_what_was_acknowledged(
    tmp_path: Path, kilobytes: int
) -> None:
    home = Home.prepare(tmp_path / "home")
    full = start(FILLS_THE_DISK, home.path, kilobytes * 1024)
    said, _ = full.communicate(timeout=60)
    first, second = said.splitlines()
    last = int(first.split()[0])
    assert "could not be written" in first
    assert second == "stays closed"
    journal = Journal.open(home)
    assert journal.last_sequence in (last, last + 1)
    journal.append(journal.last_sequence + 1, journal.last_sequence + 1, b"goes on", ())
    journal.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Path:
    """8 MiB of memory as a disk, where mounting is allowed."""
    folder = tmp_path / "small"
    folder.mkdir(mode=0o700)
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m,mode=700", "trader-test", folder],
        capture_output=True, check=False,
    )  # fmt: skip
    if mounted.returncode:
        pytest.skip("a small disk cannot be mounted here: needs the right to mount")
    return folder


def test_a_disk_that_is_really_full_closes_the_journal(small_disk: Path) -> None:
    try:
        home = Home.prepare(small_disk)
        journal = Journal.open(home)
        last = 0
        with pytest.raises(JournalError, match="could not be written"):
            while True:
                journal.append(last + 1, last + 1, bytes(50_000), ())
                last += 1
        assert last > 50
        with JournalReader(home) as reader:
            assert reader.last_sequence() >= last
    finally:
        subprocess.run(["umount", "-l", small_disk], check=True)
