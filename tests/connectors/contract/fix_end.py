"""A FIX venue behind the contract: the desk's connector and the practice venue over a socket."""

import socket
import time
from collections.abc import Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from connectors.fix.client.roll import Standing
from connectors.fix.client.store import SessionMemory, SessionStore
from connectors.fix.client.terms import NEVER_RESENT
from connectors.fix.client.venue import FixVenue
from connectors.fix.dictionary.arranging import Arranged
from connectors.fix.link.redial import Redial, Waits
from connectors.fix.message import Message
from connectors.fix.practice.server import VENUE
from connectors.fix.settings import SessionSettings
from connectors.fix.tags import Tag
from engine.domain.reports import ORDER_REPORTS, LinkChanged, Report
from engine.domain.requests import Request
from engine.domain.statements import Statement, VenueStatement
from engine.exchange.messages import NewOrder
from engine.ports import Venue
from engine.values import (
    NANOS_PER_MILLISECOND,
    Instruction,
    Nanos,
    OrderType,
    Price,
    Quantity,
)
from tests.connectors.chaos import ChaosBeside, Mood
from tests.connectors.contract.fix_house import CLIENT, House
from tests.connectors.contract.operator import Operator

DESK = "A-1"
MEMORY = Path("/dev/shm")
"""Nobody pulls the plug here: what has to be durable has tests of its own."""
QUIET_SECONDS = 0.02
ANSWER_SECONDS = 10.0
SECONDS_BEHIND_A_BREAK = 0.3
SOON = Waits(*[Nanos(20 * NANOS_PER_MILLISECOND)] * 3)
"""A desk waits longer before it dials again; how long has tests of its own."""
OF_ORDERS = (*ORDER_REPORTS, LinkChanged, *VenueStatement.__args__)


