"""`trader bench screen`: 50 symbols, 20 levels and a full blotter moving, on a real pty."""

import asyncio
import json
import os
import pty
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import quantiles

import msgspec

from commands.exit_codes import ExitCode
from commands.json_lines import json_line
from engine.domain.quotes import Phase, Source
from engine.domain.views import (
    AccountView,
    DepthRow,
    DepthView,
    DeskView,
    LinkView,
    OrderRow,
    QuoteRow,
    Severity,
    TradePrint,
)
from engine.errors import MachineError
from engine.instruments import Instrument
from engine.ports import DeskAnswer, DeskRequest
from engine.values import (
    NANOS_PER_MILLISECOND,
    Instruction,
    Money,
    Nanos,
    OrderId,
    OrderType,
    Price,
    Quantity,
    Side,
    TimeInForce,
)

SYMBOLS = 50
LEVELS = 20
ORDERS = 50
COLUMNS, ROWS = 200, 60
FRAMES_PER_SECOND = 10
WARM_UP_SECONDS = 2.0
MEASURED_SECONDS = 15.0
FRAMES_A_TRADE = 3
"""The symbol on the screen trades about three times a second."""
FRAMES_MADE = 120
"""Encoded beforehand and shown round and round: making them is the engine's work."""
REFERENCE_STEPS = 200_000
PROBE_SECONDS = 0.04
START_AT = Nanos(1_767_623_400_000_000_000)
CHILD_SECONDS_MAX = 60

_views = msgspec.msgpack.Decoder(DeskView)


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
    code = f"from commands.bench_screen import child; child({write_end}, {seconds})"
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


def child(answers: int, seconds: float) -> None:
    """The screen over a desk whose frames were made before; its own CPU and its loop's lag."""
    from tui.app import TraderApp
    from tui.settings import ScreenSettings

    desk = FrameDesk()

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


class FrameDesk:
    """engine.ports.Desk that shows prepared frames by the wall clock, ten a second."""

    def __init__(self, frames: int = FRAMES_MADE) -> None:
        self._instruments = {name: Instrument(name) for name in _names()}
        self._frames = [msgspec.msgpack.encode(frame(number)) for number in range(frames)]
        self._start = time.monotonic()
        self._number = -1
        self._latest = _views.decode(self._frames[0])
        self.shown = 0

    def send(self, request: DeskRequest) -> None:
        return

    def latest(self) -> DeskView:
        number = int((time.monotonic() - self._start) * FRAMES_PER_SECOND)
        if number != self._number:
            self._number = number
            self._latest = _views.decode(self._frames[number % len(self._frames)])
            self.shown += 1
        return self._latest

    def instruments(self) -> dict[str, Instrument]:
        return self._instruments

    def listen(self, listener: Callable[[DeskAnswer], None]) -> None:
        return

    def close(self) -> None:
        return


def _names() -> list[str]:
    return [f"S{number:03d}" for number in range(SYMBOLS)]


def frame(number: int) -> DeskView:
    """From frame to frame every quote and every level differ, and a tenth of the orders."""
    now = Nanos(START_AT + number * 100 * NANOS_PER_MILLISECOND)
    quotes = tuple(_quote(name, place, number, now) for place, name in enumerate(_names()))
    return DeskView(
        frame=number,
        market_at=now,
        trade_date=20260105,
        mode="paper",
        market="bench",
        speed="×1",
        phase=Phase.OPEN,
        trading_state="ACTIVE",
        trading_reason="",
        account=AccountView(
            account="PAPER",
            currency="USD",
            cash=Money(1_000_000_000_000),
            reserved=Money(0),
            buying_power=Money(1_000_000_000_000),
            equity=Money(1_000_000_000_000 + number * 1_000_000),
            realised_day=Money(0),
            unrealised=Money(number * 1_000_000),
            fees_day=Money(0),
            day=Money(number * 1_000_000),
        ),
        quotes=quotes,
        depth=_depth(quotes[0], number, now),
        orders=tuple(_order(place, number, now) for place in range(ORDERS)),
        fills=(),
        positions=(),
        conditions=(),
        links=(LinkView("market", Severity.OK, ""),),
        updates_per_second=50_000 + number,
        conflated=0,
        denied=0,
        attention=0,
        events=number,
    )


def _quote(name: str, place: int, number: int, now: Nanos) -> QuoteRow:
    last = Price(1_000_000 + place * 10_000 + (number * 7 + place * 13) % 41 * 100)
    return QuoteRow(
        symbol=name,
        last=last,
        last_direction=1 if (number + place) % 2 else -1,
        last_size=Quantity(100),
        change=Price(last - 1_000_000),
        change_reference=Price(1_000_000),
        bid=Price(last - 100),
        bid_size=Quantity(100 + number % 9 * 100),
        ask=Price(last + 100),
        ask_size=Quantity(100 + number % 7 * 100),
        open=Price(1_000_000),
        high=Price(last + 500),
        low=Price(last - 500),
        volume=Quantity(10_000 + number * 100),
        position=Quantity(0),
        working=1,
        at=now,
        phase=Phase.OPEN,
        source=Source.SYNTHETIC,
    )


def _depth(quote: QuoteRow, number: int, now: Nanos) -> DepthView:
    def rows(best: Price, side: Side) -> tuple[DepthRow, ...]:
        return tuple(
            DepthRow(
                Price(best - side * level * 100),
                Quantity(100 + (number * 31 + level * 17) % 900),
                3,
                Quantity(0),
                -1,
            )
            for level in range(LEVELS)
        )

    newest = number // FRAMES_A_TRADE
    tape = tuple(
        TradePrint(
            Nanos(START_AT + trade * FRAMES_A_TRADE * 100 * NANOS_PER_MILLISECOND),
            Price(1_000_000 + trade % 7 * 100),
            Quantity(100 + trade % 5 * 100),
            Side.BUY,
        )
        for trade in range(newest - 39, newest + 1)
    )
    return DepthView(quote.symbol, rows(quote.bid, Side.BUY), rows(quote.ask, Side.SELL), tape)


def _order(place: int, number: int, now: Nanos) -> OrderRow:
    return OrderRow(
        order_id=OrderId(place + 1),
        label=str(place + 1),
        number=place + 1,
        at=START_AT,
        changed_at=START_AT,
        instruction=Instruction.BUY,
        quantity=Quantity(1_000),
        symbol=_names()[place % SYMBOLS],
        type=OrderType.LIMIT,
        time_in_force=TimeInForce.DAY,
        price=Price(1_000_000),
        stop=Price(0),
        post_only=False,
        reduce_only=False,
        cumulative=Quantity(0),
        leaves=Quantity(1_000),
        average=Price(0),
        fees=Money(0),
        state="working",
        pending="",
        is_done=False,
        queue_ahead=10_000 - (number + place) // 10 * 10,
        queue_is_estimate=False,
        origin="me",
        text="",
    )
