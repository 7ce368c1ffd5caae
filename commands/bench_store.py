"""`trader bench store`: what a commit costs, how fast the store is fed, how soon it answers."""

import json
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from commands.exit_codes import ExitCode
from commands.json_lines import json_line
from data.home import Home
from data.journal import Journal
from data.store.ask import ask
from data.store.feeder import catch_up
from data.store.sample import make_fills
from engine.domain import events as ev
from engine.domain.commands import Origin, SubmitOrder
from engine.domain.quotes import Source
from engine.domain.records import Step, encode_step
from engine.domain.risk.limits import default_pairs
from engine.instruments import Instrument
from engine.values import Instruction, Liquidity, Nanos, OrderType, Price, Quantity, Sequence

COMMITS = 2_000
EVENTS_FED = 200_000
EVENTS_A_BLOCK = 16
LAG_EVENTS_PER_SECOND = 20_000
LAG_SECONDS = 5
FILLS_ASKED = 10_000_000
ASKED_TIMES = 5
SYMBOLS = tuple(f"SYM{place}" for place in range(100))
START = Nanos(1_767_623_400_000_000_000)
PRICE, QUANTITY = Price(1_000_000), Quantity(100)
QUESTIONS = {
    "profit_by_symbol": "select symbol, sum(realised) - sum(fee) from fills group by 1 order by 2",
    "volume_by_minute": "select date_trunc('minute', fills.\"at\"), sum(quantity), count(*)"
    " from fills group by 1 order by 1",
    "last_fills_of_a_symbol": "select order_id, price, quantity from fills where symbol = 'SYM7'"
    " order by sequence desc limit 20",
    "fees_by_liquidity": "select liquidity, sum(fee) from fills group by 1",
}
"""Questions that a trader asks after a day, over ten million fills."""


def run(as_json: bool) -> int:
    """Figures on stdout; nothing is asserted."""
    with TemporaryDirectory(prefix="trader-bench-") as folder:
        figures: dict[str, Any] = {"name": "store"}
        figures["commit"] = {
            str(events): _commits(Path(folder) / f"commit{events}", events)
            for events in (1, 16, 128)
        }
        figures["feed"] = _feed(Path(folder) / "feed")
        figures["lag"] = _lag(Path(folder) / "lag")
        figures["questions"] = _questions(Path(folder) / "questions")
    if as_json:
        print(json_line(figures))
        return ExitCode.DONE
    for name, part in figures.items():
        print(f"{name}: {part if isinstance(part, str) else json.dumps(part)}")
    return ExitCode.DONE


class Trading(NamedTuple):
    """Orders that are released, acknowledged and filled, three events each, as fast as asked."""

    journal: Journal

    def open(self) -> None:
        self._append(
            [
                ev.SessionStarted(
                    START, "R1", "PAPER", "bench", Source.SYNTHETIC, 20260105, "PAPER",
                    "us_retail", default_pairs(), "digest", 1,
                ),
                ev.InstrumentsKnown(START, tuple(Instrument(symbol) for symbol in SYMBOLS)),
            ]
        )  # fmt: skip

    def write(self, first_order: int, orders: int) -> None:
        """One block of so many orders."""
        self._append(
            [event for order in range(first_order, first_order + orders) for event in _life(order)]
        )

    def _append(self, facts: list[Any]) -> None:
        first = self.journal.last_sequence + 1
        step = Step(first, facts[0].at, list(range(len(facts))), facts)
        self.journal.append(Sequence(first), Sequence(step.last), encode_step(step), ())


def _life(number: int) -> list[Any]:
    at, symbol = START + number * 1_000, SYMBOLS[number % len(SYMBOLS)]
    buys = number // len(SYMBOLS) % 2 == 0
    order: Any = SubmitOrder(
        ticket=f"T{number}",
        account="PAPER",
        symbol=symbol,
        instruction=Instruction.BUY if buys else Instruction.SELL,
        quantity=QUANTITY,
        type=OrderType.LIMIT,
        price=PRICE,
        origin=Origin.SCRIPT,
    )
    sign = 1 if buys else -1
    cost = sign * QUANTITY * PRICE * 100
    lot: Any = ev.LotChange(number if buys else number - len(SYMBOLS), sign * QUANTITY, cost, at)  # type: ignore[arg-type]
    quote = ev.QuoteSeen()
    released: Any = (at, number, 20260105, number, f"C{number}", order, 0, 0, quote, (), "rules")
    filled: Any = (
        at + 20, number, f"X{number}", PRICE, QUANTITY, Liquidity.MAKER, 1_000_000, 0,
        -cost - 1_000_000, QUANTITY if buys else 0, (lot,), quote, "bench",
    )  # fmt: skip
    working: Any = (at + 10, number, f"V{number}", 300)
    return [ev.OrderReleased(*released), ev.OrderWorking(*working), ev.OrderFilled(*filled)]


