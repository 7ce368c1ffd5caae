"""Interactive Brokers behind the contract: the desk's connector and a gateway over a socket."""

import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from connectors.ib.back_off import BackOff
from connectors.ib.library import Library
from connectors.ib.roll import Standing
from connectors.ib.store import Store
from connectors.ib.terms import IbTerms
from connectors.ib.turnstile import Lane
from connectors.ib.venue import IbVenue
from engine.domain.reports import ORDER_REPORTS, LinkChanged, Report
from engine.domain.requests import NewOrderRequest, ReplaceRequest, Request
from engine.domain.statements import Statement, VenueStatement
from engine.ports import Venue
from engine.values import NANOS_PER_MILLISECOND, Instruction, Nanos, Price, TimeInForce
from tests.connectors.ib.gateway.faults import refuse
from tests.connectors.ib.gateway.gateway import Gateway
from tests.connectors.ib.gateway.orders import BrokerOrder

MEMORY = Path("/dev/shm")
"""Nobody pulls the plug here."""
ANSWER_SECONDS = 10.0
QUIET_SECONDS = 0.02
SECONDS_BEHIND_A_BREAK = 0.3
CLIENT_ID = 7
THEIR_ORDER_ID = 9_000
OF_ORDERS = (*ORDER_REPORTS, LinkChanged, *VenueStatement.__args__)
TOO_SMALL = "Order size must be greater than what is filled"


