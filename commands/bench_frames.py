"""Prepared views of a busy desk, and an engine's end of a socket that shows them ten a second."""

import os
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

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
from engine.instruments import Instrument
from engine.ports import DeskAnswer, DeskRequest, FocusSymbol
from engine.runtime.terminals.messages import vocabulary
from engine.runtime.terminals.peer import listen_at
from engine.runtime.terminals.server import Facts, TerminalServer
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
FRAMES_PER_SECOND = 10
FRAMES_A_TRADE = 3
"""The symbol on the screen trades about three times a second."""
FRAMES_MADE = 120
"""Encoded beforehand and shown round and round: making them is the engine's work."""
START_AT = Nanos(1_767_623_400_000_000_000)

_views = msgspec.msgpack.Decoder(DeskView)


class FrameEngine:
    """The engine's end of a socket, in this process: prepared frames, ten a second."""

    def __init__(self) -> None:
        self._desk = FrameDesk()
        self._folder = tempfile.TemporaryDirectory()
        self.path = Path(self._folder.name) / "engine.sock"
        self._server = TerminalServer(listen_at(self.path))
        self._is_open = True
        self._threads = [threading.Thread(target=self._serve), threading.Thread(target=self._play)]

    def __enter__(self) -> "FrameEngine":
        words = vocabulary()
        facts = Facts(words, "", os.getpid(), "", "", "PAPER", "bench", {}, False, False)
        self._server.seat(self._desk, facts)
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_open = False
        self._server.wake()
        for thread in self._threads:
            thread.join()
        self._server.close()
        self._folder.cleanup()

    def _serve(self) -> None:
        while self._is_open:
            self._server.turn(1.0)

    def _play(self) -> None:
        while self._is_open:
            self._server.show({FocusSymbol(""): self._desk.frame})
            time.sleep(1 / FRAMES_PER_SECOND)


class FrameDesk:
    """engine.ports.Desk that shows prepared frames by the wall clock, ten a second."""

    def __init__(self, frames: int = FRAMES_MADE) -> None:
        self._instruments = {name: Instrument(name) for name in _names()}
        self._frames = [msgspec.msgpack.encode(frame(number)) for number in range(frames)]
        self._start = time.monotonic()
        self._number = -1
        self._latest = _views.decode(self._frames[0])
        self.shown = 0

    def send(
        self,
        request: DeskRequest,
        reply: Callable[[DeskAnswer], None] | None = None,
        until: int = 0,
    ) -> None:
        return

    def look_at(self, terminal: int, focus: FocusSymbol | None) -> None:
        return

    @property
    def frame(self) -> bytes:
        """The frame of this moment, as an engine would have published it."""
        number = int((time.monotonic() - self._start) * FRAMES_PER_SECOND)
        return self._frames[number % len(self._frames)]

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
