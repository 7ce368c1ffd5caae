"""What a FIX venue shows of its market: what the feed heard, and nothing that FIX does not say."""

from connectors.fix.client.feed import Feed
from connectors.fix.client.roll import Roll
from engine.domain.reports import VenueOrderWaited
from engine.domain.views import AuctionView, DepthRow, FillTime, TradePrint
from engine.values import Side


class Showing:
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

    def indication(self, symbol: str) -> AuctionView | None:
        return None

    def queue_ahead(self, client_order_id: str) -> int:
        """FIX does not say where an order stands."""
        return -1

    def queue_is_estimate(self, client_order_id: str) -> bool:
        return False

    def fill_time(self, client_order_id: str) -> FillTime | None:
        return None

    def waited(self, client_order_id: str) -> VenueOrderWaited | None:
        return None

    def _own_at(self, symbol: str) -> dict[int, int]:
        own: dict[int, int] = {}
        for order in self._roll.open():
            if order.symbol == symbol and order.price > 0:
                left = order.quantity - order.cumulative
                own[order.price] = own.get(order.price, 0) + left
        return own
