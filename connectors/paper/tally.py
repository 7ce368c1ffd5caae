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
InAccount = tuple[str, str]
"""An account with a symbol, or with a currency."""
EXECUTIONS_KEPT_MAX = 10_000
"""The newest; of more, a list of executions says that it is not complete."""


class Tally:
    """Counts for itself from what a rebuild began with, so that a comparison compares two things.

    Cash is what executions moved on this trade date, before fees: it charges none.
    """

    __slots__ = ("_executions", "_forgot", "_instruments", "_new", "_positions", "_traded")

    def __init__(self, instruments: Sequence[Instrument]) -> None:
        self._instruments = {instrument.symbol: instrument for instrument in instruments}
        self._positions: dict[InAccount, int] = {}
        self._traded: dict[InAccount, int] = {}
        self._executions: deque[Execution] = deque(maxlen=EXECUTIONS_KEPT_MAX)
        self._new: list[tuple[OwnOrder, VenueFilled, Nanos]] = []
        """Not counted yet: that waits until somebody asks, for every fill comes through here."""
        self._forgot = Nanos(0)
        """When the newest execution was made that is not kept any more."""

    def begin(self, positions: Mapping[InAccount, int], traded: Mapping[InAccount, int]) -> None:
        """What was held, and what trades had moved today, when this market stood up again."""
        for (account, symbol), quantity in positions.items():
            if symbol in self._instruments:
                _add(self._positions, (account, symbol), quantity)
        for key, amount in traded.items():
            _add(self._traded, key, amount)

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
        _add(self._positions, (order.account, order.symbol), side * fill.quantity)
        value = known.notional(fill.price, fill.quantity)
        _add(self._traded, (order.account, known.currency), -side * value)
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
                held = _of(self._positions, request.account)
                there = tuple((symbol, Quantity(size)) for symbol, size in held if size)
                return VenuePositions(query, request.account, there)
            case CashRequest():
                traded = _of(self._traded, request.account)
                moved = tuple((currency, Money(amount)) for currency, amount in traded)
                return VenueCash(query, request.account, moved, is_traded=True)


def _add(sums: dict[InAccount, int], key: InAccount, amount: int) -> None:
    sums[key] = sums.get(key, 0) + amount


def _of(sums: Mapping[InAccount, int], account: str) -> list[tuple[str, int]]:
    """What is counted for one account, in the order of the names."""
    return sorted((name, amount) for (whose, name), amount in sums.items() if whose == account)


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
