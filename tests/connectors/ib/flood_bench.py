"""How many ticks a second the desk's side of IB takes in, at what cost, and what orders wait then.

    python -m tests.connectors.ib.flood_bench [--rate 5000] [--lines 100] [--seconds 20]
        [--rounds 5]

The gateway of the tests is a process of its own; what is measured is this one, both its threads:
its processor time over the wall's, without the flood and with it, and the way of an order from its
release to the report that IB has it. Ticks are counted where they are made and where they are
decoded. Pacing is lifted, so that an order waits for nothing but the flood. One line a round, then
the median of the rounds; nothing is judged.
"""

import argparse
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import NamedTuple

from connectors.ib.back_off import BackOff
from connectors.ib.library import Library
from connectors.ib.store import Store
from connectors.ib.terms import IbTerms
from connectors.ib.venue import IbVenue
from engine.domain.reports import VenueAccepted
from engine.values import NANOS_PER_MILLISECOND, Nanos
from tests.connectors.contract.conftest import cancel, new

ROOT = Path(__file__).resolve().parents[3]
MEMORY = Path("/dev/shm")
"""Where the order ids are kept: the disk is measured elsewhere (`bench path`)."""
ORDERS_A_SECOND = 20
LOOK_SECONDS = 0.02
FAR_BELOW = 1_000_000
"""A price, of 100.00, at which nothing trades."""
PATIENCE_SECONDS = 20.0
WARM_SECONDS = 0.5


class Round(NamedTuple):
    """What one stretch of seconds was; times in milliseconds, shares of one core in percent."""

    made: int
    taken: int
    share: float
    median: float
    p99: float
    worst: float
    orders: int
    answered: int

    def __str__(self) -> str:
        part = self.taken / self.made if self.made else 1.0
        return (
            f"{self.made:>8,} ticks made, {part:7.2%} taken in, {self.share:5.1f} % of a core,"
            f" order to report {self.median:5.2f} ms (median) {self.p99:5.2f} (p99)"
            f" {self.worst:6.2f} (worst of {self.orders:,})"
        )


class GatewayProcess:
    """`python -m tests.connectors.ib.gateway`, with its controls on stdin."""

    def __init__(self, lines: int) -> None:
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.connectors.ib.gateway", "--port", "0", "--still"),
                *("--listings", str(lines), "--unpaced"),
            ],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.port = int(self._heard().rpartition(":")[2])

    def _heard(self) -> str:
        assert self._process.stdout is not None, "it was asked for"
        return self._process.stdout.readline().strip()

    def says(self, line: str) -> str:
        """What it answers to a command."""
        assert self._process.stdin is not None, "it was asked for"
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        return self._heard()

    def close(self) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            self._process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


class Listener:
    """A desk's loop without the desk: woken as its engine is, it hears what has come."""

    def __init__(self, venue: IbVenue) -> None:
        self.venue = venue
        self._came = threading.Event()
        venue.wake_with(self._came.set)
        self._sent: dict[str, float] = {}
        self.waits: list[float] = []
        self._count = self.orders = 0

    def runs(self, seconds: float) -> None:
        """Hears, and sends an order and the cancel of the one before, so many a second."""
        ends = time.perf_counter() + seconds
        due = time.perf_counter()
        while (now := time.perf_counter()) < ends:
            if now >= due:
                self._send()
                due += 1 / ORDERS_A_SECOND
            self.hears(max(0.0, min(LOOK_SECONDS, due - time.perf_counter())))

    @property
    def is_answered(self) -> bool:
        return not self._sent

    def hears(self, seconds: float) -> None:
        """Whatever comes, after so long at most."""
        self._came.wait(seconds)
        self._came.clear()
        self._hear()

    def settles(self, holds: Callable[[], bool]) -> None:
        """Hears until it holds, or for as long as anybody would wait."""
        until = time.perf_counter() + PATIENCE_SECONDS
        while not holds() and time.perf_counter() < until:
            self.hears(LOOK_SECONDS)

    def forgets(self) -> None:
        """What was measured so far was for warming up, or is told already."""
        self.waits.clear()
        self.orders = 0

    def _send(self) -> None:
        self._count += 1
        self.orders += 1
        requests = [new(f"B{self._count}", 1, price=FAR_BELOW, symbol="AAPL")]
        if self._count > 1:
            requests.append(cancel(f"B{self._count - 1}"))
        staged = self.venue.stage(requests)
        self._sent[f"B{self._count}"] = time.perf_counter()
        self.venue.release(requests, staged)

    def _hear(self) -> None:
        self.venue.advance(self.venue.clock())
        for report in self.venue.collect():
            if isinstance(report, VenueAccepted):
                sent = self._sent.pop(report.client_order_id, None)
                if sent is not None:
                    self.waits.append(1_000 * (time.perf_counter() - sent))


