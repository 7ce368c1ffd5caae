"""`trader bench kill`: `trader kill` from a shell against a desk with a thousand working orders.

The program itself on a pty with its screen, and the command as a person types it, in a process of
its own. It is answered when KILLED is durable and every cancel has been handed to the venue, so its
answer bounds both.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple

from commands.bench_halt import (
    ROOT,
    START_SECONDS_MAX,
    STEP_SECONDS_MAX,
    Witness,
    end_engine,
    open_screen,
)
from commands.bench_screen import drain
from commands.exit_codes import ExitCode
from commands.json_lines import json_line
from commands.kill import KILLED_STATE, WORDS
from data.home import Home
from engine.errors import MachineError

ROUNDS = 10
ORDERS = 1_000
LINES_AT_ONCE = 50
"""So many are on their way to the engine before their answers are waited for."""
SYMBOLS = ("AAPL", "MSFT", "AMZN", "GOOG", "NVDA")
SETTINGS = '[paper]\nlimits = "load"\n\n[screen]\ncoach = false\n'
COMMAND_SECONDS_MAX = 30.0


class Row(NamedTuple):
    """One `trader kill`."""

    round: int
    working: int
    answered_ms: float
    """From its request until the engine's word: KILLED durable, every cancel handed over."""
    command_ms: float
    """The whole command, the start of its process and the venue's answers included."""
    known: dict[str, int]
    """Orders by what the report says of them."""

    @property
    def missing(self) -> int:
        """Orders that worked and that the report does not name."""
        return self.working - sum(self.known.values())


def run(as_json: bool) -> int:
    """A row a kill, then the worst of all; 1 where an order was not accounted for."""
    rows = measure()
    answered = [row.answered_ms for row in rows]
    figures = {
        "name": "kill",
        "kills": len(rows),
        "working_orders": min(row.working for row in rows),
        "answered_ms_p50": round(median(answered), 1),
        "answered_ms_p99": round(quantiles(answered, n=100, method="inclusive")[98], 1),
        "answered_ms_max": round(max(answered), 1),
        "command_ms_max": round(max(row.command_ms for row in rows)),
        "cancelled": sum(row.known["cancelled"] for row in rows),
        "not_known_yet": sum(row.known["sent"] + row.known["unknown"] for row in rows),
        "missing": sum(row.missing for row in rows),
    }
    if as_json:
        print(json_line(figures))
    else:
        print("\n".join([*_table(rows), *(f"{name:24}{value}" for name, value in figures.items())]))
    return ExitCode.CHECK_FAILED if figures["missing"] else ExitCode.DONE


def measure(rounds: int = ROUNDS, orders: int = ORDERS) -> list[Row]:
    """Places the orders, kills, lifts the kill, and again."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "home"
        Home.prepare(place).settings_path.write_text(SETTINGS)
        master, screen = open_screen(place, speed=1, symbols=SYMBOLS)
        reading = threading.Thread(target=drain, args=(master,), daemon=True)
        reading.start()
        try:
            witness = Witness(place)
            rows = [_round(place, witness, number, orders) for number in range(1, rounds + 1)]
            witness.desk.close()
            return rows
        finally:
            end_engine(place)
            screen.wait(START_SECONDS_MAX)
            reading.join(STEP_SECONDS_MAX)
            os.close(master)


def _round(place: Path, witness: Witness, number: int, orders: int) -> Row:
    witness.take_control()
    for at in range(0, orders, LINES_AT_ONCE):
        symbol = SYMBOLS[at // LINES_AT_ONCE % len(SYMBOLS)]
        tickets = [f"order-{number}-{order}" for order in range(at, at + LINES_AT_ONCE)]
        witness.send(f"b 1 {symbol} bid-20 gtc", *tickets)
    working = witness.working()
    started = time.perf_counter()
    said = subprocess.run(
        [sys.executable, str(ROOT / "trader.py"), "kill", "--json", "--home", str(place)],
        capture_output=True,
        check=False,
        timeout=COMMAND_SECONDS_MAX,
    )
    took = (time.perf_counter() - started) * 1_000
    report = json.loads(said.stdout)
    if report.get("by") != "engine" or report["trading_state"] != KILLED_STATE:
        raise MachineError(f"the kill was not answered by the engine: {report.get('text', '')}")
    told = [order["known"] for order in report["orders"]]
    if report["positions"]:
        raise MachineError("orders were filled that were to rest")
    known = {word: told.count(word) for word in WORDS}
    witness.resume(number)
    return Row(number, working, report["milliseconds"], took, known)


def _table(rows: list[Row]) -> list[str]:
    head = f"{'kill':>4} {'working':>8} {'answered ms':>12} {'command ms':>11}"
    lines = [head + "".join(f"{word:>10}" for word in WORDS) + f"{'missing':>9}"]
    for row in rows:
        counts = "".join(f"{row.known[word]:>10,}" for word in WORDS)
        lines.append(
            f"{row.round:>4} {row.working:>8,} {row.answered_ms:>12.1f} {row.command_ms:>11.0f}"
            f"{counts}{row.missing:>9,}"
        )
    return lines
