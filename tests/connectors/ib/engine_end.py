"""The engine itself at a gateway of the tests: one session over a real socket, and its kills."""

import time
from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import Any

import msgspec

from commands.ib_market import standing_orders
from connectors.ib.back_off import BackOff
from connectors.ib.library import Library
from connectors.ib.store import Store
from connectors.ib.terms import IbTerms
from connectors.ib.venue import LINE, IbVenue
from connectors.line_error import LineError
from data.home import Home
from engine.domain import modes
from engine.domain.apply import state_hash
from engine.domain.commands import ExitTerm, SubmitOrder
from engine.domain.events import Event
from engine.domain.lifecycle import Status
from engine.domain.orders import Order
from engine.domain.patience import IB_PATIENCE
from engine.domain.quotes import Source
from engine.domain.reports import InstrumentsListed, SessionOpened
from engine.domain.risk.limits import default_pairs
from engine.domain.state import State
from engine.instruments import parse_money
from engine.runtime.host import Host
from engine.runtime.recovery import replay
from engine.runtime.session import Session
from engine.values import (
    NANOS_PER_MILLISECOND,
    Instruction,
    Nanos,
    OrderType,
    Price,
    Quantity,
    TimeInForce,
)
from tests.connectors.ib.gateway import Gateway
from tests.harness import MemoryJournal

DATE = 20_260_105
SECONDS = 50.0
STARTS_MAX = 5
QUICK = msgspec.structs.replace(
    IB_PATIENCE,
    ack=Nanos(300 * NANOS_PER_MILLISECOND),
    settle=Nanos(200 * NANOS_PER_MILLISECOND),
    orders_every=Nanos(300 * NANOS_PER_MILLISECOND),
    positions_every=Nanos(300 * NANOS_PER_MILLISECOND),
)
"""As long as IB is waited for, in a world that is thirty times as fast."""


class EngineEnd:
    """A desk with its journal in memory; what it trades is the gateway's."""

    def __init__(self, home: Home, **ways: Any) -> None:
        self.home, self.journal = home, MemoryJournal()
        self.gateway = Gateway(**({"messages_max": 0, "commission": "0.35"} | ways))
        self.gateway.__enter__()
        self.quote("190.10", "190.12")
        self.ib: IbVenue
        self.host: Host
        self._opens(State(instance="TEST"))

    def _opens(self, state: State) -> None:
        terms = IbTerms(
            "127.0.0.1",
            self.gateway.port,
            7,
            messages_a_second=5_000,
            first_quotes=Nanos(200 * NANOS_PER_MILLISECOND),
            answers_within=Nanos(300 * NANOS_PER_MILLISECOND),
        )
        self.ib = IbVenue(
            Library.load(),
            terms,
            Store(self.home.path / "ib.db"),
            BackOff(Random(1), Nanos(20 * NANOS_PER_MILLISECOND)),
            standing=standing_orders(state),
            symbols=("AAPL",),
            trade_date_of=lambda at: DATE,
        )
        self._stands_up()
        session = Session(
            state=state,
            market=self.ib.market,
            journal=self.journal,
            venue=self.ib,
            now=self.ib.now,
        )
        self.host = Host(session, self.ib)
        limits = dict(default_pairs("paper")) | {"risk.venues_allowed": LINE}
        opened = SessionOpened(
            run=f"R{len(self.journal.kept)}",
            mode=modes.PRACTICE,
            market=self.ib.description,
            source=Source.LIVE,
            trade_date=DATE,
            account=self.ib.account,
            opening_cash=parse_money("1000000"),
            currency="USD",
            fee_table="us_retail",
            limits=tuple(limits.items()),
            has_oca=self.ib.has_oca,
            patience=QUICK,
            venue=LINE,
        )
        self.host.submit(opened, InstrumentsListed(self.ib.instruments))
        self.host.ask_about_orders_in_doubt()
        self.until(lambda: self.state.recon.run is None)

    def _stands_up(self) -> None:
        """As often as a person would start it, where a scripted fault takes the line again."""
        for _ in range(STARTS_MAX):
            with suppress(LineError):
                self.ib.stand_up()
                return
        self.ib.stand_up()

    @property
    def state(self) -> State:
        return self.host.session.state

    def quote(self, bid: str, ask: str) -> None:
        self.gateway.quote(
            "AAPL", bid=bid, bid_size=5_000, ask=ask, ask_size=5_000, last=ask, last_size=100
        )

    def bracket(self, quantity: int) -> Order:
        """Bought at 190.12, with a target at 192 and a stop at 189."""
        self.host.submit(
            SubmitOrder(
                ticket=f"t{self.state.order_next}",
                account=self.ib.account,
                symbol="AAPL",
                instruction=Instruction.BUY,
                quantity=Quantity(quantity),
                type=OrderType.LIMIT,
                price=Price(1_901_200),
                time_in_force=TimeInForce.GTC,
                target=ExitTerm(Price(1_920_000)),
                stop_loss=ExitTerm(Price(1_890_000)),
            )
        )
        order = [each for each in self.state.orders.values() if not each.leg][-1]
        assert order.status is not Status.DENIED, order.text
        return order

    def turn(self) -> list[Event]:
        """What has come and is due, now."""
        return self.host.submit()

    def until(self, holds: Callable[[], Any], seconds: float = SECONDS) -> None:
        """AssertionError where it does not in time."""
        by = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < by, f"not within {seconds} s: {self.ib.notes()}"
            self.turn()
            time.sleep(0.001)

    def is_killed(self) -> None:
        """kill -9 and another start: memory comes back from the journal alone."""
        self.ib._line.close()
        self.ib._store.close()
        self.gateway.wait(lambda: not self.gateway.clients)
        state, _ = replay(self.journal.blocks(), instance="TEST", epoch=1)
        self._opens(state)

    def replayed_hash(self) -> str:
        """Of the state that the journal alone brings back."""
        state, _ = replay(self.journal.blocks(), instance="TEST", epoch=1)
        return state_hash(state)

    def close(self) -> None:
        self.ib.close()
        self.gateway.__exit__(None, None, None)
        assert self.gateway.hub.bad == [], self.gateway.hub.bad
