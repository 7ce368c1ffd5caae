"""`trader bench path`: command → every check → durable commit → match → position and P&L → ack."""

import gc
import json
import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

from commands.exit_codes import ExitCode
from connectors.feeds.flow import FlowSink
from connectors.paper.venue import PaperVenue
from data.home import Home
from data.journal import Journal
from engine.domain.commands import Origin, SubmitOrder
from engine.domain.quotes import Phase, Source
from engine.domain.reports import InstrumentsListed, SessionOpened
from engine.domain.risk.limits import default_pairs
from engine.domain.state import State
from engine.exchange.messages import NewOrder
from engine.instruments import Instrument
from engine.runtime.host import Host
from engine.runtime.market_time import at_time_of_day
from engine.runtime.session import Session
from engine.values import (
    NANOS_PER_SECOND,
    Instruction,
    Money,
    Nanos,
    OrderType,
    Price,
    Quantity,
    Side,
)

ORDERS = 40_000
IN_FLIGHT = 100
SINGLE_ORDERS = 1_000
COMMITS_MEASURED = 500
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

    def __init__(self) -> None:
        self.instruments = tuple(Instrument(symbol=f"B{n}") for n in range(SYMBOLS))

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


def _host(home: Path) -> tuple[Host, Journal]:
    journal = Journal.open(Home.prepare(home), instance="BNCH")
    venue = PaperVenue(_WideMarket())
    session = Session(
        state=State(instance="BNCH"),
        market=venue.market,
        journal=journal,
        venue=venue,
        now=venue.now,
    )
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
            limits=default_pairs("load"),
        ),
    )
    return host, journal


def _orders(count: int, first: int, run_length: int) -> list[SubmitOrder]:
    """Runs of buys and runs of sells over ten symbols: positions open, close and realise."""
    return [
        _order(number, is_sell=bool((number - first) // run_length % 2))
        for number in range(first, first + count)
    ]


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
        commits = _commit_times(Path(folder) / "commits")
        host, journal = _host(Path(folder) / "home")
        singles = _single_times(host, _orders(SINGLE_ORDERS, 0, SYMBOLS))
        per_second = _burst(host, _orders(ORDERS, SINGLE_ORDERS, IN_FLIGHT))
        state = host.session.state
        filled = state.executions_seen
        journal.close()
    result = {
        "name": "path",
        "orders": ORDERS,
        "in_flight": IN_FLIGHT,
        "fills": filled,
        "orders_per_second": round(per_second),
        "ack_one_in_flight_ms_p50": round(median(singles), 3),
        "ack_one_in_flight_ms_p99": round(quantiles(singles, n=100)[98], 3),
        "commit_ms_p50": round(median(commits), 3),
        "ack_beyond_two_commits_ms_p50": round(median(singles) - 2 * median(commits), 3),
    }
    if json_output:
        sys.stdout.write(json.dumps(result) + "\n")
    else:
        for key, value in result.items():
            sys.stdout.write(f"{key:32} {value}\n")
    return ExitCode.DONE if filled == ORDERS + SINGLE_ORDERS else ExitCode.CHECK_FAILED


def _commit_times(place: Path) -> list[float]:
    """Milliseconds of one commit of one small block: what the disk asks for by itself."""
    journal, times = Journal.open(Home.prepare(place), instance="CMMT"), []
    payload = b"x" * 400
    for number in range(1, COMMITS_MEASURED + 1):
        start = time.perf_counter_ns()
        journal.append(number, number, payload)  # type: ignore[arg-type]
        times.append((time.perf_counter_ns() - start) / 1e6)
    journal.close()
    return times


def _single_times(host: Host, orders: list[SubmitOrder]) -> list[float]:
    """Milliseconds from a command to its fill being durable, one order at a time."""
    times = []
    for order in orders:
        start = time.perf_counter_ns()
        host.submit(order)
        times.append((time.perf_counter_ns() - start) / 1e6)
    return times


def _burst(host: Host, orders: list[SubmitOrder]) -> float:
    """Orders a second, `IN_FLIGHT` commands in each step, reports drained before the next."""
    gc.collect()
    gc.freeze()
    start = time.perf_counter()
    for at in range(0, len(orders), IN_FLIGHT):
        host.submit(*orders[at : at + IN_FLIGHT])
    elapsed = time.perf_counter() - start
    gc.unfreeze()
    return len(orders) / elapsed
