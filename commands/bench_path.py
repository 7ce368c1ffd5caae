"""`trader bench path`: command → every check → durable commit → match → position and P&L → ack."""

import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple

from commands.exit_codes import ExitCode
from commands.json_lines import json_line
from connectors.feeds.flow import FlowSink
from connectors.paper.venue import PaperVenue
from data.home import Home
from data.journal import Journal
from engine.domain.commands import Origin, SubmitOrder
from engine.domain.events import OrderReleased, OrderWorking
from engine.domain.quotes import Phase, Source
from engine.domain.records import Record
from engine.domain.reports import InstrumentsListed, SessionOpened
from engine.domain.risk.limits import default_pairs
from engine.domain.state import State
from engine.exchange.messages import NewOrder
from engine.instruments import Instrument
from engine.runtime.collector import calm
from engine.runtime.history import OrderHistory
from engine.runtime.host import Host
from engine.runtime.market_time import at_time_of_day
from engine.runtime.realism_tally import RealismTally
from engine.runtime.session import Session
from engine.values import (
    NANOS_PER_MILLISECOND,
    NANOS_PER_SECOND,
    Instruction,
    Money,
    Nanos,
    OrderType,
    Price,
    Quantity,
    Sequence,
    Side,
)

_clock = time.perf_counter_ns
ORDERS = 40_000
IN_FLIGHT = 100
SINGLE_ORDERS = 1_000
COMMIT_BYTES = 400
"""Payload of the bare commit: about what one order writes."""
SYMBOLS = 10
BID, ASK = Price(1_000_000), Price(1_000_100)
DEPTH = 10**9
TRADE_DATE = 20260105
QUANTITY = Quantity(100)


class _WideMarket:
    """A market with a deep touch on both sides and nobody else: the orders are what is measured."""

    source = Source.SYNTHETIC
    description = "bench"
    note = ""
    trade_date = TRADE_DATE

    def __init__(self, symbols: int) -> None:
        self.instruments = tuple(Instrument(symbol=f"B{n}") for n in range(symbols))

    def open(self, sink: FlowSink, cursor: bytes) -> Nanos:
        for number, instrument in enumerate(self.instruments):
            sink.submit(
                [
                    _resting(2 * number + 1, instrument.symbol, Side.BUY, BID),
                    _resting(2 * number + 2, instrument.symbol, Side.SELL, ASK),
                ]
            )
        sink.entered_phase("*", Phase.OPEN)
        return at_time_of_day(TRADE_DATE, 34_200 * NANOS_PER_SECOND)

    def next_at(self) -> Nanos | None:
        return None

    def step(self, sink: FlowSink) -> None:
        raise AssertionError("this market has no steps")

    def cursor(self) -> bytes:
        return b""


def _resting(order_id: int, symbol: str, side: Side, price: Price) -> NewOrder:
    return NewOrder(order_id, symbol, side, OrderType.LIMIT, Quantity(DEPTH), price)


def open_host(home: Path, *, symbols: int = SYMBOLS, profile: str = "load") -> tuple[Host, Journal]:
    """A desk on a journal of its own, in a market that fills at once what meets its touch."""
    journal = Journal.open(Home.prepare(home), instance="BNCH")
    venue = PaperVenue(_WideMarket(symbols))
    session = Session(
        state=State(instance="BNCH"),
        market=venue.market,
        journal=journal,
        venue=venue,
        now=venue.now,
    )
    # What every session listens with is part of the path.
    session.listen_to_steps(OrderHistory(journal.blocks).note_step)
    session.listen_to_steps(RealismTally(session.state).note_step)
    host = Host(session, venue)
    host.submit(
        InstrumentsListed(venue.instruments),
        SessionOpened(
            run="bench",
            mode="PAPER",
            market="bench",
            source=Source.SYNTHETIC,
            trade_date=TRADE_DATE,
            account="PAPER",
            opening_cash=Money(10**15),
            currency="USD",
            fee_table="us_retail",
            limits=default_pairs(profile),
        ),
    )
    return host, journal


