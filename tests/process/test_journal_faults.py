"""A disk that fails at any single call, once or for ever, never makes the journal say too much."""

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from data.home import Home
from data.journal import Journal

ROOT = Path(__file__).resolve().parent.parent.parent
CALLS_MAX = 400
APPENDS = 6
WRITER = """
import os, sys
from pathlib import Path
from data.home import Home
from data.journal import Journal
from engine.errors import TraderError
try:
    journal = Journal.open(Home.prepare(Path(sys.argv[1])))
    for sequence in range(journal.last_sequence + 1, journal.last_sequence + 1 + int(sys.argv[2])):
        journal.append(sequence, sequence, b"record %d" % sequence, (b"out",))
        print(sequence, flush=True)
except TraderError:
    print("failed", flush=True)
    try:
        journal.append(sequence, sequence, b"again", ())
    except (TraderError, NameError):
        print("stays closed", flush=True)
"""


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or sys.platform != "linux":
        pytest.skip("the failing disk is a small C library: needs Linux and a C compiler")
    library = tmp_path_factory.mktemp("shim") / "failing_disk.so"
    source = Path(__file__).with_name("failing_disk.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    return library


def write(home: Path, shim: Path, *, at: int, sticky: bool, error: int) -> tuple[list[str], bool]:
    """What the writer said, and whether the disk got as far as failing."""
    said = subprocess.run(
        [sys.executable, "-c", WRITER, str(home), str(APPENDS)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        env={
            **os.environ,
            "LD_PRELOAD": str(shim),
            "FAIL_AT": str(at),
            "FAIL_STICKY": str(int(sticky)),
            "FAIL_WITH": str(error),
        },
    )
    return said.stdout.split("\n")[:-1], "fault" in said.stderr


def every_fault(home: Path, shim: Path, *, sticky: bool, error: int, step: int) -> int:
    """Fails each call in turn in a home of its own; how many runs met the fault."""
    met = 0
    for at in range(1, CALLS_MAX, step):
        place = home / f"at{at}"
        said, has_failed = write(place, shim, at=at, sticky=sticky, error=error)
        acknowledged = [int(word) for word in said if word.isdigit()]
        assert acknowledged == list(range(1, len(acknowledged) + 1))
        journal = Journal.open(Home.prepare(place))
        payloads = [block.payload for block in journal.blocks()]
        journal.close()
        assert payloads[: len(acknowledged)] == [b"record %d" % n for n in acknowledged]
        assert len(payloads) <= len(acknowledged) + 1
        if not has_failed:
            break
        met += 1
        assert acknowledged == list(range(1, APPENDS + 1)) or said[-1] == "stays closed"
    else:
        raise AssertionError(f"{CALLS_MAX} calls were not enough to reach the end")
    return met


@pytest.mark.parametrize("sticky", [False, True])
def test_no_failing_call_loses_or_invents_a_record(
    tmp_path: Path, shim: Path, sticky: bool
) -> None:
    assert every_fault(tmp_path, shim, sticky=sticky, error=errno.EIO, step=5) > 5


@pytest.mark.long
@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC])
@pytest.mark.parametrize("sticky", [False, True])
def test_no_single_failing_call_loses_or_invents_a_record(
    tmp_path: Path, shim: Path, sticky: bool, error: int
) -> None:
    assert every_fault(tmp_path, shim, sticky=sticky, error=error, step=1) > 15


def test_the_failing_disk_really_fails(tmp_path: Path, shim: Path) -> None:
    said, has_failed = write(tmp_path / "home", shim, at=1, sticky=True, error=errno.EIO)
    assert has_failed
    assert said[-2:] == ["failed", "stays closed"]
