"""Frames of level data told to a house of quotes, as its feed told them when they were recorded."""

from connectors.feeds.flow import FlowSink
from connectors.feeds.quote_day import quoted_house
from connectors.feeds.recorded.frames import Body, BookImage, Depth, Levels, Printed, Quoted
from engine.exchange.messages import Event
from engine.values import Price, Quantity, Side


class LevelPlayer:
    """Bids and asks of a whole book are two frames and one quote: the second one tells both."""

    def __init__(self) -> None:
        self._bids: Depth | None = None

    def restart(self) -> None:
        self._bids = None

    def play(self, sink: FlowSink, body: Body) -> bool:
        """Carries out a frame of level data; False for any other."""
        events: list[Event] = []
        house = quoted_house(sink)
        match body:
            case Quoted():
                bid, ask = _side(body.bid, body.bid_size), _side(body.ask, body.ask_size)
                events = house.shown(body.symbol, bid, ask)
            case Levels():
                events = house.shown_levels(body.symbol, body.changes)
            case Depth(side=Side.BUY):
                self._bids = body
            case Depth():
                bids = self._bids
                assert bids is not None, "asks are recorded behind their bids"
                self._bids = None
                events = house.shown(body.symbol, bids.levels, body.levels)
            case Printed():
                aggressor = Side(body.aggressor) if body.aggressor else None
                events = house.traded(
                    body.symbol,
                    body.price,
                    body.quantity,
                    aggressor,
                    is_regular=body.is_regular,
                )
            case _:
                return False
        if events:
            sink.took_place(events)
        return True

    def put_up(self, sink: FlowSink, image: BookImage) -> None:
        """What no quote says: the last trade, and who came for it. Its levels follow."""
        self._bids = None
        at = quoted_house(sink).quoted(image.symbol)
        at.book.last_price = image.last_price or None
        if image.last_side:
            at.last_side = Side(image.last_side)


def _side(price: Price, size: Quantity) -> tuple[tuple[int, int], ...]:
    return ((price, size),) if size else ()
