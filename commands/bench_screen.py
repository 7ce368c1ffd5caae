"""`trader bench screen`: 50 symbols, 20 levels and a full blotter moving, on a real pty."""

import asyncio
import json
import os
import pty
import struct
import subprocess
import sys
import time
from pathlib import Path
from statistics import quantiles

from commands.bench_frames import LEVELS, ORDERS, SYMBOLS, FrameEngine
from commands.exit_codes import ExitCode
from commands.json_lines import json_line
from engine.domain.views import DeskView
from engine.errors import MachineError
from engine.runtime.terminals.attaching import attach
from engine.runtime.terminals.client import SocketDesk
from engine.runtime.terminals.messages import Role

COLUMNS, ROWS = 200, 60
WARM_UP_SECONDS = 2.0
MEASURED_SECONDS = 15.0
REFERENCE_STEPS = 200_000
PROBE_SECONDS = 0.04
CHILD_SECONDS_MAX = 60


def run(as_json: bool) -> int:
    """Prints the figures; the screen runs in a process of its own, its output is counted."""
    figures = measure()
    if as_json:
        print(json_line(figures))
        return ExitCode.DONE
    for name, value in figures.items():
        print(f"{name:24}{value}")
    return ExitCode.DONE


def measure(seconds: float = MEASURED_SECONDS) -> dict[str, object]:
    """Runs the screen on a pty of COLUMNS × ROWS and returns what it measured of itself."""
    master, slave = pty.openpty()
    set_size(slave, COLUMNS, ROWS)
    read_end, write_end = os.pipe()
    with FrameEngine() as engine:
        code = (
            "from commands.bench_screen import child;"
            f" child({write_end}, {seconds}, {str(engine.path)!r})"
        )
        child_process = subprocess.Popen(
            [sys.executable, "-c", code],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            pass_fds=(write_end,),
            env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
        )
        os.close(slave)
        os.close(write_end)
        written = drain(master)
        child_process.wait(CHILD_SECONDS_MAX)
    with os.fdopen(read_end) as answers:
        text = answers.read()
    os.close(master)
    if not text:
        raise MachineError("the screen under measurement ended without figures")
    figures: dict[str, object] = json.loads(text)
    figures["kilobytes_per_second"] = round(written / 1000 / (seconds + WARM_UP_SECONDS), 1)
    return {"name": "screen", **figures}


def set_size(terminal: int, columns: int, rows: int) -> None:
    import fcntl
    import termios

    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def drain(master: int) -> int:
    """Reads what the screen writes until it ends, as a terminal would; counts bytes."""
    written = 0
    while True:
        try:
            data = os.read(master, 65_536)
        except OSError:  # Linux says so when the other side is closed
            return written
        if not data:
            return written
        written += len(data)


# ---- in the measured process -------------------------------------------------------------------


def child(answers: int, seconds: float, path: str) -> None:
    """The screen as a person has it, attached to an engine's socket; its CPU and its loop's lag."""
    from tui.app import TraderApp
    from tui.settings import ScreenSettings

    desk = CountingDesk(attach(Path(path), Role.TERMINAL), lambda: None)
    desk.start()

    class Measured(TraderApp):
        def on_mount(self) -> None:
            self.run_worker(self.measure(), exit_on_error=True)

        async def measure(self) -> None:
            await asyncio.sleep(WARM_UP_SECONDS)
            reference = reference_loop_ms()
            frames, cpu, wall = desk.shown, time.process_time(), time.perf_counter()
            lags = await loop_lags(seconds)
            cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
            reference = (reference + reference_loop_ms()) / 2
            with os.fdopen(answers, "w") as out:
                figures = _figures(cpu, wall, desk.shown - frames, lags)
                out.write(json.dumps({**figures, "reference_loop_ms": round(reference, 1)}))
            self.leave(0)
            desk.close()

    Measured(desk, None, None, ScreenSettings(coach=False)).run_desk()


def reference_loop_ms() -> float:
    """CPU of a fixed piece of Python: machines differ, and one differs from hour to hour."""
    start = time.process_time()
    total = 0
    for number in range(REFERENCE_STEPS):
        total += number * number % 7
    assert total
    return (time.process_time() - start) * 1000


async def loop_lags(seconds: float) -> list[float]:
    """How much later than asked the loop came back, in milliseconds, sample by sample."""
    lags: list[float] = []
    end = time.perf_counter() + seconds
    while (asked := time.perf_counter()) < end:
        await asyncio.sleep(PROBE_SECONDS)
        lags.append((time.perf_counter() - asked - PROBE_SECONDS) * 1000)
    return lags


def _figures(cpu: float, wall: float, frames: int, lags: list[float]) -> dict[str, object]:
    cuts = quantiles(lags, n=100)
    return {
        "cpu_percent_of_core": round(100 * cpu / wall, 2),
        "loop_lag_ms_p50": round(cuts[49], 2),
        "loop_lag_ms_p99": round(cuts[98], 2),
        "loop_lag_ms_max": round(max(lags), 2),
        "frames_per_second": round(frames / wall, 1),
        "symbols": SYMBOLS,
        "levels": LEVELS,
        "orders": ORDERS,
        "terminal": f"{COLUMNS}x{ROWS}",
    }


class CountingDesk(SocketDesk):
    """Counts the views that a screen has looked at."""

    shown = 0

    def latest(self) -> DeskView:
        before, view = self._latest[1], super().latest()
        self.shown += view is not before
        return view
