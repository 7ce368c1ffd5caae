"""The operator of a paper market, played by the tests: busts, corrects, restates, lets go."""

import msgspec

from connectors.feeds.flow import OWN_OWNER
from connectors.paper.counter import Counter
from connectors.paper.orders import OwnOrder
from connectors.paper.venue import PaperVenue
from engine.domain.reports import (
    VenueCancelled,
    VenueRestated,
    VenueTradeBusted,
    VenueTradeCorrected,
)
from engine.domain.state import DEFAULT_ACCOUNT
from engine.domain.statements import Execution
from engine.exchange.messages import CancelOrder, NewOrder
from engine.exchange.messages import ReplaceOrder as ReplaceInBook
from engine.values import Instruction, OrderType, Price, Quantity, TimeInForce


class Operator:
    """The other end of the venue's desk; what it does is told in the venue's reports."""

    def __init__(self, venue: PaperVenue) -> None:
        self._venue = venue
        self._clerk = venue._clerk

    def bust(self, execution_id: str, text: str = "clearly erroneous") -> None:
        """The trade never was. Its order does not stand again for what is missing then."""
        trade = self._take_out(execution_id)
        order = self._order(trade.client_order_id)
        leaves = self._less(order, trade.quantity)
        self._clerk.reports.append(
            VenueTradeBusted(
                order.client_order_id,
                execution_id,
                trade.price,
                trade.quantity,
                text,
                leaves,
                self._venue.now,
            )
        )

    def correct(self, execution_id: str, price: Price, quantity: Quantity) -> None:
        """The trade was another one: at this price, of so many."""
        trade = self._take_out(execution_id)
        order = self._order(trade.client_order_id)
        revised = msgspec.structs.replace(
            trade, price=price, quantity=quantity, revision=trade.revision + 1
        )
        self._count(revised, +1)
        self._clerk.tally._executions.append(revised)
        leaves = self._less(order, trade.quantity)
        order.cumulative = Quantity(order.cumulative + quantity)
        order.total = Quantity(order.total + quantity)
        self._clerk.reports.append(
            VenueTradeCorrected(
                order.client_order_id,
                execution_id,
                revised.revision,
                price,
                quantity,
                trade.liquidity,
                "corrected by the venue",
                leaves,
                trade.at,
            )
        )

    def let_go(self, client_order_id: str, text: str = "the venue cancelled it") -> None:
        """An order is taken out of the book that nobody asked to cancel."""
        order = self._order(client_order_id)
        self._clerk.roll.ended(order, gone := self._gone(order, text))
        self._venue.exchange.submit([CancelOrder(order.exchange_id, order.symbol)])
        self._clerk.reports.append(gone)

    def _gone(self, order: OwnOrder, text: str) -> VenueCancelled:
        count = order.cumulative
        return VenueCancelled(order.client_order_id, text, requested=False, cumulative=count)

    def restate(self, client_order_id: str, price: Price, quantity: Quantity) -> None:
        """Price or quantity of a working order is changed by the venue itself."""
        order = self._order(client_order_id)
        leaves = Quantity(quantity - order.cumulative)
        change = ReplaceInBook(order.exchange_id, order.symbol, price, leaves)
        order.price, order.total = price, quantity
        self._clerk.heed(self._venue.exchange.submit([change]))
        text = "changed by the venue"
        told = VenueRestated(order.client_order_id, price, quantity, text, self._venue.now)
        self._clerk.reports.append(told)

    def enter(self, name: str, symbol: str, side: Instruction, quantity: int, price: int) -> None:
        """An order for the trader's account that does not come from the desk."""
        counter: Counter = self._venue._counter
        size, limit = Quantity(quantity), Price(price)
        kind, lives = OrderType.LIMIT, TimeInForce.GTC
        number, account = counter.exchange_id(), DEFAULT_ACCOUNT
        order = OwnOrder(name, number, symbol, side, kind, limit, lives, size, account)
        entry = NewOrder(order.exchange_id, symbol, side.side, kind, size, limit, owner=OWN_OWNER)
        roll = self._clerk.roll
        roll.add(order)
        roll.stands(order)
        self._clerk.restored(order)
        self._clerk.heed(self._venue.exchange.submit([entry]))

    def _take_out(self, execution_id: str) -> Execution:
        tally = self._clerk.tally
        tally.count()
        trade = next(each for each in tally._executions if each.execution_id == execution_id)
        tally._executions.remove(trade)
        self._count(trade, -1)
        return trade

    def _count(self, trade: Execution, sign: int) -> None:
        tally = self._clerk.tally
        known = tally._instruments[trade.symbol]
        moved = sign * trade.instruction.side * trade.quantity
        held, paid = (DEFAULT_ACCOUNT, trade.symbol), (DEFAULT_ACCOUNT, known.currency)
        tally._positions[held] = tally._positions.get(held, 0) + moved
        value = sign * trade.instruction.side * known.notional(trade.price, trade.quantity)
        tally._traded[paid] = tally._traded.get(paid, 0) - value

    def _order(self, client_order_id: str) -> OwnOrder:
        order = self._clerk.roll.get(client_order_id)
        assert order is not None, "an operator speaks of orders that are there"
        return order

    def _less(self, order: OwnOrder, quantity: int) -> Quantity:
        """The order has filled so much less, and asks for so much less: what stands in the book
        stays as it is. Returns what is open then."""
        order.cumulative = Quantity(order.cumulative - quantity)
        order.total = Quantity(order.total - quantity)
        return Quantity(order.open_quantity if order.is_live else 0)
