"""`trader bench start`: the CPU that a fresh process spends until its first frame is written."""

import os
import pty
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from commands.bench_screen import COLUMNS, ROWS, drain, set_size
from commands.exit_codes import ExitCode
from commands.first_frame import ANSWERS
from commands.json_lines import json_line
from engine.errors import MachineError

RUNS = 7
CHILD_SECONDS_MAX = 60
ROOT = Path(__file__).resolve().parent.parent
DRIVER = "commands.first_frame:AnsweringDriver"

# A Python outside the environment, as a person's `python3` is: the launcher goes on inside.
OUTSIDE = getattr(sys, "_base_executable", sys.executable)


def run(as_json: bool) -> int:
    """Prints medians of RUNS starts each; the kinds take turns, so that noise hits them alike."""
    with tempfile.TemporaryDirectory() as folder:
        figures = _measured(Path(folder))
    print(json_line(figures) if as_json else _as_text(figures))
    return ExitCode.DONE


def _as_text(figures: dict[str, object]) -> str:
    return "\n".join(f"{name:24}{value}" for name, value in figures.items())


def _measured(folder: Path) -> dict[str, object]:
    def inside(what: str) -> list[str]:
        return [sys.executable, "-c", f"from commands.first_frame import {what}; {what}()"]

    kinds = {
        "cpu_ms": [sys.executable, "trader.py"],
        "with_launcher_cpu_ms": [OUTSIDE, "trader.py"],
        "screen_cpu_ms": inside("screen"),
        "minimal_app_cpu_ms": inside("minimal"),
    }
    for command in kinds.values():
        _start(command, folder)  # the first start compiles
    rounds = [{kind: _start(kinds[kind], folder) for kind in kinds} for _ in range(RUNS)]
    figures = {kind: round(median(each[kind] for each in rounds), 1) for kind in kinds}
    return {
        "name": "start",
        **figures,
        "ratio": round(figures["cpu_ms"] / figures["minimal_app_cpu_ms"], 2),
        "runs": RUNS,
        "terminal": f"{COLUMNS}x{ROWS}",
    }


def _start(command: list[str], folder: Path) -> float:
    """CPU milliseconds of one start on a new home, the interpreter's own start included."""
    master, slave = pty.openpty()
    set_size(slave, COLUMNS, ROWS)
    read_end, write_end = os.pipe()
    with tempfile.TemporaryDirectory() as home:
        child = subprocess.Popen(
            [*command, "--home", f"{home}/home"],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=ROOT,
            pass_fds=(write_end,),
            env=_environment(folder, write_end),
        )
        os.close(slave)
        os.close(write_end)
        drain(master)
        child.wait(CHILD_SECONDS_MAX)
    os.close(master)
    with os.fdopen(read_end) as answers:
        text = answers.read()
    if not text:
        raise MachineError("the start under measurement ended before its first frame")
    return float(text)


def _environment(folder: Path, answers: int) -> dict[str, str]:
    """Compiled modules are kept, as Python does unless told otherwise, in a place of our own."""
    environment = {
        **os.environ,
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "PYTHONPYCACHEPREFIX": str(folder / "compiled"),
        "TEXTUAL_DRIVER": DRIVER,
        ANSWERS: str(answers),
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return environment
