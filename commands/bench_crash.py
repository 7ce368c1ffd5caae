"""`trader bench crash`: kill -9 with a thousand orders on their way, and what comes back."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from random import Random

import msgspec

from commands.crash_run import HASH, READY, SEEN, SENT, SETTINGS, options_for
from commands.desk import open_desk
from commands.exit_codes import ExitCode
from commands.json_lines import json_line
from data.home import Home
from data.journal import Journal, JournalReader
from engine.domain.apply import state_hash
from engine.domain.events import OrderFilled, OrderReleased
from engine.domain.records import Record
from engine.domain.state import State
from engine.runtime.recovery import recover, replay_into
from engine.values import NANOS_PER_SECOND, Nanos

RUNS = 100
SEED = 1
ROOT = Path(__file__).resolve().parent.parent
WARM_STEPS_MAX = 220
"""A run is killed after at most this many durable steps beyond its opening, or in the opening."""
STARTS_A_RUN = 2
"""The second start recovers from the first kill, and is killed as well."""
SETTLES_WITHIN = Nanos(10 * NANOS_PER_SECOND)
"""Market time in which everything on its way must have its answer after the last start."""


class Kill(msgspec.Struct):
    """What one process said before it was killed."""

    seen: int = 0
    """The last sequence that it had made durable and shown."""
    hashes: dict[int, str] = {}
    sent: list[tuple[str, str]] = []
    """(client order id, digest of the bytes) of every new order handed to the venue."""


class Row(msgspec.Struct):
    """One run of the table; every column from `lost` on is 0 where the promise holds."""

    run: int
    acknowledged: int
    """Records that were shown before the last kill."""
    journaled: int
    open_orders: int
    on_their_way: int
    """Orders with a new, a cancel or a change that nobody had answered."""
    sent: int
    recovery_ms: int
    lost: int = 0
    """Acknowledged records that the journal does not have."""
    sent_twice: int = 0
    sent_unjournaled: int = 0
    filled_twice: int = 0
    hashes_differ: int = 0
    """Of the states that the process told while it lived, and of the one that the start has."""
    unanswered: int = 0
    """Orders still without an answer after the last start has asked."""

    @property
    def violations(self) -> int:
        wrong = (self.lost, self.sent_twice, self.sent_unjournaled, self.filled_twice)
        return sum(wrong) + self.hashes_differ + self.unanswered


def run(as_json: bool, *, runs: int = RUNS, seed: int = SEED) -> int:
    """A row a run, and the worst of all; 1 where any promise was broken."""
    rows = []
    for number in range(1, runs + 1):
        with tempfile.TemporaryDirectory(prefix="trader-crash-") as folder:
            row = one_run(number, Path(folder) / "home", Random(seed * 1_000_003 + number))
        rows.append(row)
        _print_row(row, as_json=as_json, is_first=number == 1)
    total = {
        "name": "crash",
        "runs": len(rows),
        "kills": len(rows) * STARTS_A_RUN,
        "acknowledged": sum(row.acknowledged for row in rows),
        "open_orders_max": max(row.open_orders for row in rows),
        "on_their_way_max": max(row.on_their_way for row in rows),
        "sent": sum(row.sent for row in rows),
        "recovery_ms_max": max(row.recovery_ms for row in rows),
        "violations": sum(row.violations for row in rows),
    }
    if as_json:
        sys.stdout.write(json_line(total) + "\n")
    else:
        sys.stdout.write("".join(f"{key:20} {value}\n" for key, value in total.items()))
    return ExitCode.CHECK_FAILED if total["violations"] else ExitCode.DONE


def one_run(number: int, home: Path, chance: Random) -> Row:
    """Two processes on one home, each killed at a random moment, and a start that judges."""
    Home.prepare(home).settings_path.write_text(SETTINGS)
    kills = []
    for start in range(STARTS_A_RUN):
        # Every fourth second start dies while it opens: recovery has to survive its own crash.
        in_opening = start > 0 and chance.random() < 0.25
        steps = 0 if in_opening else chance.randrange(1, WARM_STEPS_MAX)
        kills.append(killed(home, chance.randrange(1 << 30), steps, chance))
    return judged(number, home, kills)


def killed(home: Path, seed: int, steps: int, chance: Random) -> Kill:
    """Trades until `steps` steps after it is ready are durable, and a moment longer."""
    process = subprocess.Popen(
        [sys.executable, "-m", "commands.crash_run", str(home), str(seed)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None and process.stderr is not None
    said: list[str] = []
    try:
        if steps:
            _read_steps(process.stdout.fileno(), steps, said)
        # Within the next step, or while it still opens.
        time.sleep(chance.random() * (0.01 if steps else 0.6))
    finally:
        process.send_signal(signal.SIGKILL)
    rest, complaints = process.communicate()
    said.append(rest.decode())
    code = process.returncode
    assert code == -signal.SIGKILL, f"it ended by itself ({code}): {complaints.decode()[-2000:]}"
    return _read(said)


def _read_steps(pipe: int, steps: int, said: list[str]) -> None:
    """Reads what is said until `steps` steps behind READY have been seen, or the end."""
    left, is_ready, partial = steps, False, ""
    while left > 0:
        content = os.read(pipe, 1 << 16).decode()
        if not content:
            return
        said.append(content)
        *lines, partial = (partial + content).split("\n")
        for line in lines:
            is_ready = is_ready or line == READY
            left -= is_ready and line.startswith(SEEN)


def _read(said: list[str]) -> Kill:
    """Whole lines only: the kill may have cut the last one."""
    kill = Kill()
    for line in "".join(said).split("\n")[:-1]:
        match line.split():
            case [word, last] if word == SEEN:
                kill.seen = int(last)
            case [word, last, told] if word == HASH:
                kill.hashes[int(last)] = told
            case [word, name, digest] if word == SENT:
                kill.sent.append((name, digest))
            case _:
                continue
    return kill


def judged(number: int, home: Path, kills: list[Kill]) -> Row:
    """What the home has, held against what the killed processes said; then the last start."""
    journal, state = _Journaled(), State()
    with JournalReader(Home.existing(home)) as reader:
        state.instance, state.epoch = reader.instance, reader.epoch
        told = {sequence: told for kill in kills for sequence, told in kill.hashes.items()}
        journal.read(reader, state, told)
    sent = [name for kill in kills for name, _ in kill.sent]
    acknowledged = max(kill.seen for kill in kills)
    live = [state.orders[order_id] for order_id in state.live]
    row = Row(
        run=number,
        acknowledged=acknowledged,
        journaled=journal.last,
        open_orders=len(live),
        on_their_way=sum(_is_on_its_way(state, order.order_id) for order in live),
        sent=len(sent),
        recovery_ms=0,
        lost=max(0, acknowledged - journal.last),
        sent_twice=sum(count - 1 for count in Counter(sent).values()),
        sent_unjournaled=len(set(sent) - journal.released),
        filled_twice=len(journal.executions) - len(set(journal.executions)),
        hashes_differ=journal.hashes_differ + (_recovered_hash(home) != state_hash(state)),
    )
    _restart(home, row)
    return row


def _recovered_hash(home: Path) -> str:
    """Of the state that a start has before it asks anything."""
    journal = Journal.open(Home.existing(home))
    try:
        recovered = recover(journal, instance=journal.instance, epoch=journal.epoch)
        return state_hash(recovered.state)
    finally:
        journal.close()


class _Journaled:
    """What the journal holds, read once from its first block and held against the living."""

    def __init__(self) -> None:
        self.last = 0
        self.released: set[str] = set()
        self.executions: list[str] = []
        self.hashes_differ = 0

    def read(self, reader: JournalReader, state: State, told: dict[int, str]) -> None:
        def note(record: Record) -> None:
            body = record.body
            if isinstance(body, OrderReleased):
                self.released.add(body.client_order_id)
            elif isinstance(body, OrderFilled):
                self.executions.append(body.execution_id)

        for block in reader.verified_blocks():
            replay_into(state, [block], note)
            self.last = block.last
            if block.last in told:
                self.hashes_differ += told[block.last] != state_hash(state)


def _restart(home: Path, row: Row) -> None:
    """The third start: it must get an answer about everything, and send nothing new."""
    started = time.perf_counter()
    parts = open_desk(options_for(home))
    row.recovery_ms = round((time.perf_counter() - started) * 1_000)
    try:
        state = parts.session.state
        sent_before = sum(1 for record in parts.opening if type(record.body) is OrderReleased)
        row.sent_twice += sent_before
        parts.host.run_until(Nanos(parts.host.now + SETTLES_WITHIN))
        row.unanswered = sum(_is_on_its_way(state, order_id) for order_id in state.live)
    finally:
        parts.close()


def _is_on_its_way(state: State, order_id: int) -> bool:
    order = state.orders[order_id]
    pending = (order.pending_new, order.pending_cancel, order.pending_replace)
    return any(each is not None for each in pending)


def _print_row(row: Row, *, as_json: bool, is_first: bool) -> None:
    if as_json:
        sys.stdout.write(json_line(msgspec.to_builtins(row)) + "\n")
    else:
        names = [name.replace("_", " ") for name in Row.__struct_fields__]
        values = [str(getattr(row, name)) for name in Row.__struct_fields__]
        if is_first:
            sys.stdout.write("  ".join(names) + "\n")
        padded = (f"{value:>{len(name)}}" for name, value in zip(names, values, strict=True))
        sys.stdout.write("  ".join(padded) + "\n")
    sys.stdout.flush()
