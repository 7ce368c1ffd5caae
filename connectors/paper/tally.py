"""What the paper venue itself knows of trades, holdings and cash, and how it states them."""

from collections import deque
from collections.abc import Mapping, Sequence

from connectors.paper.orders import OrderRoll, OwnOrder
from engine.domain.reports import VenueFilled
from engine.domain.requests import (
    CashRequest,
    ExecutionsRequest,
    OpenOrdersRequest,
    PositionsRequest,
    StatementRequest,
)
from engine.domain.statements import (
    Execution,
    OpenOrder,
    VenueCash,
    VenueExecutions,
    VenueOpenOrders,
    VenuePositions,
    VenueStatement,
)
from engine.instruments import Instrument
from engine.values import Money, Nanos, Quantity

UNCOUNTED_MAX = 1_000
EXECUTIONS_KEPT_MAX = 10_000
"""The newest; of more, a list of executions says that it is not complete."""


class Tally:
    """Counts for itself from what a rebuild began with, so that a comparison compares two things.

    Cash is what executions moved on this trade date, before fees: it charges none.
    """

    __slots__ = ("_executions", "_forgot", "_instruments", "_new", "_positions", "_traded")

    def __init__(self, instruments: Sequence[Instrument]) -> None:
        self._instruments = {instrument.symbol: instrument for instrument in instruments}
        self._positions: dict[str, int] = {}
        self._traded: dict[str, int] = {}
        self._executions: deque[Execution] = deque(maxlen=EXECUTIONS_KEPT_MAX)
        self._new: list[tuple[OwnOrder, VenueFilled, Nanos]] = []
        """Not counted yet: that waits until somebody asks, for every fill comes through here."""
        self._forgot = Nanos(0)
        """When the newest execution was made that is not kept any more."""

    def begin(self, positions: Mapping[str, int], traded: Mapping[str, int]) -> None:
        """What was held, and what trades had moved today, when this market stood up again."""
        for symbol, quantity in positions.items():
            if symbol in self._instruments:
                self._positions[symbol] = self._positions.get(symbol, 0) + quantity
        for currency, amount in traded.items():
            self._traded[currency] = self._traded.get(currency, 0) + amount

    def filled(self, order: OwnOrder, fill: VenueFilled, now: Nanos) -> None:
        """Takes note of one execution."""
        self._new.append((order, fill, now))
        if len(self._new) >= UNCOUNTED_MAX:
            self.count()

    def count(self) -> None:
        """Everything that was noted counts."""
        for order, fill, now in self._new:
            self._count(order, fill, now)
        self._new.clear()

    def _count(self, order: OwnOrder, fill: VenueFilled, now: Nanos) -> None:
        known, side = self._instruments[order.symbol], order.instruction.side
        self._positions[order.symbol] = self._positions.get(order.symbol, 0) + side * fill.quantity
        value = known.notional(fill.price, fill.quantity)
        self._traded[known.currency] = self._traded.get(known.currency, 0) - side * value
        if len(self._executions) == EXECUTIONS_KEPT_MAX:
            self._forgot = self._executions[0].at
        self._executions.append(
            Execution(
                fill.client_order_id,
                fill.execution_id,
                order.symbol,
                order.instruction,
                fill.price,
                fill.quantity,
                fill.liquidity,
                0,
                now,
            )
        )

    def new_day(self) -> None:
        """Another trade date: what was traded counts from nothing."""
        self.count()
        self._traded.clear()

    def statement(self, request: StatementRequest, roll: OrderRoll) -> VenueStatement:
        """The answer to one question; what is not there is not held, and not open."""
        self.count()
        query = request.query
        match request:
            case OpenOrdersRequest():
                return VenueOpenOrders(query, tuple(_open(order) for order in roll.live()))
            case ExecutionsRequest():
                since = request.since
                told = tuple(each for each in self._executions if each.at >= since)
                is_complete = self._forgot <= since
                why = "" if is_complete else f"only the newest {EXECUTIONS_KEPT_MAX:,} are kept"
                return VenueExecutions(query, since, told, is_complete, why)
            case PositionsRequest():
                held = tuple((s, Quantity(q)) for s, q in sorted(self._positions.items()) if q)
                return VenuePositions(query, request.account, held)
            case CashRequest():
                moved = tuple((c, Money(a)) for c, a in sorted(self._traded.items()))
                return VenueCash(query, request.account, moved, is_traded=True)


def _open(order: OwnOrder) -> OpenOrder:
    return OpenOrder(
        order.client_order_id,
        order.venue_order_id,
        order.symbol,
        order.instruction,
        order.type,
        order.time_in_force,
        order.total,
        order.cumulative,
        order.price,
    )
