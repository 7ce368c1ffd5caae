"""What no venue beyond a line tells: the place of an order in its queue, and auctions to come."""

from collections.abc import Iterable

from engine.domain.reports import VenueOrderWaited
from engine.domain.requests import NewOrderRequest
from engine.domain.views import AuctionView, FillTime
from engine.hosted import OrderPlace, VenueEstimate
from engine.values import Price, Quantity


class Untold:
    """Those parts of an `engine.hosted.HostedVenue` to which such a venue has no answer."""

    def indication(self, symbol: str) -> AuctionView | None:
        return None

    def queue_ahead(self, client_order_id: str) -> int:
        return -1

    def queue_is_estimate(self, client_order_id: str) -> bool:
        return False

    def fill_time(self, client_order_id: str) -> FillTime | None:
        return None

    def place(self, client_order_id: str) -> OrderPlace | None:
        return None

    def what_if(self, request: NewOrderRequest) -> VenueEstimate | None:
        return None

    def waited(self, client_order_id: str) -> VenueOrderWaited | None:
        return None


def open_by_price(orders: Iterable[tuple[Price, Quantity]]) -> dict[int, int]:
    """(price, open quantity) of orders, summed by price; what has no price is left out."""
    found: dict[int, int] = {}
    for price, left in orders:
        if price > 0:
            found[price] = found.get(price, 0) + left
    return found
