"""Everybody else: they quote, take, move the price, and leave."""

from engine.domain.quotes import Phase
from engine.exchange.messages import CancelOrder, NewOrder, Operation
from engine.values import OrderType, Price, Quantity, Side, TimeInForce
from simulation.chance import Chance
from simulation.venue import OWN_FROM, SimVenue

MID = 1_900_000
TICK = 100
SIZES = (50, 100, 100, 200, 400)
DEPTH_TICKS = 6


class Crowd:
    """One stream of chance for all of them; their orders have no owner."""

    def __init__(self, venue: SimVenue, chance: Chance) -> None:
        self._venue, self._chance = venue, chance
        self._next = 1
        self._mids = {instrument.symbol: MID for instrument in venue.instruments}

    def open(self) -> None:
        """A market on both sides of every symbol."""
        for symbol in self._mids:
            self._quote(symbol)

    def act(self) -> None:
        """One of them does something."""
        symbol = self._chance.pick(tuple(self._mids))
        if self._venue.keeper.phase(symbol) is not Phase.OPEN:
            return
        drawn = self._chance.below(20)
        if drawn < 8:
            self._rest_or_take(symbol)
        elif drawn < 12:
            self._take(symbol)
        elif drawn < 16:
            self._quote(symbol)
        elif drawn < 19:
            self._move(symbol)
        else:
            self._leave(symbol)

    def jump(self, symbol: str, mille: int) -> None:
        """News: the price is another one, and everybody quotes around it."""
        self._mids[symbol] += self._mids[symbol] * mille // 1_000 // TICK * TICK
        self._leave(symbol)
        self._quote(symbol)

    def settle_down(self) -> None:
        """Deep books on both sides, so that whatever wants to trade can."""
        for symbol in self._mids:
            self._leave(symbol)
            self._quote(symbol, 100_000)

    def _rest_or_take(self, symbol: str) -> None:
        side = self._side()
        tick = self._chance.between(-DEPTH_TICKS, DEPTH_TICKS)
        self._send(self._order(symbol, side, self._mids[symbol] + tick * TICK))

    def _take(self, symbol: str) -> None:
        self._send(self._order(symbol, self._side(), 0))

    def _move(self, symbol: str) -> None:
        self._mids[symbol] += self._chance.between(-3, 3) * TICK
        self._leave(symbol)
        self._quote(symbol)

    def _leave(self, symbol: str) -> None:
        book = self._venue.exchange.book(symbol)
        theirs = [order.order_id for order in book.all_orders() if order.order_id < OWN_FROM]
        self._send(*(CancelOrder(order_id, symbol) for order_id in theirs))

    def _quote(self, symbol: str, size: int = 0) -> None:
        mid = self._mids[symbol]
        for side in (Side.BUY, Side.SELL):
            quantity = size or self._chance.pick(SIZES)
            self._send(self._order(symbol, side, mid - side * TICK, quantity))

    def _side(self) -> Side:
        return self._chance.pick((Side.BUY, Side.SELL))

    def _order(self, symbol: str, side: Side, price: int, quantity: int = 0) -> NewOrder:
        self._next += 1
        return NewOrder(
            self._next,
            symbol,
            side,
            OrderType.LIMIT if price else OrderType.MARKET,
            Quantity(quantity or self._chance.pick(SIZES)),
            Price(price),
            Price(0),
            TimeInForce.GTC,
        )

    def _send(self, *operations: Operation) -> None:
        if operations:
            self._venue.submit(operations)
