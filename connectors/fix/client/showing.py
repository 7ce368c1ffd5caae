"""What a FIX venue shows of its market: what the feed heard, and nothing that FIX does not say."""

from connectors.fix.client.feed import Feed
from connectors.fix.client.roll import Roll
from connectors.untold import Untold, open_by_price
from engine.domain.views import DepthRow, TradePrint
from engine.values import Quantity, Side


class Showing(Untold):
    """The views of an `engine.hosted.HostedVenue`, over a feed and the desk's own orders."""

    def __init__(self, feed: Feed, roll: Roll) -> None:
        self._feed, self._roll = feed, roll
        feed.marks_own(self._own_at)

    def depth(self, symbol: str, levels: int) -> tuple[tuple[DepthRow, ...], tuple[DepthRow, ...]]:
        if levels > 1:
            self._feed.look_at(symbol)
        return self._feed.depth(symbol, levels)

    def tape(self, symbol: str, prints: int) -> tuple[TradePrint, ...]:
        return self._feed.tape(symbol, prints)

    def would_fill(
        self, symbol: str, side: Side, price: int, quantity: int
    ) -> list[tuple[int, int]]:
        return self._feed.taken_by(symbol, side, price, quantity)

    def _own_at(self, symbol: str) -> dict[int, int]:
        orders = (order for order in self._roll.open() if order.symbol == symbol)
        return open_by_price((o.price, Quantity(o.quantity - o.cumulative)) for o in orders)
