"""A synthetic session with a trader in it, recorded, and what could be seen of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from connectors.feeds.recorded.blocks import pack_block
from connectors.feeds.recorded.flow import RecordedFlow
from connectors.feeds.recorded.frames import FORMAT_VERSION, Frame, Head
from connectors.feeds.recorded.recorder import Recorder
from connectors.feeds.recorded.tap import SessionTap
from connectors.feeds.synthetic.flow import SyntheticFlow
from connectors.paper.venue import PaperVenue
from engine.domain.quotes import Source
from engine.domain.requests import CancelRequest, NewOrderRequest, ReplaceRequest
from engine.values import (
    NANOS_PER_SECOND,
    Instruction,
    Nanos,
    OrderType,
    Price,
    Quantity,
    TimeInForce,
    Trigger,
)

Seen = dict[int, tuple[Any, ...]]
"""By market time: everything that could be seen when nothing more happened at that time."""


class Trader:
    """Somebody who trades in every way: joins, takes, replaces, cancels, waits as a stop."""

    def __init__(self, venue: PaperVenue) -> None:
        self._venue = venue
        self._ids = 0

    def act(self, turn: int) -> None:
        symbol = ("AAPL", "MSFT")[turn % 2]
        quote = self._venue.market.quotes[symbol]
        if not quote.is_two_sided:
            return
        tick = 100
        buy, sell = Instruction.BUY, Instruction.SELL
        match turn % 7:
            case 0:
                self._send(symbol, buy, 300, quote.bid)
            case 1:
                self._send(symbol, sell, 200, quote.ask + 3 * tick, lives=TimeInForce.GTC)
            case 2:
                self._send(symbol, buy, 700, quote.ask + 2 * tick, lives=TimeInForce.IOC)
            case 3:
                stop = quote.bid - 2 * tick
                self._send(symbol, sell, 100, 0, kind=OrderType.STOP, stop=stop)
            case 4:
                self._send(symbol, sell, 100, quote.bid - 5 * tick)  # meets own orders as well
            case 5:
                last, new = f"T-{self._ids - 3}", f"T-{self._ids - 3}-r"
                price = Price(quote.ask - tick)
                self._release(ReplaceRequest(last, new, price, Quantity(500)))
            case _:
                self._release(CancelRequest(f"T-{self._ids - 1}"))

    def _send(
        self,
        symbol: str,
        instruction: Instruction,
        quantity: int,
        price: int,
        *,
        kind: OrderType = OrderType.LIMIT,
        lives: TimeInForce = TimeInForce.DAY,
        stop: int = 0,
    ) -> None:
        self._ids += 1
        self._release(
            NewOrderRequest(
                f"T-{self._ids}",
                "PAPER",
                symbol,
                instruction,
                Quantity(quantity),
                kind,
                lives,
                Price(price),
                Price(stop),
                Trigger.LAST,
                False,
            )
        )

    def _release(self, request: Any) -> None:
        self._venue.release([request], self._venue.stage([request]))


def look(venue: PaperVenue, since: Nanos) -> tuple[Any, ...]:
    """Every quote with its figures, every level with its orders, the tape and the phases.

    Of the tape, and of the times of quotes, what there was `since` the recording began.
    """
    quotes = [
        (q.symbol, q.phase, max(q.at, since), q.bid, q.bid_size, q.ask, q.ask_size,
         q.last, q.last_size, q.last_direction, q.open, q.high, q.low,
         q.previous_close, q.volume, q.trades)
        for q in venue.market.quotes.values()
    ]  # fmt: skip
    depth = [book.depth(1_000) for book in venue.exchange.books.values()]
    tape = [
        [
            (p.at, p.price, p.quantity, p.aggressor, p.hidden)
            for p in venue.tape(symbol, 20)
            if p.at > since
        ]
        for symbol in venue.market.quotes
    ]
    return venue.trade_date, quotes, depth, tape


def play(venue: PaperVenue, seen: Seen, until: Nanos, act: Callable[[int], None]) -> None:
    """Step by step; `act` comes after every fortieth step, at its time."""
    turn, since = 0, venue.now
    while (at := venue.next_at()) is not None and at <= until:
        venue.advance(at)
        venue.collect()
        turn += 1
        if turn % 40 == 0:
            act(turn // 40)
            venue.collect()
        seen[venue.now] = look(venue, since)


class Recorded:
    """The file of a session and what was seen while it ran."""

    def __init__(self, path: Path, seen: Seen) -> None:
        self.path = path
        self.seen = seen


def head_of(venue: PaperVenue) -> Head:
    return Head(
        FORMAT_VERSION, "c0ffee", "synthetic", Source.SYNTHETIC, venue.trade_date, "R1", 1,
        venue.instruments,
    )  # fmt: skip


def record(path: Path, *, start: str, seconds: float, warm_up: int = 10) -> Recorded:
    """A session from `start`; the recording begins when the trader's first orders stand."""
    flow = SyntheticFlow(7, ("AAPL", "MSFT"), start)
    venue = PaperVenue(flow, is_recorded=True)
    venue.collect()
    trader = Trader(venue)
    ends = Nanos(venue.now + int(seconds * NANOS_PER_SECOND))
    play(venue, {}, Nanos(venue.now + warm_up * NANOS_PER_SECOND), trader.act)
    recorder = Recorder(path, head_of(venue), venue.now)
    tap = SessionTap(recorder, venue.exchange, venue.market, lambda: venue.now)
    tap.begin(venue.trade_date)
    venue.tapped_by(tap)
    recorder.start()
    seen: Seen = {}
    play(venue, seen, ends, trader.act)
    recorder.close()
    assert (recorder.problem, recorder.frames_lost) == ("", 0)
    return Recorded(path, seen)


@pytest.fixture(scope="session")
def session(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """Forty seconds from the open, with a trader."""
    return record(tmp_path_factory.mktemp("rec") / "s.trec", start="09:30", seconds=40)


@pytest.fixture(scope="session")
def recorder_of() -> Callable[..., Recorded]:
    return record


@pytest.fixture(scope="session")
def replayed() -> Callable[[Path], tuple[PaperVenue, Seen]]:
    """Plays a recording to its end with nobody in it."""

    def run(path: Path) -> tuple[PaperVenue, Seen]:
        flow = RecordedFlow(path)
        venue = PaperVenue(flow)
        venue.collect()
        seen: Seen = {}
        play(venue, seen, flow.span[1], lambda turn: None)
        return venue, seen

    return run


@pytest.fixture(scope="session")
def packed() -> Callable[[list[Frame]], bytes]:
    return lambda frames: pack_block(frames, 0)
