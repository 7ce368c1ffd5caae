"""A whole desk, rules and all, in front of the connector and a gateway of the tests."""

import time
from collections.abc import Callable
from typing import Any

from engine.domain.patience import IB_PATIENCE
from engine.domain.quotes import Source
from engine.domain.reports import InstrumentsListed, SessionOpened
from engine.domain.risk.limits import default_pairs
from engine.domain.state import State
from engine.domain.views import DeskView
from engine.lookup import LookupRequest
from engine.ports import DeskAnswer, LineAnswered, PreviewAnswered, PreviewLine, SendLine
from engine.runtime.counter import Counter
from engine.runtime.factor_door import FactorDoor, NoSecondFactor
from engine.runtime.history import OrderHistory
from engine.runtime.host import Host
from engine.runtime.realism_tally import RealismTally
from engine.runtime.session import Session
from engine.runtime.symbol_door import SymbolDoor
from engine.runtime.view import ViewBuilder
from engine.values import Money
from tests.connectors.contract.ib_end import ANSWER_SECONDS, IbEnd
from tests.harness import MemoryJournal

CASH = Money(1_000_000_000_000)


class DeskAtIb:
    """`says` is a line at the desk; what comes of it is judged by the desk's own rules."""

    def __init__(self, end: IbEnd, limits: dict[str, str] | None = None) -> None:
        self.end, venue = end, end.ib
        self.session = Session(
            state=State(instance="TEST"),
            market=venue.market,
            journal=MemoryJournal(),
            venue=venue,
            now=venue.now,
        )
        self.host = Host(self.session, venue)
        self.answers: list[DeskAnswer] = []
        self._number = 0
        pairs = dict(default_pairs("paper"))
        pairs["risk.venues_allowed"] += ",ib"
        pairs |= {f"risk.{key}": value for key, value in (limits or {}).items()}
        self.host.submit(
            SessionOpened(
                run="R1",
                mode="PRACTICE",
                market=venue.description,
                source=Source.LIVE,
                trade_date=venue.trade_date,
                account=venue.account,
                opening_cash=CASH,
                currency="USD",
                fee_table="zero",
                limits=tuple(pairs.items()),
                has_oca=venue.has_oca,
                venue="ib",
                patience=IB_PATIENCE,
            ),
            InstrumentsListed(venue.instruments),
        )
        self.host.wait_for_the_books()
        tally = RealismTally(self.session.state)
        self.views = ViewBuilder(self.session, venue, venue.account, tally)
        back = lambda: lambda call: call()  # noqa: E731 - the way back to the same thread
        answer = self.answers.append
        self.counter = Counter(
            host=self.host,
            views=self.views,
            history=OrderHistory(self.session.journal.blocks),
            account=venue.account,
            answer=answer,
            set_speed=lambda factor: None,
            replay=lambda line: "",
            door=FactorDoor(self.host, NoSecondFactor(), answer, back),
            symbols=SymbolDoor(self.host, answer, back),
        )

    def passes(self) -> None:
        self.end.ib.advance(self.end.ib.clock())
        self.session.now = max(self.session.now, self.end.ib.now)
        self.host.settle()

    def until(self, holds: Callable[[], Any]) -> None:
        until = time.monotonic() + ANSWER_SECONDS
        while not holds():
            assert time.monotonic() < until, self.end.notes
            self.passes()
            time.sleep(0.001)

    def asks(self, request: LookupRequest) -> DeskAnswer:
        """The answer, which may take the venue its time."""
        self.answers.clear()
        self.counter.serve(request)
        self.until(lambda: self.answers)
        self.passes()
        return self.answers[-1]

    def says(self, text: str) -> LineAnswered:
        self._number += 1
        self.counter.serve(SendLine(text, f"t{self._number}"))
        answer = self.answers[-1]
        assert isinstance(answer, LineAnswered)
        return answer

    def previews(self, text: str) -> PreviewAnswered:
        self.counter.serve(PreviewLine(text, 1))
        answer = self.answers[-1]
        assert isinstance(answer, PreviewAnswered)
        return answer

    @property
    def view(self) -> DeskView:
        return self.views.build(speed="live", updates_per_second=0)
