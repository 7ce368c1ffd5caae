"""The market behind the practice venue: one exchange for all clients, each with its own orders."""

from collections.abc import Callable
from typing import Any

from connectors.feeds.flow import Flow
from connectors.paper.venue import PaperVenue
from engine.domain.reports import Report, VenueFilled
from engine.domain.requests import Request
from engine.values import Nanos

Hear = Callable[[Report], None]
OWNERS_FROM = 2
"""Clients trade with each other; nobody trades with himself."""


class SharedVenue(PaperVenue):
    """A paper venue in which several trade, each with an owner of his own at the exchange."""

    def __init__(self, flow: Flow, owner_of: Callable[[str], int], **more: Any) -> None:
        """`owner_of`: whose an order is, by its name."""
        super().__init__(flow, **more)
        self._counter.owner_of = owner_of


def no_objection() -> str:
    """Every order may come."""
    return ""


class Floor:
    """Takes requests to the exchange and every report to the client whose order it is about."""

    def __init__(
        self,
        venue: PaperVenue,
        *,
        next_order: int = 1,
        next_exec: int = 1,
        next_fill: int = 1,
        objection: Callable[[], str] = no_objection,
        clock: Callable[[], Nanos] | None = None,
    ) -> None:
        """`objection`: why the next order is rejected, whatever it is; empty where it is not.
        `clock`: what reports say of when; else market time."""
        self.venue = venue
        self.objection = objection
        self._clock = clock
        self.instruments = {each.symbol: each for each in venue.instruments}
        self.next_order, self.next_exec, self.next_fill = next_order, next_exec, next_fill
        self._ears: dict[str, Hear] = {}

    @property
    def now(self) -> Nanos:
        """What reports say of when."""
        return self.market_now if self._clock is None else self._clock()

    @property
    def market_now(self) -> Nanos:
        """How far the market is, which may be another day than ours."""
        return self.venue.now

    def joined(self, client: str, hear: Hear) -> None:
        self._ears[client] = hear

    def next_order_id(self) -> str:
        """OrderID (37)."""
        self.next_order += 1
        return f"O-{self.next_order - 1}"

    def next_exec_id(self) -> str:
        """ExecID (17) of a report that is no trade."""
        self.next_exec += 1
        return f"E-{self.next_exec - 1}"

    def serve(self, request: Request) -> None:
        """Carries one request out now; everybody hears what came of it."""
        self.venue.release([request], self.venue.stage([request]))
        self._spread()

    def advance(self, until: Nanos) -> None:
        """The market runs on."""
        while True:
            self.venue.advance(until)
            self._spread()
            if self.venue.now >= until or self.venue.next_at() is None:
                return

    def _spread(self) -> None:
        while self.venue.has_reports():
            for report in self.venue.collect():
                self.next_fill += type(report) is VenueFilled
                name = getattr(report, "client_order_id", "")
                hear = self._ears.get(name.partition("/")[0]) if name else None
                if hear is not None:
                    hear(report)


def owner_of(clients: list[str]) -> Callable[[str], int]:
    """The exchange's owner of an order, by its name: one for each client."""
    owners = {client: OWNERS_FROM + number for number, client in enumerate(clients)}

    def owner(name: str) -> int:
        return owners[name.partition("/")[0]]

    return owner