def _commits(folder: Path, events: int) -> dict[str, float]:
    """Microseconds for one durable block of so many events' bytes."""
    journal = Journal.open(Home.prepare(folder))
    payload, times = bytes(110 * events), []
    for sequence in range(1, COMMITS + 1):
        started = time.perf_counter()
        journal.append(Sequence(sequence), Sequence(sequence), payload, ())
        times.append((time.perf_counter() - started) * 1e6)
    journal.close()
    return {"p50_us": round(median(times), 1), "p99_us": round(_percentile(times, 99), 1)}


def _feed(folder: Path) -> dict[str, float]:
    """Events a second from the journal into all tables."""
    home = Home.prepare(folder)
    trading = Trading(Journal.open(home))
    trading.open()
    orders_a_block = EVENTS_A_BLOCK // 3
    for first in range(1, EVENTS_FED // 3 + 1, orders_a_block):
        trading.write(first, orders_a_block)
    trading.journal.close()
    _say("feeding the store")
    started = time.perf_counter()
    fed = catch_up(home)
    seconds = time.perf_counter() - started
    return {
        "events": fed.records,
        "rows": fed.rows,
        "events_per_second": round(fed.records / seconds),
        "rows_per_second": round(fed.rows / seconds),
    }


def _lag(folder: Path) -> dict[str, float]:
    """How far the store is behind while events keep coming and somebody keeps it fed."""
    home = Home.prepare(folder)
    trading = Trading(Journal.open(home))
    trading.open()
    written: list[tuple[int, float]] = []
    ended = threading.Event()

    def engine() -> None:
        started, number, orders = time.perf_counter(), 1, 20
        while (now := time.perf_counter() - started) < LAG_SECONDS:
            if number * 3 > now * LAG_EVENTS_PER_SECOND:
                time.sleep(0.0005)
                continue
            trading.write(number, orders)
            number += orders
            written.append((trading.journal.last_sequence, time.perf_counter()))
        ended.set()

    _say("feeding beside a running engine")
    thread = threading.Thread(target=engine)
    thread.start()
    lags: list[float] = []
    reached = 0
    while True:
        was_ended = ended.is_set()
        fed = catch_up(home)
        now = time.perf_counter()
        while reached < len(written) and written[reached][0] <= fed.sequence:
            lags.append((now - written[reached][1]) * 1e3)
            reached += 1
        if was_ended:
            break
    thread.join()
    trading.journal.close()
    return {
        "events_per_second": round(written[-1][0] / LAG_SECONDS),
        "p50_ms": round(median(lags), 1),
        "p99_ms": round(_percentile(lags, 99), 1),
    }


def _questions(folder: Path) -> dict[str, float]:
    """Milliseconds (median) of each question over ten million fills, opening the store included."""
    home = Home.prepare(folder)
    trading = Trading(Journal.open(home))
    trading.open()
    catch_up(home)
    _say(f"making {FILLS_ASKED:,} fills")
    make_fills(home.store_path, FILLS_ASKED, START)
    figures = {name: _timed(partial(_answer, home, sql)) for name, sql in QUESTIONS.items()}
    trading.journal.close()
    return {"fills": FILLS_ASKED, **figures}


def _answer(home: Home, sql: str) -> None:
    with ask(home, sql) as answer:
        assert list(answer.rows)


def _timed(work: Callable[[], None]) -> float:
    times = []
    for _ in range(ASKED_TIMES):
        started = time.perf_counter()
        work()
        times.append((time.perf_counter() - started) * 1e3)
    return round(median(times), 1)


def _percentile(values: list[float], percent: int) -> float:
    return sorted(values)[min(len(values) - 1, len(values) * percent // 100)]


def _say(what: str) -> None:
    print(f"trader: {what}", file=sys.stderr)