@contextmanager
def desk(port: int, symbols: tuple[str, ...]) -> Iterator[IbVenue]:
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        terms = IbTerms("127.0.0.1", port, 7, messages_a_second=5_000, lines_max=len(symbols) + 1)
        venue = IbVenue(
            Library.load(),
            terms,
            Store(Path(folder) / "ib.db"),
            BackOff(Random(1), Nanos(20 * NANOS_PER_MILLISECOND)),
            symbols=("AAPL", *symbols),
            trade_date_of=lambda at: 20_260_105,
        )
        try:
            venue.stand_up(PATIENCE_SECONDS)
            yield venue
        finally:
            venue.close()


def measured(gateway: GatewayProcess, listener: Listener, seconds: float, rate: int) -> Round:
    """`rate` 0: no flood, orders alone."""
    ear = listener.venue._wire.ear
    assert ear is not None, "the line stands"
    listener.runs(WARM_SECONDS)
    listener.settles(lambda: listener.is_answered)
    listener.forgets()
    before = ear.ticks_count
    if rate:
        gateway.says(f"flood {rate}")
    used, began = time.process_time(), time.perf_counter()
    listener.runs(seconds)
    share = (time.process_time() - used) / (time.perf_counter() - began)
    made = int(gateway.says("calm").partition(" ")[0]) if rate else 0
    listener.settles(lambda: ear.ticks_count - before >= made and listener.is_answered)
    waits = sorted(listener.waits) or [0.0]
    p99 = waits[min(len(waits) - 1, int(len(waits) * 0.99))]
    return Round(
        made,
        ear.ticks_count - before,
        100 * share,
        waits[len(waits) // 2],
        p99,
        waits[-1],
        listener.orders,
        len(listener.waits),
    )


def one_round(lines: int, seconds: float, rate: int) -> Round:
    """With a gateway of its own: its broker looks through every order that it ever had."""
    gateway = GatewayProcess(lines)
    try:
        with desk(gateway.port, tuple(f"S{number:03d}" for number in range(lines))) as venue:
            return measured(gateway, Listener(venue), seconds, rate)
    finally:
        gateway.close()


def run(rate: int, lines: int, seconds: float, rounds: int) -> list[Round]:
    """A round without the flood, then so many with it; each is printed as it ends."""
    print(f"{Library.load().name}, {lines} lines, {rate:,} ticks a second, {seconds:g} s")
    print(f"without: {one_round(lines, seconds, 0)}", flush=True)
    told = []
    for number in range(rounds):
        told.append(one_round(lines, seconds, rate))
        print(f"round {number + 1}: {told[-1]}", flush=True)
    middle = Round(*(sorted(figures)[len(told) // 2] for figures in zip(*told, strict=True)))
    print(f"medians: {middle}")
    return told


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.connectors.ib.flood_bench")
    parser.add_argument("--rate", type=int, default=5_000)
    parser.add_argument("--lines", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    run(asked.rate, asked.lines, asked.seconds, asked.rounds)


if __name__ == "__main__":
    main()
