"""`trader bench start`: the CPU that a fresh process spends until its first frame is written."""

import json
import os
import pty
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from commands.bench_screen import COLUMNS, ROWS, drain, set_size
from commands.exit_codes import ExitCode
from engine.errors import MachineError

RUNS = 5
CHILD_SECONDS_MAX = 60
ROOT = Path(__file__).resolve().parent.parent


def run(as_json: bool) -> int:
    """Prints the median of RUNS starts: the workstation whole, and its screen alone."""
    figures = {
        "name": "start",
        "cpu_ms": _median("workstation"),
        "screen_cpu_ms": _median("screen"),
        "runs": RUNS,
        "terminal": f"{COLUMNS}x{ROWS}",
    }
    print(json.dumps(figures) if as_json else _as_text(figures))
    return ExitCode.DONE


def _as_text(figures: dict[str, object]) -> str:
    return "\n".join(f"{name:24}{value}" for name, value in figures.items())


def _median(what: str) -> float:
    """CPU milliseconds, user and system, threads included; the interpreter's own start too."""
    _start(what)  # the first start compiles what has changed
    return round(median(_start(what) for _ in range(RUNS)), 1)


def _start(what: str) -> float:
    master, slave = pty.openpty()
    set_size(slave, COLUMNS, ROWS)
    read_end, write_end = os.pipe()
    with tempfile.TemporaryDirectory() as home:
        code = f"from commands.bench_start import {what}; {what}({write_end}, {home!r})"
        child = subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=ROOT,
            pass_fds=(write_end,),
            env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
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


# ---- in the measured process: nothing is imported before it is needed ---------------------------


def workstation(answers: int, home: str) -> None:
    """The program as a person starts it, on a new home."""
    import runpy

    _leave_after_first_frame(answers)
    # The launcher is run, never imported: it is nobody's library.
    main = runpy.run_path(str(ROOT / "trader.py"))["main"]
    sys.exit(main(["--home", str(Path(home) / "home")]))


def screen(answers: int, home: str) -> None:
    """The screen alone, over a desk with one prepared frame."""
    from commands.bench_screen import FrameDesk
    from tui.app import TraderApp

    _leave_after_first_frame(answers)
    sys.exit(TraderApp(FrameDesk(frames=1)).run_desk())


def _leave_after_first_frame(answers: int) -> None:
    """Hooks the moment in which the first frame has been handed to the terminal."""
    import time

    from tui.app import TraderApp

    def first_frame(app: TraderApp) -> None:
        if app.is_desk_painted:
            cpu = time.process_time()
            del TraderApp.post_display_hook
            os.write(answers, f"{cpu * 1000:.1f}".encode())
            app.leave(0)

    TraderApp.post_display_hook = first_frame  # type: ignore[assignment]