class IbEnd:
    """`hear` asks the gateway for the time until nothing else came before the answer."""

    in_order = True
    states = frozenset(Statement)
    tells_fills_again = False
    tells_busts = False
    """IB has no message for a trade that was taken back: only the position says so."""

    def __init__(
        self,
        library: str = "auto",
        *,
        terms: dict[str, Any] | None = None,
        symbols: tuple[str, ...] = ("AAPL",),
        stands: bool = True,
        **ways: Any,
    ) -> None:
        """`terms`: of the desk's line; `ways`: of the gateway. `stands` False: nobody waits
        until the line is whole."""
        self._terms, self._symbols = terms or {}, symbols
        self._folder = TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)
        self.library = Library.load(library)
        self.gateway = Gateway(**({"messages_max": 0} | ways))
        self.gateway.__enter__()
        self._down_until = 0.0
        self._is_down = False
        self._pongs = 0
        self._noted: list[str] = []
        self._at_once: list[str] = []
        """Orders that may not rest: this broker has no market to fill them from."""
        self.ib = self.connected(stands=stands)
        self.venue: Venue = self.ib
        if stands:
            self.hear()

    def connected(self, standing: tuple[Standing, ...] = (), *, stands: bool = True) -> IbVenue:
        quick = {"messages_a_second": 5_000, "first_quotes": Nanos(0)}
        terms = IbTerms("127.0.0.1", self.gateway.port, CLIENT_ID)
        terms = msgspec.structs.replace(terms, **(quick | self._terms))
        venue = IbVenue(
            self.library,
            terms,
            Store(Path(self._folder.name) / "ib.db"),
            BackOff(Random(1), Nanos(20 * NANOS_PER_MILLISECOND)),
            standing=standing,
            symbols=self._symbols,
            trade_date_of=lambda at: 20_260_105,
        )
        venue._dispatch._handlers["currentTime"] = self._ponged
        if stands:
            venue.stand_up()
        return venue

    def _ponged(self, *arguments: object) -> None:
        self._pongs += 1

    def until(self, holds: Callable[[], Any], seconds: float = ANSWER_SECONDS) -> list[Report]:
        """What is told until it holds. AssertionError where it does not in time."""
        told: list[Report] = []
        until = time.monotonic() + seconds
        while True:
            told += self._collected()
            if holds():
                return told
            assert time.monotonic() < until, f"not within {seconds} s; the desk notes {self.notes}"
            time.sleep(0.001)

    @property
    def notes(self) -> list[str]:
        """All that a person was told so far."""
        self._noted += self.ib.notes()
        return self._noted

    def dies(self) -> None:
        """The desk's process is gone without a word, and the next one has the same orders."""
        standing = tuple(self.ib.parts.roll.open())
        self.ib._line.close()
        self.ib._store.close()
        self.ib = self.connected(standing)
        self.venue = self.ib

    def close(self) -> None:
        self.ib.close()
        self.gateway.__exit__(None, None, None)
        self._folder.cleanup()
        assert self.gateway.hub.bad == [], self.gateway.hub.bad

    def send(self, *requests: Request) -> Sequence[bytes]:
        for request in requests:
            self._refuse_what_is_filled(request)
            if isinstance(request, NewOrderRequest) and request.time_in_force is TimeInForce.IOC:
                self._at_once.append(request.client_order_id)
        staged = self.venue.stage(requests)
        self.venue.release(requests, staged)
        return staged

    def _refuse_what_is_filled(self, request: Request) -> None:
        """IB changes no order to a total that is filled already."""
        order = self.ib.parts.roll.get(getattr(request, "client_order_id", ""))
        if isinstance(request, ReplaceRequest) and order is not None:
            there = self.gateway.broker.of(order.ref)
            if there and request.quantity <= there[-1].filled:
                self.gateway.script(refuse("placeOrder", 201, TOO_SMALL, ref=order.ref))

    def hear(self) -> list[Report]:
        told: list[Report] = []
        if self._is_down and time.monotonic() >= self._down_until:
            self._is_down = False
            self.gateway.come_back()
        until = time.monotonic() + ANSWER_SECONDS
        while time.monotonic() < until:
            if not self.ib._line.is_up:
                time.sleep(QUIET_SECONDS)
                return told + self._collected()
            before = len(told)
            told += self._until_pong(until)
            while self._at_once:
                self.gateway.expire(self._at_once.pop())
            if len(told) == before and self._is_idle():
                return told
        raise AssertionError("the two sides do not come to an end")

    def _until_pong(self, until: float) -> list[Report]:
        """Everything that was said before the answer to a question that is asked now."""
        told = self._collected()
        turnstile = self.ib._wire.turnstile
        while turnstile is not None and turnstile.waiting and time.monotonic() < until:
            told += self._collected()
            time.sleep(0.0005)
        pongs = self._pongs
        self.ib.parts.speaker.ask(Lane.MARKET, "reqCurrentTime")
        while self._pongs == pongs and self.ib._line.is_up and time.monotonic() < until:
            told += self._collected()
            time.sleep(0.0005)
        return told + self._collected()

    def _is_idle(self) -> bool:
        """Nothing is asked that has no answer yet."""
        self.ib._late_at = None
        turnstile = self.ib._wire.turnstile
        return not self.ib.parts.books._asked and (turnstile is None or not turnstile.waiting)

    def _collected(self) -> list[Report]:
        self.ib.advance(self.ib.clock())
        return [report for report in self.ib.collect() if isinstance(report, OF_ORDERS)]

    # What others do.

    def fill(self, client_order_id: str, quantity: int) -> None:
        self.gateway.fill(self._ref(client_order_id), quantity)

    def bust(self, execution_id: str) -> None:
        self.gateway.bust(execution_id)

    def correct(self, execution_id: str, price: Price, quantity: int) -> None:
        paid = Decimal(price).scaleb(-4)
        self.gateway.correct(execution_id, quantity, paid)

    def let_go(self, client_order_id: str) -> None:
        self.gateway.cancel(self._ref(client_order_id))

    def restate(self, client_order_id: str, price: Price, quantity: int) -> None:
        broker, ref = self.gateway.hub.broker, self._ref(client_order_id)

        def act() -> None:
            order: BrokerOrder = broker.one(ref)
            limit = str(Decimal(price).scaleb(-4))
            order.terms = order.terms.but(lmtPrice=limit, totalQuantity=str(quantity))
            order.quantity = Decimal(quantity)
            broker.say(order)

        self.gateway.do(act)

    def enter(self, name: str, side: Instruction, quantity: int, price: Price) -> None:
        self.gateway.place_elsewhere(
            "AAPL",
            "BUY" if side is Instruction.BUY else "SELL",
            quantity,
            Decimal(price).scaleb(-4),
            client_id=CLIENT_ID,
            order_id=THEIR_ORDER_ID,
            ref=name,
        )

    def disconnect(self, seconds: int) -> None:
        """A hundredth of a second stands for a second, and some room to act in."""
        self._down_until = time.monotonic() + SECONDS_BEHIND_A_BREAK + seconds / 100
        self._is_down = True
        self.gateway.down()
        until = time.monotonic() + ANSWER_SECONDS
        while self.ib._line.is_up and time.monotonic() < until:
            self.ib.advance(self.ib.clock())
            time.sleep(0.001)
        assert not self.ib._line.is_up

    def _ref(self, client_order_id: str) -> str:
        order = self.ib.parts.roll.get(client_order_id)
        return order.ref if order is not None else client_order_id
