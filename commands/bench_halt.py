"""`trader bench halt`: from the key to HALTED in the journal, with the screen busy.

The program itself on a pty, in a market at many times its speed; a second terminal hears the engine
say HALTED, which it says once that is durable, and takes it back for the next round.
"""

import os
import pty
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles

from commands.bench_screen import COLUMNS, ROWS, drain, set_size
from commands.engine_door import find_engine
from commands.engine_shell import EngineShell
from commands.exit_codes import ExitCode
from commands.json_lines import json_line
from data.home import Home
from engine.attachment import StandingChanged, StopEngine, TakeControl
from engine.errors import MachineError
from engine.ports import DeskAnswer, LineAnswered, Notice, SendLine
from engine.runtime.terminals.client import SocketDesk
from engine.runtime.terminals.messages import Role

ROUNDS = 100
MARKET_SPEED = 20
OPEN_STRIP, HALT, TAKE_CONTROL = b"\x18", b"h", b"\x07"
"""Ctrl+X, then h; Ctrl+G gives the keys back to the screen."""
BETWEEN_KEYS_SECONDS = 0.06
PAUSE_SECONDS = (0.02, 0.12)
"""So that a key falls anywhere between two frames."""
STEP_SECONDS_MAX = 10.0
START_SECONDS_MAX = 60.0
SILENT = "the engine under measurement does not answer"
ROOT = Path(__file__).resolve().parent.parent


def run(as_json: bool) -> int:
    """Prints percentiles of ROUNDS halts."""
    milliseconds = measure()
    cuts = quantiles(milliseconds, n=100, method="inclusive")
    figures = {
        "name": "halt",
        "halted_ms_p50": round(cuts[49], 2),
        "halted_ms_p99": round(cuts[98], 2),
        "halted_ms_max": round(max(milliseconds), 2),
        "rounds": len(milliseconds),
        "market_speed": MARKET_SPEED,
        "terminal": f"{COLUMNS}x{ROWS}",
    }
    if as_json:
        print(json_line(figures))
    else:
        print("\n".join(f"{name:24}{value}" for name, value in figures.items()))
    return ExitCode.DONE


def measure(rounds: int = ROUNDS) -> list[float]:
    """Milliseconds from the key's write to the pty until another terminal hears HALTED."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "home"
        master, screen = open_screen(place)
        reading = threading.Thread(target=drain, args=(master,), daemon=True)
        reading.start()
        try:
            return _rounds(master, Witness(place), rounds)
        finally:
            end_engine(place)
            screen.wait(START_SECONDS_MAX)
            reading.join(STEP_SECONDS_MAX)
            os.close(master)


def open_screen(
    place: Path, *, speed: int = MARKET_SPEED, symbols: tuple[str, ...] = ()
) -> tuple[int, subprocess.Popen[bytes]]:
    """The program on a pty of its own, with its engine."""
    master, slave = pty.openpty()
    set_size(slave, COLUMNS, ROWS)
    command = [sys.executable, str(ROOT / "trader.py"), "--home", str(place)]
    chosen = ["--symbols", ",".join(symbols)] if symbols else []
    screen = subprocess.Popen(
        [*command, *chosen, "--speed", str(speed), "--no-record", "--seed", "1"],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
    )
    os.close(slave)
    return master, screen


class Witness:
    """A second terminal: hears what the engine says, and when."""

    def __init__(self, place: Path) -> None:
        _wait_for_the_screen(place)
        attached = find_engine(Home(place), Role.TERMINAL)
        assert attached is not None, "the engine was there a moment ago"
        self._heard = threading.Condition()
        self._halted_at = 0.0
        self._answered: set[str] = set()
        self._has_control = False
        self._refusal = ""
        self.desk = SocketDesk(attached, lambda: None)
        self.desk.listen(self._hear)
        self.desk.start()

    def _hear(self, answer: DeskAnswer) -> None:
        at = time.perf_counter()
        with self._heard:
            if isinstance(answer, Notice) and "HALTED" in answer.text:
                self._halted_at = at
            elif isinstance(answer, LineAnswered):
                self._answered.add(answer.ticket)
                self._refusal = self._refusal if answer.ok else answer.text
            elif isinstance(answer, StandingChanged):
                self._has_control = answer.standing.has_control
            self._heard.notify_all()

    def halted_after(self, began: float) -> float:
        with self._heard:
            if not self._heard.wait_for(lambda: self._halted_at > began, STEP_SECONDS_MAX):
                raise MachineError("the key did not halt the desk")
            return (self._halted_at - began) * 1_000

    def resume(self, number: int) -> None:
        """Takes control and lifts the halt."""
        self.take_control()
        self.send('resume "measured"', f"bench-{number}")

    def take_control(self) -> None:
        self.desk.send(TakeControl())
        self._until(lambda: self._has_control)

    def send(self, line: str, *tickets: str) -> None:
        """The same line once for each ticket, until all are answered and done."""
        for ticket in tickets:
            self.desk.send(SendLine(line, ticket))
        self._until(lambda: self._answered.issuperset(tickets))
        if self._refusal:
            raise MachineError(f"the engine under measurement refused: {self._refusal}")

    def working(self) -> int:
        """Orders that are not done, as the newest view has them."""
        frame, until = self.desk.latest().frame, time.monotonic() + STEP_SECONDS_MAX
        while self.desk.latest().frame <= frame + 1:
            if time.monotonic() > until:
                raise MachineError(SILENT)
            time.sleep(BETWEEN_KEYS_SECONDS)
        return sum(not row.is_done for row in self.desk.latest().orders)

    def until_the_screen_has_control(self) -> None:
        self._until(lambda: not self._has_control)

    def _until(self, holds: Callable[[], bool]) -> None:
        with self._heard:
            if not self._heard.wait_for(holds, STEP_SECONDS_MAX):
                raise MachineError(SILENT)


def _wait_for_the_screen(place: Path) -> None:
    """Looks on until the screen has control: a terminal that came first would have it."""
    until, has_control = time.monotonic() + START_SECONDS_MAX, False
    while not has_control:
        if time.monotonic() > until:
            raise MachineError("the screen under measurement did not start")
        time.sleep(0.05)
        attached = find_engine(Home(place), Role.VIEWER) if place.exists() else None
        if attached is not None:
            has_control = attached.welcome.someone_has_control
            attached.connection.close()


def _rounds(master: int, witness: Witness, rounds: int) -> list[float]:
    chance, found = random.Random(1), []
    time.sleep(1.0)  # the first frames
    for number in range(rounds + 1):
        os.write(master, OPEN_STRIP)
        time.sleep(BETWEEN_KEYS_SECONDS + chance.uniform(*PAUSE_SECONDS))
        began = time.perf_counter()
        os.write(master, HALT)
        found.append(witness.halted_after(began))
        witness.resume(number)
        os.write(master, TAKE_CONTROL)
        witness.until_the_screen_has_control()
        time.sleep(chance.uniform(*PAUSE_SECONDS))
    witness.desk.close()
    return found[1:]


def end_engine(place: Path) -> None:
    attached = find_engine(Home(place), Role.SHELL) if place.exists() else None
    if attached is not None:
        shell = EngineShell(attached)
        shell.ask(StopEngine())
        shell.until_the_end(STEP_SECONDS_MAX)
        shell.close()
