"""The paper venue behind the contract: at once, over a line with latency, and over a bad line."""

from collections.abc import Sequence
from random import Random

from connectors.faults.rates import Faults, Rates
from connectors.faults.venue import FaultyVenue
from connectors.paper.link import Link
from connectors.paper.venue import PaperVenue
from engine.domain.reports import ORDER_REPORTS, LinkChanged, Report, VenueOrderWaited
from engine.domain.requests import Request
from engine.domain.statements import Statement, VenueStatement
from engine.exchange.messages import NewOrder
from engine.ports import Venue
from engine.values import (
    NANOS_PER_MILLISECOND,
    NANOS_PER_SECOND,
    Instruction,
    Nanos,
    OrderType,
    Price,
    Quantity,
)
from tests.connectors.conftest import QuietFlow
from tests.connectors.contract.operator import Operator
from tests.harness import SetDelays

SYMBOL = "AAPL"
OF_ORDERS = (*ORDER_REPORTS, LinkChanged)
ANSWERS_WITHIN = Nanos(2 * NANOS_PER_SECOND)


class PaperEnd:
    """`in_order`: whatever is sent and said arrives as it left."""

    in_order = True
    states = frozenset(Statement)
    tells_fills_again = True
    tells_busts = True

    def __init__(self, latency_ms: int = 0) -> None:
        late = Nanos(latency_ms * NANOS_PER_MILLISECOND)
        delays = SetDelays(lambda request: late, lambda report: late)
        link = Link(delays) if latency_ms else None
        self.paper = PaperVenue(QuietFlow(), link=link)
        self.paper.collect()
        self.venue: Venue = self.paper
        self._operator = Operator(self.paper)
        self._others = 0

    def send(self, *requests: Request) -> Sequence[bytes]:
        staged = self.venue.stage(requests)
        self.venue.release(requests, staged)
        return staged

    def hear(self) -> list[Report]:
        told: list[Report] = []
        until = Nanos(self.paper.now + ANSWERS_WITHIN)
        while True:
            self.paper.advance(until)
            told += self.paper.collect()
            if self.paper.now >= until and not self.paper.has_reports():
                return _of_orders(told)

    def close(self) -> None:
        return None

    def arrive(self) -> None:
        """What was sent reaches the venue; what it says may still be on its way back."""
        if self.paper._link is not None:
            due = self.paper._link._out_until
            while self.paper.now < due:
                self.paper.advance(due)
                if self.paper.has_reports():
                    break

    def fill(self, client_order_id: str, quantity: int) -> None:
        order = self.paper._clerk.roll.get(client_order_id)
        assert order is not None
        self._others += 1
        side, size = order.instruction.side.opposite, Quantity(quantity)
        self.paper.submit(
            [NewOrder(self._others, SYMBOL, side, OrderType.LIMIT, size, order.price)]
        )

    def bust(self, execution_id: str) -> None:
        self._operator.bust(execution_id)

    def correct(self, execution_id: str, price: Price, quantity: int) -> None:
        self._operator.correct(execution_id, price, Quantity(quantity))

    def let_go(self, client_order_id: str) -> None:
        self._operator.let_go(client_order_id)

    def restate(self, client_order_id: str, price: Price, quantity: int) -> None:
        self._operator.restate(client_order_id, price, Quantity(quantity))

    def enter(self, name: str, side: Instruction, quantity: int, price: Price) -> None:
        self._operator.enter(name, SYMBOL, side, quantity, price)

    def disconnect(self, seconds: int) -> None:
        self.paper.practise("disconnect", "", Nanos(seconds * NANOS_PER_SECOND))


class FaultyPaperEnd(PaperEnd):
    """The same behind `connectors.faults`: late, twice, in another order, and nothing lost."""

    in_order = False

    def __init__(self, seed: int) -> None:
        super().__init__()
        late = Nanos(NANOS_PER_SECOND // 2)
        rates = Rates(duplicate=300, delay=300, reorder=300, delay_max=late)
        self._faulty = FaultyVenue(
            self.paper, Faults(requests=Rates(), reports=rates), seed=seed, now=self.paper.now
        )
        self.venue = self._faulty
        self._rng = Random(seed)

    def hear(self) -> list[Report]:
        told: list[Report] = []
        while True:
            told += self._faulty.collect()
            due = self._faulty.next_at()
            if due is None:
                return _of_orders(told)
            self._faulty.pass_to(due)

    def arrive(self) -> None:
        return None

    def disconnect(self, seconds: int) -> None:
        until = Nanos(self._faulty.now + seconds * NANOS_PER_SECOND)
        self._faulty.disconnect(until, "lost: for the test")


def _of_orders(told: list[Report]) -> list[Report]:
    kept = (*OF_ORDERS, *VenueStatement.__args__)
    return [r for r in told if isinstance(r, kept) and not isinstance(r, VenueOrderWaited)]
