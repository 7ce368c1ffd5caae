"""What the simulated venue states of itself when it is asked: from its own truth, as of now."""

from engine.domain.reports import VenueTradeCorrected
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
from engine.values import Money, Nanos, Quantity
from simulation.account import Trade, VenueAccount, VenueOrder

CURRENCY = "USD"


def statement_of(
    account: VenueAccount, request: StatementRequest, now: Nanos, *, is_complete: bool
) -> VenueStatement:
    """The answer; one that ends early says so and may leave out anything."""
    query = request.query
    if type(request) is OpenOrdersRequest:
        orders = tuple(_open_order(order) for order in account.live()) if is_complete else ()
        return VenueOpenOrders(query, orders, is_complete, at=now)
    if type(request) is ExecutionsRequest:
        trades = [
            _execution(order, trade)
            for order in account.orders()
            for trade in order.fills
            if trade.at >= request.since
        ]
        trades.sort(key=lambda trade: trade.at)
        told = tuple(trades if is_complete else trades[: len(trades) // 2])
        return VenueExecutions(query, request.since, told, is_complete, at=now)
    if type(request) is PositionsRequest:
        held = {symbol: count for symbol, count in account.positions.items() if count}
        rows = tuple((symbol, Quantity(count)) for symbol, count in held.items())
        return VenuePositions(query, request.account, rows, is_complete, at=now)
    assert type(request) is CashRequest, f"no statement that a venue knows: {request!r}"
    moved = Money(account.cash - account.cash_of_earlier_dates)
    return VenueCash(query, request.account, ((CURRENCY, moved),), True, is_complete, at=now)


def _open_order(order: VenueOrder) -> OpenOrder:
    asked = order.asked
    return OpenOrder(
        order.client_order_id,
        str(order.number),
        asked.symbol,
        asked.instruction,
        asked.type,
        asked.time_in_force,
        order.total,
        Quantity(order.cumulative),
        order.price,
        order.stop,
    )


def _execution(order: VenueOrder, trade: Trade) -> Execution:
    return Execution(
        trade.client_order_id,
        trade.execution_id,
        order.asked.symbol,
        order.asked.instruction,
        trade.price,
        trade.quantity,
        trade.liquidity,
        trade.revision if type(trade) is VenueTradeCorrected else 0,
        trade.at,
    )