class FixEnd:
    """`hear` waits until both sides have heard all that the other had to say, by their numbers."""

    in_order = True
    states = frozenset({Statement.ORDERS})
    tells_fills_again = False
    tells_busts = True

    def __init__(self, version: str = "FIX.4.4", mood: Mood | None = None) -> None:
        """`mood`: what the line between both is like, for ever; None: there is nothing between."""
        self.version = version
        self.port = 0
        """Where the desk dials, if not at the venue itself."""
        self._folder = TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)
        path = Path(self._folder.name)
        self.house = House(path / "practice.db")
        self._down_until = 0.0
        self._others = 0
        self._trades: dict[str, str] = {}
        self._path = path / "fix.db"
        self._chaos = self._between(mood) if mood is not None else None
        self.port = self._chaos.port if self._chaos is not None else 0
        self.fix = self._connected()
        self.venue: Venue = self.fix
        self.hear()

    def _between(self, mood: Mood) -> ChaosBeside:
        return ChaosBeside(self.house.port, 1, (mood,), bytes_most=0)

    def _connected(self, standing: tuple[Standing, ...] = ()) -> FixVenue:
        settings = SessionSettings(
            version=self.version,
            sender=CLIENT,
            target=VENUE,
            is_initiator=True,
            is_tolerant=True,
            never_resent=NEVER_RESENT,
        )
        fix = FixVenue(
            settings,
            SessionMemory(SessionStore(self._path), "session", 1_800_000_000),
            self._open,
            desk=DESK,
            standing=standing,
            trade_date_of=lambda at: 20_260_105,
            redial=Redial(Random(1), waits=SOON),
        )
        fix.stand_up()
        return fix

    def dies(self) -> None:
        """The desk's process is gone without a word, and the next one has the same orders."""
        self.fix._caller._wire.hang_up()
        self.fix._memory._store.close()
        self.fix = self._connected(tuple(self.fix._roll.open()))
        self.venue = self.fix

    def close(self) -> None:
        self.fix.close()
        if self._chaos is not None:
            self._chaos.close()
        self.house.close()
        self._folder.cleanup()

    def _open(self) -> socket.socket:
        if time.monotonic() < self._down_until:
            raise ConnectionRefusedError(111, "down for the test")
        return socket.create_connection(("127.0.0.1", self.port or self.house.port))

    def send(self, *requests: Request) -> Sequence[bytes]:
        staged = self.venue.stage(requests)
        self.venue.release(requests, staged)
        return staged

    def hear(self) -> list[Report]:
        told: list[Report] = []
        until = time.monotonic() + ANSWER_SECONDS
        while time.monotonic() < until:
            told += self._collected()
            if not self.fix._is_up:
                time.sleep(QUIET_SECONDS)
                return told + self._collected()
            if self._is_quiet():
                return told + self._collected()
            time.sleep(0.0005)
        raise AssertionError("the two sides do not come to an end")

    def _is_quiet(self) -> bool:
        """The venue has read all that left, and the desk all that the venue said of it."""
        memory = self.fix._memory
        there_in, there_out = self.house.numbers(self.version)
        self.fix.advance(self.fix.clock())
        return (there_in, there_out) == (memory.next_out, memory.next_in)

    def _collected(self) -> list[Report]:
        self.fix.advance(self.fix.clock())
        return [report for report in self.fix.collect() if isinstance(report, OF_ORDERS)]

    # What others do.

    def fill(self, client_order_id: str, quantity: int) -> None:
        order = self._paper()._clerk.roll.get(self._name(client_order_id))
        assert order is not None
        self._others += 1
        side, size = order.instruction.side.opposite, Quantity(quantity)
        other = NewOrder(self._others, order.symbol, side, OrderType.LIMIT, size, order.price)
        self.house.do(lambda: self._paper().submit([other]))

    def bust(self, execution_id: str) -> None:
        named = self._newest(execution_id)
        self.house.do(lambda: self.house.desk(self.version).bust(named))

    def correct(self, execution_id: str, price: Price, quantity: int) -> None:
        named = self._newest(execution_id)
        desk = self.house.desk(self.version)
        self._trades[execution_id] = self.house.do(
            lambda: desk.correct(named, price, Quantity(quantity))
        )

    def let_go(self, client_order_id: str) -> None:
        name = self._name(client_order_id)
        self.house.do(lambda: Operator(self._paper()).let_go(name))

    def restate(self, client_order_id: str, price: Price, quantity: int) -> None:
        name = self._name(client_order_id)
        self.house.do(lambda: Operator(self._paper()).restate(name, price, Quantity(quantity)))

    def enter(self, name: str, side: Instruction, quantity: int, price: Price) -> None:
        fields = [
            (Tag.CL_ORD_ID, name.encode()),
            (Tag.SYMBOL, b"AAPL"),
            (Tag.SIDE, b"%d" % side),
            (Tag.ORDER_QTY, b"%d" % quantity),
            (Tag.ORD_TYPE, b"2"),
            (Tag.PRICE, b"%d.%04d" % divmod(price, 10_000)),
        ]
        message = Message(b"", "D", fields)
        desk = self.house.desk(self.version)
        self.house.do(lambda: desk._new(message, Arranged("D", [], [], [])))

    def disconnect(self, seconds: int) -> None:
        """A hundredth of a second stands for a second, and some room to act in."""
        self._down_until = time.monotonic() + SECONDS_BEHIND_A_BREAK + seconds / 100
        self.house.cut()
        until = time.monotonic() + ANSWER_SECONDS
        while self.fix._is_up and time.monotonic() < until:
            self.fix.advance(self.fix.clock())
            time.sleep(0.001)
        assert not self.fix._is_up

    def _newest(self, execution_id: str) -> str:
        return self._trades.get(execution_id) or execution_id.partition("/")[0]

    def _name(self, client_order_id: str) -> str:
        return f"{CLIENT}:{self.version}/{client_order_id}"

    def _paper(self):  # type: ignore[no-untyped-def]
        return self.house.practice.floor.venue
