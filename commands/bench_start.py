"""`trader bench start`: the CPU that a fresh process spends until its first frame is written."""

import os
import pty
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import NamedTuple

from commands.bench_screen import COLUMNS, ROWS, drain, set_size
from commands.engine_door import find_engine
from commands.engine_shell import EngineShell
from commands.exit_codes import ExitCode
from commands.first_frame import ANSWERS
from commands.json_lines import json_line
from data.engine_socket import owner_of
from data.home import Home
from engine.attachment import StopEngine
from engine.errors import MachineError
from engine.runtime.terminals.messages import Role

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
    figures = {kind: round(median(each[kind].cpu_ms for each in rounds), 1) for kind in kinds}
    whole = [each["cpu_ms"] for each in rounds]
    return {
        "name": "start",
        **figures,
        "engine_cpu_ms": round(median(each.engine_cpu_ms for each in whole), 1),
        "first_frame_wall_ms": round(median(each.wall_ms for each in whole), 1),
        "ratio": round(figures["cpu_ms"] / figures["minimal_app_cpu_ms"], 2),
        "runs": RUNS,
        "terminal": f"{COLUMNS}x{ROWS}",
    }


class Start(NamedTuple):
    """One start on a new home, up to the first frame; the engine's share where there is one."""

    cpu_ms: float
    """Of the process with the screen, its interpreter's own start included."""
    wall_ms: float
    """What a person waits."""
    engine_cpu_ms: float


def _start(command: list[str], folder: Path) -> Start:
    master, slave = pty.openpty()
    set_size(slave, COLUMNS, ROWS)
    read_end, write_end = os.pipe()
    with tempfile.TemporaryDirectory() as place:
        home = f"{place}/home"
        began = time.monotonic()
        child = subprocess.Popen(
            [*command, "--home", home],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=ROOT,
            pass_fds=(write_end,),
            env=_environment(folder, write_end),
        )
        os.close(slave)
        os.close(write_end)
        with ThreadPoolExecutor(1) as terminal:
            # A terminal reads while the screen writes; the answer comes with the first frame.
            drained = terminal.submit(drain, master)
            with os.fdopen(read_end) as answers:
                text = answers.read()
            wall_ms = (time.monotonic() - began) * 1_000
            child.wait(CHILD_SECONDS_MAX)
            drained.result(CHILD_SECONDS_MAX)
        os.close(master)
        engine_cpu_ms = _end_engine(Path(home))
    if not text:
        raise MachineError("the start under measurement ended before its first frame")
    return Start(float(text), wall_ms, engine_cpu_ms)


def _end_engine(path: Path) -> float:
    """What the engine that was started had used when it welcomed the screen; it is stopped."""
    attached = find_engine(Home(path), Role.SHELL) if path.exists() else None
    if attached is None:
        return 0.0
    shell = EngineShell(attached)
    shell.ask(StopEngine())
    shell.until_the_end(CHILD_SECONDS_MAX)
    while owner_of(Home(path)):
        time.sleep(0.005)
    shell.close()
    return float(attached.welcome.first_terminal_cpu_ms)


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
