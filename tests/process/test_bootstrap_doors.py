"""How a command ends: the sentence, the exit code, and what is kept of a fault."""

import os
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Stands in the copied tree for a command, and ends in the way that its argument names.
STAND_IN = '''
"""Ends in the way it is told to."""
import signal, sys
from engine.errors import MachineError, TraderError

class SettingsError(TraderError):
    exit_code = 4

def run(options):
    secret = "hunter2"
    if options.order == "settings":
        raise SettingsError("risk.price_collar is not a number (desk.toml, line 3)")
    if options.order == "machine":
        raise MachineError("the home is in use by process 12")
    if options.order == "package":
        import a_package_that_nobody_has
    if options.order == "bug":
        raise KeyError("position")
    if options.order == "wait":
        print("up", flush=True)
        signal.pause()
    if options.order == "talk":
        for line in range(100_000):
            print(line)
    return 0
'''


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("desk")
    for room in ("commands", "engine", "data"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / room, folder / room, ignore=ignored)
    shutil.copy(ROOT / "trader.py", folder)
    (folder / "commands" / "why.py").write_text(STAND_IN)
    return folder


def _start(desk: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(desk / "trader.py"), "--home", str(desk / "home"), *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TRADER_NO_BOOTSTRAP": "1"},
    )


def _run(desk: Path, *words: str) -> tuple[int, str, str]:
    process = _start(desk, *words)
    output, complaints = process.communicate(timeout=30)
    return process.returncode, output, complaints


@pytest.mark.parametrize(
    ("order", "code", "sentence"),
    [
        ("settings", 4, "risk.price_collar is not a number (desk.toml, line 3)"),
        ("machine", 3, "the home is in use by process 12"),
        (
            "package",
            3,
            "the package a_package_that_nobody_has is not installed;"
            " run python3 trader.py to set up",
        ),
    ],
)
def test_an_error_with_a_code_is_its_sentence_and_nothing_else(
    desk: Path, order: str, code: int, sentence: str
) -> None:
    assert _run(desk, "why", order) == (code, "", f"trader: {sentence}\n")


def test_a_fault_is_one_sentence_and_its_traceback_is_kept_privately(desk: Path) -> None:
    code, output, complaints = _run(desk, "why", "bug")
    log = desk / "home" / "logs" / "faults.log"
    assert (code, output) == (7, "")
    assert complaints == (
        f"trader: an internal fault ended this command (KeyError); its details are in {log}\n"
    )
    assert "KeyError: 'position'" in log.read_text()
    assert "hunter2" not in log.read_text()
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert stat.S_IMODE(log.parent.stat().st_mode) == 0o700


def test_an_interrupt_ends_with_130_and_no_traceback(desk: Path) -> None:
    process = _start(desk, "why", "wait")
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    process.send_signal(signal.SIGINT)
    _, complaints = process.communicate(timeout=30)
    assert (process.returncode, complaints) == (130, "")


def test_a_reader_that_goes_away_ends_the_command_quietly(desk: Path) -> None:
    process = _start(desk, "why", "talk")
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    complaints = process.stderr.read()
    process.stderr.close()
    assert (process.wait(timeout=30), complaints) == (141, "")


def test_without_a_terminal_the_screen_says_what_runs_without_one(desk: Path) -> None:
    code, output, complaints = _run(desk)
    assert (code, output) == (2, "")
    assert len(complaints.splitlines()) == 1
    assert "--headless, --script FILE and --exec LINE" in complaints


def test_closed_streams_are_no_terminal_and_no_fault(desk: Path) -> None:
    start = f"'{sys.executable}' '{desk / 'trader.py'}'"
    own = {**os.environ, "TRADER_NO_BOOTSTRAP": "1"}
    for words, code in ((f"{start} <&- >&- 2>&-", 2), (f"{start} why done >&-", 0)):
        assert subprocess.run(["sh", "-c", words], env=own, timeout=30).returncode == code


def test_a_line_that_does_not_fit_is_one_sentence(desk: Path) -> None:
    assert _run(desk, "--speed", "0") == (
        2,
        "",
        "trader: argument --speed: `0` is neither a number above 0 and up to 1,000,000 nor max"
        " (see: trader --help)\n",
    )