def orders_over(count: int, run_length: int) -> list[SubmitOrder]:
    """Runs of buys and runs of sells over ten symbols: positions open, close and realise."""
    return [_order(number, is_sell=bool(number // run_length % 2)) for number in range(count)]


def _order(number: int, *, is_sell: bool) -> SubmitOrder:
    return SubmitOrder(
        f"bench-{number}",
        "PAPER",
        f"B{number % SYMBOLS}",
        Instruction.SELL if is_sell else Instruction.BUY,
        QUANTITY,
        OrderType.LIMIT,
        BID if is_sell else ASK,
        origin=Origin.SCRIPT,
    )


def run(json_output: bool) -> int:
    """Prints orders a second at 100 in flight, and the ack of one order beside one commit."""
    with tempfile.TemporaryDirectory() as folder:
        alone = _alone(Path(folder))
        host, journal = open_host(Path(folder) / "burst")
        burst = _burst(host, orders_over(ORDERS, IN_FLIGHT))
        filled = host.session.state.executions_seen
        journal.close()
    result = {
        "name": "path",
        "orders": ORDERS,
        "in_flight": IN_FLIGHT,
        "fills": filled,
        "orders_per_second": round(ORDERS / burst.wall_seconds),
        "orders_per_cpu_second": round(ORDERS / burst.cpu_seconds),
        "commit_ms_p50": _p50(alone.commits),
        "released_ms_p50": _p50(alone.released),
        "released_ms_p99": _p99(alone.released),
        "ack_one_in_flight_ms_p50": _p50(alone.accepted),
        "ack_one_in_flight_ms_p99": _p99(alone.accepted),
        "released_beyond_one_commit_ms": round(_p50(alone.released) - _p50(alone.commits), 3),
        "ack_beyond_two_commits_ms": round(_p50(alone.accepted) - 2 * _p50(alone.commits), 3),
    }
    if json_output:
        sys.stdout.write(json_line(result) + "\n")
    else:
        for key, value in result.items():
            sys.stdout.write(f"{key:32} {value}\n")
    return ExitCode.DONE if filled == ORDERS else ExitCode.CHECK_FAILED


class _Alone(NamedTuple):
    """Milliseconds, one order at a time, and of a bare commit after each of them."""

    released: list[float]
    """From the command until the order has passed every check and is durable: one commit."""
    accepted: list[float]
    """From the command until the venue's acceptance is durable as well: two commits."""
    commits: list[float]


def _alone(folder: Path) -> _Alone:
    """Commits in between, in a journal of their own, so that both meet the same disk."""
    host, journal = open_host(folder / "alone")
    other = Journal.open(Home.prepare(folder / "commits"), instance="CMMT")
    measured, payload = _Alone([], [], []), b"x" * COMMIT_BYTES
    seen: dict[type, int] = {}

    def note(record: Record) -> None:
        seen.setdefault(type(record.body), _clock())

    host.session.listen(note)
    calm()
    for number, order in enumerate(orders_over(SINGLE_ORDERS, SYMBOLS), 1):
        seen.clear()
        start = _clock()
        host.submit(order)
        measured.released.append((seen[OrderReleased] - start) / NANOS_PER_MILLISECOND)
        measured.accepted.append((seen[OrderWorking] - start) / NANOS_PER_MILLISECOND)
        start = _clock()
        other.append(Sequence(number), Sequence(number), payload)
        measured.commits.append((_clock() - start) / NANOS_PER_MILLISECOND)
    for each in (other, journal):
        each.close()
    return measured


class _Burst(NamedTuple):
    wall_seconds: float
    cpu_seconds: float
    """Of this process: what a quiet machine with an idle disk would need."""


def _burst(host: Host, orders: list[SubmitOrder]) -> _Burst:
    """`IN_FLIGHT` commands in each step, reports drained before the next."""
    calm()
    start, cpu_start = time.perf_counter(), time.process_time()
    for at in range(0, len(orders), IN_FLIGHT):
        host.submit(*orders[at : at + IN_FLIGHT])
    return _Burst(time.perf_counter() - start, time.process_time() - cpu_start)


def _p50(times: list[float]) -> float:
    return round(median(times), 3)


def _p99(times: list[float]) -> float:
    return round(quantiles(times, n=100)[98], 3)
